using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Strategies;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Results;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tracing;
using MedQA.Pipeline.Uploading;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedQA.Benchmarks.Load;

/// <summary>The pipeline as a process of its own: stores a question set, splits it, answers it with the stand-in, collects, and writes the report. What it took goes into a file.</summary>
internal sealed class PipelineProcess : IDisposable
{
    private readonly StorageCalls _calls = new();
    private readonly StandIn _model = new();
    private readonly ActivityListener _listener;
    private Moment? _reportBegan;
    private Stage? _report;

    private PipelineProcess()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == PipelineTracing.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> options) => options.Name == "write result" ? ActivitySamplingResult.PropagationData : ActivitySamplingResult.None,
            ActivityStarted = _ => _reportBegan = Now(),
            ActivityStopped = _ => _report = Since("report", _reportBegan!.Value),
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>Runs in the process that <see cref="LoadCommand"/> starts.</summary>
    /// <param name="arguments">Connection string, file of the question set, batches side by side, file of the result.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        using var process = new PipelineProcess();
        var result = await process.MeasureAsync(arguments[0], arguments[1], int.Parse(arguments[2], CultureInfo.InvariantCulture));
        await File.WriteAllBytesAsync(arguments[3], JsonSerializer.SerializeToUtf8Bytes(result));
        return 0;
    }

    /// <summary>Writes the result of a run some times, in a process of its own.</summary>
    public static async Task<int> WriteReportsAsync(string connection, string run, string times, string result)
    {
        using var process = new PipelineProcess();
        var (storage, id, reports) = (StorageConnection.Open(connection, configure: process._calls.Configure), RunId.Parse(run), new List<Stage>());
        for (var left = int.Parse(times, CultureInfo.InvariantCulture); left > 0; left--)
        {
            var row = (await new RunRows(storage).FindAsync(id, CancellationToken.None))!;
            var manifest = (await storage.FindManifestAsync(id, CancellationToken.None))!.Value.Manifest!;
            await new RunFinish(storage).WriteAsync(row with { Summary = row.Summary with { Revision = row.Summary.Revision - 1 } }, manifest, complete: true, CancellationToken.None);
            reports.Add(process._report!);
        }

        await File.WriteAllBytesAsync(result, JsonSerializer.SerializeToUtf8Bytes(reports));
        return 0;
    }

    private async Task<PipelineResult> MeasureAsync(string connection, string file, int readers)
    {
        var (storage, watched, signals) = (StorageConnection.Open(connection, configure: _calls.Configure), StorageConnection.Open(connection), new PipelineSignals());
        await watched.EnsureCreatedAsync(CancellationToken.None);
        var splitter = new QuestionSetSplitter(storage, new ProfileCatalog(new BuiltIn()), _model.Description, new SplitOptions(), TimeProvider.System, NullLogger<QuestionSetSplitter>.Instance, signals, countTokens: _model.CountTokens);
        var stages = new List<Stage>();

        var began = Now();
        await using var questions = File.OpenRead(file);
        var upload = await new QuestionSetUploads(storage, TimeProvider.System).StoreAsync(questions, Path.GetFileName(file), null, again: false, default, caller: null, CancellationToken.None);
        stages.Add(Since("store", began));
        began = Now();
        var outcome = await splitter.OnUploadAsync(upload.BlobName, upload.ETag, CancellationToken.None);
        stages.Add(Since("split", began));
        var run = outcome.Run ?? throw new InvalidOperationException($"The question set was not split: {outcome.Rejection?.Sentence}");
        var reader = new RunReader(watched);
        if (outcome.Result == SplitResult.Known && (await reader.GetAsync(run, CancellationToken.None))!.State.IsFinal())
        {
            return new PipelineResult(run.ToString(), 0, 0, [], 0, 0, 0);
        }

        began = Now();
        using var stop = new CancellationTokenSource();
        using var logging = LoggerFactory.Create(static logging => logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole());
        var advancer = new RunAdvancer(storage, new AdvanceOptions(), TimeProvider.System, logging.CreateLogger<RunAdvancer>(), signals);
        var worker = new BatchWorker(storage, _model, new WorkerOptions { Name = "load", Report = TimeSpan.FromSeconds(1) }, TimeProvider.System, logging.CreateLogger<BatchWorker>(), signals);
        List<Task> loops = [Task.Run(() => new RunLoop(storage, advancer, null, TimeProvider.System, logging.CreateLogger<RunLoop>(), signals).RunAsync(stop.Token))];
        loops.AddRange(Enumerable.Range(0, readers).Select(_ => Task.Run(() => new BatchQueueReader(storage, worker, TimeProvider.System, logging.CreateLogger<BatchQueueReader>(), signals).RunAsync(stop.Token))));
        var summary = await EndAsync(reader, run, signals);
        var all = Since("answer and collect", began);
        await stop.CancelAsync();
        await Task.WhenAll(loops);
        if (summary.State != RunState.Completed || summary.Totals.Done != summary.Questions || _report is not { } report)
        {
            throw new InvalidOperationException($"The run did not end as it should: {summary}");
        }

        stages.Add(all.Without(report));
        stages.Add(report);
        return new PipelineResult(run.ToString(), summary.Questions, summary.Batches, [.. stages], PeakMebibytes(), _model.Spent.TotalSeconds, GC.GetTotalAllocatedBytes());
    }

    private static async Task<RunSummary> EndAsync(RunReader reader, RunId run, PipelineSignals signals)
    {
        var shown = Stopwatch.GetTimestamp();
        while (true)
        {
            var change = signals.RunWritten.Next;
            if (await reader.GetAsync(run, CancellationToken.None) is { } summary)
            {
                if (summary.State.IsFinal())
                {
                    return summary;
                }

                if (Stopwatch.GetElapsedTime(shown) > TimeSpan.FromSeconds(20))
                {
                    shown = Stopwatch.GetTimestamp();
                    await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {summary.Totals.Done} of {summary.Questions} questions, {PeakMebibytes():F0} MiB at most"));
                }
            }

            // A look now and then: each costs a call, though not one that is counted.
            await Task.Delay(200);
            await change;
        }
    }

    /// <summary>The most memory that this process had, in MiB, as the system counts it.</summary>
    private static double PeakMebibytes()
    {
        using var self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64 / 1048576.0;
    }

    private Moment Now() => new(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, _calls.Count);

    private Stage Since(string name, Moment began) =>
        new(name, Stopwatch.GetElapsedTime(began.Ticks).TotalSeconds, (Environment.CpuUsage.TotalTime - began.Processor).TotalSeconds, _calls.Count - began.Calls, PeakMebibytes());

    private readonly record struct Moment(long Ticks, TimeSpan Processor, CallCount Calls);

    private sealed class BuiltIn : IProfileSource
    {
        public IReadOnlyList<string> Names => [.. BuiltInProfiles.All.Select(static profile => profile.Name)];

        public Profile? Find(string name) => BuiltInProfiles.Find(name);
    }
}

