using System.Diagnostics;
using MedQA.Inference;
using MedQA.Inference.Sessions;
using MedQA.LocalHost.Commands;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Reading;
using MedQA.Pipeline.Splitting;
using MedQA.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedQA.LocalHost.Tests.Commands;

/// <summary>A worker as a process of its own whose disk has no room: what it answers goes to the storage.</summary>
public sealed class FullDiskTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_that_can_write_neither_its_name_nor_its_notices_answers_all_the_same()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The device that is always full is Linux's.");
        await using var medqa = new MedqaProcess();
        await using var held = await medqa.HoldStorageAsync();
        await medqa.Storage.EnsureCreatedAsync(Cancel);
        var profile = medqa.Profile(samples: 1);
        var upload = await medqa.Storage.QuestionSets.GetBlobClient("sums.csv").UploadAsync(medqa.Sums(4), overwrite: true, Cancel);
        await using var model = await OnnxLanguageModel.LoadAsync(Repository.PathOf("models", "reasoner"), new ModelOptions { Threads = 1 }, Cancel);
        var profiles = new ProfileFolder(Path.GetDirectoryName(profile)!);
        var splitter = new QuestionSetSplitter(medqa.Storage, profiles, model.Description, model.CountTokens, new SplitOptions { DefaultProfile = Path.GetFileNameWithoutExtension(profile) }, TimeProvider.System, NullLogger.Instance);
        var run = (await splitter.OnUploadAsync("sums.csv", upload.Value.ETag, Cancel)).Run!.Value;
        var advancer = new RunAdvancer(medqa.Storage, new AdvanceOptions(), TimeProvider.System, NullLogger.Instance);

        var full = Directory.CreateDirectory(Path.Combine(medqa.Folder, "full")).FullName;
        File.CreateSymbolicLink(Path.Combine(full, "worker.id"), "/dev/full");
        using var worker = Process.Start(new ProcessStartInfo("sh", ["-c", "exec dotnet \"$@\" >/dev/full 2>&1", "sh", typeof(ExitCode).Assembly.Location, "worker", "--log", "debug", "--threads", "1"])
        {
            UseShellExecute = false,
            Environment = { ["MEDQA_STORAGE"] = medqa.ConnectionString, ["MEDQA_DATA"] = full, ["MEDQA_MODEL"] = Repository.PathOf("models", "reasoner") },
        })!;
        try
        {
            while (!(await advancer.AdvanceAsync(run, Cancel)).IsDone)
            {
                // Another process answers: there is no event here to wait for.
                Assert.False(worker.HasExited, "The worker has ended.");
                await Task.Delay(200, Cancel);
            }
        }
        finally
        {
            worker.Kill();
            await worker.WaitForExitAsync(CancellationToken.None);
        }

        var summary = (await new RunReader(medqa.Storage).GetAsync(run, Cancel))!;
        Assert.Equal((RunState.Completed, 4, 0), (summary.State, summary.Totals.Done, summary.Totals.Failed));
    }
}
