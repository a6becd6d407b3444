using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Evaluation.Profiles;

namespace MedQA.Evaluation.Serialization;

/// <summary>
/// Reads and writes a profile within other JSON exactly as <see cref="ProfileReader"/> and <see cref="CanonicalJson"/> do: there is one
/// JSON form of a profile.
/// </summary>
internal sealed class ProfileJsonConverter : JsonConverter<Profile>
{
    public override Profile Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        try
        {
            return ProfileReader.Read(document.RootElement, "in JSON", isStored: true);
        }
        catch (InputException exception)
        {
            throw new JsonException(exception.Message, exception);
        }
    }

    public override void Write(Utf8JsonWriter writer, Profile value, JsonSerializerOptions options) => CanonicalJson.Write(writer, value);
}
