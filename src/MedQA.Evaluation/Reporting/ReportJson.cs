using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Rating;
using MedQA.Evaluation.Serialization;

namespace MedQA.Evaluation.Reporting;

/// <summary>Reports as JSON: camelCase names, the profile in its canonical fields, indented, absent values left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true,
    NewLine = "\n",
    Converters = [typeof(ProfileJsonConverter)])]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(RunComparison))]
[JsonSerializable(typeof(ReplayReport))]
[JsonSerializable(typeof(OverlapReport))]
[JsonSerializable(typeof(MetadataSlices))]
[JsonSerializable(typeof(CounterfactualPairs))]
[JsonSerializable(typeof(StudyReport))]
[JsonSerializable(typeof(ImmutableArray<Rubric>))]
[JsonSerializable(typeof(ImmutableArray<PublishedResult>))]
[JsonSerializable(typeof(ImmutableArray<Profile>))]
public sealed partial class ReportJson : JsonSerializerContext
{
    /// <summary>Returns a report as UTF-8 JSON.</summary>
    public static byte[] Write(RunReport report) => JsonSerializer.SerializeToUtf8Bytes(report, Default.RunReport);

    /// <summary>Reads what <see cref="Write(RunReport)"/> wrote.</summary>
    /// <exception cref="JsonException">The bytes are not a report.</exception>
    /// <exception cref="UnusableException">A newer version has written it.</exception>
    public static RunReport Read(ReadOnlySpan<byte> utf8)
    {
        StoredFormat.Check("The report", utf8, "version", Reporting.RunReport.CurrentVersion);
        return JsonSerializer.Deserialize(utf8, Default.RunReport)
            ?? throw new JsonException("The JSON is null where a report is expected.");
    }

    /// <summary>Returns a comparison as UTF-8 JSON.</summary>
    public static byte[] Write(RunComparison comparison) => JsonSerializer.SerializeToUtf8Bytes(comparison, Default.RunComparison);

    /// <summary>Returns a replay as UTF-8 JSON.</summary>
    public static byte[] Write(ReplayReport replay) => JsonSerializer.SerializeToUtf8Bytes(replay, Default.ReplayReport);

    /// <summary>Returns counterfactual pairs as UTF-8 JSON.</summary>
    public static byte[] Write(CounterfactualPairs pairs) => JsonSerializer.SerializeToUtf8Bytes(pairs, Default.CounterfactualPairs);

    /// <summary>Returns an overlap report as UTF-8 JSON.</summary>
    public static byte[] Write(OverlapReport report) => JsonSerializer.SerializeToUtf8Bytes(report, Default.OverlapReport);

    /// <summary>Returns accuracy by metadata as UTF-8 JSON.</summary>
    public static byte[] Write(MetadataSlices slices) => JsonSerializer.SerializeToUtf8Bytes(slices, Default.MetadataSlices);

    /// <summary>Returns the report of a study as UTF-8 JSON.</summary>
    public static byte[] Write(StudyReport report) => JsonSerializer.SerializeToUtf8Bytes(report, Default.StudyReport);

    /// <summary>Rubrics as UTF-8 JSON.</summary>
    public static byte[] Write(ImmutableArray<Rubric> rubrics) =>
        JsonSerializer.SerializeToUtf8Bytes(rubrics, Default.ImmutableArrayRubric);

    /// <summary>Published results as UTF-8 JSON.</summary>
    public static byte[] Write(ImmutableArray<PublishedResult> results) =>
        JsonSerializer.SerializeToUtf8Bytes(results, Default.ImmutableArrayPublishedResult);
}
