namespace MedQA.Files.Tests;

public sealed class OutputFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-files-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_folder_is_made_with_those_above_it_and_one_that_is_there_stays()
    {
        var path = Path.Combine(_folder, "a", "b");
        OutputFolder.Create(path, onlyForOwner: true);
        File.WriteAllText(Path.Combine(path, "kept"), "");

        OutputFolder.Create(path);

        Assert.True(File.Exists(Path.Combine(path, "kept")));
        Assert.All([path, Path.GetDirectoryName(path)!], static made => Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(made) == (UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)));
    }

    [Fact]
    public void A_file_in_its_place_is_named()
    {
        var path = Path.Combine(_folder, "file");
        File.WriteAllText(path, "mine");

        var fault = Assert.Throws<PathException>(() => OutputFolder.Create(path));

        Assert.Equal($"{path} is a file, where a folder is expected. Name another folder.", fault.Message);
        Assert.Equal("mine", File.ReadAllText(path));
    }

    [Fact]
    public void A_link_that_leads_nowhere_is_named_with_its_target()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows lets few users make links.");
        var path = Path.Combine(_folder, "link");
        File.CreateSymbolicLink(path, "/nowhere");
        Assert.Equal(PathKind.Missing, RegularFile.KindOf(path));

        var fault = Assert.Throws<PathException>(() => OutputFolder.Create(path));

        Assert.Equal($"{path} is a link to /nowhere, which does not exist. Create that folder, or name another one.", fault.Message);
    }

    [Fact]
    public void A_link_to_a_folder_is_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows lets few users make links.");
        var path = Path.Combine(_folder, "link");
        Directory.CreateSymbolicLink(path, Directory.CreateDirectory(Path.Combine(_folder, "there")).FullName);

        OutputFolder.Create(path);

        Assert.NotNull(new DirectoryInfo(path).LinkTarget);
    }
}
