using Azure;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// The version of a blob or a row (its ETag); <see langword="default"/> for none. A blob's comes with quotes from a response's header, and
/// without them from a listing or an event: here it has none.
/// </summary>
public readonly record struct StoredVersion
{
    private readonly string? _text;

    /// <summary>Reads a version as storage says it.</summary>
    public StoredVersion(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _text = text.StartsWith('"') ? text.Trim('"') : text;
    }

    /// <summary>What storage asks for.</summary>
    internal ETag ETag => _text is null ? default : new ETag(_text);

    /// <summary>The version that storage has given.</summary>
    public static implicit operator StoredVersion(ETag etag) => etag == default ? default : new StoredVersion(etag.ToString("G"));

    /// <inheritdoc/>
    public override string ToString() => _text ?? "";
}
