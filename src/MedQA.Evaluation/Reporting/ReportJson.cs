using System.Collections.Immutable;
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
[JsonSerializable(typeof(ImmutableArray<PublishedResult>))]
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

    /// <summary>Published results as UTF-8 JSON.</summary>
    public static byte[] Write(ImmutableArray<PublishedResult> results) => JsonSerializer.SerializeToUtf8Bytes(results, Default.ImmutableArrayPublishedResult);

    /// <summary>A protocol as UTF-8 JSON: equal bytes are equal protocols.</summary>
    internal static byte[] Write(Protocol protocol) => JsonSerializer.SerializeToUtf8Bytes(protocol, Default.Protocol);

    private sealed class CamelCase<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.CamelCase)
        where TEnum : struct, Enum;
}
