using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;
using MedQA.Pipeline.Uploading;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedQA.Pipeline.Tests.Splitting;

public sealed class PoisonUploadHandlerTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_that_can_be_split_by_now_becomes_its_run()
    {
        var bench = new Bench(await azurite.NewAsync());
        await bench.UploadAsync("cases.csv", Bench.Csv(2));

        var run = await new PoisonUploadHandler(bench.Splitter, NullLogger<PoisonUploadHandler>.Instance).TakeAsync(Message("cases.csv"), Cancel);

        Assert.Equal(RunState.Queued, (await bench.Reader.GetAsync(run!.Value, Cancel))!.State);
    }

    [Fact]
    public async Task One_that_still_fails_is_a_failed_run_that_says_why_until_the_same_upload_can_be_split()
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage);
        await bench.UploadAsync("few-shot/cases.csv", Bench.Csv(2));

        Assert.Null(await new PoisonUploadHandler(Broken(storage, bench.Model), NullLogger<PoisonUploadHandler>.Instance).TakeAsync(Message("few-shot/cases.csv"), Cancel));

        var failed = Assert.Single((await bench.Reader.ListAsync(null, 10, Cancel)).Runs);
        Assert.Equal((RunState.Failed, "cases.csv", "few-shot"), (failed.State, failed.Name, failed.Profile));
        Assert.Contains("the tokenizer is ill", failed.Reason, StringComparison.Ordinal);
        Assert.True((await bench.Advancer.AdvanceAsync(failed.Run, Cancel)).IsDone);

        var outcome = await bench.Splitter.OnUploadAsync(new UploadEvent("few-shot/cases.csv", ETag: null), Cancel);
        Assert.Equal((SplitResult.Created, failed.Run), (outcome.Result, outcome.Run!.Value));
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(failed.Run)).State);
    }

    [Theory]
    [InlineData("not a message")]
    [InlineData("""{"Type":"BlobTrigger","BlobType":"BlockBlob","ContainerName":"question-sets","BlobName":"gone.csv","ETag":"\"0x1\""}""")]
    public async Task What_cannot_be_read_or_is_gone_makes_no_run(string message)
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage);
        Assert.Null(await new PoisonUploadHandler(Broken(storage, bench.Model), NullLogger<PoisonUploadHandler>.Instance).TakeAsync(message, Cancel));
        Assert.Empty((await bench.Reader.ListAsync(null, 10, Cancel)).Runs);
    }

    private static string Message(string blob) => $$"""{"Type":"BlobTrigger","BlobType":"BlockBlob","ContainerName":"question-sets","BlobName":"{{blob}}"}""";

    private static QuestionSetSplitter Broken(RunStorage storage, ScriptedModel model) => new(
        storage, new ProfileCatalog(new ProfileFolder(null)), model.Description, new SplitOptions(), TimeProvider.System, NullLogger<QuestionSetSplitter>.Instance, countTokens: static _ => throw new InvalidOperationException("the tokenizer is ill."));
}
