using MedQA.Cli.Settings;
using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.SoftPrompts;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Studies;
using MedQA.Pipeline.Uploading;
using Microsoft.Extensions.Logging;

namespace MedQA.Cli.Hosting;

/// <summary>The parts of the pipeline, all connected in one process over the storage.</summary>
internal sealed class LocalPipeline : IDisposable
{
    private readonly WorkerIdentity _identity;
    private readonly RunLoop _loop;
    private readonly BatchQueueReader _queue;
    private readonly LocalTelemetry? _telemetry;

    /// <summary>Connects the parts without starting them.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="model">The answering model.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logging">Receives the logs of the parts.</param>
    /// <param name="attendance">Tracks the processes that work on the storage's runs; <see langword="null"/> if that is unknown.</param>
    /// <param name="servesAnybody">Whether to run question sets that other tools uploaded to the container.</param>
    public LocalPipeline(
        RunStorage storage,
        ILanguageModel model,
        HostSettings settings,
        TimeProvider time,
        ILoggerFactory logging,
        IRunAttendance? attendance = null,
        bool servesAnybody = false)
    {
        var signals = Signals;
        _telemetry = LocalTelemetry.Start(settings);
        _identity = WorkerIdentity.Take(settings.DataFolder);
        Profiles = ProfileFolders.Open(settings);
        Reader = new RunReader(storage, attendance, time);
        Control = new RunControl(storage, time, signals);
        Studies = new StudyStore(storage, time, logging.CreateLogger<StudyStore>());
        Uploads = new QuestionSetUploads(storage, time, model: model.Description.Fingerprint);
        Splitter = new QuestionSetSplitter(
            storage,
            Profiles,
            model.Description,
            model.CountTokens,
            new SplitOptions(),
            time,
            logging.CreateLogger<QuestionSetSplitter>(),
            signals,
            new SoftPromptStore(storage, settings.PrefixesFolder));
        var name = $"{Environment.MachineName}{(_identity.Id is { } id ? $"-{id:N}" : "")}";
        var advancer = new RunAdvancer(
            storage,
            new AdvanceOptions { OwnWorker = _identity.Id is null ? null : name, MaxComputeHours = settings.MaxHours },
            time,
            logging.CreateLogger<RunAdvancer>(),
            signals);
        var keep = new RetentionOptions { RunDays = settings.KeepDays, UploadDays = settings.KeepUploadsDays };
        var retention =
            keep == new RetentionOptions() ? null : new RunRetention(storage, keep, time, logging.CreateLogger<RunRetention>(), signals);
        _loop = new RunLoop(storage, advancer, Splitter, time, logging.CreateLogger<RunLoop>(), signals, retention, servesAnybody);
        var options = new WorkerOptions
        {
            Name = name,
            Identity = _identity.Id,
            Report = TimeSpan.FromSeconds(1),
            Drain = TimeSpan.Zero,
            QuestionsAtOnce = settings.AtOnce,
        };
        var worker = new BatchWorker(storage, model, options, time, logging.CreateLogger<BatchWorker>(), signals);
        _queue = new BatchQueueReader(storage, worker, time, logging.CreateLogger<BatchQueueReader>(), signals);
    }

    /// <summary>The signals by which the parts wake each other.</summary>
    public PipelineSignals Signals { get; } = new();

    /// <summary>The available profiles.</summary>
    public IProfileSource Profiles { get; }

    /// <summary>Reads runs.</summary>
    public RunReader Reader { get; }

    /// <summary>Requests actions on runs.</summary>
    public RunControl Control { get; }

    /// <summary>Keeps studies of human ratings.</summary>
    public StudyStore Studies { get; }

    /// <summary>Stores question sets.</summary>
    public QuestionSetUploads Uploads { get; }

    /// <summary>Splits question sets into runs.</summary>
    public QuestionSetSplitter Splitter { get; }

    /// <summary>Splits uploads, continues unfinished runs and answers their questions until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => TogetherAsync([_loop.RunAsync, _queue.RunAsync], cancellationToken);

    /// <summary>Only answers questions until cancelled.</summary>
    public Task WorkAsync(CancellationToken cancellationToken) => TogetherAsync([_queue.RunAsync], cancellationToken);

    /// <summary>Releases the identity of this data folder's worker, and sends the remaining telemetry.</summary>
    public void Dispose()
    {
        _identity.Dispose();
        _telemetry?.Dispose();
    }

    /// <summary>Runs loops concurrently; if one fails, stops the others and rethrows its failure.</summary>
    internal static async Task TogetherAsync(IReadOnlyList<Func<CancellationToken, Task>> loops, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] running = [.. loops.Select(loop => Task.Run(() => loop(stop.Token), CancellationToken.None))];
        var first = await Task.WhenAny(running);
        await stop.CancelAsync();
        try
        {
            await Task.WhenAll(running);
        }
        catch (OperationCanceledException) when (!first.IsFaulted)
        {
            // The others were asked to stop.
        }

        await first;
        cancellationToken.ThrowIfCancellationRequested();
    }
}
