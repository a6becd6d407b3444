namespace MedQA.Pipeline.Runs;

/// <summary>
/// The decision that a run needs no more answers: <c>stop.json</c>, written once. It follows from the answers of the first batches alone.
/// </summary>
/// <param name="Batches">How many batches count, from the first on.</param>
/// <param name="Questions">How many questions these have.</param>
/// <param name="V">The version of its form, as of a manifest's.</param>
internal sealed record RunStop(int Batches, int Questions, int V = RunManifest.Version);
