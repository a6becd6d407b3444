using System.Globalization;
using System.Text;
using Azure.Data.Tables;
using Azure.Storage.Blobs.Models;
using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;
using MedQA.Pipeline.Uploading;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedQA.Pipeline.Tests.Uploading;

/// <summary>
/// Whose an upload is: of whoever stored it through this service, for the model that it was stored for; else of whoever serves, once.
/// </summary>
public sealed class UploadOwnershipTests(AzuriteFixture azurite)
{
    private static readonly SplitOptions Held = new() { DefaultProfile = "quick", BatchSize = 2, ClaimFor = TimeSpan.FromMinutes(5) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_after_any_call_a_maker_leaves_one_run_to_its_own_model_and_none_to_another()
    {
        var prefix = azurite.NewPrefix();
        var storage = azurite.Open(prefix);
        await storage.EnsureCreatedAsync(Cancel);
        var counted = new StorageFaults();
        await MakeAsync(new Bench(azurite.Open(prefix, counted.Configure)), "0");
        Assert.InRange(counted.Calls, 8, 60);

        for (var call = 1; call <= counted.Calls; call++)
        {
            var text = call.ToString(CultureInfo.InvariantCulture);
            var faults = new StorageFaults { KillAfter = call };
            await Assert.ThrowsAnyAsync<Exception>(() => MakeAsync(new Bench(azurite.Open(prefix, faults.Configure)), text));
            Assert.True(faults.Killed);
        }

        // The last words of the killed are old by now for everybody who looks.
        var other = new ScriptedModel("other");
        await ScanAsync(storage, other, servesAnybody: true);
        await ScanAsync(storage, new ScriptedModel(), servesAnybody: false);
        await ScanAsync(storage, new ScriptedModel(), servesAnybody: true);
        await ScanAsync(storage, other, servesAnybody: true);

        var runs = await RunsAsync(storage);
        var uploads = await storage.QuestionSets.GetBlobsAsync(
            cancellationToken: Cancel).Select(static blob => blob.Name).ToListAsync(Cancel);
        Assert.Equal(uploads.Order(StringComparer.Ordinal), runs.Select(static run => run.Source).Order(StringComparer.Ordinal));
        Assert.All(runs, static run => Assert.Equal("scripted-model", run.ModelFingerprint));
        Assert.InRange(runs.Count, counted.Calls - 2, counted.Calls + 1);
    }

    [Fact]
    public async Task What_its_maker_is_told_is_rejected_leaves_no_run_no_blob_and_nothing_for_anybody_to_take()
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage);
        (string?, string)[] refused =
        [
            (null, "no question set\nat all\n"),
            (null, "id,question,option_a,option_b,answer\nq1,,x,y,A\n"),
            ("tuned", Bench.Csv(2)),
        ];
        foreach (var (profile, body) in refused)
        {
            var outcome = await bench.Splitter.StartAsync(await StoreAsync(bench, body, profile), Cancel);
            Assert.Equal(SplitResult.Rejected, outcome.Result);
            Assert.NotEqual("", outcome.Rejection!.Sentence);
        }

        await ScanAsync(storage, new ScriptedModel("other"), servesAnybody: true);
        await ScanAsync(storage, new ScriptedModel(), servesAnybody: true);

