using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace MedQA.Client;

/// <summary>
/// How the interface writes JSON: camelCase, enumerations as camelCase texts, what is unknown left out. Fields that this version does not
/// know are passed over.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
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
public sealed partial class ClientJson : JsonSerializerContext
{
    /// <summary>
    /// The same for what a service has answered: a text, list or object that is missing is an error. Numbers that an older service does not
    /// know are 0.
    /// </summary>
    internal static JsonSerializerOptions Answered =>
        field ??= new JsonSerializerOptions(Default.Options) { TypeInfoResolver = Default.WithAddedModifier(Require) };

    private static void Require(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            property.IsRequired |=
                property.AssociatedParameter is { IsNullable: false, HasDefaultValue: false } && !property.PropertyType.IsValueType;
        }
    }
}

/// <summary>How errors are read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class ProblemJson : JsonSerializerContext;

/// <summary>
/// States by their names in camel case, letter by letter: a number, a list or a state that this version does not know is an error.
/// </summary>
internal sealed class RunStateConverter : JsonConverter<RunState>
{
    private static readonly Dictionary<string, RunState> Names = Enum.GetValues<RunState>()
        .ToDictionary(static state => JsonNamingPolicy.CamelCase.ConvertName(state.ToString()), StringComparer.Ordinal);

    public override RunState Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Names.TryGetValue(reader.GetString()!, out var state)
            ? state
            : throw new JsonException($"The state must be one of {string.Join(", ", Names.Keys)}.");

    public override void Write(Utf8JsonWriter writer, RunState value, JsonSerializerOptions options) =>
        writer.WriteStringValue(
            Enum.IsDefined(value)
                ? JsonNamingPolicy.CamelCase.ConvertName(value.ToString())
                : throw new ArgumentOutOfRangeException(nameof(value), value, "There is no such state."));
}
