namespace MedQA.Endpoints.Credentials;

/// <summary>Adds to requests what shows who sends them. Safe for concurrent use.</summary>
internal interface IRequestSigner
{
    /// <summary>Whether a refused request is worth a second try after <see cref="Forget"/>.</summary>
    bool CanRenew { get; }

    /// <summary>Adds the credentials to a request.</summary>
    /// <exception cref="Evaluation.LanguageModels.ModelUnavailableException">There are none at present.</exception>
    ValueTask SignAsync(HttpRequestMessage request, CancellationToken cancellationToken);

    /// <summary>Forgets what a request carries, because the service refused it: the next request gets something new.</summary>
    void Forget(HttpRequestMessage refused);

    /// <summary>What to do if the service refuses the credentials, as a sentence.</summary>
    string Remedy { get; }

    /// <summary>Returns whether a text contains the secret.</summary>
    bool IsIn(string text);
}
