using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MedQA.Testing.Loopback;

/// <summary>What goes over the wire for a request, and what it costs.</summary>
internal sealed record LoopbackChatAnswer
{
    private const string Page = "<!DOCTYPE html><html><body>Please sign in.</body></html>";

    public int Status { get; private init; } = 200;

    public List<string> Headers { get; private init; } = [];

    public byte[] Body { get; private init; } = [];

    /// <summary>How many bytes of the body are sent before the connection is closed; <see langword="null"/> if it is kept.</summary>
    public int? CutAfter { get; private init; }

    public bool IsSilent { get; private init; }

    public int PromptTokens { get; private init; }

    public int CompletionTokens { get; private init; }

    public bool IsStated { get; private init; }

    /// <summary>Returns the answer to a request.</summary>
    public static LoopbackChatAnswer Of(LoopbackChatScript script, LoopbackChatRequest request, ChatFault fault)
    {
        var seconds = Math.Max(1, (int)script.RetryAfter.TotalSeconds);
        var echo = $"about '{request.LastMessage}', sent with {request.Credential}";
        return fault switch
        {
            ChatFault.TooManyRequests => Error(429, "rate_limit_exceeded", "Slow down."),
            ChatFault.TooManyRequestsForSeconds => Error(429, "rate_limit_exceeded", "Slow down.", $"Retry-After: {seconds}"),
            ChatFault.TooManyRequestsUntilDate =>
                Error(429, "rate_limit_exceeded", "Slow down.", $"Retry-After: {DateTimeOffset.UtcNow.AddSeconds(seconds):R}"),
            ChatFault.RequestTimeout => Error(408, "request_timeout", "Too slow."),
            ChatFault.InternalError => Error(500, "internal_error", $"It broke {echo}."),
            ChatFault.BadGateway => Html(502),
            ChatFault.Unavailable => Error(503, "service_unavailable", "Starting."),
            ChatFault.GatewayTimeout => Html(504),
            ChatFault.Overloaded => Error(529, "overloaded_error", "Overloaded."),
            ChatFault.FilteredPrompt => Filtered(echo),
            ChatFault.ProxyPage => Html(200),
            ChatFault.ExpiredToken => Error(401, "token_expired", "The token has expired."),
            ChatFault.RefusedKey => Error(401, "invalid_api_key", $"Incorrect key {echo}."),
            ChatFault.QuotaUsedUp => Error(429, "insufficient_quota", "You exceeded your current quota."),
            ChatFault.PromptTooLong => Error(400, "context_length_exceeded", $"Too long {echo}."),
            ChatFault.PromptTooLongForVllm => Json(400, new JsonObject
            {
                ["object"] = "error",
                ["message"] = "This model's maximum context length is 16 tokens. However, you requested 99 tokens in the messages.",
                ["type"] = "BadRequestError",
                ["param"] = null,
                ["code"] = 400,
            }),
            ChatFault.UnsupportedField => Error(400, "unsupported_parameter", $"Unsupported {echo}."),
            ChatFault.MissingModel => Error(404, "model_not_found", $"No such model {echo}."),
            ChatFault.Redirect => new LoopbackChatAnswer { Status = 307, Headers = ["Location: http://192.0.2.1/v1/chat/completions"] },
            _ => Generated(script, request, fault),
        };
    }

