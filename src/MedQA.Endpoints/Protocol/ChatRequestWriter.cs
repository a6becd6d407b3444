using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using MedQA.Endpoints.Settings;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;

namespace MedQA.Endpoints.Protocol;

/// <summary>Writes requests of the OpenAI chat-completions protocol, with the fields that a service takes.</summary>
internal static class ChatRequestWriter
{
    /// <summary>The most stop texts that OpenAI takes; answers are cut at the others afterwards.</summary>
    private const int MaxStopTexts = 4;

    /// <summary>Returns the JSON of a request.</summary>
    /// <param name="file">The model, and what its service takes.</param>
    /// <param name="prompt">The conversation.</param>
    /// <param name="request">How to sample.</param>
    /// <param name="first">The index of the first sample.</param>
    /// <param name="count">How many samples the request asks for.</param>
    public static byte[] Write(EndpointFile file, ChatPrompt prompt, SampleRequest request, int first, int count)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("model", file.Model);
            WriteMessages(writer, prompt);
            WriteSampling(writer, file, request);
            writer.WriteNumber(file.MaxTokensField, request.MaxTokens);
            if (count > 1)
            {
                writer.WriteNumber("n", count);
            }

            if (file.Supports.Seed)
            {
                writer.WriteNumber("seed", SampleSeed.Of(request.StreamKey, request.Stage, first));
            }

            if (file.Supports.Logprobs)
            {
                writer.WriteBoolean("logprobs", true);
            }

            if (file.Supports.Stop && request.Stop.Length > 0)
            {
                writer.WriteStartArray("stop");
                foreach (var stop in request.Stop.Take(MaxStopTexts))
                {
                    writer.WriteStringValue(stop);
                }

                writer.WriteEndArray();
            }

            writer.WriteBoolean("stream", false);
            WriteOptions(writer, file, prompt, request);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Writes the options of the file, and those of the profile in their place where both have one; so, too, the profile's variables for
    /// the chat template.
    /// </summary>
    private static void WriteOptions(Utf8JsonWriter writer, EndpointFile file, ChatPrompt prompt, SampleRequest request)
    {
        var options = file.Options;
        if (request.ModelOptions is { } own)
        {
            options = options.SetItems(JsonElement.Parse(own).EnumerateObject().Select(
                static option => KeyValuePair.Create(option.Name, option.Value)));
        }

        var arguments = TemplateArguments.Of(prompt.TemplateArguments).ToLookup(
            static argument => argument.Name == TemplateArguments.ReasoningEffort);
        options = options.SetItems(arguments[true].Select(static argument => KeyValuePair.Create(argument.Name, argument.Value)));
        if (arguments[false].Any())
        {
            var given = options.TryGetValue(TemplateArguments.ServiceField, out var kept) && kept.ValueKind == JsonValueKind.Object
                ? kept.EnumerateObject().Select(static argument => KeyValuePair.Create(argument.Name, argument.Value))
                : [];
            var all = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, given)
                .SetItems(arguments[false].Select(static argument => KeyValuePair.Create(argument.Name, argument.Value)));
            options = options.Remove(TemplateArguments.ServiceField);
            writer.WriteStartObject(TemplateArguments.ServiceField);
            WriteAll(writer, all);
            writer.WriteEndObject();
        }

        WriteAll(writer, options);
    }

    private static void WriteAll(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, JsonElement>> fields)
    {
        foreach (var (name, value) in fields)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }

    private static void WriteMessages(Utf8JsonWriter writer, ChatPrompt prompt)
    {
        writer.WriteStartArray("messages");
        foreach (var message in prompt.Messages)
        {
            writer.WriteStartObject();
            writer.WriteString("role", message.Role);
            writer.WriteString("content", message.Content);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteSampling(Utf8JsonWriter writer, EndpointFile file, SampleRequest request)
    {
        if (file.FixedTemperature)
        {
            return;
        }

        writer.WriteNumber("temperature", request.Temperature);

        // OpenAI advises against both at once; a top-p of 1 says nothing.
        if (request.TopP < 1)
        {
            writer.WriteNumber("top_p", request.TopP);
        }

        if (request.TopK > 0)
        {
            writer.WriteNumber("top_k", request.TopK);
        }

        if (request.MinP > 0)
        {
            writer.WriteNumber("min_p", request.MinP);
        }
    }
}
