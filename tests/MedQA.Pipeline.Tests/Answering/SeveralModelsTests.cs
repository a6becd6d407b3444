using System.Text;
using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;
using MedQA.Pipeline.Uploading;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Pipeline.Tests.Answering;

/// <summary>A process with several models.</summary>
public sealed class SeveralModelsTests(AzuriteFixture azurite)
{
    private static readonly SplitOptions Split = new() { DefaultProfile = "quick", BatchSize = 2, ClaimFor = TimeSpan.FromMilliseconds(50) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_run_is_answered_by_its_own_model_and_has_the_id_that_a_process_with_that_model_alone_gives_it()
    {
        var storage = await azurite.NewAsync();
        var (first, second) = (new ScriptedModel("first", "a"), new ScriptedModel("second", "b"));
        var splitter = SplitterOf(storage, first, second);
        using var worker = WorkerOf(storage, first, second);
        var advancer = new RunAdvancer(storage, new AdvanceOptions(), TimeProvider.System, NullLogger<RunAdvancer>.Instance);
        var upload = await StoreAsync(storage, 3, "first");

        var usual = await splitter.StartAsync(upload, Cancel);
        var chosen = await splitter.StartAsync(upload, Cancel, model: "second");
        var alone = await SplitterOf(storage, second).StartAsync(upload, Cancel);

        Assert.Equal((SplitResult.Created, SplitResult.Created), (usual.Result, chosen.Result));
        Assert.Equal(new SplitOutcome(SplitResult.Known, chosen.Run), alone);
        await Assert.ThrowsAsync<ArgumentException>(() => splitter.StartAsync(upload, Cancel, model: "third"));
        foreach (var (run, model, other) in new[] { (chosen.Run!.Value, second, first), (usual.Run!.Value, first, second) })
        {
            var before = other.Asked.Values.Sum();
            await advancer.AdvanceAsync(run, Cancel);
            while ((await storage.BatchQueue.ReceiveMessageAsync(TimeSpan.FromSeconds(30), Cancel)).Value is { } message)
            {
                Assert.True(BatchMessage.TryParse(message.MessageText, out var batch));
                Assert.Equal(BatchOutcome.Finished, await worker.AnswerAsync(batch, Cancel));
                await storage.BatchQueue.DeleteMessageAsync(message.MessageId, message.PopReceipt, Cancel);
            }

            Assert.Equal(3, model.Asked.Count);
            Assert.Equal(before, other.Asked.Values.Sum());
            Assert.Equal(model.Description.Name, (await new RunReader(storage).GetAsync(run, Cancel))!.Model);
        }
    }

    [Fact]
    public async Task A_run_of_a_model_that_is_not_here_names_all_that_are()
    {
        var bench = new Bench(await azurite.NewAsync(), new ScriptedModel("elsewhere", "c"));
        var run = await bench.StartAsync(1);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        using var worker = WorkerOf(bench.Storage, new ScriptedModel("first", "a"), new ScriptedModel("second", "b"));
        var message = (await bench.Storage.BatchQueue.ReceiveMessageAsync(TimeSpan.FromSeconds(30), Cancel)).Value;
        Assert.True(BatchMessage.TryParse(message.MessageText, out var batch));

        Assert.Equal(BatchOutcome.OtherModel, await worker.AnswerAsync(batch, Cancel));

        await bench.Advancer.AdvanceAsync(run, Cancel);
        Assert.Equal(
            "The run requires model c (elsewhere), but worker several has a (first) and b (second).",
            (await bench.Reader.GetAsync(run, Cancel))!.Reason);
    }

    [Theory]
    [InlineData("first", "a")]
    [InlineData("second", "b")]
    public async Task A_set_whose_maker_was_cut_off_is_run_by_the_model_that_it_was_stored_for(string stored, string model)
    {
        var storage = await azurite.NewAsync();
        await StoreAsync(storage, 2, stored);

        await ScanAsync(storage, new ScriptedModel("third", "c"));
        Assert.Empty((await new RunReader(storage).ListAsync(null, 10, Cancel)).Runs);
        await ScanAsync(storage, new ScriptedModel("first", "a"), new ScriptedModel("second", "b"));

        Assert.Equal(model, Assert.Single((await new RunReader(storage).ListAsync(null, 10, Cancel)).Runs).Model);
    }

    [Fact]
    public async Task A_run_that_lost_its_blobs_is_made_again_for_its_own_model_even_if_that_is_not_the_usual_one()
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage, new ScriptedModel("second", "b"));
        await bench.UploadAsync("cases.csv", Bench.Csv(2));
        await ScanAsync(storage, bench.Model);
        var run = Assert.Single((await bench.Reader.ListAsync(null, 10, Cancel)).Runs).Run;
        await new UploadReceipts(storage).ForgetAsync(run, "second", Cancel);
        await storage.Manifest(run).DeleteAsync(cancellationToken: Cancel);

        await ScanAsync(storage, new ScriptedModel("first", "a"), bench.Model);

