using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Evaluation;
using MedQA.Files;
using MedQA.Tuning.Learning;

namespace MedQA.Tuning.Benchmarks;

/// <summary>What was measured of one configuration, or of the model alone.</summary>
internal sealed record MeasuredConfiguration
{
    /// <summary>The version that is written.</summary>
    public const int Version = 1;

    /// <summary>The version of this record's form.</summary>
    public int V { get; init; } = Version;

    /// <summary>How it was tuned; <see langword="null"/> for the model alone.</summary>
    public TuningSettings? Settings { get; init; }

    /// <summary>How many exemplars it was tuned on.</summary>
    public int Exemplars { get; init; }

    /// <summary>The loss of each step.</summary>
    public ImmutableArray<double> Losses { get; init; } = [];

    /// <summary>Seconds of wall clock that the tuning took.</summary>
    public double TuningSeconds { get; init; }

    /// <summary>Seconds of wall clock that the evaluation took.</summary>
    public double EvaluationSeconds { get; init; }

    /// <summary>Mean cross-entropy of the test questions' answers, in nats.</summary>
    public required double Loss { get; init; }

    /// <summary>The test questions' right options.</summary>
    public required ImmutableArray<int> Gold { get; init; }

    /// <summary>The log-likelihoods of their options, in nats.</summary>
    public required ImmutableArray<ImmutableArray<double>> Options { get; init; }

    public static MeasuredConfiguration Read(string path)
    {
        var bytes = RegularFile.ReadAllBytes(path);
        StoredFormat.Check(path, bytes, "v", Version);
        return JsonSerializer.Deserialize(bytes, MeasuringJson.Default.MeasuredConfiguration)!;
    }
}

/// <summary>How measurements are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(SoftPromptStartConverter)])]
[JsonSerializable(typeof(MeasuredConfiguration))]
internal sealed partial class MeasuringJson : JsonSerializerContext;
