using System.Text;
using Azure;
using Azure.Storage.Blobs.Models;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Tests.Fixtures;
using MedQA.Pipeline.Uploading;

namespace MedQA.Pipeline.Tests.Budgeting;

/// <summary>
/// Whose budget an upload counts for: its caller's where this service stored it, however early its event comes; the storage's where
/// somebody else may have.
/// </summary>
public sealed class UploadCallerTests(AzuriteFixture azurite)
{
    private static readonly DayBudget OneSetEach = new() { MaxGeneratedTokensPerCallerPerDay = 2 * 48 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Callers_have_budgets_of_their_own_and_uploads_into_the_container_share_one()
    {
        var bench = await BenchAsync();
        Assert.Equal(RunState.Queued, await StateAsync(bench, await SplitAsync(bench, await StoreAsync(bench, "1", "alice"))));
        Assert.Equal(RunState.Waiting, await StateAsync(bench, await SplitAsync(bench, await StoreAsync(bench, "2", "alice"))));
        Assert.Equal(RunState.Queued, await StateAsync(bench, await SplitAsync(bench, await StoreAsync(bench, "3", "bob"))));
        Assert.Equal(RunState.Queued, await StateAsync(bench, await bench.StartAsync(2, "few.csv")));
        Assert.Equal(RunState.Waiting, await StateAsync(bench, await bench.StartAsync(2, "more.csv")));
    }

    [Fact]
    public async Task The_caller_is_known_whoever_sees_the_upload_first_and_is_no_part_of_the_runs_name()
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage, budget: OneSetEach);
        var upload = await StoreAsync(bench, "1", "alice");

        // Its event and its request, each twice and in several processes.
        var processes = Enumerable.Range(0, 4).Select(_ => new Bench(storage, budget: OneSetEach));
        var run = Assert.Single((await Task.WhenAll(processes.Select(process => SplitAsync(process, upload)))).Distinct());
        Assert.Equal("alice", await BudgetRows.CallerAsync(storage, run));
        Assert.Equal(run, (await new Bench(storage).Splitter.OnUploadAsync(upload.BlobName, upload.ETag, Cancel)).Run);

        // Who asks for the same once more gets the run that there is, at the cost of who started it.
        Assert.Equal(run, await SplitAsync(bench, await StoreAsync(bench, "1", "bob")));
        Assert.Equal("alice", await BudgetRows.CallerAsync(storage, run));
    }

    [Fact]
    public async Task Asked_again_it_is_a_new_run_of_who_asks()
    {
        var bench = await BenchAsync();
        var first = await SplitAsync(bench, await StoreAsync(bench, "1", "alice"));
        var again = await SplitAsync(bench, await StoreAsync(bench, "1", "bob", again: true));
        await bench.DeleteAsync(first);
        var anew = await SplitAsync(bench, await StoreAsync(bench, "1", "carol"));

        Assert.Equal("bob", await BudgetRows.CallerAsync(bench.Storage, again));
        Assert.Equal("carol", await BudgetRows.CallerAsync(bench.Storage, anew));
    }

    [Fact]
    public async Task Metadata_that_says_this_service_stored_an_upload_make_nobody_pay_for_it()
    {
        var bench = await BenchAsync();
        var metadata = new Dictionary<string, string> { ["storedby"] = "medqa", ["caller"] = "alice" };
        var etag = await PutAsync(bench, "forged.csv", Bench.Csv(2), metadata);
        var run = (await bench.Splitter.OnUploadAsync("forged.csv", etag, Cancel)).Run!.Value;
        Assert.Equal(BudgetLedger.StorageCaller, await BudgetRows.CallerAsync(bench.Storage, run));
    }

    [Theory]
    [InlineData("other content", null)]
    [InlineData("", "few-shot")]
    public async Task Who_replaces_an_upload_before_it_is_split_pays_for_it(string text, string? profile)
    {
        var bench = await BenchAsync();
        var upload = await StoreAsync(bench, "", "alice");
        var metadata = new Dictionary<string, string> { ["storedby"] = "medqa" };
        if (profile is not null)
        {
            metadata["profile"] = profile;
        }

        var etag = await PutAsync(bench, upload.BlobName, Bench.Csv(2, text), metadata);

        var run = (await bench.Splitter.OnUploadAsync(upload.BlobName, etag, Cancel)).Run!.Value;
        Assert.Equal(BudgetLedger.StorageCaller, await BudgetRows.CallerAsync(bench.Storage, run));
    }

    [Fact]
    public async Task A_claim_is_good_for_one_run_also_where_the_same_content_is_written_again_and_again()
    {
        var bench = await BenchAsync();
        var upload = await StoreAsync(bench, "1", "alice");
        var run = await SplitAsync(bench, upload);
        var etag = await PutAsync(bench, upload.BlobName, Bench.Csv(2, "1"), []);
        var repeated = await SplitAsync(bench, upload with { ETag = etag });

        Assert.NotEqual(run, repeated);
        Assert.Equal("alice", await BudgetRows.CallerAsync(bench.Storage, run));
        Assert.Equal(BudgetLedger.StorageCaller, await BudgetRows.CallerAsync(bench.Storage, repeated));
    }

    private static Task<Upload> StoreAsync(Bench bench, string text, string caller, bool again = false)
    {
        var body = new MemoryStream(Encoding.UTF8.GetBytes(Bench.Csv(2, text)));
        return bench.Uploads.StoreAsync(body, "cases.csv", null, again, default, caller, Cancel);
    }

    private static async Task<RunId> SplitAsync(Bench bench, Upload upload) =>
        (await bench.Splitter.OnUploadAsync(upload.BlobName, upload.ETag, Cancel)).Run!.Value;

    private static async Task<RunState?> StateAsync(Bench bench, RunId run) => (await bench.Advancer.AdvanceAsync(run, Cancel)).State;

    private static async Task<ETag> PutAsync(Bench bench, string blob, string content, Dictionary<string, string> metadata)
    {
        var options = new BlobUploadOptions { Metadata = metadata };
        var client = bench.Storage.QuestionSets.GetBlobClient(blob);
        return (await client.UploadAsync(BinaryData.FromString(content), options, Cancel)).Value.ETag;
    }

    private async Task<Bench> BenchAsync() => new(await azurite.NewAsync(), time: BudgetedRunTests.Noon(), budget: OneSetEach);
}
