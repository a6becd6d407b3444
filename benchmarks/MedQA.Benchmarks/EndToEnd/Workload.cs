namespace MedQA.Benchmarks.EndToEnd;

/// <summary>Something whole that is run once a round.</summary>
/// <param name="Name">What --only calls it.</param>
/// <param name="RunAsync">Runs it and gives its figures.</param>
internal sealed record Workload(string Name, Func<Task<IReadOnlyList<Measurement>>> RunAsync);
