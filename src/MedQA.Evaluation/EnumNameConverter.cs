using System.Text.Json;
using System.Text.Json.Serialization;

namespace MedQA.Evaluation;

/// <summary>
/// Enumerations in JSON by their names in camel case, see <see cref="EnumNames"/>: a number, a list of names, another case or an unknown
/// name is a <see cref="JsonException"/>.
/// </summary>
/// <typeparam name="T">The enumeration.</typeparam>
public sealed class EnumNameConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        (reader.TokenType == JsonTokenType.String ? EnumNames.Find<T>(reader.GetString()) : null)
        ?? throw new JsonException($"The value must be one of {string.Join(", ", EnumNames.All<T>())}.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(EnumNames.Of(value));
    }
}
