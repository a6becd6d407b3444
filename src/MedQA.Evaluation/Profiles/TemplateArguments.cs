using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Evaluation.Profiles;

/// <summary>
/// Variables that a profile gives to the model's chat template, such as <c>{"enable_thinking":false}</c>, as one JSON object in a canonical
/// form: names in ordinal order, no white space. Equal arguments are equal texts.
/// </summary>
public static class TemplateArguments
{
    /// <summary>What services take as a field of its own name; the other arguments are within <see cref="ServiceField"/>.</summary>
    public const string ReasoningEffort = "reasoning_effort";

    /// <summary>The field of requests by which vLLM, SGLang and llama.cpp's server give variables to the chat template.</summary>
    public const string ServiceField = "chat_template_kwargs";

    private const int MaxArguments = 32;

    private const int MaxNameLength = 64;

    /// <summary>The names that a template has already: those that transformers gives it, and Jinja's own.</summary>
    public static ImmutableSortedSet<string> Reserved { get; } = ImmutableSortedSet.Create(
        StringComparer.Ordinal,
        "add_generation_prompt", "additional_special_tokens", "bos_token", "chat_template", "cls_token", "continue_final_message", "date",
        "dict", "documents", "eos_token", "false", "loop", "mask_token", "messages", "namespace", "none", "pad_token", "raise_exception",
        "range", "sep_token", "strftime_now", "tokenize", "tools", "true", "unk_token");

    /// <summary>Returns arguments in their canonical form.</summary>
    /// <param name="arguments">A JSON object of texts, numbers, booleans and nulls.</param>
    /// <exception cref="FormatException">It is none, or a name is not allowed; the message is the end of a sentence that begins with the
    /// field's name.</exception>
    public static string Canonical(JsonElement arguments)
    {
        if (arguments.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("must be a JSON object of variables for the chat template, such as {\"enable_thinking\": false}.");
        }

        var named = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var argument in arguments.EnumerateObject())
        {
            Check(argument);
            if (!named.TryAdd(argument.Name, argument.Value))
            {
                throw new FormatException($"has \"{argument.Name}\" twice.");
            }
        }

        if (named.Count is 0 or > MaxArguments)
        {
            throw new FormatException($"has {named.Count} variables, but must have 1 to {MaxArguments}; leave it out for none.");
        }

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in named)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    /// <summary>Returns the arguments by their names, in ordinal order; none for <see langword="null"/>.</summary>
    /// <param name="canonical">Arguments in their canonical form.</param>
    public static IEnumerable<(string Name, JsonElement Value)> Of(string? canonical) => canonical is null
        ? []
        : JsonElement.Parse(canonical).EnumerateObject().Select(static argument => (argument.Name, argument.Value));

    /// <summary>Returns the argument that a service's options decide too, or <see langword="null"/>.</summary>
    internal static string? Twice(string arguments, string options)
    {
        var given = JsonElement.Parse(options);
        JsonElement? within = given.TryGetProperty(ServiceField, out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : null;
        return Of(arguments).Select(static argument => argument.Name).FirstOrDefault(
            name => (name == ReasoningEffort && given.TryGetProperty(name, out _)) || within?.TryGetProperty(name, out _) == true);
    }

    /// <summary>Returns why a model cannot be given arguments, as the end of a sentence that begins with the profile's name.</summary>
    internal static string? WhyNotFor(ModelDescription model, string arguments)
    {
        var names = Of(arguments).Select(static argument => argument.Name).ToList();
        if (model.Endpoint is not null)
        {
            return model.TakesTemplateArguments || names is [ReasoningEffort]
                ? null
                : $"has \"templateArguments\" ({string.Join(", ", names)}), but the file of model {model.Name} does not say that its "
                    + "service takes them: add \"supports\": { \"templateArguments\": true } for vLLM, SGLang or llama.cpp's server. "
                    + $"Without it, only \"{ReasoningEffort}\" can be given.";
        }

        if (model.TemplateVariables is not { } read || names.Find(name => !read.Contains(name)) is not { } unread)
        {
            return null;
        }

        return $"gives the chat template \"{unread}\" (\"templateArguments\"), which the template of model {model.Name} does not read, so "
            + "that it would change nothing; "
            + (read.IsEmpty ? "it reads no variables of its own: leave the field out." : $"it reads {string.Join(", ", read)}.");
    }

    private static void Check(JsonProperty argument)
    {
        var name = argument.Name;
        if (name.Length is 0 or > MaxNameLength
            || char.IsAsciiDigit(name[0])
            || !name.All(static sign => char.IsAsciiLetterOrDigit(sign) || sign == '_'))
        {
            throw new FormatException($"has \"{name}\", which is no name of a variable: letters, digits and _, at most {MaxNameLength}.");
        }

        if (Reserved.Contains(name))
        {
            throw new FormatException($"has \"{name}\", which the template has already: {Instead(name)}.");
        }

        if (argument.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
        {
            throw new FormatException($"has \"{name}\", which is neither a text, a number, true, false nor null.");
        }

        if (name == ReasoningEffort)
        {
            if (argument.Value.ValueKind != JsonValueKind.String || string.IsNullOrWhiteSpace(argument.Value.GetString()))
            {
                throw new FormatException($"has \"{name}\", which must be a text, such as \"low\".");
            }

            return;
        }

        if (argument.Value.ValueKind != JsonValueKind.String)
        {
            return;
        }

        var text = argument.Value.GetString()!.Trim();
        if (text.Length == 0)
        {
            throw new FormatException($"has \"{name}\" as an empty text; write true or false without quotation marks, or leave it out.");
        }

        if (MeantBy(text) is { } meant)
        {
            throw new FormatException(
                $"has \"{name}\" as a text, and templates take every text as true; write {meant} without quotation marks.");
        }
    }

    /// <summary>Returns the value that a text stands for where it says yes or no; else <see langword="null"/>.</summary>
    private static string? MeantBy(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "ON" or "YES" or "1" => "true",
        "FALSE" or "OFF" or "NO" or "0" => "false",
        _ => null,
    };

    private static string Instead(string name) => name switch
    {
        "messages" => "the question, the instruction and the worked examples make it",
        "date" => "\"templateDate\" decides what it sees as today",
        "tools" or "documents" => "questions are asked without any",
        _ => "choose another name",
    };
}
