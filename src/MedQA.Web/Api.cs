using System.Collections.Immutable;
using System.Security.Cryptography;
using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Annotating;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Notifying;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Studies;
using MedQA.Pipeline.Uploading;
using Microsoft.Extensions.DependencyInjection;

namespace MedQA.Web;

/// <summary>The services that handlers use; a host creates one instance.</summary>
public sealed record Api
{
    private const string CannotStart = "This host cannot start runs because it has no model.";

    /// <summary>The services of a host with the pipeline of <see cref="PipelineServices.AddMedQAPipeline"/>.</summary>
    public static Api Of(IServiceProvider services) => new()
    {
        Reader = services.GetRequiredService<RunReader>(),
        Control = services.GetRequiredService<RunControl>(),
        Annotations = services.GetRequiredService<RunAnnotations>(),
        Studies = services.GetRequiredService<StudyStore>(),
        Uploads = services.GetService<QuestionSetUploads>()!,
        Splitter = services.GetService<QuestionSetSplitter>()!,
        Ledger = services.GetService<BudgetLedger>(),
        Profiles = services.GetRequiredService<ProfileCatalog>(),
        Models = [.. services.GetServices<ModelDescription>()],
        OtherModels = services.GetService<IReadOnlyList<AnsweringModel>>() ?? [],
        DefaultProfile = services.GetRequiredService<SplitOptions>().DefaultProfile,
        Signals = services.GetRequiredService<PipelineSignals>(),
        Results = services.GetRequiredService<ResultCache>(),
        Notices = services.GetService<NoticeOptions>() ?? new NoticeOptions(),
    };

    /// <summary>Reads runs and answers.</summary>
    public required RunReader Reader { get; init; }

    /// <summary>Requests actions on runs.</summary>
    public required RunControl Control { get; init; }

    /// <summary>The names, tags and notes of runs.</summary>
    public required RunAnnotations Annotations { get; init; }

    /// <summary>Stores question sets. Without it, no runs can be started.</summary>
    /// <exception cref="InvalidOperationException">It is missing.</exception>
    public QuestionSetUploads Uploads { get => field ?? throw new InvalidOperationException(CannotStart); init; }

    /// <summary>Creates runs from question sets. Without it, no runs can be started.</summary>
    /// <exception cref="InvalidOperationException">It is missing.</exception>
    public QuestionSetSplitter Splitter { get => field ?? throw new InvalidOperationException(CannotStart); init; }

    /// <summary>Tracks the use of a day's runs; <see langword="null"/> without a budget.</summary>
    public BudgetLedger? Ledger { get; init; }

    /// <summary>Stores studies of human ratings.</summary>
    public required StudyStore Studies { get; init; }

    /// <summary>The available profiles.</summary>
    public required ProfileCatalog Profiles { get; init; }

    /// <summary>The model of runs that name none, if there is one.</summary>
    public required ImmutableArray<ModelDescription> Models { get; init; }

    /// <summary>Further models that runs can name.</summary>
    public IReadOnlyList<AnsweringModel> OtherModels { get; init; } = [];

    /// <summary>All models; the first is the one of runs that name none.</summary>
    public IEnumerable<ModelDescription> AllModels => Models.Concat(OtherModels.Select(static other => other.Description));

    /// <summary>Returns the profiles for a model: its folder can have some of its own.</summary>
    /// <param name="model">The model; <see langword="null"/> for that of runs that name none.</param>
    public ProfileCatalog ProfilesFor(ModelDescription? model) =>
        Profiles.With(OtherModels.FirstOrDefault(other => other.Fingerprint == model?.Fingerprint)?.Profiles);

    /// <summary>The profile for question sets that name none.</summary>
    public string DefaultProfile { get; init; } = new SplitOptions().DefaultProfile;

    /// <summary>
    /// Signals between the parts of the pipeline in this process. If those run in another process, runs are polled instead.
    /// </summary>
    public PipelineSignals Signals { get; init; } = new();

    /// <summary>
    /// Waits until stored changes would survive a crash of the storage, before a change is acknowledged. Azure Storage does not need
    /// this.
    /// </summary>
    public Func<CancellationToken, Task> SaveAsync { get; init; } = static _ => Task.CompletedTask;

    /// <summary>The models that other tools may ask through <c>/v1</c>; <see langword="null"/> if that is not offered.</summary>
    public AskedModels? Asked { get; init; }

    /// <summary>The addresses that may be told of the ends of runs.</summary>
    public NoticeOptions Notices { get; init; } = new();

    /// <summary>Cached parts of the results of ended runs.</summary>
    public required ResultCache Results { get; init; }

    /// <summary>The reads of runs in progress.</summary>
    public RunReads Reads { get; } = new();

    /// <summary>Cached comparisons.</summary>
    public RecentComparisons Comparisons { get; } = new();

    /// <summary>The watched runs.</summary>
    public RunWatches Watches { get; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The source of secrets.</summary>
    public RandomNumberGenerator Random { get; init; } = RandomNumberGenerator.Create();

    /// <summary>Ends open-ended responses when the host stops.</summary>
    public CancellationToken Stopping { get; init; }

    /// <summary>
    /// Whether callers are in this process and get exceptions directly. Others get a problem without internal details.
    /// </summary>
    public bool ThrowsFaults { get; init; }

    /// <summary>Limits on requests.</summary>
    public ApiLimits Limits { get; init; } = new();
}

/// <summary>What the handlers need besides the pipeline, as services.</summary>
public static class ApiServices
{
    /// <summary>Registers the cache of the results of ended runs.</summary>
    public static IServiceCollection AddResultCache(this IServiceCollection services) =>
        services.AddSingleton<ResultCache>().AddSingleton<IResultCache>(static provider => provider.GetRequiredService<ResultCache>());
}

/// <summary>Limits on requests.</summary>
public sealed record ApiLimits
{
    /// <summary>The maximum size of a question set in a body, in bytes.</summary>
    public long MaxUploadBytes { get; init; } = 100L << 20;

    /// <summary>
    /// Whether a question set may have any file name, including long ones and ones with control characters.
    /// </summary>
    public bool TakesAnyName { get; init; }

    /// <summary>The maximum size of a request with a rater's clicks, in bytes: enough for a hundred with long comments.</summary>
    public long MaxClickBytes { get; init; } = 1L << 20;

    /// <summary>The maximum size of a request to the model, in bytes: more text than the context of a model holds.</summary>
    public long MaxChatBytes { get; init; } = 4L << 20;

    /// <summary>The maximum size of a run's name, tags and note as JSON, in bytes: more than the longest ones take.</summary>
    public long MaxAnnotationBytes { get; init; } = 64L << 10;

    /// <summary>The maximum size of a policy as JSON, in bytes: more than the longest one takes.</summary>
    public long MaxPolicyBytes { get; init; } = 1L << 20;

    /// <summary>The maximum size of a profile, in bytes: more than one with many worked examples takes.</summary>
    public long MaxProfileBytes { get; init; } = 256L << 10;

    /// <summary>The default number of entries per page.</summary>
    public int DefaultPage { get; init; } = 100;

    /// <summary>How long a run is streamed before the client must reconnect.</summary>
    public TimeSpan WatchFor { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How often a watched run is polled without signals.</summary>
    public TimeSpan WatchEvery { get; init; } = TimeSpan.FromSeconds(2);
}
