using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Queries;

/// <summary>A page of runs.</summary>
/// <param name="Runs">The runs.</param>
/// <param name="Continuation">What to ask for the next page with; <see langword="null"/> on the last.</param>
public sealed record RunPage(IReadOnlyList<RunSummary> Runs, string? Continuation);
