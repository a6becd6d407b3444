using System.Text.Json.Serialization;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Serialization;

/// <summary>
/// The JSON form of the domain's records: names and enums in camel case, without white space (one record is one line), numbers that come
/// back bit for bit.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    Converters = [typeof(ProfileJsonConverter), typeof(EnumNameConverter<SampleEnd>)])]
[JsonSerializable(typeof(Question))]
[JsonSerializable(typeof(Exemplar))]
[JsonSerializable(typeof(Profile))]
[JsonSerializable(typeof(Protocol))]
[JsonSerializable(typeof(AnsweredQuestion))]
public sealed partial class EvaluationJson : JsonSerializerContext;
