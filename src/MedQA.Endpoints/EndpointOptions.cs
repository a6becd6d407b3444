using Azure.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedQA.Endpoints;

/// <summary>What models behind endpoints need of the process.</summary>
public sealed record EndpointOptions
{
    /// <summary>Returns the value of an environment variable; keys are read with it when a model is opened.</summary>
    public Func<string, string?> ReadVariable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>The clock: of limits, timeouts and the waiting between tries.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where to log. Logs name models, hosts and errors; never keys, prompts or answers.</summary>
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;

    /// <summary>What sends requests, for tests; it is not disposed. <see langword="null"/> for connections of the model's own.</summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>What gives tokens of Microsoft Entra ID; <see langword="null"/> for the identity of the machine or user.</summary>
    public TokenCredential? Credential { get; init; }

    /// <summary>How often a request is sent before it is given up; at least 1.</summary>
    public int MaxTries
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "There is at least one try.");
    } = 8;

    /// <summary>
    /// The most time that one request waits between its tries, all together. Where a service asks for more, it counts as unavailable. The
    /// waiting that keeps limits is not part of it.
    /// </summary>
    public TimeSpan MaxWaiting { get; init; } = TimeSpan.FromMinutes(5);
}
