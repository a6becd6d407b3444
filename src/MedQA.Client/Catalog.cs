namespace MedQA.Client;

/// <summary>A format of the outcome of a gate.</summary>
public enum GateFormat
{
    /// <summary>JSON, for programs.</summary>
    Json,

    /// <summary>Markdown.</summary>
    Markdown,

    /// <summary>JUnit XML, for build servers.</summary>
    JUnit,
}

/// <summary>A model that answers questions.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Fingerprint">A hash of its files.</param>
/// <param name="EngineFingerprint">Identifies everything else that affects the exact result.</param>
/// <param name="ContextLength">The maximum number of tokens of prompt and continuation together.</param>
/// <param name="HasChatTemplate">Whether it has a chat template.</param>
public sealed record Model(string Name, string Fingerprint, string EngineFingerprint, int ContextLength, bool HasChatTemplate);

/// <summary>The format of a report or comparison.</summary>
public enum ReportFormat
{
    /// <summary>JSON, for programs.</summary>
    Json,

    /// <summary>Markdown.</summary>
    Markdown,

    /// <summary>HTML without scripts.</summary>
    Html,
}
