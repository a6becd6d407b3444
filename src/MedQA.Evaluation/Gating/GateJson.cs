using System.Text.Json;
using System.Text.Json.Serialization;

namespace MedQA.Evaluation.Gating;

/// <summary>Policies and their reports as JSON: camelCase names, indented, absent values left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true,
    NewLine = "\n",
    Converters = [typeof(EnumNameConverter<GateMeasure>), typeof(EnumNameConverter<GateOutcome>)])]
[JsonSerializable(typeof(GatePolicy))]
[JsonSerializable(typeof(GateReport))]
public sealed partial class GateJson : JsonSerializerContext
{
    /// <summary>Returns a report as UTF-8 JSON.</summary>
    public static byte[] Write(GateReport report) => JsonSerializer.SerializeToUtf8Bytes(report, Default.GateReport);
}
