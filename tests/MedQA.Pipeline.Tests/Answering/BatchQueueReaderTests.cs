using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;

namespace MedQA.Pipeline.Tests.Answering;

public sealed class BatchQueueReaderTests(AzuriteFixture azurite)
{
    private const string Run = "aaaaaaaaaaaaaaaa";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("no message", 1106, false)]
    [InlineData("""{"run":"no run","batch":"00000000"}""", 1106, false)]
    [InlineData($$"""{"v":2,"run":"{{Run}}","batch":"00000000"}""", 1105, true)]
    public async Task A_message_of_a_newer_version_or_that_cannot_be_read_goes_to_the_poison_queue_unanswered(string message, int said, bool wakes)
    {
        var (storage, logger) = (await azurite.NewAsync(), new FakeLogger<BatchQueueReader>());
        await storage.BatchQueue.SendMessageAsync(message, Cancel);
        await ReadUntilAsync(storage, logger, said);

        Assert.Equal(message, Assert.Single((await storage.BatchPoisonQueue.PeekMessagesAsync(10, Cancel)).Value).MessageText);
        Assert.Empty((await storage.BatchQueue.PeekMessagesAsync(10, Cancel)).Value);
        Assert.Equal(wakes ? [Run] : [], (await storage.AdvanceQueue.PeekMessagesAsync(10, Cancel)).Value.Select(static one => BatchMessage.Parse(one.MessageText).Run));
        Assert.Equal(said, Assert.Single(logger.Collector.GetSnapshot()).Id.Id);
    }

    [Fact]
    public async Task A_batch_that_the_storage_refuses_is_logged_by_its_name_and_its_runs()
    {
        var prefix = azurite.NewPrefix();
        await azurite.Open(prefix).EnsureCreatedAsync(Cancel);
        var (faults, logger) = (new StorageFaults { Refuses = static (_, address) => address.AbsolutePath.EndsWith("/manifest.json", StringComparison.Ordinal) }, new FakeLogger<BatchQueueReader>());
        var storage = azurite.Open(prefix, faults.Configure);
        await storage.SendBatchAsync(new BatchMessage { Run = Run, Batch = "00000003" }, Cancel);
        await ReadUntilAsync(storage, logger, 1101);

        var record = logger.Collector.GetSnapshot().First(static record => record.Id.Id == 1101);
        Assert.Equal($"Batch 00000003 of run {Run} was not answered; retrying.", record.Message);
        Assert.NotNull(record.Exception);
    }

    /// <summary>Reads the queue until the reader has said something and gone on.</summary>
    private static async Task ReadUntilAsync(RunStorage storage, FakeLogger<BatchQueueReader> logger, int said)
    {
        var worker = new BatchWorker(storage, new ScriptedModel(), new WorkerOptions(), TimeProvider.System, NullLogger<BatchWorker>.Instance);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        stopping.CancelAfter(TimeSpan.FromMinutes(1));
        var reading = new BatchQueueReader(storage, worker, TimeProvider.System, logger).RunAsync(stopping.Token);
        while (!stopping.IsCancellationRequested && !logger.Collector.GetSnapshot().Any(record => record.Id.Id == said))
        {
            await Task.Delay(20, Cancel);
        }

        await stopping.CancelAsync();
        await reading;
    }
}
