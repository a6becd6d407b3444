using System.Text.Json;
using System.Text.Json.Serialization;

namespace MedQA.Evaluation;

/// <summary>
/// Numbers in JSON for others to read. JSON has no name for infinite numbers and NaN (the log-likelihood of a text that the model
/// cannot write, for example): that is <c>null</c>, as JavaScript writes it, and no text that clients would have to know.
/// </summary>
public sealed class FiniteNumberConverter : JsonConverter<double>
{
    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
