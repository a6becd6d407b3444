namespace MedQA.Pipeline.Runs;

/// <summary>Which runs are wanted.</summary>
public enum RunFilter
{
    /// <summary>All.</summary>
    All,

    /// <summary>All but <see cref="Rejected"/>: those that have questions.</summary>
    Accepted,

    /// <summary>Those that have not ended.</summary>
    Active,

    /// <summary>Those in which every question that can be asked has an answer.</summary>
    Completed,

    /// <summary>Those in which some questions failed because of infrastructure.</summary>
    CompletedWithFailures,

    /// <summary>Those that were stopped on request.</summary>
    Cancelled,

    /// <summary>Those that cannot be completed.</summary>
    Failed,

    /// <summary>Uploads without usable questions.</summary>
    Rejected,
}

/// <summary>The order of a list of runs. Runs that are equal in it are listed newest first.</summary>
public enum RunOrder
{
    /// <summary>The newest first.</summary>
    Newest,

    /// <summary>The oldest first.</summary>
    Oldest,

    /// <summary>By the name that lists show.</summary>
    Name,

    /// <summary>By the profile's name.</summary>
    Profile,

    /// <summary>By the model's name.</summary>
    Model,

    /// <summary>The highest accuracy first; runs without one come last.</summary>
    HighestAccuracy,

    /// <summary>The lowest accuracy first; runs without one come last.</summary>
    LowestAccuracy,
}

/// <summary>Which runs are listed, and in which order.</summary>
public sealed record RunQuery
{
    /// <summary>The maximum length of <see cref="Search"/>.</summary>
    public const int MaxSearch = 200;

    /// <summary>Which runs.</summary>
    public RunFilter Filter { get; init; }

    /// <summary>
    /// Only runs that contain each of these words, in any case, in their names, tags, note, profile, model, host or id;
    /// <see langword="null"/> for any.
    /// </summary>
    public string? Search { get; init; }

    /// <summary>Only runs with this tag, in any case; <see langword="null"/> for any.</summary>
    public string? Tag { get; init; }

    /// <summary>The order.</summary>
    public RunOrder Order { get; init; }

    /// <summary>Whether it is the list of all runs, newest first.</summary>
    internal bool IsEverything => Filter == RunFilter.All && Search is null && Tag is null && Order == RunOrder.Newest;

    /// <summary>Whether a run is listed.</summary>
    internal bool Passes(RunSummary run)
    {
        var passes = Filter switch
        {
            RunFilter.All => true,
            RunFilter.Accepted => run.State != RunState.Rejected,
            RunFilter.Active => !run.State.IsFinal(),
            RunFilter.Completed => run.State == RunState.Completed,
            RunFilter.CompletedWithFailures => run.State == RunState.CompletedWithFailures,
            RunFilter.Cancelled => run.State == RunState.Cancelled,
            RunFilter.Failed => run.State == RunState.Failed,
            RunFilter.Rejected => run.State == RunState.Rejected,
            _ => throw new ArgumentOutOfRangeException(nameof(run), Filter, "Unknown filter."),
        };
        return passes
            && (Tag is null || (run.Annotation.Tags ?? []).Contains(Tag, StringComparer.OrdinalIgnoreCase))
            && (Search is null || Search.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).All(word => Contains(run, word)));
    }

    private static bool Contains(RunSummary run, string word) =>
        new[]
        {
            run.Name, run.Annotation.DisplayName, run.Annotation.Note, run.Profile, run.Model, run.Host, run.Run.ToString()
        }.Concat(run.Annotation.Tags ?? []).Any(text => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true);
}
