using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Studies;

namespace MedQA.Web.Contracts;

/// <summary>How the HTTP interface writes JSON: camelCase, enumerations as camelCase texts, what is unknown left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [
        typeof(EnumNameConverter<RunState>),
        typeof(EnumNameConverter<RequestedAction>),
        typeof(EnumNameConverter<SampleEnd>),
        typeof(EnumNameConverter<RaterState>),
        typeof(EnumNameConverter<ClickKind>),
        typeof(FiniteNumberConverter)
    ])]
[JsonSerializable(typeof(RunResource))]
[JsonSerializable(typeof(RunList))]
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
    /// <summary>The same for what callers send: a field that is not known, or that comes twice, is an error and not passed over.</summary>
    internal static WebJson Requests => field ??= new WebJson(new JsonSerializerOptions(Default.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
    });

    /// <summary>
    /// The same for sentences that people read as they come, in a terminal for instance: quotation marks stand as they are. Such answers
    /// are never markup: their type says so, and browsers are told not to guess.
    /// </summary>
    public static WebJson Readable =>
        field ??= new WebJson(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
