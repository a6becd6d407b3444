namespace MedQA.Client;

/// <summary>Options of a <see cref="MedQAClient"/>.</summary>
public sealed record MedQAClientOptions
{
    /// <summary>The service's address, for example <c>http://127.0.0.1:5080</c>.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>
    /// A key, sent in the header <see cref="KeyHeader"/>; <see langword="null"/> if the service requires none, or a token instead.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>The header that carries <see cref="Key"/>.</summary>
    public string KeyHeader { get; init; } = "x-medqa-key";

    /// <summary>
    /// Returns the token to send, for example from an Entra ID credential. Called for each request, so it should cache tokens while they
    /// are valid. <see langword="null"/> for none.
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? Token { get; init; }
}