/// <summary>What a stage took.</summary>
/// <param name="Name">The stage.</param>
/// <param name="Seconds">By the clock.</param>
/// <param name="Processor">Seconds of processor time of the pipeline's process.</param>
/// <param name="Calls">Calls to storage.</param>
/// <param name="Peak">The most memory of the process up to its end, in MiB.</param>
internal sealed record Stage(string Name, double Seconds, double Processor, CallCount Calls, double Peak)
{
    public Stage Without(Stage part) => this with { Seconds = Seconds - part.Seconds, Processor = Processor - part.Processor, Calls = Calls - part.Calls };
}

/// <summary>What a run took.</summary>
/// <param name="Run">The run.</param>
/// <param name="Questions">Its questions; 0 where it stood already and nothing was measured.</param>
/// <param name="Batches">Its batches.</param>
/// <param name="Stages">In their order.</param>
/// <param name="Peak">The most memory of the process, in MiB.</param>
/// <param name="StandIn">Seconds that the stand-in spent on its answers; part of the processor time.</param>
/// <param name="Allocated">Bytes allocated by the process.</param>
internal sealed record PipelineResult(string Run, int Questions, int Batches, Stage[] Stages, double Peak, double StandIn, long Allocated)
{
    public double Seconds => Stages.Sum(static stage => stage.Seconds);

    /// <summary>Processor seconds without the stand-in's.</summary>
    public double Processor => Stages.Sum(static stage => stage.Processor) - StandIn;

    public int Calls => Stages.Sum(static stage => stage.Calls.All);
}
