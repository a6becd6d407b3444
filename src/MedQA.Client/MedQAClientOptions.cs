namespace MedQA.Client;

/// <summary>Where the service is, and who calls it.</summary>
public sealed record MedQAClientOptions
{
    /// <summary>The service's address, for example <c>http://127.0.0.1:5080</c>.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>
    /// A key, sent in the header <see cref="KeyHeader"/>; <see langword="null"/> where the service asks for none, or for a token.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>The header that carries <see cref="Key"/>.</summary>
    public string KeyHeader { get; init; } = "x-medqa-key";

    /// <summary>
    /// Gives the token that is sent with a request, for example an Entra ID credential's; asked for each request, so it should keep tokens
    /// while they are good. <see langword="null"/> for none.
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? Token { get; init; }
}
