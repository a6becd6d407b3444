using System.Text.Json;
using System.Text.Json.Serialization;

namespace MedQA.Evaluation;

/// <summary>
/// Numbers in JSON for others to read. JSON has no name for infinite numbers and NaN (the log-likelihood of a text that the model
/// cannot write, for example): that is <c>null</c>, as JavaScript writes it, and no text that clients would have to know.
/// A <c>null</c> is read as minus infinity, the log-likelihood of such a text.
/// </summary>
public sealed class FiniteNumberConverter : JsonConverter<double>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? double.NegativeInfinity : reader.GetDouble();

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
