using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MedQA.Evaluation.Profiles;

/// <summary>
/// Fields that a profile adds to the requests to a model's service, such as <c>{"reasoning_effort":"high"}</c>, as one JSON object in a
/// canonical form: names in ordinal order at every depth, no white space. Equal options are equal texts.
/// </summary>
public static class ModelOptions
{
    /// <summary>The fields that cannot be set so, because the profile has fields for them or the answer would take another form.</summary>
    public static ImmutableSortedSet<string> Reserved { get; } = ImmutableSortedSet.Create(
        StringComparer.Ordinal,
        "data_sources", "function_call", "functions", "logit_bias", "logprobs", "max_completion_tokens", "max_tokens", "mcp_servers",
        "messages", "min_p", "model", "n", "plugins", "response_format", "seed", "stop", "stream", "stream_options", "temperature",
        "tool_choice", "tools", "top_k", "top_logprobs", "top_p", "web_search_options");

    /// <summary>Returns options in their canonical form.</summary>
    /// <param name="options">A JSON object.</param>
    /// <exception cref="FormatException">It is none, or has a field that is reserved; the message is the end of a sentence that begins with
    /// the options' name.</exception>
    public static string Canonical(JsonElement options)
    {
        if (options.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("must be a JSON object with fields for the requests, such as {\"reasoning_effort\": \"high\"}.");
        }

        foreach (var field in options.EnumerateObject())
        {
            if (Reserved.Contains(field.Name))
            {
                throw new FormatException(
                    $"has \"{field.Name}\", which cannot be set here: the profile's own fields decide it, or answers could not be read.");
            }
        }

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer, options);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var field in value.EnumerateObject().OrderBy(static field => field.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(field.Name);
                    Write(writer, field.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