        Assert.Empty(await RunsAsync(storage));
        Assert.Empty(await storage.QuestionSets.GetBlobsAsync(cancellationToken: Cancel).ToListAsync(Cancel));
        Assert.Empty(await storage.Runs.GetBlobsAsync(cancellationToken: Cancel).ToListAsync(Cancel));
        Assert.Empty(await ReceiptsAsync(storage));
    }

    [Fact]
    public async Task A_rejection_for_one_model_takes_nothing_from_the_run_that_another_has_made_of_the_same_content()
    {
        var storage = await azurite.NewAsync();
        var made = await MakeAsync(new Bench(storage), "a");
        var incapable = new QuestionSetSplitter(
            storage,
            new ProfileCatalog(new Bench.OneProfile()),
            new ScriptedModel("other").Description with { HasChatTemplate = false },
            Held,
            TimeProvider.System,
            NullLogger<QuestionSetSplitter>.Instance);

        var outcome = await incapable.StartAsync(
            await StoreAsync(new Bench(storage, new ScriptedModel("other")), Bench.Csv(2, "a")), Cancel);

        Assert.Equal(SplitResult.Rejected, outcome.Result);
        Assert.Equal(made.Run, Assert.Single(await RunsAsync(storage)).Run);
        Assert.Single(await storage.QuestionSets.GetBlobsAsync(cancellationToken: Cancel).ToListAsync(Cancel));
        await ScanAsync(storage, new ScriptedModel("third"), servesAnybody: true);
        Assert.Single(await RunsAsync(storage));
    }

    [Fact]
    public async Task Asked_for_with_two_models_one_content_is_two_runs_and_no_third()
    {
        var storage = await azurite.NewAsync();
        var first = await MakeAsync(new Bench(storage), "a");
        var second = await MakeAsync(new Bench(storage, new ScriptedModel("other")), "a");

        foreach (var model in (string[])["scripted-model", "other", "third"])
        {
            await ScanAsync(storage, new ScriptedModel(model), servesAnybody: true);
        }

        Assert.Equal((SplitResult.Created, SplitResult.Created), (first.Result, second.Result));
        Assert.Equal(2, (await RunsAsync(storage)).Count);
    }

    [Fact]
    public async Task Files_of_people_become_one_run_each_of_whoever_serves_and_none_of_who_only_runs_files_of_his_own()
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage);
        for (var i = 0; i < 6; i++)
        {
            await bench.UploadAsync($"quick/{i}.csv", Bench.Csv(3));
        }

        var metadata = new Dictionary<string, string> { ["profile"] = "quick" };
        var named = storage.QuestionSets.GetBlobClient("named.csv");
        await named.UploadAsync(BinaryData.FromString(Bench.Csv(3)), new BlobUploadOptions { Metadata = metadata }, Cancel);

        await ScanAsync(storage, new ScriptedModel(), servesAnybody: false);
        Assert.Empty(await RunsAsync(storage));

        await Task.WhenAll(
            Enumerable.Range(0, 4).Select(i => ScanAsync(storage, new ScriptedModel($"model {i % 2}"), servesAnybody: true, Held)));
        await ScanAsync(storage, new ScriptedModel("model 2"), servesAnybody: true, Held);

        Assert.Equal(7, (await RunsAsync(storage)).Select(static run => run.Source).Distinct().Count());
        Assert.Equal(7, (await RunsAsync(storage)).Count);

        // Written anew it is another upload.
        await bench.UploadAsync("quick/0.csv", Bench.Csv(4));
        await ScanAsync(storage, new ScriptedModel("model 2"), servesAnybody: true);
        Assert.Equal((8, "model 2"), ((await RunsAsync(storage)).Count, (await RunsAsync(storage))[0].ModelFingerprint));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_whose_taker_was_killed_is_taken_by_who_serves_next_unless_its_run_stands(bool committed)
    {
        var prefix = azurite.NewPrefix();
        var storage = azurite.Open(prefix);
        await storage.EnsureCreatedAsync(Cancel);
        await new Bench(storage).UploadAsync("cases.csv", Bench.Csv(3));
        var faults = new StorageFaults();
        await ScanAsync(azurite.Open(prefix, faults.Configure), new ScriptedModel(), servesAnybody: true);
        var made = Assert.Single(await RunsAsync(storage));

        // The receipt as a process leaves it that died before it could complete it.
        var receipt = Assert.Single(await ReceiptsAsync(storage));
        (receipt["Standing"], receipt["Owner"]) = ("Claimed", "the dead");
        await storage.RunTable.UpsertEntityAsync(receipt, TableUpdateMode.Replace, Cancel);
        if (!committed)
        {
            await storage.Manifest(made.Run).DeleteAsync(cancellationToken: Cancel);
        }

        await ScanAsync(storage, new ScriptedModel("other"), servesAnybody: true, Held);
        Assert.Single(await RunsAsync(storage));
        await Task.Delay(60, Cancel);
        await ScanAsync(storage, new ScriptedModel("other"), servesAnybody: true);

        Assert.Equal(committed ? 1 : 2, (await RunsAsync(storage)).Count);
        Assert.Equal("Handled", Assert.Single(await ReceiptsAsync(storage))["Standing"]);
    }

    [Fact]
    public async Task A_process_that_was_taken_for_dead_makes_no_second_run_when_it_wakes_up()
    {
        var prefix = azurite.NewPrefix();
        var storage = azurite.Open(prefix);
        await storage.EnsureCreatedAsync(Cancel);
        var counted = new StorageFaults();
        await new Bench(storage).UploadAsync("first.csv", Bench.Csv(3));
        await ScanAsync(azurite.Open(prefix, counted.Configure), new ScriptedModel(), servesAnybody: true);

        // It stands still in front of each of its calls in turn, for longer than its claim is good.
        foreach (var call in Enumerable.Range(1, counted.Calls).Where(LongFactAttribute.Takes))
        {
            var (at, blob) = (call, string.Create(CultureInfo.InvariantCulture, $"{call}.csv"));
            await new Bench(storage).UploadAsync(blob, Bench.Csv(3));
            var faults = new StorageFaults
            {
                Before = async number =>
                {
                    if (number == at)
                    {
                        await Task.Delay(60, Cancel);
                        await ScanAsync(storage, new ScriptedModel("other"), servesAnybody: true);
                    }
                },
            };
            await ScanAsync(azurite.Open(prefix, faults.Configure), new ScriptedModel(), servesAnybody: true);
            var made = (await RunsAsync(storage)).Count(run => run.Source == blob && run.State != RunState.Deleting);
            Assert.True(made == 1, $"Stood still before call {call}.");
        }
    }

    [Fact]
    public async Task The_event_of_a_posted_set_leaves_the_splitting_to_the_request()
    {
        var prefix = azurite.NewPrefix();
        var storage = azurite.Open(prefix);
        await storage.EnsureCreatedAsync(Cancel);
        var upload = await StoreAsync(new Bench(storage), Bench.Csv(3), "few-shot");

        // Who would split it here would fail.
        var model = new ScriptedModel();
        Func<Prompt, int> ill = static _ => throw new InvalidOperationException("It was split.");
        var events = new QuestionSetSplitter(
            storage, new ProfileCatalog(new ProfileFolder(null)), model.Description, Held, TimeProvider.System, NullLogger<QuestionSetSplitter>.Instance, countTokens: ill);
        Task<SplitOutcome>? coming = null;
        var faults = new StorageFaults
        {
            Before = async _ =>
            {
                if (coming is null && (await ReceiptsAsync(storage)).Count == 1)
                {
                    coming = events.OnUploadAsync(new UploadEvent(upload.BlobName, ETag: null), Cancel);
                }
            },
        };
        var posted = await new Bench(azurite.Open(prefix, faults.Configure), model, split: Held).Splitter.StartAsync(upload, Cancel);

        Assert.Equal(SplitResult.Created, posted.Result);
        Assert.Equal(new SplitOutcome(SplitResult.Known, posted.Run), await coming!);
        var again = await events.OnUploadAsync(new UploadEvent(upload.BlobName, ETag: null), Cancel);
        Assert.Equal(new SplitOutcome(SplitResult.Known, posted.Run), again);

        // The app has another model by the time that the event comes once more.
        var later = new QuestionSetSplitter(
            storage, new ProfileCatalog(new ProfileFolder(null)), new ScriptedModel("other").Description, Held, TimeProvider.System, NullLogger<QuestionSetSplitter>.Instance, countTokens: ill);
        Assert.Equal(SplitResult.Left, (await later.OnUploadAsync(new UploadEvent(upload.BlobName, ETag: null), Cancel)).Result);
        Assert.Single(await RunsAsync(storage));
    }

    [Fact]
    public async Task An_upload_that_was_tried_too_often_has_a_receipt_too()
    {
        var storage = await azurite.NewAsync();
        await new Bench(storage).UploadAsync("few-shot/cases.csv", Bench.Csv(2));
        var ill = new QuestionSetSplitter(
            storage,
            new ProfileCatalog(new ProfileFolder(null)),
            new ScriptedModel().Description,
            Held,
            TimeProvider.System,
            NullLogger<QuestionSetSplitter>.Instance,
            countTokens: static _ => throw new InvalidOperationException("ill"));
        const string Message = """{"ContainerName":"question-sets","BlobName":"few-shot/cases.csv"}""";
        await new PoisonUploadHandler(ill, NullLogger<PoisonUploadHandler>.Instance).TakeAsync(Message, Cancel);

        await ScanAsync(storage, new ScriptedModel("other"), servesAnybody: true);

        Assert.Equal(RunState.Failed, Assert.Single(await RunsAsync(storage)).State);
    }

    [Fact]
    public async Task A_deleted_run_s_file_is_taken_by_nobody_again()
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage);
        await bench.UploadAsync("cases.csv", Bench.Csv(2));
        await ScanAsync(storage, bench.Model, servesAnybody: true);
        await bench.DeleteAsync(Assert.Single(await RunsAsync(storage)).Run);

        await ScanAsync(storage, new ScriptedModel("other"), servesAnybody: true);
        await ScanAsync(storage, bench.Model, servesAnybody: true);

        Assert.Empty(await RunsAsync(storage));
    }

    [Fact]
    public async Task What_an_earlier_release_has_stored_without_model_and_receipt_is_its_run_s_where_it_has_one()
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage);
        var made = await bench.Splitter.StartAsync(await OldAsync(bench, "a"), Cancel);
        await OldAsync(bench, "b");
        foreach (var receipt in await ReceiptsAsync(storage))
        {
            await storage.RunTable.DeleteEntityAsync(receipt, cancellationToken: Cancel);
        }

        await ScanAsync(storage, new ScriptedModel("other"), servesAnybody: true);

        // The second was cut off before its run was made, for a model that nobody knows any more.
        var runs = await RunsAsync(storage);
        Assert.Equal(2, runs.Count);
        Assert.Single(runs, run => run.Run == made.Run);
        Assert.Equal(2, (await ReceiptsAsync(storage)).Count);

        static Task<Upload> OldAsync(Bench bench, string text) => new QuestionSetUploads(bench.Storage, TimeProvider.System).StoreAsync(
            BytesOf(Bench.Csv(2, text)), "old.csv", null, again: false, default, caller: null, Cancel);
    }

    [Fact]
    public async Task A_run_that_has_lost_its_blobs_is_made_again_for_its_own_model_only()
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage);
        await bench.UploadAsync("cases.csv", Bench.Csv(2));
        await ScanAsync(storage, bench.Model, servesAnybody: true);
        var run = Assert.Single(await RunsAsync(storage)).Run;
        await new UploadReceipts(storage).ForgetAsync(run, "scripted-model", Cancel);
        await storage.Manifest(run).DeleteAsync(cancellationToken: Cancel);

        await ScanAsync(storage, new ScriptedModel("other"), servesAnybody: true);
        Assert.Null(await bench.Reader.GetManifestAsync(run, Cancel));
        await ScanAsync(storage, bench.Model, servesAnybody: true);

        Assert.NotNull(await bench.Reader.GetManifestAsync(run, Cancel));
        Assert.Equal("Handled", Assert.Single(await ReceiptsAsync(storage))["Standing"]);
    }

    /// <summary>Stores a question set and makes its run, as a request or a command does.</summary>
    private static async Task<SplitOutcome> MakeAsync(Bench bench, string text) =>
        await bench.Splitter.StartAsync(await StoreAsync(bench, Bench.Csv(2, text)), Cancel);

    private static Task<Upload> StoreAsync(Bench bench, string body, string? profile = null) =>
        new QuestionSetUploads(bench.Storage, TimeProvider.System, model: bench.Model.Description).StoreAsync(
            BytesOf(body), "cases.csv", profile, again: false, default, caller: null, Cancel);

    private static MemoryStream BytesOf(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>What a process with a model does at its start: looks through the container once.</summary>
    private static async Task ScanAsync(RunStorage storage, ScriptedModel model, bool servesAnybody, SplitOptions? split = null)
    {
        var bench = new Bench(storage, model, split: split);
        var loop = new RunLoop(
            storage, bench.Advancer, bench.Splitter, TimeProvider.System, NullLogger<RunLoop>.Instance, servesAnybody: servesAnybody);
        await loop.ScanAsync(bench.Splitter, Cancel);
    }

    private static async Task<IReadOnlyList<RunSummary>> RunsAsync(RunStorage storage) =>
        (await new RunReader(storage).ListAsync(null, RunReader.MaxPage, Cancel)).Runs;

    private static async Task<IReadOnlyList<TableEntity>> ReceiptsAsync(RunStorage storage) =>
        await storage.RunTable.QueryAsync<TableEntity>("PartitionKey eq 'uploads'", cancellationToken: Cancel).ToListAsync(Cancel);
}
