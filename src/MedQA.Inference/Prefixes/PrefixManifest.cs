using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Inference.Prefixes;

/// <summary>What a prefix's <c>manifest.json</c> states.</summary>
public sealed record PrefixManifest
{
    /// <summary>The format that this version writes and reads.</summary>
    public const int CurrentFormat = PrefixReference.Format;

    /// <summary>The version of the folder's format.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>What people call the prefix.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Virtual tokens (Lester et al. 2021 write p): 1 or more. They take the positions 0 to p − 1 and count against the context.
    /// </summary>
    public required int Length { get; init; }

    /// <summary>The model whose graph runs with the prefix.</summary>
    public required PrefixModel Model { get; init; }

    /// <summary>
    /// SHA-256 of <c>prefix.safetensors</c>, lower-case hexadecimal: what identifies the prefix, whatever it is called. Empty until it is
    /// written.
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
    public PrefixData? Data { get; init; }

    /// <summary>How it was tuned, by the names of <c>medqa tune</c>'s options.</summary>
    public ImmutableSortedDictionary<string, JsonElement>? Hyperparameters { get; init; }

    /// <summary>The losses on the way, by step.</summary>
    public ImmutableArray<PrefixLoss>? Losses { get; init; }

    /// <summary>The versions of what tuned it: component and version.</summary>
    public ImmutableSortedDictionary<string, string>? Versions { get; init; }
}

/// <summary>A model, as a prefix names it.</summary>
/// <param name="Fingerprint">The fingerprint of the model's folder (<see cref="Models.ModelFolder.FingerprintAsync"/>).</param>
/// <param name="Name">What people call it.</param>
public sealed record PrefixModel(string Fingerprint, string Name);

/// <summary>What a prefix was tuned on.</summary>
public sealed record PrefixData
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
public sealed record PrefixLoss(int Step, double Loss, double? DevLoss = null);

/// <summary>How manifests are written: indented, camelCase, what is unknown left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true,
    NewLine = "\n",
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PrefixManifest))]
internal sealed partial class PrefixJson : JsonSerializerContext;
