namespace MedQA.Contracts;

/// <summary>The health of a service that is ready; one that is not returns status 503 and a problem that says why.</summary>
/// <param name="Status"><c>ok</c>.</param>
/// <param name="Version">The service's version.</param>
/// <param name="Storage"><c>ok</c>: tables and queues respond.</param>
/// <param name="Models">The names of the available models.</param>
/// <param name="Queue">The batches waiting for a worker.</param>
public sealed record Health(string Status, string Version, string Storage, IReadOnlyList<string> Models, QueueHealth Queue);

/// <summary>The batches waiting for a worker.</summary>
/// <param name="Batches">The approximate number of queued batches, including those that a worker has taken.</param>
/// <param name="OldestSeconds">The seconds that the oldest batch has waited; missing if none waits.</param>
public sealed record QueueHealth(int Batches, double? OldestSeconds);
