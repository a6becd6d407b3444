using System.Collections.Concurrent;
using System.Diagnostics;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;
using MedQA.Pipeline.Tracing;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Pipeline.Tests.Tracing;

public sealed class PipelineTelemetryTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task From_the_upload_to_the_answers_everything_is_one_trace_that_messages_carry()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == PipelineTracing.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(3);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        var message = BatchMessage.Parse((await bench.Storage.BatchQueue.PeekMessageAsync(Cancel)).Value.MessageText);

        await bench.CompleteAsync(run);

        var trace = ended.Where(activity => Equals(activity.GetTagItem("medqa.run"), run.ToString())).ToList();
        var split = Assert.Single(trace, static activity => activity.OperationName == "split question set");
        Assert.All(trace, activity => Assert.Equal(split.TraceId, activity.TraceId));
        Assert.Equal(2, trace.Count(static activity => activity is { OperationName: "answer batch", Kind: ActivityKind.Consumer }));
        Assert.Equal(["0", "1", "2"], trace.Where(static activity => activity.OperationName == "answer question").Select(static activity => $"{activity.GetTagItem("medqa.ordinal")}").Order(StringComparer.Ordinal));

        // What takes a message is a child of what sent it.
        var sent = Assert.Single(trace, activity => activity.Id == message.Traceparent);
        Assert.Equal(("send batches", ActivityKind.Producer), (sent.OperationName, sent.Kind));
        Assert.Contains(trace, activity => activity.OperationName == "answer batch" && activity.ParentSpanId == sent.SpanId);
    }

    [Fact]
    public async Task Questions_tokens_and_seconds_are_counted_by_model_profile_and_outcome()
    {
        const string Name = "a model of this test alone";
        using var questions = new MetricCollector<long>(null, PipelineMetrics.MeterName, "medqa.questions");
        using var tokens = new MetricCollector<long>(null, PipelineMetrics.MeterName, "medqa.tokens");
        using var seconds = new MetricCollector<double>(null, PipelineMetrics.MeterName, "medqa.compute.time");
        using var rates = new MetricCollector<double>(null, PipelineMetrics.MeterName, "medqa.question.token.rate");
        using var attempts = new MetricCollector<long>(null, PipelineMetrics.MeterName, "medqa.batch.attempts");
        using var runs = new MetricCollector<long>(null, PipelineMetrics.MeterName, "medqa.runs");
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var bench = new Bench(await azurite.NewAsync(), new ScriptedModel(name: Name), time);
        bench.Model.Before = (text, _) =>
        {
            time.Advance(TimeSpan.FromSeconds(2));
            return text.Contains("case 1?", StringComparison.Ordinal) ? throw new InvalidOperationException("broken") : Task.CompletedTask;
        };

        await bench.CompleteAsync(await bench.StartAsync(4));

        Assert.Equal(["answered", "answered", "answered", "modelError"], Own(questions, "medqa.outcome").Order(StringComparer.Ordinal));
        Assert.Equal(3 * 3 * 5, tokens.GetMeasurementSnapshot().Where(IsOwn).Where(static one => Equals(one.Tags["gen_ai.token.type"], "output")).Sum(static one => one.Value));
        Assert.Equal(8, seconds.GetMeasurementSnapshot().Where(IsOwn).Sum(static one => one.Value));
        Assert.All(rates.GetMeasurementSnapshot().Where(IsOwn), static one => Assert.Equal((7.5, "quick"), (one.Value, one.Tags["medqa.profile"])));
        Assert.Equal(["Finished", "Finished"], Own(attempts, "medqa.outcome"));
        Assert.Equal(["CompletedWithFailures"], Own(runs, "medqa.outcome"));

        static bool IsOwn<T>(CollectedMeasurement<T> one)
            where T : struct => Equals(one.Tags["gen_ai.request.model"], Name);

        static IEnumerable<string> Own(MetricCollector<long> collector, string tag) => collector.GetMeasurementSnapshot().Where(IsOwn).Select(one => $"{one.Tags[tag]}");
    }

    [Fact]
    public async Task The_queue_tells_how_long_the_next_batch_has_waited()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var bench = new Bench(await azurite.NewAsync(), time: time);
        Assert.Equal(new BatchQueueState(0, null), await bench.Reader.GetQueueAsync(time.GetUtcNow(), Cancel));
        await bench.Advancer.AdvanceAsync(await bench.StartAsync(4), Cancel);
        time.Advance(TimeSpan.FromMinutes(7));
        Assert.Equal(new BatchQueueState(2, TimeSpan.FromMinutes(7)), await bench.Reader.GetQueueAsync(time.GetUtcNow(), Cancel));

        // Taken, but not yet completed, a message counts and waits no more.
        Assert.Equal(2, (await bench.Storage.BatchQueue.ReceiveMessagesAsync(2, TimeSpan.FromMinutes(1), Cancel)).Value.Length);
        Assert.Equal(new BatchQueueState(2, null), await bench.Reader.GetQueueAsync(time.GetUtcNow(), Cancel));
    }

    [Fact]
    public async Task Calls_of_storage_that_are_made_once_more_are_counted()
    {
        using var retries = new MetricCollector<long>(null, PipelineMetrics.MeterName, "medqa.storage.retries");
        var storage = StorageConnection.Open("DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;BlobEndpoint=http://nobody.invalid/a;QueueEndpoint=http://nobody.invalid/a;TableEndpoint=http://nobody.invalid/a", configure: static options =>
        {
            options.Retry.MaxRetries = 2;
            options.Retry.Delay = TimeSpan.Zero;
        });
        await Assert.ThrowsAsync<AggregateException>(() => new RunReader(storage).GetManifestAsync(RunId.Parse("aaaaaaaaaaaaaaaa"), Cancel));
        Assert.Equal(2, retries.GetMeasurementSnapshot().Where(static one => Equals(one.Tags["server.address"], "nobody.invalid")).Sum(static one => one.Value));
    }
}