    private static LoopbackChatAnswer Generated(LoopbackChatScript script, LoopbackChatRequest request, ChatFault fault)
    {
        var asked = script.TakesN ? request.Count : 1;
        var count = fault switch
        {
            ChatFault.NoChoices => 0,
            ChatFault.FewerChoices => Math.Max(1, asked - 1),
            _ => asked,
        };
        var choices = new JsonArray();
        var completionTokens = 0;
        for (var index = 0; index < count; index++)
        {
            var (choice, tokens) = Choice(script, request, index, fault == ChatFault.FilteredAnswer);
            choices.Add(choice);
            completionTokens += tokens;
        }

        var answer = new JsonObject
        {
            ["id"] = $"chatcmpl-{request.Number}",
            ["object"] = "chat.completion",
            ["created"] = 1_767_225_600,
            ["model"] = script.Version(request),
            ["choices"] = choices,
        };
        var promptTokens = request.PromptTokens;
        if (fault != ChatFault.NoUsage)
        {
            answer["usage"] = new JsonObject
            {
                ["prompt_tokens"] = promptTokens,
                ["completion_tokens"] = completionTokens,
                ["total_tokens"] = promptTokens + completionTokens,
            };
        }

        var json = Encoding.UTF8.GetBytes(answer.ToJsonString());
        return new LoopbackChatAnswer
        {
            Body = fault == ChatFault.MalformedJson ? json[..(json.Length / 2)] : json,
            CutAfter = fault switch
            {
                ChatFault.CutBeforeAnswer => -1,
                ChatFault.CutInAnswer => json.Length / 2,
                _ => null,
            },
            IsSilent = fault == ChatFault.Silence,
            PromptTokens = promptTokens,
            CompletionTokens = completionTokens,
            IsStated = fault is ChatFault.None or ChatFault.NoChoices or ChatFault.FewerChoices or ChatFault.FilteredAnswer,
        };
    }

    private static (JsonObject Choice, int Tokens) Choice(LoopbackChatScript script, LoopbackChatRequest request, int index, bool isFiltered)
    {
        var text = script.Answer(request, index);
        var stop = request.Stop.Where(one => text.Contains(one, StringComparison.Ordinal)).MinBy(one => text.IndexOf(one, StringComparison.Ordinal));
        text = stop is null ? text : text[..text.IndexOf(stop, StringComparison.Ordinal)];
        var thought = script.Thought(request, index);
        var words = LoopbackChatRequest.Words(text);
        var isCut = words.Length > request.MaxTokens;
        text = isCut ? string.Join(' ', words.Take(request.MaxTokens)) : text;
        var tokens = Math.Min(words.Length, request.MaxTokens);
        var message = new JsonObject { ["role"] = "assistant", ["content"] = isFiltered ? null : text };
        if (thought is not null)
        {
            message["reasoning_content"] = thought;
        }

        var choice = new JsonObject
        {
            ["index"] = index,
            ["message"] = message,
            ["finish_reason"] = isFiltered ? "content_filter" : isCut ? "length" : "stop",
        };
        if (stop is not null && !isCut)
        {
            choice["stop_reason"] = stop;
        }

        if (request.Body.TryGetProperty("logprobs", out var wanted) && wanted.ValueKind == JsonValueKind.True)
        {
            choice["logprobs"] = new JsonObject
            {
                ["content"] = new JsonArray([.. words.Take(tokens).Select(static word => new JsonObject { ["token"] = word, ["logprob"] = -0.5 })]),
            };
        }

        return (choice, tokens + (thought is null ? 0 : LoopbackChatRequest.Words(thought).Length));
    }

    private static LoopbackChatAnswer Error(int status, string code, string message, params string[] headers) => Json(
        status,
        new JsonObject
        {
            ["error"] = new JsonObject { ["message"] = message, ["type"] = "loopback_error", ["param"] = null, ["code"] = code },
        },
        headers);

    private static LoopbackChatAnswer Filtered(string echo) => Json(400, new JsonObject
    {
        ["error"] = new JsonObject
        {
            ["message"] = $"The response was filtered {echo}.",
            ["code"] = "content_filter",
            ["status"] = 400,
            ["innererror"] = new JsonObject { ["code"] = "ResponsibleAIPolicyViolation" },
        },
    });

    private static LoopbackChatAnswer Json(int status, JsonObject body, params string[] headers) =>
        new() { Status = status, Headers = [.. headers], Body = Encoding.UTF8.GetBytes(body.ToJsonString()) };

    private static LoopbackChatAnswer Html(int status) => new() { Status = status, Body = Encoding.UTF8.GetBytes(Page) };
}
