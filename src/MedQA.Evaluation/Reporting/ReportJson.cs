using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Evaluation.Profiles;

namespace MedQA.Evaluation.Reporting;

/// <summary>Reports as JSON: camelCase names, enumerations as camelCase texts, indented, absent values left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true,
    NewLine = "\n",
    Converters = [typeof(CamelCase<PromptFormat>), typeof(CamelCase<ExemplarPlacement>), typeof(CamelCase<UnparsedHandling>)])]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(RunComparison))]
public sealed partial class ReportJson : JsonSerializerContext
{
    /// <summary>A report as UTF-8 JSON.</summary>
    public static byte[] Write(RunReport report) => JsonSerializer.SerializeToUtf8Bytes(report, Default.RunReport);

    /// <summary>Reads what <see cref="Write(RunReport)"/> wrote.</summary>
    /// <exception cref="JsonException">The bytes are no report.</exception>
    public static RunReport Read(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, Default.RunReport) ?? throw new JsonException("The bytes hold null where a report should stand.");

    /// <summary>A comparison as UTF-8 JSON.</summary>
    public static byte[] Write(RunComparison comparison) => JsonSerializer.SerializeToUtf8Bytes(comparison, Default.RunComparison);

    private sealed class CamelCase<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.CamelCase)
        where TEnum : struct, Enum;
}
