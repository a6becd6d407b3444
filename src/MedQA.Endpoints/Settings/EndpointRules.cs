using System.Collections.Frozen;
using System.Text.Json;
using System.Text.RegularExpressions;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;

namespace MedQA.Endpoints.Settings;

/// <summary>What the values of an endpoint's file must fulfil beyond their shape.</summary>
internal static partial class EndpointRules
{
    private const int MaxConcurrency = 1024;
    private const decimal MaxPrice = 1_000_000_000;
    private const int MaxTimeoutSeconds = 3600;

    /// <summary>Names of fields that hold secrets, without what separates their words.</summary>
    private static readonly FrozenSet<string> SecretNames = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "key",
        "apikey",
        "token",
        "accesstoken",
        "secret",
        "password",
        "authorization",
        "credential",
        "credentials");

    /// <summary>
    /// Returns what is wrong with the file before its shape is compared: a key in the place of its variable's name, which no message may
    /// show.
    /// </summary>
    public static JsonFault? FaultOf(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("authentication", out var authentication))
        {
            return null;
        }

        return authentication.ValueKind is JsonValueKind.Object or JsonValueKind.Null
            ? null
            : new JsonFault(
                "authentication",
                "must be an object such as {\"environmentVariable\": \"NAME\"} or {\"entraId\": true}; a key does not belong in the file.");
    }

    /// <summary>Returns the first value that cannot be used.</summary>
    public static JsonFault? FaultOf(EndpointContent content) =>
        content.Format < 1 ? new JsonFault("format", $"must be 1 to {EndpointFile.CurrentFormat}.")
        : FaultOfAddress(content) is { } address ? new JsonFault("address", address)
        : string.IsNullOrWhiteSpace(content.Model) ? new JsonFault("model", "is empty: name the model or deployment.")
        : content.ContextLength < 1 ? new JsonFault("contextLength", "must be 1 or more.")
        : FaultOf(content.Authentication) is { } authentication ? authentication
        : content.MaxTokensField is not (EndpointFile.DefaultMaxTokensField or "max_completion_tokens")
            ? new JsonFault("maxTokensField", "must be \"max_tokens\" or \"max_completion_tokens\".")
        : content.TimeoutSeconds is < 1 or > MaxTimeoutSeconds
            ? new JsonFault("timeoutSeconds", $"must be 1 to {MaxTimeoutSeconds}.")
        : content.Limits is { } limits && FaultOf(limits) is { } limit ? limit
        : content.Model.Any(char.IsControl) ? new JsonFault("model", "has a control character.")
        : content.Prices is { } prices && (prices.Input is < 0 or > MaxPrice || prices.Output is < 0 or > MaxPrice)
            ? new JsonFault("prices", $"must be 0 to {MaxPrice:#,0} for a million tokens.")
        : content.Prices is { Currency: var currency } && !Currency.IsMatch(currency)
            ? new JsonFault("prices.currency", "must be a code of three capital letters, such as \"USD\".")
        : ModelFacts.FaultOf(content.Parameters, content.ActiveParameters, content.Family) is { } facts ? facts
        : content.Options is { } options ? FaultOfOptions(options)
        : null;

    /// <summary>Returns the base address, with a slash at its end.</summary>
    public static Uri AddressOf(string text)
    {
        var parts = new UriBuilder(new Uri(text, UriKind.Absolute));
        parts.Path = parts.Path.EndsWith('/') ? parts.Path : $"{parts.Path}/";
        return parts.Uri;
    }

    /// <summary>Returns what the file says of authentication.</summary>
    public static EndpointAuthentication? AuthenticationOf(AuthenticationContent? content) => content switch
    {
        null => null,
        { EntraId: true } => new EntraAuthentication(content.Scope ?? EntraAuthentication.DefaultScope),
        { EnvironmentVariable: { } variable } => new KeyAuthentication(
            variable,
            KeyAuthentication.KeyHeader.Equals(content.Header, StringComparison.OrdinalIgnoreCase)
                ? KeyAuthentication.KeyHeader
                : KeyAuthentication.BearerHeader),
        _ => null,
    };

    private static string? FaultOfAddress(EndpointContent content) =>
        !Uri.TryCreate(content.Address, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")
            ? "must be the base address of the service, such as \"http://localhost:8000/v1\"."
        : address.UserInfo.Length > 0
            ? "has a user or a password before its host. Remove them, and name an environment variable in 'authentication'."
        : address.Fragment.Length > 0 ? "has a part after '#', which no service sees. Remove it."
        : address.Query.Length > 0 && !ApiVersion.IsMatch(address.Query)
            ? "has a query, which could hold a key. Remove all of it but 'api-version'."
        : address.AbsolutePath.TrimEnd('/').EndsWith("/chat/completions", StringComparison.OrdinalIgnoreCase)
            ? "is that of chat completions. Give the base address: what is before 'chat/completions'."
        : address.Scheme == "http" && !address.IsLoopback && content is { Authentication: not null, AllowInsecure: false }
            ? "would carry the credentials over a network in the clear. Use https, or add \"allowInsecure\": true if nobody can listen."
        : null;

    private static JsonFault? FaultOf(AuthenticationContent? content) => content switch
    {
        null => null,
        { EntraId: true, EnvironmentVariable: not null } =>
            new JsonFault("authentication", "has both 'entraId' and 'environmentVariable'. Remove one."),
        { EntraId: true, Header: not null } => new JsonFault("authentication.header", "is for keys; Entra ID's tokens have their own."),
        { EntraId: true } => content.Scope is null || Uri.TryCreate(content.Scope, UriKind.Absolute, out _)
            ? null
            : new JsonFault("authentication.scope", $"must be a scope such as \"{EntraAuthentication.DefaultScope}\"."),
        { Scope: not null } => new JsonFault("authentication.scope", "is for \"entraId\": true."),
        { EnvironmentVariable: null } => new JsonFault(
            "authentication", "must have 'environmentVariable' or \"entraId\": true. Remove it if the service asks for no credentials."),
        { EnvironmentVariable: var variable } when !Variable.IsMatch(variable) => new JsonFault(
            "authentication.environmentVariable",
            "must be the name of a variable, in capital letters, digits and '_'; the key itself does not belong in the file."),
        { Header: { } header } when !header.Equals(KeyAuthentication.BearerHeader, StringComparison.OrdinalIgnoreCase)
            && !header.Equals(KeyAuthentication.KeyHeader, StringComparison.OrdinalIgnoreCase) => new JsonFault(
                "authentication.header", $"must be \"{KeyAuthentication.BearerHeader}\" or \"{KeyAuthentication.KeyHeader}\"."),
        _ => null,
    };

    private static JsonFault? FaultOf(EndpointLimits limits) =>
        limits.RequestsPerMinute < 1 ? new JsonFault("limits.requestsPerMinute", "must be 1 or more.")
        : limits.TokensPerMinute < 1 ? new JsonFault("limits.tokensPerMinute", "must be 1 or more.")
        : limits.Concurrency is < 1 or > MaxConcurrency ? new JsonFault("limits.concurrency", $"must be 1 to {MaxConcurrency}.")
        : null;

    private static JsonFault? FaultOfOptions(JsonElement options)
    {
        if (options.ValueKind != JsonValueKind.Object)
        {
            return new JsonFault("options", "must be an object: the fields that every request has besides its own.");
        }

        foreach (var option in options.EnumerateObject())
        {
            if (ModelOptions.Reserved.Contains(option.Name))
            {
                return new JsonFault($"options.{option.Name}", "is set by the profile or by other fields of the file. Remove it.");
            }

            if (SecretNames.Contains(Separators.Replace(option.Name, "")))
            {
                return new JsonFault($"options.{option.Name}", "could be a secret, which does not belong in the file. Remove it.");
            }
        }

        return null;
    }

    [GeneratedRegex(@"^\?api-version=[A-Za-z0-9.-]{1,40}$", RegexOptions.NonBacktracking)]
    private static partial Regex ApiVersion { get; }

    [GeneratedRegex("^[A-Z]{3}$", RegexOptions.NonBacktracking)]
    private static partial Regex Currency { get; }

    [GeneratedRegex("^[A-Z_][A-Z0-9_]{0,63}$", RegexOptions.NonBacktracking)]
    private static partial Regex Variable { get; }

    [GeneratedRegex("[-_. ]", RegexOptions.NonBacktracking)]
    private static partial Regex Separators { get; }
}
