using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Studies;

namespace MedQA.Web.Contracts;

/// <summary>The API's JSON: camelCase names and enumeration values, null values omitted.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [
        typeof(EnumNameConverter<RunState>),
        typeof(EnumNameConverter<RequestedAction>),
        typeof(EnumNameConverter<NoticeState>),
        typeof(EnumNameConverter<SampleEnd>),
        typeof(EnumNameConverter<RaterState>),
        typeof(EnumNameConverter<ClickKind>),
        typeof(FiniteNumberConverter)
    ])]
[JsonSerializable(typeof(RunResource))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(RunList))]
[JsonSerializable(typeof(RunEndedNotice))]
[JsonSerializable(typeof(RunAnnotation))]
[JsonSerializable(typeof(AnswerRow))]
[JsonSerializable(typeof(AnswerPage))]
[JsonSerializable(typeof(AnswerDetail))]
[JsonSerializable(typeof(FlipList))]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(ModelDescription[]))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(RunEstimate))]
[JsonSerializable(typeof(StudyRequest))]
[JsonSerializable(typeof(StudyResource))]
[JsonSerializable(typeof(StudyList))]
[JsonSerializable(typeof(RaterResource))]
[JsonSerializable(typeof(RaterQueue))]
[JsonSerializable(typeof(RaterClicks))]
[JsonSerializable(typeof(RaterProgress))]
[JsonSerializable(typeof(RatingLine))]
public sealed partial class WebJson : JsonSerializerContext
{
    /// <summary>The same for requests: unknown or duplicate fields are errors.</summary>
    internal static WebJson Requests => field ??= new WebJson(new JsonSerializerOptions(Default.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
    });

    /// <summary>
    /// The same for text that people read raw, such as in a terminal: quotation marks are not escaped. Such responses are never
    /// interpreted as markup: their type says so, and browsers are told not to sniff.
    /// </summary>
    public static WebJson Readable =>
        field ??= new WebJson(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
