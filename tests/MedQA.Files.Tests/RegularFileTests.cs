
namespace MedQA.Files.Tests;

public sealed class RegularFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-files-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_file_is_read_as_it_is_through_links_too()
    {
        var file = At("a.txt");
        await File.WriteAllTextAsync(file, "one\ntwo\n", Cancel);
        Assert.Equal(PathKind.File, RegularFile.KindOf(file));
        Assert.Equal("one\ntwo\n"u8.ToArray(), RegularFile.ReadAllBytes(file));
        Assert.Equal("one\ntwo\n"u8.ToArray(), await RegularFile.ReadAllBytesAsync(file, Cancel));
        Assert.Equal("one\ntwo\n", await RegularFile.ReadAllTextAsync(file, Cancel));
        Assert.Equal(["one", "two"], await RegularFile.ReadLinesAsync(file, Cancel).ToListAsync(Cancel));
        if (OddFiles.Exist)
        {
            File.CreateSymbolicLink(At("link"), file);
            Assert.Equal(PathKind.File, RegularFile.KindOf(At("link")));
        }
    }

    [Fact]
    public void What_is_missing_is_missing_whatever_is_tried()
    {
        Assert.Equal(PathKind.Missing, RegularFile.KindOf(At("none")));
        Assert.Equal(At("none"), RegularFile.Check(At("none")));
        Assert.Throws<FileNotFoundException>(() => RegularFile.ReadAllBytes(At("none")));
    }

    [Fact]
    public void A_folder_is_refused_with_a_sentence()
    {
        var refused = Assert.Throws<PathException>(() => RegularFile.ReadAllBytes(_folder));
        Assert.Equal($"{_folder} is a folder, where a file is expected. Name a file in it.", refused.Message);
    }

    [Theory]
    [InlineData(PathKind.Pipe, "is a pipe, where a file is expected. Write its output to a file, and name that file.")]
    [InlineData(PathKind.Device, "is a device, where a file is expected. Put a file there.")]
    [InlineData(PathKind.Socket, "is a socket, where a file is expected. Put a file there.")]
    public async Task What_may_never_end_is_refused_without_opening_it(PathKind kind, string sentence)
    {
        Assert.SkipUnless(OddFiles.Exist, "This system has no such files.");
        var path = At("odd");
        using var socket = kind == PathKind.Socket ? OddFiles.Socket(path) : null;
        _ = kind switch
        {
            PathKind.Pipe => OddFiles.Pipe(path),
            PathKind.Device => OddFiles.Endless(path),
            _ => path,
        };
        Assert.Equal(kind, RegularFile.KindOf(path));
        foreach (var open in (Func<Task>[])
        [
            () => Task.Run(() => RegularFile.Open(path)),
            () => Task.Run(() => RegularFile.OpenText(path)),
            () => Task.Run(() => RegularFile.ReadAllBytes(path)),
            () => RegularFile.ReadAllBytesAsync(path, Cancel),
            () => RegularFile.ReadAllTextAsync(path, Cancel),
            () => RegularFile.ReadLinesAsync(path, Cancel).ToListAsync(Cancel).AsTask(),
        ])
        {
            var refused = await Assert.ThrowsAsync<PathException>(() => open().WaitAsync(TimeSpan.FromSeconds(30), Cancel));
            Assert.Equal($"{path} {sentence}", refused.Message);
        }
    }

    [Fact]
    public async Task A_pipe_that_a_command_takes_is_read_once_and_its_copy_as_often_as_is_wanted()
    {
        Assert.SkipUnless(OddFiles.Exist, "This system has no such files.");
        var pipe = OddFiles.Pipe(At("set.csv"));
        var told = new List<string>();
        var feeding = OddFiles.FeedAsync(pipe, "a,b\n1,2\n");
        string copy;
        using (var input = await InputFile.OpenAsync(pipe, told.Add, Cancel))
        {
            await feeding;
            copy = input.Path;
            Assert.Equal((pipe, "set.csv", pipe), (input.Given, input.Name, input.ToString()));
            Assert.Equal($"Reading {pipe}, a pipe, until its writer ends…", Assert.Single(told));
            for (var read = 0; read < 2; read++)
            {
                using var text = new StreamReader(input.OpenRead());
                Assert.Equal("a,b\n1,2\n", await text.ReadToEndAsync(Cancel));
            }
        }

        Assert.False(Path.Exists(copy));
        Assert.True(Path.Exists(pipe));
    }

    [Fact]
    public async Task Waiting_for_a_pipe_can_be_given_up()
    {
        Assert.SkipUnless(OddFiles.Exist, "This system has no such files.");
        var pipe = OddFiles.Pipe(At("set.csv"));
        using var given = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => InputFile.OpenAsync(pipe, _ => given.Cancel(), given.Token));

        // The thread that waits is let go.
        await OddFiles.FeedAsync(pipe, "").WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    private string At(string name) => Path.Combine(_folder, name);
}
