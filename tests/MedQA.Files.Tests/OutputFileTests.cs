
namespace MedQA.Files.Tests;

public sealed class OutputFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-files-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_cannot_be_written_to_its_end_leaves_what_stood_there()
    {
        var file = At("report.html");
        await OutputFile.WriteAllTextAsync(file, "before", Cancel);
        await Assert.ThrowsAsync<InvalidOperationException>(() => OutputFile.WriteAsync(file, async stream =>
        {
            await stream.WriteAsync("half"u8.ToArray(), Cancel);
            throw new InvalidOperationException("It breaks off.");
        }));
        Assert.Equal("before", await File.ReadAllTextAsync(file, Cancel));
        Assert.Equal([file], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task A_file_behind_a_link_is_written_with_the_rights_it_had()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("This system has no such rights.");
            return;
        }

        var (file, link) = (At("real"), At("link"));
        await File.WriteAllTextAsync(file, "before", Cancel);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(link, file);
        await OutputFile.WriteAllTextAsync(link, "after", Cancel);
        Assert.Equal("after", await File.ReadAllTextAsync(file, Cancel));
        Assert.Equal(file, new FileInfo(link).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task A_pipe_or_a_device_is_written_to_and_stays()
    {
        Assert.SkipUnless(OddFiles.Exist, "This system has no such files.");
        var pipe = OddFiles.Pipe(At("out"));
        var reading = Task.Run(() => File.ReadAllText(pipe), Cancel);
        await OutputFile.WriteAllTextAsync(pipe, "through", Cancel);
        Assert.Equal("through", await reading);
        Assert.Equal(PathKind.Pipe, RegularFile.KindOf(pipe));
        OutputFile.WriteAllBytes("/dev/null", "nothing"u8);
        Assert.Equal(PathKind.Device, RegularFile.KindOf("/dev/null"));
        Assert.Throws<PathException>(() => OutputFile.WriteAllBytes(_folder, "x"u8));
    }

    [Fact]
    public void A_full_device_is_told_by_its_folder()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The device that is always full is Linux's.");
        var fault = Assert.ThrowsAny<IOException>(() => OutputFile.WriteAllBytes("/dev/full", "x"u8));
        Assert.StartsWith("The disk that holds /dev is full (", FullDisk.Describe(fault), StringComparison.Ordinal);
        Assert.Equal(FullDisk.Describe(fault), FullDisk.Describe(new InvalidOperationException("outside", new AggregateException(new IOException("another"), fault))));
        Assert.Null(FullDisk.Describe(new IOException("another")));
        Assert.Null(FullDisk.Describe(new FileNotFoundException("missing", "/dev/full")));
    }

    /// <summary>The part of the test that runs on a small disk: this program, started again in there.</summary>
    [Fact]
    public async Task On_a_disk_that_is_full_nothing_half_written_stays_and_the_reserve_makes_room()
    {
        var (code, output, errors) = await SmallDisk.RunAsync(
            40,
            $"MEDQA_SMALL_DISK=$DISK dotnet {typeof(OutputFileTests).Assembly.Location} -noColor -method '*OutputFileTests.Within_the_small_disk'",
            null,
            Cancel);
        Assert.True(code == 0 && output.Contains("Failed: 0, Skipped: 0", StringComparison.Ordinal), $"{code}: {output}{errors}");
    }

    [Fact]
    public void Within_the_small_disk()
    {
        var disk = Environment.GetEnvironmentVariable("MEDQA_SMALL_DISK");
        Assert.SkipWhen(disk is null, "The test of a full disk starts this one in there.");
        var volume = new DataVolume(disk!);
        volume.Reserve();
        Assert.False(volume.IsFull);
        Assert.True(File.Exists(Path.Combine(disk!, DataVolume.ReserveFile)));
        var report = Path.Combine(disk!, "report.html");
        OutputFile.WriteAllBytes(report, "before"u8);

        var fault = Assert.ThrowsAny<IOException>(() => OutputFile.WriteAllBytes(report, new byte[64 << 20]));
        Assert.StartsWith($"The disk that holds {disk} is full (", FullDisk.Describe(fault), StringComparison.Ordinal);
        Assert.Equal("before", File.ReadAllText(report));
        Assert.Equal(["report.html", DataVolume.ReserveFile], Directory.GetFileSystemEntries(disk!).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        // Somebody else fills it.
        using (var other = File.Create(Path.Combine(disk!, "other")))
        {
            Assert.ThrowsAny<IOException>(() => other.Write(new byte[64 << 20]));
        }

        Assert.True(volume.IsFull);
        Assert.True(FullDisk.Refuses(disk!));
        volume.Release();
        Assert.False(volume.IsFull);
        Assert.True(volume.IsShort);
        volume.Reserve();
        Assert.False(File.Exists(Path.Combine(disk!, DataVolume.ReserveFile)));
        File.Delete(Path.Combine(disk!, "other"));
        volume.Reserve();
        Assert.True(File.Exists(Path.Combine(disk!, DataVolume.ReserveFile)));
    }

    private string At(string name) => Path.Combine(_folder, name);
}
