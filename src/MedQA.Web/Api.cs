using System.Collections.Immutable;
using System.Security.Cryptography;
using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Studies;
using MedQA.Pipeline.Uploading;

namespace MedQA.Web;

/// <summary>What handlers work with; a host makes it once.</summary>
public sealed record Api
{
    private const string CannotStart = "This host cannot start runs because it has no model.";

    /// <summary>Reads runs and answers.</summary>
    public required RunReader Reader { get; init; }

    /// <summary>Asks for something to happen with a run.</summary>
    public required RunControl Control { get; init; }

    /// <summary>Stores question sets. No run can be started where it is missing.</summary>
    /// <exception cref="InvalidOperationException">It is missing.</exception>
    public QuestionSetUploads Uploads { get => field ?? throw new InvalidOperationException(CannotStart); init; }

    /// <summary>Makes runs of them. No run can be started where it is missing.</summary>
    /// <exception cref="InvalidOperationException">It is missing.</exception>
    public QuestionSetSplitter Splitter { get => field ?? throw new InvalidOperationException(CannotStart); init; }

    /// <summary>Counts what the runs of a day take; <see langword="null"/> where there is no budget.</summary>
    public BudgetLedger? Ledger { get; init; }

    /// <summary>Keeps studies of human ratings.</summary>
    public required StudyStore Studies { get; init; }

    /// <summary>The profiles that can be chosen.</summary>
    public required IProfileSource Profiles { get; init; }

    /// <summary>The models that answer here.</summary>
    public required ImmutableArray<ModelDescription> Models { get; init; }

    /// <summary>The profile of question sets that name none.</summary>
    public string DefaultProfile { get; init; } = new SplitOptions().DefaultProfile;

    /// <summary>
    /// What the parts of the pipeline in this process tell each other; where they work in another one it says nothing, and runs are looked
    /// at from time to time.
    /// </summary>
    public PipelineSignals Signals { get; init; } = new();

    /// <summary>
    /// Waits until what is stored would survive the sudden end of whatever stores it: a change is acknowledged after that. Azure's storage
    /// needs nothing of the kind.
    /// </summary>
    public Func<CancellationToken, Task> SaveAsync { get; init; } = static _ => Task.CompletedTask;

    /// <summary>Comparisons that need not be made again.</summary>
    public RecentComparisons Comparisons { get; } = new();

    /// <summary>The runs that somebody watches.</summary>
    public RunWatches Watches { get; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where secrets come from.</summary>
    public RandomNumberGenerator Random { get; init; } = RandomNumberGenerator.Create();

    /// <summary>Ends answers that have no end of their own when the host stops.</summary>
    public CancellationToken Stopping { get; init; }

    /// <summary>
    /// Whether callers are in this process, and get a fault itself. Others get a problem that says no more of it than is theirs to know.
    /// </summary>
    public bool ThrowsFaults { get; init; }

    /// <summary>What a request may ask for.</summary>
    public ApiLimits Limits { get; init; } = new();
}

/// <summary>What a request may ask for.</summary>
public sealed record ApiLimits
{
    /// <summary>The largest question set that is taken as a body, in bytes.</summary>
    public long MaxUploadBytes { get; init; } = 100L << 20;

    /// <summary>
    /// Whether a question set may be called whatever a file can be called: longer than others, and with control characters.
    /// </summary>
    public bool TakesAnyName { get; init; }

    /// <summary>The most bytes of a rater's clicks that are taken at once: a hundred with long comments.</summary>
    public long MaxClickBytes { get; init; } = 1L << 20;

    /// <summary>Entries of a page where the request does not say.</summary>
    public int DefaultPage { get; init; } = 100;

    /// <summary>How long a watched run is followed before its reader must come back.</summary>
    public TimeSpan WatchFor { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How often a watched run of which nothing is heard is looked at.</summary>
    public TimeSpan WatchEvery { get; init; } = TimeSpan.FromSeconds(2);
}
