using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Queries;

/// <summary>A page of runs, newest first.</summary>
/// <param name="Runs">The runs.</param>
/// <param name="Continuation">What to ask for the next page with; <see langword="null"/> on the last.</param>
public sealed record RunPage(IReadOnlyList<RunSummary> Runs, string? Continuation);

/// <summary>A continuation that was not given out by this service.</summary>
public sealed class ContinuationException : Exception
{
    /// <summary>Says what to do.</summary>
    public ContinuationException()
        : base("The continuation is not one that this service has given out. Ask for the first page without one.")
    {
    }
}
