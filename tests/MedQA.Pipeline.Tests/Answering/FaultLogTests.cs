using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;
using Microsoft.Extensions.Logging.Testing;

namespace MedQA.Pipeline.Tests.Answering;

/// <summary>Faults that quote what was asked are logged without the quotation.</summary>
public sealed class FaultLogTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_that_quotes_the_question_in_its_exception_is_logged_by_kind_and_the_words_stand_in_the_answer()
    {
        var bench = new Bench(await azurite.NewAsync());
        bench.Model.Before = static (text, _) => throw new InvalidOperationException($"I cannot read '{text}'.", new FormatException(text));
        var logger = new FakeLogger<BatchWorker>();
        var worker = new BatchWorker(bench.Storage, bench.Model, new WorkerOptions(), bench.Time, logger);
        var run = await bench.StartAsync(2);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        Assert.Equal(BatchOutcome.Finished, await worker.AnswerAsync(BatchMessage.Parse((await bench.Storage.BatchQueue.ReceiveMessageAsync(cancellationToken: Cancel)).Value.MessageText), Cancel));

        var records = logger.Collector.GetSnapshot();
        Assert.Equal(2, records.Count(static record => record.Message.Contains("System.InvalidOperationException", StringComparison.Ordinal) && record.Message.Contains("because of System.FormatException", StringComparison.Ordinal)));
        Assert.All(records, static record => Assert.DoesNotContain("Which finding", $"{record.Message}{record.Exception}", StringComparison.Ordinal));
        await bench.Advancer.AdvanceAsync(run, Cancel);
        Assert.Contains("Which finding", (await bench.Reader.GetAnswerAsync(run, 0, Cancel))!.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_poison_message_is_logged_by_its_length()
    {
        var bench = new Bench(await azurite.NewAsync());
        var logger = new FakeLogger<PoisonUploadHandler>();
        Assert.Null(await new PoisonUploadHandler(bench.Splitter, logger).TakeAsync("""{"what":"Which finding goes with it?"}""", Cancel));
        Assert.Contains("38 characters", Assert.Single(logger.Collector.GetSnapshot()).Message, StringComparison.Ordinal);
    }
}
