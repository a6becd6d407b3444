namespace MedQA.Client;

/// <summary>A model that answers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Fingerprint">Hash over its files.</param>
/// <param name="EngineFingerprint">What else decides the bits of a result.</param>
/// <param name="ContextLength">The most tokens that prompt and continuation can have together.</param>
/// <param name="HasChatTemplate">Whether it has a chat template.</param>
public sealed record Model(string Name, string Fingerprint, string EngineFingerprint, int ContextLength, bool HasChatTemplate);

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