        Assert.Equal("b", (await bench.Reader.GetManifestAsync(run, Cancel))!.ModelName);
        Assert.Single((await bench.Reader.ListAsync(null, 10, Cancel)).Runs);
    }

    [Fact]
    public async Task A_profile_in_a_models_folder_is_for_that_model_alone()
    {
        var storage = await azurite.NewAsync();
        var (first, second) = (new ScriptedModel("first", "a"), new ScriptedModel("second", "b"));
        var splitter = SplitterOf(
            storage, first, new AnsweringModel(second.Description, second.CountTokens, new Bench.OneProfile(Bench.Quick with { Samples = 5 })));
        var upload = await StoreAsync(storage, 2, "first");

        var usual = await splitter.StartAsync(upload, Cancel);
        var own = await splitter.StartAsync(upload, Cancel, model: "second");

        var reader = new RunReader(storage);
        Assert.Equal(3, (await reader.GetManifestAsync(usual.Run!.Value, Cancel))!.Protocol!.Profile.Samples);
        Assert.Equal(5, (await reader.GetManifestAsync(own.Run!.Value, Cancel))!.Protocol!.Profile.Samples);
    }

    [Fact]
    public async Task What_another_process_refused_is_sent_again_at_once_where_its_model_is_and_wakes_no_worker_without_it()
    {
        var storage = await azurite.NewAsync();
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var bench = new Bench(storage, new ScriptedModel("first", "a"), time);
        var run = await bench.StartAsync(2);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        using var other = WorkerOf(storage, new ScriptedModel("second", "b"));
        await RefuseAsync();

        // Who has the model sends it again within a second, and wakes its own worker.
        time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Equal(0, await SentAsync(Driver("second")));
        Assert.Equal(1, await SentAsync(Driver("first")));
        await RefuseAsync();

        // Who has not, but knows that somebody has, does so after ten.
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(0, await SentAsync(Driver("second")));
        Assert.Equal(1, await SentAsync(Driver("second", static model => model == "first")));

        RunAdvancer Driver(string model, Func<string, bool>? isAtWork = null) => new(
            storage,
            new AdvanceOptions { OwnModels = [model], IsAtWork = isAtWork },
            time,
            NullLogger<RunAdvancer>.Instance);

        async Task<int> SentAsync(RunAdvancer driver)
        {
            await driver.AdvanceAsync(run, Cancel);
            return await storage.CountBatchesAsync(Cancel);
        }

        async Task RefuseAsync()
        {
            var message = (await storage.BatchQueue.ReceiveMessageAsync(TimeSpan.FromSeconds(30), Cancel)).Value;
            Assert.True(BatchMessage.TryParse(message.MessageText, out var batch));
            time.Advance(TimeSpan.FromMilliseconds(10));
            Assert.Equal(BatchOutcome.OtherModel, await other.AnswerAsync(batch, Cancel));
            await storage.BatchQueue.DeleteMessageAsync(message.MessageId, message.PopReceipt, Cancel);
        }
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_makes_the_run_wait_with_the_reason_and_fails_no_question()
    {
        var bench = new Bench(await azurite.NewAsync(), advance: new AdvanceOptions { ResendAfter = TimeSpan.FromMilliseconds(50) });
        var isDamaged = true;
        bench.Model.Preparing = _ => isDamaged
            ? throw new ModelUnavailableException("Model scripted cannot be loaded: model.onnx is missing.")
            : Task.CompletedTask;
        var run = await bench.StartAsync(3);
        await bench.Advancer.AdvanceAsync(run, Cancel);

        Assert.Equal(BatchOutcome.ModelUnavailable, await bench.AnswerNextAsync(Cancel));

        await bench.Advancer.AdvanceAsync(run, Cancel);
        Assert.Equal("Model scripted cannot be loaded: model.onnx is missing.", (await bench.Reader.GetAsync(run, Cancel))!.Reason);
        isDamaged = false;
        var ended = await bench.CompleteAsync(run);
        Assert.Equal((RunState.Completed, 3, 0), (ended.State, ended.Totals.Done, ended.Totals.Failed));
    }

    private static QuestionSetSplitter SplitterOf(RunStorage storage, ScriptedModel model, params ScriptedModel[] others) => new(
        storage,
        new ProfileCatalog(new Bench.OneProfile()),
        model.Description,
        Split,
        TimeProvider.System,
        NullLogger<QuestionSetSplitter>.Instance,
        countTokens: model.CountTokens,
        others: [.. others.Select(static other => new AnsweringModel(other.Description, other.CountTokens))]);

    private static QuestionSetSplitter SplitterOf(RunStorage storage, ScriptedModel model, AnsweringModel other) => new(
        storage,
        new ProfileCatalog(new Bench.OneProfile()),
        model.Description,
        Split,
        TimeProvider.System,
        NullLogger<QuestionSetSplitter>.Instance,
        countTokens: model.CountTokens,
        others: [other]);

    private static BatchWorker WorkerOf(RunStorage storage, ScriptedModel model, params ScriptedModel[] others) => new(
        storage, model, new WorkerOptions { Name = "several" }, TimeProvider.System, NullLogger<BatchWorker>.Instance, others: others);

    private static Task<Upload> StoreAsync(RunStorage storage, int questions, string model) =>
        new QuestionSetUploads(storage, TimeProvider.System, model: new ScriptedModel("first", "a").Description).StoreAsync(
            new MemoryStream(Encoding.UTF8.GetBytes(Bench.Csv(questions))), "cases.csv", null, again: false, default, caller: null, Cancel, model);

    private static async Task ScanAsync(RunStorage storage, ScriptedModel model, params ScriptedModel[] others)
    {
        var advancer = new RunAdvancer(storage, new AdvanceOptions(), TimeProvider.System, NullLogger<RunAdvancer>.Instance);
        var loop = new RunLoop(
            storage, advancer, SplitterOf(storage, model, others), TimeProvider.System, NullLogger<RunLoop>.Instance, servesAnybody: true);
        await loop.ScanAsync(SplitterOf(storage, model, others), Cancel);
    }
}
