using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Strategies;

namespace MedQA.Evaluation.Serialization;

/// <summary>Reads and writes a strategy as its name, where a profile is written property by property.</summary>
public sealed class StrategyNameConverter : JsonConverter<Strategy>
{
    /// <inheritdoc/>
    public override Strategy Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && BuiltInProfiles.Find(reader.GetString()!) is { } profile
            ? profile.Strategy
            : throw new JsonException($"A strategy must be one of {ProfileFields.StrategyNames}.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Strategy value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStringValue(value.Name);
    }
}
