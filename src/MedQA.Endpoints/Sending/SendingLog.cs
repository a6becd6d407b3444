using Microsoft.Extensions.Logging;

namespace MedQA.Endpoints.Sending;

/// <summary>
/// Log messages about requests to endpoints: events 5000 to 5099. None has any text of questions, answers or credentials.
/// </summary>
internal static partial class SendingLog
{
    [LoggerMessage(5000, LogLevel.Debug, "Model {Name}: {Host} answered after {Seconds:0.0} s with {Choices} samples "
        + "({PromptTokens} and {CompletionTokens} tokens).")]
    public static partial void Answered(
        this ILogger logger, string name, string host, double seconds, int choices, long? promptTokens, long? completionTokens);

    [LoggerMessage(5001, LogLevel.Warning, "Model {Name}: {Host} {Trouble}. Try {Try} follows in {Seconds:0.0} s.")]
    public static partial void TryingAgain(this ILogger logger, string name, string host, string trouble, int @try, double seconds);

    [LoggerMessage(5002, LogLevel.Warning, "Model {Name}: {Host} asks to wait; no request is sent for {Seconds:0.0} s.")]
    public static partial void Paused(this ILogger logger, string name, string host, double seconds);

    [LoggerMessage(5003, LogLevel.Information, "Model {Name}: {Host} no longer takes the token; a new one is used.")]
    public static partial void TokenRenewed(this ILogger logger, string name, string host);

    [LoggerMessage(5004, LogLevel.Warning, "Model {Name}: an answer of {Host} does not say how many tokens it used.")]
    public static partial void UsageMissing(this ILogger logger, string name, string host);
}
