namespace MedQA.Client;

/// <summary>A model that answers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Fingerprint">Hash over its files.</param>
/// <param name="EngineFingerprint">What else decides the bits of a result.</param>
/// <param name="ContextLength">The most tokens that prompt and continuation can have together.</param>
/// <param name="HasChatTemplate">Whether it has a chat template.</param>
public sealed record Model(string Name, string Fingerprint, string EngineFingerprint, int ContextLength, bool HasChatTemplate);

/// <summary>Whether the service works.</summary>
/// <param name="Status"><c>ok</c>.</param>
/// <param name="Version">The service's version.</param>
/// <param name="Storage"><c>ok</c>: tables and queues answer.</param>
/// <param name="Models">The names of the models that answer questions there.</param>
/// <param name="Queue">What waits for a worker.</param>
public sealed record Health(
    string Status, string Version, string? Storage = null, IReadOnlyList<string>? Models = null, QueueHealth? Queue = null);

/// <summary>What waits for a worker.</summary>
/// <param name="Batches">Batches that are given out, about: those that a worker has at hand are among them.</param>
/// <param name="OldestSeconds">For how many seconds the next one has waited; <see langword="null"/> where none waits.</param>
public sealed record QueueHealth(int Batches, double? OldestSeconds);

/// <summary>In which form a report or a comparison is read.</summary>
public enum ReportFormat
{
    /// <summary>JSON, for programs.</summary>
    Json,

    /// <summary>Markdown.</summary>
    Markdown,

    /// <summary>A page without scripts.</summary>
    Html,
}
