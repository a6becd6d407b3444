using MedQA.Cli.Hosting;

namespace MedQA.Cli.Tests.Hosting;

public sealed class WorkerIdentityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-identity-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void It_stays_the_same_from_one_start_to_the_next()
    {
        Guid? first;
        using (var identity = WorkerIdentity.Take(_folder))
        {
            first = identity.Id;
        }

        Assert.NotNull(first);
        using var again = WorkerIdentity.Take(_folder);
        Assert.Equal(first, again.Id);
    }

    [Fact]
    public void Only_one_has_it_at_a_time()
    {
        using var first = WorkerIdentity.Take(_folder);
        using var second = WorkerIdentity.Take(_folder);
        Assert.NotNull(first.Id);
        Assert.Null(second.Id);
    }

    [Fact]
    public void A_damaged_file_gives_a_new_one()
    {
        File.WriteAllText(Path.Combine(_folder, "worker.id"), "torn");
        using (var identity = WorkerIdentity.Take(_folder))
        {
            Assert.NotNull(identity.Id);
        }

        Assert.Equal(32, new FileInfo(Path.Combine(_folder, "worker.id")).Length);
    }

    [Fact]
    public void Where_the_disk_is_full_there_is_none()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The device that is always full is Linux's.");
        File.CreateSymbolicLink(Path.Combine(_folder, "worker.id"), "/dev/full");
        using var identity = WorkerIdentity.Take(_folder);
        Assert.Null(identity.Id);
    }

    [Fact]
    public void Where_the_folder_cannot_be_there_is_none()
    {
        File.WriteAllText(Path.Combine(_folder, "file"), "");
        using var identity = WorkerIdentity.Take(Path.Combine(_folder, "file"));
        Assert.Null(identity.Id);
    }
}
