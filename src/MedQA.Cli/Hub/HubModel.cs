using System.Diagnostics.CodeAnalysis;

namespace MedQA.Cli.Hub;

/// <summary>A model on the hub: <c>OWNER/NAME@revision</c>.</summary>
/// <param name="Owner">Its owner.</param>
/// <param name="Name">Its name.</param>
/// <param name="Revision">A branch, a tag or a commit.</param>
internal sealed record HubModel(string Owner, string Name, string Revision)
{
    private const string DefaultRevision = "main";
    private const int MaxPartLength = 128;

    /// <summary>The model's name on the hub without the revision.</summary>
    public string Repository => $"{Owner}/{Name}";

    /// <summary>Reads <c>OWNER/NAME[@revision]</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="model">The model, if the text is valid.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out HubModel? model)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var revision = at < 0 ? DefaultRevision : text[(at + 1)..];
        var parts = (at < 0 ? text : text[..at]).Split('/');
        model = parts.Length == 2 && Array.TrueForAll(parts, IsName) && revision.Split('/').All(IsName)
            ? new(parts[0], parts[1], revision)
            : null;
        return model is not null;
    }

    private static bool IsName(string part) =>
        part.Length is > 0 and <= MaxPartLength
        && (char.IsAsciiLetterOrDigit(part[0]) || part[0] == '_')
        && part.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
        && !part.Contains("..", StringComparison.Ordinal);
}
