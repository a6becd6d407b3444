using System.Text.Json;

namespace MedQA.Evaluation.LanguageModels;

/// <summary>
/// A tuned prefix (the keys and values that a soft prompt's virtual tokens leave in a model's cache) as a run names it; the numbers
/// themselves lie elsewhere.
/// </summary>
/// <param name="Name">What people call it.</param>
/// <param name="Hash">SHA-256 of its keys and values (<c>prefix.safetensors</c>), lower-case hexadecimal: what identifies it. Part of a
/// run's id.</param>
/// <param name="Length">Its virtual tokens, at least 1; they count against the model's context.</param>
/// <param name="ModelFingerprint">The fingerprint of the model that it was tuned for.</param>
/// <param name="ModelName">The name of that model.</param>
public sealed record PrefixReference(string Name, string Hash, int Length, string ModelFingerprint, string ModelName)
{
    /// <summary>The version of a prefix's manifest, and of what stands beside it.</summary>
    public const int Format = 1;

    /// <summary>Reads what a prefix's <c>manifest.json</c> says of it.</summary>
    /// <param name="utf8">The manifest.</param>
    /// <exception cref="FormatException">It is no manifest; the message says why.</exception>
    public static PrefixReference Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            StoredFormat.Check("it", utf8.Span, "format", Format);
            using var document = JsonDocument.Parse(utf8);
            var (root, model) = (document.RootElement, document.RootElement.GetProperty("model"));
            var read = new PrefixReference(
                Text(root, "name"),
                Text(root, "prefixHash"),
                root.GetProperty("length").GetInt32(),
                Text(model, "fingerprint"),
                Text(model, "name"));
            return IsHash(read.Hash) && IsHash(read.ModelFingerprint) && read.Length >= 1
                ? read
                : throw new FormatException(
                    "\"prefixHash\" and \"model.fingerprint\" must be 64 lower-case hexadecimal digits, and \"length\" 1 or more");
        }
        catch (NewerFormatException exception)
        {
            throw new FormatException(exception.Message.TrimEnd('.'), exception);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException($"it is not the manifest of a prefix ({exception.Message.TrimEnd('.')})", exception);
        }
    }

    /// <summary>
    /// Why it cannot stand in front of a model's prompts, as a sentence with what to do; <see langword="null"/> where it can.
    /// </summary>
    public string? GetIncompatibility(ModelDescription model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return GetIncompatibility(model.Name, model.Fingerprint, model.ContextLength);
    }

    /// <summary>The same for a model that is not loaded.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="fingerprint">Its fingerprint.</param>
    /// <param name="contextLength">The most tokens that it holds.</param>
    public string? GetIncompatibility(string model, string fingerprint, int contextLength) =>
        ModelFingerprint != fingerprint
            ? $"prefix {Name} was tuned for model {ModelName} with fingerprint {ModelFingerprint}, and this model is {model} with "
                + $"fingerprint {fingerprint}; use a prefix of this model, or the model that this one was tuned for."
            : Length >= contextLength
                ? $"prefix {Name} has {Length} virtual tokens, which leave no room for a prompt in the {contextLength} tokens of model "
                    + $"{model}; use a shorter one."
                : null;

    private static string Text(JsonElement json, string name) =>
        json.GetProperty(name).GetString() is { Length: > 0 } text ? text : throw new FormatException($"\"{name}\" is empty");

    private static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);
}
