using MedQA.Endpoints.Protocol;

namespace MedQA.Endpoints.Sending;

/// <summary>What one try of a request came to: an answer, or a trouble that may pass.</summary>
/// <param name="Completion">The answer.</param>
/// <param name="Trouble">What was in its way.</param>
internal sealed record Reply(ChatCompletion? Completion, Trouble? Trouble)
{
    /// <summary>Returns an answer.</summary>
    public static Reply Of(ChatCompletion completion) => new(completion, null);

    /// <summary>Returns a trouble.</summary>
    public static Reply Of(TroubleKind kind, string what, TimeSpan? retryAfter = null, Exception? cause = null) =>
        new(null, new Trouble(kind, what, retryAfter, cause));
}

/// <summary>What was in the way of an answer, and may not be at the next try.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="What">What happened, as the end of a sentence that begins with the host.</param>
/// <param name="RetryAfter">How long the service asks to wait.</param>
/// <param name="Cause">What was caught, if anything.</param>
internal sealed record Trouble(TroubleKind Kind, string What, TimeSpan? RetryAfter, Exception? Cause);

/// <summary>Kinds of troubles.</summary>
internal enum TroubleKind
{
    /// <summary>No connection was made: the service has not seen the request.</summary>
    Unreachable,

    /// <summary>The service asks to send less.</summary>
    Overloaded,

    /// <summary>The service, or something before it, failed.</summary>
    Failing,

    /// <summary>The request was sent, and its answer did not arrive whole.</summary>
    Lost,

    /// <summary>What arrived is not an answer.</summary>
    BadAnswer,
}
