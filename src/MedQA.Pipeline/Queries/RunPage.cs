using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Queries;

/// <summary>A page of runs, newest first.</summary>
/// <param name="Runs">The runs.</param>
/// <param name="Continuation">What to ask for the next page with; <see langword="null"/> on the last.</param>
public sealed record RunPage(IReadOnlyList<RunSummary> Runs, string? Continuation);

/// <summary>A page of answers, in the order of their questions.</summary>
/// <param name="Answers">The answers.</param>
/// <param name="Continuation">What to ask for the next page with; <see langword="null"/> on the last. While a run goes on, more answers may
/// come behind the last page.</param>
public sealed record AnswerPage(IReadOnlyList<AnswerRow> Answers, string? Continuation)
{
    /// <summary>
    /// How many answers pass in all, on the first page where that is known without looking at all of them; else <see langword="null"/>.
    /// </summary>
    public int? Total { get; init; }
}

/// <summary>A continuation that was not given out by this service.</summary>
public sealed class ContinuationException : Exception
{
    /// <summary>Says what to do.</summary>
    public ContinuationException()
        : base("The continuation is not one that this service has given out. Ask for the first page without one.")
    {
    }
}
