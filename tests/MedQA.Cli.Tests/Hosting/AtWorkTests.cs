using MedQA.Cli.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Cli.Tests.Hosting;

/// <summary>Who works on a data folder, as other processes see it.</summary>
public sealed class AtWorkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-at-work-").FullName;

    private string Files => Path.Combine(_folder, "at-work");

    [Fact]
    public void A_process_is_at_work_until_it_says_otherwise()
    {
        var seen = new AtWork(_folder, TimeProvider.System);
        Assert.Empty(seen.Processes());

        var serve = seen.Begin("serve", "aa");
        using (seen.Begin("worker", "bb"))
        {
            Assert.Equal(
                [new WorkingProcess("serve", Environment.ProcessId, "aa"), new WorkingProcess("worker", Environment.ProcessId, "bb")],
                new AtWork(_folder, TimeProvider.System).Processes());
            Assert.Equal([true, false], seen.Present().Select(static attendant => attendant.Drives));
        }

        Assert.Equal("serve", Assert.Single(seen.Processes()).Command);
        serve.Dispose();
        Assert.Empty(seen.Processes());
        Assert.Empty(Directory.GetFiles(Files));
    }

    [Fact]
    public void What_a_killed_process_has_left_or_a_copy_has_brought_is_nobody_and_goes()
    {
        using var serve = new AtWork(_folder, TimeProvider.System).Begin("serve", "aa");
        var copy = Path.Combine(_folder, "copy");
        Directory.CreateDirectory(Path.Combine(copy, "at-work"));
        foreach (var file in Directory.GetFiles(Files))
        {
            // As `cp` does, which asks for no lock.
            File.WriteAllBytes(Path.Combine(copy, "at-work", Path.GetFileName(file)), []);
        }

        Assert.Empty(new AtWork(copy, TimeProvider.System).Processes());
        Assert.Empty(Directory.GetFiles(Path.Combine(copy, "at-work")));
        Assert.Single(new AtWork(_folder, TimeProvider.System).Processes());
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    public void One_that_has_not_stirred_for_long_is_not_at_work_and_its_file_stays(int seconds)
    {
        using var serve = new AtWork(_folder, TimeProvider.System).Begin("serve", "aa");
        Assert.Single(new AtWork(_folder, TimeProvider.System).Processes());

        Assert.Empty(new AtWork(_folder, new FakeTimeProvider(DateTimeOffset.UtcNow.AddSeconds(seconds))).Processes());

        Assert.Single(new AtWork(_folder, TimeProvider.System).Processes());
    }

    [Fact]
    public void Whatever_else_lies_there_is_nobody_and_a_folder_that_cannot_be_written_keeps_nobody_from_working()
    {
        Directory.CreateDirectory(Files);
        File.WriteAllText(Path.Combine(Files, "notes.txt"), "");
        Assert.Empty(new AtWork(_folder, TimeProvider.System).Processes());
        Assert.True(File.Exists(Path.Combine(Files, "notes.txt")));

        var taken = Path.Combine(_folder, "taken");
        Directory.CreateDirectory(taken);
        File.WriteAllText(Path.Combine(taken, "at-work"), "");
        using (new AtWork(taken, TimeProvider.System).Begin("serve", "aa"))
        {
            Assert.Empty(new AtWork(taken, TimeProvider.System).Processes());
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
