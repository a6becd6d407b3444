using System.Text;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Budgeting;
using MedQA.Pipeline.Tests.Fixtures;
using MedQA.Pipeline.Uploading;

namespace MedQA.Pipeline.Tests.Uploading;

/// <summary>One upload of several runs: profiles of one name, or several models, asked with the same questions.</summary>
public sealed class SharedUploadTests(AzuriteFixture azurite)
{
    private static readonly Profile Mine = Bench.Quick with { Name = "mine" };
    private static readonly Profile Theirs = Mine with { MaxTokens = 17 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_stays_until_the_last_of_its_runs_is_deleted()
    {
        var bench = new Bench(await azurite.NewAsync());
        var other = new Bench(bench.Storage, new ScriptedModel("other"));
        var runs = new List<RunId>();
        foreach (var (one, profile) in ((Bench, Profile)[])[(bench, Mine), (bench, Theirs), (other, Mine)])
        {
            var outcome = await StartAsync(one, profile);
            Assert.Equal(SplitResult.Created, outcome.Result);
            runs.Add(outcome.Run!.Value);
        }

        Assert.Equal(3, runs.Distinct().Count());
        await bench.DeleteAsync(runs[0]);
        Assert.Equal((SplitResult.Known, runs[1]), await ResultAsync(bench, Theirs));
        Assert.Equal((SplitResult.Known, runs[2]), await ResultAsync(other, Mine));
        await bench.DeleteAsync(runs[1]);
        Assert.Equal((SplitResult.Known, runs[2]), await ResultAsync(other, Mine));
        await other.DeleteAsync(runs[2]);
        Assert.Empty(await bench.Storage.QuestionSets.GetBlobsAsync(cancellationToken: Cancel).ToListAsync(Cancel));
        Assert.Equal(SplitResult.Created, (await StartAsync(bench, Mine)).Result);
    }

    [Fact]
    public async Task A_rejection_leaves_the_upload_of_a_run_of_the_same_questions()
    {
        var bench = new Bench(await azurite.NewAsync());
        var upload = await StoreAsync(bench, null);
        var made = (await bench.Splitter.StartAsync(upload, Cancel, Mine)).Run!.Value;

        // The receipt was lost, as where the storage lost its last writes.
        await foreach (var receipt in bench.Storage.RunTable.QueryAsync<Azure.Data.Tables.TableEntity>("PartitionKey eq 'uploads'", cancellationToken: Cancel))
        {
            await bench.Storage.RunTable.DeleteEntityAsync(receipt.PartitionKey, receipt.RowKey, cancellationToken: Cancel);
        }

        Assert.Equal(SplitResult.Rejected, (await bench.Splitter.StartAsync(upload, Cancel, Mine with { Prefix = "none" })).Result);
        Assert.Equal((SplitResult.Known, made), await ResultAsync(bench, Mine));
    }

    [Fact]
    public async Task Who_takes_over_an_upload_asks_with_the_profile_that_was_meant_although_its_name_has_another_now()
    {
        var storage = await azurite.NewAsync();
        var store = new ProfileStore(storage);
        var bench = new Bench(storage, budget: new DayBudget { MaxGeneratedTokensPerCallerPerDay = 1_000_000 }, profiles: store);
        await store.KeepAsync(Mine, Cancel);
        await store.TryPutAsync(Theirs, Cancel);
        var upload = await StoreAsync(bench, CanonicalJson.HashOf(Mine), "alice");

        var outcome = await bench.Splitter.OnUploadAsync(upload.BlobName, upload.ETag, Cancel);
        Assert.Equal(Mine.MaxTokens, (await bench.Reader.GetManifestAsync(outcome.Run!.Value, Cancel))!.Protocol!.Profile.MaxTokens);
        Assert.Equal("alice", await BudgetRows.CallerAsync(storage, outcome.Run!.Value));
        Assert.Equal((SplitResult.Known, outcome.Run!.Value), await ResultAsync(bench, Mine));

        // Whoever writes another profile's hash over it pays for that.
        var again = await StoreAsync(bench, CanonicalJson.HashOf(Mine), "alice", "other");
        await store.KeepAsync(Theirs, Cancel);
        var blob = storage.QuestionSets.GetBlobClient(again.BlobName);
        var facts = (await blob.GetPropertiesAsync(cancellationToken: Cancel)).Value;
        facts.Metadata["profilehash"] = CanonicalJson.HashOf(Theirs);
        StoredVersion forged = (await blob.SetMetadataAsync(facts.Metadata, cancellationToken: Cancel)).Value.ETag;
        var paid = await bench.Splitter.OnUploadAsync(again.BlobName, forged, Cancel);
        Assert.Equal(BudgetLedger.StorageCaller, await BudgetRows.CallerAsync(storage, paid.Run!.Value));
    }

    [Fact]
    public async Task An_upload_whose_profile_is_kept_no_longer_is_rejected_and_asked_for_by_another_name_is_not()
    {
        var storage = await azurite.NewAsync();
        var store = new ProfileStore(storage);
        var bench = new Bench(storage, profiles: store);
        await store.TryPutAsync(Theirs, Cancel);
        var upload = await StoreAsync(bench, CanonicalJson.HashOf(Mine));

        // Whoever asks says which profile is meant; what the upload says is for those who take it over.
        Assert.Equal(SplitResult.Created, (await StartAsync(bench, Theirs)).Result);
        var other = await StoreAsync(bench, CanonicalJson.HashOf(Mine), text: "other");
        var outcome = await bench.Splitter.OnUploadAsync(other.BlobName, other.ETag, Cancel);
        Assert.Equal(SplitResult.Rejected, outcome.Result);
        Assert.Contains("is no longer kept. Start the run again", outcome.Rejection!.Sentence, StringComparison.Ordinal);
        Assert.Equal(upload.BlobName.Split('/')[0], other.BlobName.Split('/')[0]);
    }

    private static async Task<(SplitResult Result, RunId Run)> ResultAsync(Bench bench, Profile profile)
    {
        var outcome = await StartAsync(bench, profile);
        return (outcome.Result, outcome.Run!.Value);
    }

    private static async Task<SplitOutcome> StartAsync(Bench bench, Profile profile) =>
        await bench.Splitter.StartAsync(await StoreAsync(bench, null), Cancel, profile);

    private static Task<Upload> StoreAsync(Bench bench, string? hash, string? caller = null, string text = "") =>
        bench.Uploads.StoreAsync(new MemoryStream(Encoding.UTF8.GetBytes(Bench.Csv(2, text))), "cases.csv", "mine", again: false, default, caller, Cancel, profileHash: hash);
}
