using System.IO.Compression;
using MedQA.Cli.Runs;
using MedQA.Evaluation;

namespace MedQA.Cli.Tests.Runs;

public sealed class UnpackedArchiveTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_are_written_below_the_folder()
    {
        var folder = Directory.CreateTempSubdirectory("medqa-archive").FullName;
        var written = new List<string>();
        await UnpackedArchive.WriteAsync(Archive("a.txt", "data/b/c.txt"), folder, written.Add, Cancel);
        Assert.Equal([Path.Combine(folder, "a.txt"), Path.Combine(folder, "data", "b", "c.txt")], written);
        Assert.Equal("data/b/c.txt", await File.ReadAllTextAsync(written[1], Cancel));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("../outside.txt")]
    [InlineData("data/../../outside.txt")]
    [InlineData("/tmp/medqa-outside.txt")]
    public async Task An_archive_with_a_file_outside_the_folder_writes_nothing(string name)
    {
        var folder = Directory.CreateTempSubdirectory("medqa-archive").FullName;
        var fault = await Assert.ThrowsAsync<InputException>(() => UnpackedArchive.WriteAsync(Archive("a.txt", name), folder, static _ => { }, Cancel));
        Assert.Contains(name, fault.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        Directory.Delete(folder);
    }

    [Fact]
    public async Task What_is_no_archive_is_refused()
    {
        using var content = new MemoryStream("no archive"u8.ToArray());
        await Assert.ThrowsAsync<InputException>(() => UnpackedArchive.WriteAsync(content, Path.GetTempPath(), static _ => { }, Cancel));
    }

    private static MemoryStream Archive(params string[] names)
    {
        var content = new MemoryStream();
        using (var archive = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in names)
            {
                using var file = new StreamWriter(archive.CreateEntry(name).Open());
                file.Write(name);
            }
        }

        content.Position = 0;
        return content;
    }
}
