using System.Text.Json;
using System.Text.Json.Serialization;

namespace MedQA.Client;

/// <summary>How the interface writes JSON: camelCase, enumerations as camelCase texts, what is unknown left out. Fields that this version does not know are passed over.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(RunStateConverter)],
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(Run))]
[JsonSerializable(typeof(RunPage))]
[JsonSerializable(typeof(AnswerPage))]
[JsonSerializable(typeof(AnswerDetail))]
[JsonSerializable(typeof(RunEstimate))]
[JsonSerializable(typeof(Model[]))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(JsonElement[]))]
public sealed partial class ClientJson : JsonSerializerContext;

/// <summary>How errors are read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class ProblemJson : JsonSerializerContext;

/// <summary>States as camelCase texts.</summary>
internal sealed class RunStateConverter() : JsonStringEnumConverter<RunState>(JsonNamingPolicy.CamelCase);
