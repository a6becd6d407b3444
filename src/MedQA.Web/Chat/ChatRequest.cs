using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Randomness;
using MedQA.Evaluation.Strategies;
using MedQA.Web.Problems;

namespace MedQA.Web.Chat;

/// <summary>A request for a chat completion, with what it leaves out filled in.</summary>
/// <remarks>
/// A field that would change the answer and is not supported is refused, unless its value changes nothing: a tool that measures a model
/// must not believe that a setting was used. Fields that change nothing are ignored.
/// </remarks>
internal sealed record ChatRequest
{
    private const int MaxChoices = 128;
    private const int MaxStops = 16;
    private const double MaxTemperature = 2;

    /// <summary>Fields that do not change what the model says.</summary>
    private static readonly FrozenSet<string> Harmless = FrozenSet.Create(
        StringComparer.Ordinal,
        "user",
        "metadata",
        "store",
        "service_tier",
        "safety_identifier",
        "prompt_cache_key",
        "prompt_cache_retention",
        "stream_options",
        "parallel_tool_calls");

    /// <summary>The name of the model.</summary>
    public string Model { get; private init; } = "";

    /// <summary>The conversation.</summary>
    public ImmutableArray<ChatMessage> Messages { get; private init; } = [];

    /// <summary>How many samples.</summary>
    public int Choices { get; private init; } = 1;

    /// <summary>The temperature; 0 for the most likely token each time.</summary>
    public double Temperature { get; private init; } = 1;

    /// <summary>The share of the probability that is sampled from.</summary>
    public double TopP { get; private init; } = 1;

    /// <summary>The most tokens of a sample; <see langword="null"/> if the request leaves it open.</summary>
    public int? MaxTokens { get; private init; }

    /// <summary>The texts that end a sample.</summary>
    public ImmutableArray<string> Stop { get; private init; } = [];

    /// <summary>Decides the random numbers; <see langword="null"/> for any.</summary>
    public long? Seed { get; private init; }

    /// <summary>Whether the log-probability of each token is wanted.</summary>
    public bool LogProbabilities { get; private init; }

    /// <summary>
    /// The prompt as a run would write it: all messages but the last are the same for many requests, as worked examples are, which decides
    /// in which passes the prompt is read and so the bits of the answer; and templates see the day that profiles state.
    /// </summary>
    public ChatPrompt Prompt => new(Messages, Messages.Length - 1, BuiltInProfiles.Default.TemplateDate);

    /// <summary>
    /// Returns the key of the random numbers: of the seed and the messages, so that a tool that sends the same seed with every question
    /// does not ask them all with the same luck.
    /// </summary>
    /// <param name="seed">The seed.</param>
    public ulong StreamKey(long seed) =>
        RandomStream.KeyOf("chat", seed, "", string.Concat(Messages.Select(static message =>
            string.Create(CultureInfo.InvariantCulture, $"{message.Role} {message.Content.Length} {message.Content}"))));

