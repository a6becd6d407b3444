namespace MedQA.Testing.Loopback;

/// <summary>What a loopback server does to a request instead of answering it well.</summary>
public enum ChatFault
{
    /// <summary>Nothing: it answers.</summary>
    None,

    /// <summary>Status 429 without a time.</summary>
    TooManyRequests,

    /// <summary>Status 429 with <c>Retry-After</c> in seconds.</summary>
    TooManyRequestsForSeconds,

    /// <summary>Status 429 with <c>Retry-After</c> as a date.</summary>
    TooManyRequestsUntilDate,

    /// <summary>Status 408.</summary>
    RequestTimeout,

    /// <summary>Status 500.</summary>
    InternalError,

    /// <summary>Status 502, with a page of HTML.</summary>
    BadGateway,

    /// <summary>Status 503.</summary>
    Unavailable,

    /// <summary>Status 504.</summary>
    GatewayTimeout,

    /// <summary>Status 529.</summary>
    Overloaded,

    /// <summary>Generates and charges, and never sends anything.</summary>
    Silence,

    /// <summary>Generates and charges, and closes the connection.</summary>
    CutBeforeAnswer,

    /// <summary>Generates and charges, and closes the connection within the answer.</summary>
    CutInAnswer,

    /// <summary>Status 400: a content filter refuses the prompt, as Azure OpenAI says it.</summary>
    FilteredPrompt,

    /// <summary>A content filter withholds each answer.</summary>
    FilteredAnswer,

    /// <summary>Answers and charges without <c>usage</c>.</summary>
    NoUsage,

    /// <summary>Charges the prompt and sends no choices.</summary>
    NoChoices,

    /// <summary>Sends, and charges, one choice less than was asked for, but at least one.</summary>
    FewerChoices,

    /// <summary>Charges and sends half of an answer's JSON as if it were all.</summary>
    MalformedJson,

    /// <summary>Status 200 with a page of HTML, as a proxy sends it that wants a login.</summary>
    ProxyPage,

    /// <summary>Status 401: the token has expired.</summary>
    ExpiredToken,

    /// <summary>Status 401: the key is wrong; the message has the key and the prompt.</summary>
    RefusedKey,

    /// <summary>Status 429: the quota is used up.</summary>
    QuotaUsedUp,

    /// <summary>Status 400: the prompt is too long, as OpenAI says it.</summary>
    PromptTooLong,

    /// <summary>Status 400: the prompt is too long, as vLLM says it.</summary>
    PromptTooLongForVllm,

    /// <summary>Status 400: a field is not supported; the message has the key and the prompt.</summary>
    UnsupportedField,

    /// <summary>Status 404: there is no such model.</summary>
    MissingModel,

    /// <summary>Status 307 to another host.</summary>
    Redirect,
}
