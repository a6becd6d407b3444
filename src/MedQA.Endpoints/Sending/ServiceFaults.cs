using MedQA.Endpoints.Protocol;
using MedQA.Endpoints.Settings;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;

namespace MedQA.Endpoints.Sending;

/// <summary>Says whose fault it is that a service gives no answer, and what to do. No message has any text of the service's own.</summary>
/// <param name="file">The model's file.</param>
/// <param name="credentialRemedy">What to do if the credentials are refused.</param>
internal sealed class ServiceFaults(EndpointFile file, string credentialRemedy)
{
    /// <summary>Returns the fault that no other try will change; <see langword="null"/> if one may.</summary>
    /// <param name="status">The answer's status.</param>
    /// <param name="error">What its body says.</param>
    /// <param name="request">What was asked.</param>
    public Exception? Final(int status, ServiceError error, ChatRequest request) => status switch
    {
        _ when error.IsContentFilter && status is >= 400 and < 500 => new AnswerRefusedException(
            FailureCodes.ContentFilter, $"A content filter of {file.Host} refused the question{error.Shown}."),
        _ when error.IsContextOverflow && status is >= 400 and < 500 =>
            new ContextOverflowException(request.PromptTokens, request.MaxTokens, file.ContextLength),
        _ when error.IsQuotaUsedUp => Unavailable(
            $"The quota of {file.Host} is used up (status {status}{Named(error)}).", "Raise it or wait until it is renewed."),
        402 => Unavailable($"{file.Host} asks for payment (status 402{Named(error)}).", "Check the account's balance."),
        401 or 403 => Unavailable($"{file.Host} refused the credentials (status {status}{Named(error)}).", credentialRemedy),
        404 or 405 or 410 => Missing(status, error),
        400 or 422 when error.IsMissingModel => Missing(status, error),
        >= 300 and < 400 => Unavailable(
            $"{file.Host} refers to another address (status {status}), to which no question is sent.",
            $"Put the service's final address into 'address' of {file.Path}."),
        407 => Unavailable(
            $"The proxy before {file.Host} asks for its own credentials (status 407).",
            "Set them in HTTPS_PROXY, or put the host into NO_PROXY."),
        408 or 429 => null,
        400 or 422 when error.Parameter is { } field and not ("messages" or "max_tokens")
            && ModelOptions.Reserved.Contains(field) => Unavailable(
            $"{file.Host} does not take '{field}' as it was sent (status {status}{Named(error)}).",
            $"Compare 'supports', 'fixedTemperature' and 'maxTokensField' in {file.Path}, and the profile, with what the model takes."),
        400 or 413 or 415 or 422 => new AnswerRefusedException(
            FailureCodes.BadAnswer,
            $"{file.Host} refused the request with status {status}{error.Shown}. Compare 'supports' and 'options' in {file.Path} with what "
                + "the service takes."),
        >= 400 and < 500 => Unavailable(
            $"{file.Host} refused the request (status {status}{Named(error)}).", $"Check the address and the model in {file.Path}."),
        _ => null,
    };

    /// <summary>Returns the fault of a trouble that did not pass.</summary>
    public ModelUnavailableException Unavailable(Trouble trouble, int tries) => new(
        $"{file.Host} {trouble.What} ({(tries == 1 ? "1 try" : $"{tries} tries")}). {RemedyOf(trouble.Kind)}",
        trouble.RetryAfter,
        trouble.Cause);

    private ModelUnavailableException Missing(int status, ServiceError error) => Unavailable(
        $"{file.Host} has no model '{file.Model}' at this address (status {status}{Named(error)}).",
        $"Check 'address' and 'model' in {file.Path}.");

    private static ModelUnavailableException Unavailable(string what, string remedy) => new($"{what} {remedy}");

    private string RemedyOf(TroubleKind kind) => kind switch
    {
        TroubleKind.Unreachable when !file.Address.IsLoopback && HttpClient.DefaultProxy.GetProxy(file.Address) is { } proxy =>
            $"Check 'address' in {file.Path}, the network, whether the service runs, and the proxy that the environment names "
                + $"({proxy.Authority}; NO_PROXY leaves it out).",
        TroubleKind.Unreachable => $"Check 'address' in {file.Path}, the network, and whether the service runs.",
        TroubleKind.Overloaded => $"Lower 'limits' in {file.Path}, or ask for a higher quota.",
        TroubleKind.Lost =>
            $"Raise 'timeoutSeconds' or lower 'limits.concurrency' in {file.Path} if the service is slow; else look at its own logs.",
        _ => "Look at the service's own logs.",
    };

    private static string Named(ServiceError error) => error.Shown is [' ', '(', .. var name, ')'] ? $", {name}" : "";
}