    /// <summary>Reads a request.</summary>
    /// <exception cref="ProblemException">Something in it is wrong or not supported; the problem names the field.</exception>
    /// <exception cref="InvalidOperationException">A text in it has an escape of half a character.</exception>
    public static ChatRequest Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw ChatFault.Body("The body must be a JSON object with 'model' and 'messages'.");
        }

        var request = new ChatRequest();
        int? completion = null;
        foreach (var field in body.EnumerateObject())
        {
            var value = field.Value;
            if (value.ValueKind == JsonValueKind.Null || Harmless.Contains(field.Name))
            {
                continue;
            }

            switch (field.Name)
            {
                case "model":
                    request = request with { Model = TextOf(field.Name, value) };
                    break;
                case "messages":
                    request = request with { Messages = MessagesOf(value) };
                    break;
                case "n":
                    request = request with { Choices = (int)IntegerOf(field.Name, value, 1, MaxChoices) };
                    break;
                case "temperature":
                    request = request with { Temperature = NumberOf(value, static number => number is >= 0 and <= MaxTemperature)
                        ?? throw ChatFault.Value(field.Name, $"must be a number from 0 to {MaxTemperature}.") };
                    break;
                case "top_p":
                    request = request with { TopP = NumberOf(value, static number => number is > 0 and <= 1)
                        ?? throw ChatFault.Value(field.Name, "must be a number above 0 and at most 1.") };
                    break;
                case "max_tokens":
                    request = request with { MaxTokens = (int)IntegerOf(field.Name, value, 1, int.MaxValue) };
                    break;
                case "max_completion_tokens":
                    completion = (int)IntegerOf(field.Name, value, 1, int.MaxValue);
                    break;
                case "stop":
                    request = request with { Stop = StopsOf(value) };
                    break;
                case "seed":
                    request = request with { Seed = IntegerOf(field.Name, value, long.MinValue, long.MaxValue) };
                    break;
                case "logprobs":
                    request = request with { LogProbabilities = SwitchOf(field.Name, value) };
                    break;
                case "stream" when SwitchOf(field.Name, value):
                    throw ChatFault.Unsupported(field.Name, "is true, but streaming is not offered. Send the request without it.");
                case "response_format" when IsPlainText(value):
                    break;
                case "top_logprobs" when !IsNeutral(value):
                    throw ChatFault.Unsupported(
                        field.Name, "is not offered: only the log-probability of each drawn token is known. Send 'logprobs' alone.");
                default:
                    if (!IsNeutral(value))
                    {
                        throw ChatFault.Unsupported(
                            Problem.Shown(field.Name), "is not supported. Send the request without it: it would change the answer.");
                    }

                    break;
            }
        }

        if (request.Model.Length == 0)
        {
            throw ChatFault.Value("model", "is missing. GET /v1/models names the model.");
        }

        if (request.Messages.IsEmpty)
        {
            throw ChatFault.Value("messages", "must have at least one message.");
        }

        return completion is { } most && request.MaxTokens is { } other && most != other
            ? throw ChatFault.Value("max_completion_tokens", $"is {most}, but 'max_tokens' is {other}. Send one of them.")
            : request with { MaxTokens = completion ?? request.MaxTokens };
    }

    private static ImmutableArray<ChatMessage> MessagesOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            throw ChatFault.Value("messages", "must be an array of at least one message.");
        }

        return [.. value.EnumerateArray().Select(static (message, index) => MessageOf($"messages[{index}]", message))];
    }

    private static ChatMessage MessageOf(string at, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw ChatFault.Value(at, "must be an object with 'role' and 'content'.");
        }

        var (role, content) = ("", (string?)null);
        foreach (var field in value.EnumerateObject())
        {
            switch (field.Name)
            {
                case "role":
                    role = TextOf($"{at}.role", field.Value) switch
                    {
                        "system" or "developer" => "system",
                        "user" => "user",
                        "assistant" => "assistant",
                        var other => throw ChatFault.Value(
                            $"{at}.role",
                            $"is '{Problem.Shown(other)}', but must be system, developer, user or assistant."),
                    };
                    break;
                case "content":
                    content = ContentOf($"{at}.content", field.Value);
                    break;

                // lm-evaluation-harness writes it beside the content.
                case "type" when field.Value.ValueKind == JsonValueKind.String && field.Value.ValueEquals("text"):
                    break;
                default:
                    if (!IsNeutral(field.Value))
                    {
                        throw ChatFault.Unsupported(
                            $"{at}.{Problem.Shown(field.Name)}", "is not supported. A message has 'role' and 'content'.");
                    }

                    break;
            }
        }

        return role.Length == 0 ? throw ChatFault.Value($"{at}.role", "is missing.")
            : content is null ? throw ChatFault.Value($"{at}.content", "is missing.")
            : new(role, content);
    }

    private static string ContentOf(string at, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return TextOf(at, value);
            case JsonValueKind.Array:
                var text = new StringBuilder();
                foreach (var (index, part) in value.EnumerateArray().Index())
                {
                    var place = $"{at}[{index}]";
                    if (part.ValueKind != JsonValueKind.Object
                        || !part.TryGetProperty("type", out var type)
                        || type.ValueKind != JsonValueKind.String
                        || !type.ValueEquals("text"))
                    {
                        throw ChatFault.Unsupported(place, "is not text: the model reads only parts of type text.");
                    }

                    text.Append(index == 0 ? "" : "\n").Append(part.TryGetProperty("text", out var written)
                        ? TextOf($"{place}.text", written)
                        : throw ChatFault.Value($"{place}.text", "is missing."));
                }

                return text.ToString();
            default:
                throw ChatFault.Value(at, "must be a text or an array of parts of type text.");
        }
    }

    private static ImmutableArray<string> StopsOf(JsonElement value)
    {
        ImmutableArray<string> stops = value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(static (stop, index) => TextOf($"stop[{index}]", stop))]
            : [TextOf("stop", value)];
        return stops.Length > MaxStops || stops.Contains("")
            ? throw ChatFault.Value("stop", $"must be a text or at most {MaxStops} texts, none of them empty.")
            : stops;
    }

    private static string TextOf(string field, JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw ChatFault.Value(field, "must be a text.");

    private static bool SwitchOf(string field, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw ChatFault.Value(field, "must be true or false."),
    };

    private static double? NumberOf(JsonElement value, Func<double, bool> holds) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && holds(number) ? number : null;

    private static long IntegerOf(string field, JsonElement value, long least, long most) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most
            ? number
            : throw ChatFault.Value(field, most == long.MaxValue || most == int.MaxValue
                ? least == long.MinValue ? "must be an integer." : $"must be an integer, at least {least}."
                : $"must be an integer from {least} to {most}.");

    private static bool IsPlainText(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
            && value.TryGetProperty("type", out var type)
            && type.ValueKind == JsonValueKind.String
            && type.ValueEquals("text");

    /// <summary>Whether a value means that a field is not used: null, false, 0, empty or "none".</summary>
    private static bool IsNeutral(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Number => value.TryGetDouble(out var number) && number == 0,
        JsonValueKind.String => value.ValueEquals("") || value.ValueEquals("none"),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        _ => false,
    };
}
