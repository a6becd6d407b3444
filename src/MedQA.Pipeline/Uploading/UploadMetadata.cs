namespace MedQA.Pipeline.Uploading;

/// <summary>The metadata of an upload's blob. Values are percent-encoded: HTTP headers hold ASCII only.</summary>
internal static class UploadMetadata
{
    /// <summary>The profile, where no folder names it.</summary>
    public const string Profile = "profile";

    /// <summary>The name that people gave the question set, where it is not the blob's.</summary>
    public const string Name = "name";

    /// <summary>How the question set names the right option, where its rows leave that open.</summary>
    public const string AnswerNotation = "answernotation";

    /// <summary>Whether last options that only fill a place are missing ones: true or false.</summary>
    public const string DropFillers = "dropfillers";

    /// <summary>Says that this service stored the blob, and may remove it with its run.</summary>
    public const string StoredBy = "storedby";

    /// <summary>The value of <see cref="StoredBy"/>.</summary>
    public const string Service = "medqa";

    /// <summary>The fingerprint of the model that the upload was stored for: no host with another one takes it for its own.</summary>
    public const string Model = "model";

    public static string Encode(string value) => Uri.EscapeDataString(value);

    public static string? Find(IDictionary<string, string> metadata, string key) =>
        metadata.FirstOrDefault(entry => string.Equals(entry.Key, key, StringComparison.OrdinalIgnoreCase)).Value is { Length: > 0 } value
            ? Uri.UnescapeDataString(value)
            : null;
}
