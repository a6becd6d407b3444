using MedQA.Cli.Settings;
using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Storage;
using MedQA.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MedQA.Cli.Hosting;

/// <summary>The pipeline with its model and all its loops, in one process over the storage.</summary>
internal sealed class LocalPipeline : IDisposable
{
    private static readonly TimeSpan PaidDrain = TimeSpan.FromSeconds(10);

    private readonly WorkerIdentity _identity;
    private readonly RunLoop _loop;
    private readonly BatchQueueReader _queue;
    private readonly LocalTelemetry? _telemetry;

    /// <summary>Connects the parts without starting them.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="models">The answering models; the first is the one of runs that name none.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="logging">Receives the logs of the parts.</param>
    /// <param name="attendance">Tracks the processes that work on the storage's runs; <see langword="null"/> if that is unknown.</param>
    /// <param name="folders">The folders of the models, which can have profiles of their own; <see langword="null"/> if unknown.</param>
    /// <param name="servesAnybody">Whether to run question sets that other tools uploaded to the container.</param>
    public LocalPipeline(
        RunStorage storage,
        IReadOnlyList<ILanguageModel> models,
        HostSettings settings,
        ILoggerFactory logging,
        IRunAttendance? attendance = null,
        IReadOnlyList<string>? folders = null,
        bool servesAnybody = false)
    {
        _telemetry = LocalTelemetry.Start(settings);
        var (model, others) = (models[0], models.Skip(1).ToList());
        _identity = WorkerIdentity.Take(settings.DataFolder);
        var name = $"{Environment.MachineName}{(_identity.Id is { } id ? $"-{id:N}" : "")}";
        Services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(logging)
            .AddMedQAPipeline(storage, new PipelineOptions
            {
                Model = model.Description,
                CountTokens = model.CountTokens,
                OtherModels =
                [
                    .. others.Select((other, index) => new AnsweringModel(
                        other.Description,
                        other.CountTokens,
                        folders is null ? null : ProfileFolders.OfHost(settings, folders[index + 1]))),
                ],
                Profiles = ProfileFolders.OfHost(settings),
                EarlierProfiles = ProfileFolders.Kept(settings),
                SoftPromptsFolder = settings.PrefixesFolder,
                Advance = new AdvanceOptions
                {
                    OwnWorker = _identity.Id is null ? null : name,
                    OwnModels = [.. models.Select(static one => one.Description.Fingerprint)],
                    IsAtWork = attendance is null ? null : model => attendance.Present().Any(present => present.Model == model),
                    MaxComputeHours = settings.MaxHours,
                    MaxCost = settings.MaxCost,
                },
                Notices = settings.Notices,
                Retention = new RetentionOptions { RunDays = settings.KeepDays, UploadDays = settings.KeepUploadsDays },
                Worker = new WorkerOptions
                {
                    Name = name,
                    Identity = _identity.Id,
                    Report = TimeSpan.FromSeconds(1),

                    // What a service is answering is paid for.
                    Drain = models.All(static one => one.Description.Endpoint is null) ? TimeSpan.Zero : PaidDrain,
                    QuestionsAtOnce = settings.AtOnce,
                },
                Attendance = attendance,
            })
            .AddSingleton(model)
            .AddSingleton<IReadOnlyList<ILanguageModel>>(others)
            .AddSingleton<BatchWorker>()
            .AddResultCache()
            .BuildServiceProvider();
        _loop = ActivatorUtilities.CreateInstance<RunLoop>(Services, servesAnybody);
        _queue = ActivatorUtilities.CreateInstance<BatchQueueReader>(Services);
    }

    /// <summary>The services of the pipeline.</summary>
    public ServiceProvider Services { get; }

    /// <summary>The services of the handlers of its HTTP API.</summary>
    public Api Api => Api.Of(Services);

    /// <summary>Splits uploads, continues unfinished runs and answers their questions until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => TogetherAsync([_loop.RunAsync, _queue.RunAsync], cancellationToken);

    /// <summary>Only answers questions until cancelled.</summary>
    public Task WorkAsync(CancellationToken cancellationToken) => TogetherAsync([_queue.RunAsync], cancellationToken);

    /// <summary>Releases the identity of this data folder's worker, and sends the remaining telemetry.</summary>
    public void Dispose()
    {
        Services.Dispose();
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
