using System.Text.Json;
using System.Text.RegularExpressions;

namespace MedQA.Endpoints.Protocol;

/// <summary>
/// What a service's error says, as far as it may be repeated. Services write prompts and keys into their messages: only what looks like the
/// name of an error is kept, and of the message only what kind it is.
/// </summary>
internal sealed partial record ServiceError
{
    /// <summary>An error that says nothing.</summary>
    public static ServiceError Unknown { get; } = new();

    /// <summary>Its code, such as <c>context_length_exceeded</c>.</summary>
    public string? Code { get; private init; }

    /// <summary>Its type, such as <c>invalid_request_error</c>.</summary>
    public string? Type { get; private init; }

    /// <summary>The field of the request that is wrong.</summary>
    public string? Parameter { get; private init; }

    /// <summary>The code of its cause, such as <c>ResponsibleAIPolicyViolation</c>.</summary>
    public string? InnerCode { get; private init; }

    /// <summary>Whether its message says that the prompt is too long.</summary>
    public bool SaysTooLong { get; private init; }

    /// <summary>Whether a content filter refused the prompt.</summary>
    public bool IsContentFilter =>
        Code is "content_filter" or "content_policy_violation" or "ResponsibleAIPolicyViolation"
        || Type is "content_filter"
        || InnerCode is "ResponsibleAIPolicyViolation" or "content_filter";

    /// <summary>Whether the prompt, with what is wanted after it, does not fit.</summary>
    public bool IsContextOverflow =>
        Code is "context_length_exceeded" or "string_above_max_length" || Type is "exceed_context_size_error" || SaysTooLong;

    /// <summary>Whether the account has nothing left.</summary>
    public bool IsQuotaUsedUp =>
        Code is "insufficient_quota" or "billing_hard_limit_reached" or "billing_not_active" || Type is "insufficient_quota";

    /// <summary>Whether the service has no such model.</summary>
    public bool IsMissingModel => Code is "model_not_found" or "DeploymentNotFound" or "NotFound" || Type is "NotFoundError";

    /// <summary>What can be said of it, in parentheses after a space; empty if nothing can.</summary>
    public string Shown
    {
        get
        {
            var parts = new[]
            {
                Code ?? InnerCode ?? Type,
                Parameter is null ? null : $"field {Parameter}",
            }.Where(static part => part is not null);
            return string.Join(", ", parts) is { Length: > 0 } text ? $" ({text})" : "";
        }
    }

    /// <summary>Reads the body of an answer with an error's status.</summary>
    /// <param name="utf8">The body.</param>
    /// <param name="isSecret">Returns whether a text contains a secret.</param>
    public static ServiceError Read(ReadOnlySpan<byte> utf8, Func<string, bool> isSecret)
    {
        try
        {
            var body = JsonElement.Parse(utf8);
            return body.ValueKind == JsonValueKind.Object ? Of(body, isSecret) : Unknown;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A proxy's page: the status says what there is to say.
            return Unknown;
        }
    }

    /// <summary>Returns whether a body states an error, whatever its status is.</summary>
    public static bool IsStatedIn(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var body = JsonElement.Parse(utf8);
            return body.ValueKind == JsonValueKind.Object
                && body.TryGetProperty("error", out var error)
                && error.ValueKind is JsonValueKind.Object or JsonValueKind.String;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>
    /// OpenAI, Azure and newer vLLM have an object <c>error</c>, older vLLM its fields at the top, Ollama at times a text.
    /// </summary>
    private static ServiceError Of(JsonElement body, Func<string, bool> isSecret)
    {
        var error = body.TryGetProperty("error", out var found) ? found : body;
        if (error.ValueKind == JsonValueKind.String)
        {
            return new ServiceError { SaysTooLong = TooLong.IsMatch(error.GetString()!) };
        }

        if (error.ValueKind != JsonValueKind.Object)
        {
            return Unknown;
        }

        var inner = error.TryGetProperty("innererror", out var cause) && cause.ValueKind == JsonValueKind.Object ? cause : default;
        return new ServiceError
        {
            Code = NameOf(error, "code", isSecret),
            Type = NameOf(error, "type", isSecret),
            Parameter = NameOf(error, "param", isSecret),
            InnerCode = inner.ValueKind == JsonValueKind.Object ? NameOf(inner, "code", isSecret) : null,
            SaysTooLong = error.TryGetProperty("message", out var message)
                && message.ValueKind == JsonValueKind.String
                && TooLong.IsMatch(message.GetString()!),
        };
    }

    private static string? NameOf(JsonElement error, string field, Func<string, bool> isSecret) =>
        error.TryGetProperty(field, out var value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: <= 64 } text
        && Name.IsMatch(text)
        && !isSecret(text)
            ? text
            : null;

    /// <summary>Words with underscores, dots and places in lists: no digits otherwise, which keys have.</summary>
    [GeneratedRegex(@"^[A-Za-z][A-Za-z_]*(\.[A-Za-z_]+|\[[0-9]{1,4}\])*$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Name { get; }

    /// <summary>
    /// vLLM: "This model's maximum context length is …", "max_tokens must be at least 1, got -186"; SGLang: "… is longer than the
    /// model's context length"; llama.cpp: "… exceeds the available context size".
    /// </summary>
    [GeneratedRegex(
        "maximum context length|max_(completion_)?tokens must be at least 1, got -|longer than the model's context length|"
            + "context size|context window",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TooLong { get; }
}
