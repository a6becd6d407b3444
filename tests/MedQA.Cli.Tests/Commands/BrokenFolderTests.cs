using MedQA.Azurite;
using MedQA.Faults.Tests;

namespace MedQA.Cli.Tests.Commands;

/// <summary>
/// Whatever happens to the processes that use a data folder, also while they start: they are killed, suspended and looked at, the folder
/// is copied. docs/faults.md says how more seeds are tried.
/// </summary>
public sealed class BrokenFolderTests
{
    private const int Questions = 10;
    private const int Rounds = 5;

    [LongFact]
    public Task Whatever_happens_to_the_processes_of_a_folder_its_run_ends_with_every_question_once() =>
        Seeds.TryAllAsync("a broken data folder", Seeds.Of(usual: 1, oneOf: 10), async (seed, cancel) =>
        {
            var random = new Random(seed);
            await using var medqa = new MedqaProcess();
            var (sums, profile) = (medqa.Sums(Questions), medqa.Profile(samples: 3));
            for (var round = 0; round < Rounds; round++)
            {
                var running = medqa.Start("run", sums, "--profile", profile);
                var said = Task.WhenAll(running.StandardOutput.ReadToEndAsync(cancel), running.StandardError.ReadToEndAsync(cancel));

                // When it breaks is part of the seed: before, while or after the storage starts, or while questions are answered.
                await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * 6), cancel);
                switch (random.Next(4))
                {
                    case 0:
                        break;
                    case 1:
                        if (await OwnerAsync(medqa, cancel) is { } owner)
                        {
                            await Signals.SendAsync("KILL", owner, cancel);
                        }

                        break;
                    case 2:
                        await Signals.SendAsync("STOP", running.Id, cancel);
                        var waiting = medqa.RunAsync("results");
                        await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * 5), cancel);
                        await Signals.SendAsync("CONT", running.Id, cancel);
                        await MustSucceedAsync(waiting, $"results beside a process that was suspended in round {round}");
                        break;
                    default:
                        Directory.CreateDirectory(Path.Combine(medqa.Folder, ".medqa"));
                        var (copy, ports) = await medqa.DataCopyAsync($"copy-{round}");
                        await MustSucceedAsync(
                            medqa.RunAsync("results", "--data", copy, "--ports", ports),
                            $"results of a copy that was made in round {round}");
                        break;
                }

                running.Kill();
                await running.WaitForExitAsync(cancel);
                await said;
            }

            await MustSucceedAsync(medqa.RunAsync("run", sums, "--profile", profile), "the last start");
            var report = (await medqa.JsonAsync("results", "latest")).GetProperty("report").GetProperty("accuracy");
            Assert.Equal(Questions, report.GetProperty("scored").GetInt32());
            await MustSucceedAsync(medqa.RunAsync("export", "latest", "--to", "exported"), "the export");
            var ordinals = File.ReadLines(Path.Combine(medqa.Folder, "exported", "answers.csv")).Skip(1).Select(static line => line.Split(',')[0]);
            Assert.Equal(Questions, ordinals.Distinct().Count());
        });

    private static async Task MustSucceedAsync(Task<(int Code, string Output, string Notices)> running, string what)
    {
        var (code, _, notices) = await running;
        Assert.True(code == 0, $"{what}: code {code}, {notices}");
    }

    private static async Task<int?> OwnerAsync(MedqaProcess medqa, CancellationToken cancellationToken) =>
        (await AzuriteRecord.ReadAsync(AzuriteRecord.PathFor(Path.Combine(medqa.Folder, ".medqa")), cancellationToken))?.Pid;
}
