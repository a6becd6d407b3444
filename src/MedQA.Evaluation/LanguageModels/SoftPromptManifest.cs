using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MedQA.Evaluation.LanguageModels;

/// <summary>What a soft prompt's <c>manifest.json</c> states.</summary>
public sealed record SoftPromptManifest
{
    /// <summary>The format that this version writes and reads.</summary>
    public const int CurrentFormat = 1;

    private const int MaxBytes = 16 << 20;

    /// <summary>The version of the folder's format.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The soft prompt's name.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Virtual tokens (Lester et al. 2021 write p): 1 or more. They take the positions 0 to p − 1 and count against the context.
    /// </summary>
    public required int Length { get; init; }

    /// <summary>The model whose graph runs with the soft prompt.</summary>
    public required SoftPromptModel Model { get; init; }

    /// <summary>
    /// SHA-256 of <c>prefix.safetensors</c>, lower-case hexadecimal: what identifies the soft prompt, whatever it is called. Empty until it
    /// is written.
    /// </summary>
    public string PrefixHash { get; init; } = "";

    /// <summary>Decoder layers of the model.</summary>
    public required int Layers { get; init; }

    /// <summary>Key/value heads of the model.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Numbers of a key or value of one head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Width of the model's embeddings.</summary>
    public required int Hidden { get; init; }

    /// <summary>What it was tuned on.</summary>
    public SoftPromptData? Data { get; init; }

    /// <summary>How it was tuned, by the names of <c>medqa tune</c>'s options.</summary>
    public ImmutableSortedDictionary<string, JsonElement>? Hyperparameters { get; init; }

    /// <summary>The losses on the way, by step.</summary>
    public ImmutableArray<SoftPromptLoss>? Losses { get; init; }

    /// <summary>The versions of what tuned it: component and version.</summary>
    public ImmutableSortedDictionary<string, string>? Versions { get; init; }

    /// <summary>Reads a manifest and checks that it can be one.</summary>
    /// <exception cref="FormatException">It is none, or one of a later format; the message says why, a sentence without its full stop.
    /// </exception>
    public static SoftPromptManifest Parse(ReadOnlySpan<byte> utf8)
    {
        SoftPromptManifest? manifest;
        try
        {
            StoredFormat.Check("it", utf8, "format", CurrentFormat);
            manifest = utf8.Length > MaxBytes
                ? throw new FormatException($"it has {utf8.Length:N0} bytes; a manifest has at most {MaxBytes:N0}")
                : JsonSerializer.Deserialize(utf8, SoftPromptJson.Default.SoftPromptManifest);
        }
        catch (UnusableException exception)
        {
            throw new FormatException(exception.Message.TrimEnd('.'), exception);
        }
        catch (JsonException exception)
        {
            throw new FormatException($"it is not the JSON of a prefix's manifest ({exception.Message.TrimEnd('.')})", exception);
        }

        var problem = manifest switch
        {
            null => "it is empty",
            { Format: not CurrentFormat } => $"its format is {manifest.Format}; this version reads {CurrentFormat}",
            _ when string.IsNullOrWhiteSpace(manifest.Name) => "\"name\" is empty",
            _ when string.IsNullOrWhiteSpace(manifest.Model.Name) => "\"model.name\" is empty",
            { Length: < 1 } or { Layers: < 1 } or { KeyValueHeads: < 1 } or { HeadSize: < 1 } or { Hidden: < 1 } =>
                "\"length\", \"layers\", \"keyValueHeads\", \"headSize\" and \"hidden\" must be 1 or more",
            _ when !IsHash(manifest.PrefixHash) => "\"prefixHash\" is not a SHA-256 in 64 lower-case hexadecimal digits",
            _ when !IsHash(manifest.Model.Fingerprint) => "\"model.fingerprint\" is not a SHA-256 in 64 lower-case hexadecimal digits",
            _ => null,
        };
        return problem is null ? manifest! : throw new FormatException(problem);
    }

    /// <summary>Writes it.</summary>
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, SoftPromptJson.Default.SoftPromptManifest);

    private static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);
}

/// <summary>A model, as a soft prompt names it.</summary>
/// <param name="Fingerprint">The fingerprint of the model's folder.</param>
/// <param name="Name">Its name.</param>
public sealed record SoftPromptModel(string Fingerprint, string Name);

/// <summary>What a soft prompt was tuned on.</summary>
public sealed record SoftPromptData
{
    /// <summary>SHA-256 of the file of exemplars, lower-case hexadecimal.</summary>
    public required string Hash { get; init; }

    /// <summary>How many exemplars it has.</summary>
    public required int Exemplars { get; init; }

    /// <summary>SHA-256 of the file that the best checkpoint was chosen by, if there was one.</summary>
    public string? DevHash { get; init; }

    /// <summary>How many exemplars that file has.</summary>
    public int? DevExemplars { get; init; }
}

/// <summary>The losses at one step of tuning: mean cross-entropy over the answers' tokens, in nats.</summary>
/// <param name="Step">The step, from 1.</param>
/// <param name="Loss">On the step's batch.</param>
/// <param name="DevLoss">On the dev file, where it was computed at this step.</param>
public sealed record SoftPromptLoss(int Step, double Loss, double? DevLoss = null);

/// <summary>How manifests are written: indented, camelCase, what is unknown left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true,
    NewLine = "\n",
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SoftPromptManifest))]
internal sealed partial class SoftPromptJson : JsonSerializerContext;
