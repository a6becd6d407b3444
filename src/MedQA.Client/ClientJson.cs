using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace MedQA.Client;

/// <summary>
/// The API's JSON: camelCase names and enumeration values, null values omitted. Unknown fields are ignored.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    Converters =
    [
        typeof(EnumConverter<RunState>), typeof(EnumConverter<RequestedAction>), typeof(EnumConverter<NoticeState>),
        typeof(EnumConverter<RaterState>),
    ],
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(RunResource))]
[JsonSerializable(typeof(RunList))]
[JsonSerializable(typeof(RunAnnotation))]
[JsonSerializable(typeof(AnswerPage))]
[JsonSerializable(typeof(AnswerDetail))]
[JsonSerializable(typeof(RunEstimate))]
[JsonSerializable(typeof(StudyRequest))]
[JsonSerializable(typeof(StudyResource))]
[JsonSerializable(typeof(StudyList))]
[JsonSerializable(typeof(RaterResource))]
[JsonSerializable(typeof(Model[]))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(JsonElement[]))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class ClientJson : JsonSerializerContext
{
    /// <summary>
    /// The same for responses: a missing string, list or object is an error. Numbers that an older service does not send are 0.
    /// </summary>
    internal static JsonSerializerOptions Answered =>
        field ??= new JsonSerializerOptions(Default.Options) { TypeInfoResolver = Default.WithAddedModifier(Require) };

    private static void Require(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            property.IsRequired |=
                property.AssociatedParameter is { IsNullable: false, HasDefaultValue: false }
                    && (!property.PropertyType.IsValueType || typeof(IEnumerable).IsAssignableFrom(property.PropertyType));
        }
    }
}

/// <summary>How errors are read: a proxy's problem details may lack fields that the service always sends.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class ProblemJson : JsonSerializerContext
{
    public static JsonTypeInfo<ProblemDetails> Any => field ??= (JsonTypeInfo<ProblemDetails>)new JsonSerializerOptions(Default.Options)
    {
        TypeInfoResolver = Default.WithAddedModifier(static type =>
        {
            foreach (var property in type.Properties)
            {
                property.IsRequired = false;
            }
        }),
    }.GetTypeInfo(typeof(ProblemDetails));
}

/// <summary>
/// Reads enumerations by their exact camelCase names; a number, a list or an unknown name is an error.
/// </summary>
internal sealed class EnumConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly Dictionary<string, T> Names = Enum.GetValues<T>()
        .ToDictionary(static value => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()), StringComparer.Ordinal);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Names.TryGetValue(reader.GetString()!, out var value)
            ? value
            : throw new JsonException($"The value must be one of {string.Join(", ", Names.Keys)}.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(
            Enum.IsDefined(value)
                ? JsonNamingPolicy.CamelCase.ConvertName(value.ToString())
                : throw new ArgumentOutOfRangeException(nameof(value), value, "Undefined enumeration value."));
}
