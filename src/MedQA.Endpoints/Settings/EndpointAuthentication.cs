namespace MedQA.Endpoints.Settings;

/// <summary>How requests show who sends them.</summary>
public abstract record EndpointAuthentication
{
    private protected EndpointAuthentication() { }
}

/// <summary>A key, which an environment variable holds.</summary>
/// <param name="Variable">The variable's name.</param>
/// <param name="Header">
/// The header that carries the key: <c>Authorization</c>, as <c>Bearer KEY</c>, or <c>api-key</c>, as it is.
/// </param>
public sealed record KeyAuthentication(string Variable, string Header) : EndpointAuthentication
{
    /// <summary>The header of bearer tokens.</summary>
    public const string BearerHeader = "Authorization";

    /// <summary>The header of Azure OpenAI's keys.</summary>
    public const string KeyHeader = "api-key";
}

/// <summary>Tokens of Microsoft Entra ID, for the identity of the machine or of whoever is signed in.</summary>
/// <param name="Scope">What the tokens are for.</param>
public sealed record EntraAuthentication(string Scope) : EndpointAuthentication
{
    /// <summary>The scope of Azure OpenAI and of the models of Azure AI Foundry.</summary>
    public const string DefaultScope = "https://cognitiveservices.azure.com/.default";
}
