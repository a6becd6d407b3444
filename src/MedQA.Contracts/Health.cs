namespace MedQA.Contracts;

/// <summary>What a probe is told of a service that is ready; one that is not answers with status 503 and a problem that says why.</summary>
/// <param name="Status"><c>ok</c>.</param>
/// <param name="Version">The service's version.</param>
/// <param name="Storage"><c>ok</c>: tables and queues answer.</param>
/// <param name="Models">The names of the models that answer questions here.</param>
/// <param name="Queue">What waits for a worker.</param>
public sealed record Health(string Status, string Version, string Storage, IReadOnlyList<string> Models, QueueHealth Queue);

/// <summary>What waits for a worker.</summary>
/// <param name="Batches">Batches that are given out, about: those that a worker has at hand are among them.</param>
/// <param name="OldestSeconds">For how many seconds the next one has waited; left out where none waits.</param>
public sealed record QueueHealth(int Batches, double? OldestSeconds);
