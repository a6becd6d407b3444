using System.Diagnostics;
using System.Diagnostics.Metrics;
using MedQA.Evaluation.Answering;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Tracing;

/// <summary>
/// What the pipeline measures of itself, named as OpenTelemetry's conventions want it (units of UCUM; what GenAI has a name for has that
/// name). Attributes are few and bounded: models, profiles and outcomes; no run, question or text.
/// </summary>
public static class PipelineMetrics
{
    /// <summary>The name to listen for.</summary>
    public const string MeterName = "MedQA.Pipeline";

    private const string Model = "gen_ai.request.model";
    private const string Profile = "medqa.profile";
    private const string Outcome = "medqa.outcome";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Questions = Meter.CreateCounter<long>(
        "medqa.questions",
        "{question}",
        "Finished questions by outcome: answered, unanswered (by the model) or a failure's code.");
    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>(
        "medqa.tokens",
        "{token}",
        "Tokens of questions, by gen_ai.token.type: input (the prompt, once per question) and output (generated, over all samples).");
    private static readonly Counter<double> ComputeTime =
        Meter.CreateCounter<double>("medqa.compute.time", "s", "Seconds spent by workers on questions; GPU seconds on a GPU worker.");
    private static readonly Histogram<double> QuestionDuration = Meter.CreateHistogram(
        "medqa.question.duration",
        "s",
        "The time per question, with all its samples.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600]
        });

    private static readonly Histogram<double> TokenRate = Meter.CreateHistogram(
        "medqa.question.token.rate",
        "{token}/s",
        "Tokens generated per second, per question.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000]
        });

    private static readonly Counter<long> BatchAttempts = Meter.CreateCounter<long>(
        "medqa.batch.attempts", "{attempt}", "Batch messages taken by a worker, by outcome.");
    private static readonly Counter<long> Runs = Meter.CreateCounter<long>("medqa.runs", "{run}", "Finished runs by state.");
    private static readonly Gauge<long> QueueMessages =
        Meter.CreateGauge<long>("medqa.queue.messages", "{message}", "The approximate number of messages in the queue question-batches.");
    private static readonly Gauge<double> QueueAge =
        Meter.CreateGauge<double>("medqa.queue.age", "s", "The age of the oldest message waiting for a worker; 0 if none waits.");
    private static readonly Counter<long> StorageRetries = Meter.CreateCounter<long>(
        "medqa.storage.retries", "{call}", "Storage calls that were retried after a status such as 503 or no response.");

    /// <summary>A question is done.</summary>
    internal static void QuestionDone(string model, string profile, AnsweredQuestion answered)
    {
        var tags = new TagList { { Model, model }, { Profile, profile } };
        ComputeTime.Add(answered.Seconds, tags);
        QuestionDuration.Record(answered.Seconds, tags);
        Questions.Add(
            1,
            [
                .. tags,
                new(
                    Outcome,
                    answered.Failure?.Code ?? (answered.ChosenOptions is null && answered.OptionCount > 0 ? "unanswered" : "answered"))
            ]);
        Tokens.Add(answered.PromptTokens, [.. tags, new("gen_ai.token.type", "input")]);
        Tokens.Add(answered.GeneratedTokens, [.. tags, new("gen_ai.token.type", "output")]);
        if (answered is { Seconds: > 0, GeneratedTokens: > 0 })
        {
            TokenRate.Record(answered.GeneratedTokens / answered.Seconds, tags);
        }
    }

    /// <summary>A worker is done with a message.</summary>
    internal static void BatchTaken(string model, BatchOutcome outcome) =>
        BatchAttempts.Add(1, new TagList { { Model, model }, { Outcome, outcome.ToString() } });

    /// <summary>Records the end of a run.</summary>
    internal static void RunEnded(RunSummary run) =>
        Runs.Add(1, new TagList { { Model, run.Model }, { Profile, run.Profile }, { Outcome, run.State.ToString() } });

    /// <summary>Somebody has looked at the queue of batches.</summary>
    internal static void QueueSeen(int messages, TimeSpan? oldest)
    {
        QueueMessages.Record(messages);
        QueueAge.Record(oldest?.TotalSeconds ?? 0);
    }

    /// <summary>A call of storage is made once more.</summary>
    /// <param name="host">Which service: the host's name.</param>
    internal static void StorageRetried(string host) => StorageRetries.Add(1, new KeyValuePair<string, object?>("server.address", host));
}
