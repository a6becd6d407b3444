namespace MedQA.Endpoints.Credentials;

/// <summary>For services that ask for no credentials.</summary>
internal sealed class NoCredential : IRequestSigner
{
    public bool CanRenew => false;

    public string Remedy => "The service asks for credentials: add 'authentication' to the model's endpoint.json.";

    public ValueTask SignAsync(HttpRequestMessage request, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void Forget(HttpRequestMessage refused)
    {
        // There is nothing to forget.
    }

    public bool IsIn(string text) => false;
}
