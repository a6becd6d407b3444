using Azure.Core;
using Azure.Identity;
using MedQA.Evaluation.LanguageModels;
using MedQA.Testing.Loopback;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Endpoints.Tests.Credentials;

public sealed class EntraCredentialTests
{
    private const string Entra = "\"authentication\": {\"entraId\": true}";

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task All_requests_use_one_token_until_shortly_before_its_end()
    {
        await using var server = LoopbackChatServer.Start();
        using var folder = new ModelFolder(server.EndpointJson(Entra));
        var credential = new Numbered(_time);
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time, Credential = credential });
        await ModelFolder.AskAsync(model, ModelFolder.Request(count: 4));
        Assert.Equal(1, credential.Given);
        Assert.Equal(["https://cognitiveservices.azure.com/.default"], credential.Scopes);
        _time.Advance(TimeSpan.FromMinutes(54));
        await ModelFolder.AskAsync(model, ModelFolder.Request());
        Assert.Equal(1, credential.Given);
        _time.Advance(TimeSpan.FromMinutes(2));
        await ModelFolder.AskAsync(model, ModelFolder.Request());
        Assert.Equal(2, credential.Given);
        Assert.Equal("token-2", server.Exchanges[^1].Request.Credential);
    }

    [Fact]
    public async Task A_token_that_expired_before_its_time_is_replaced_once_without_a_try()
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript
        {
            FaultOf = static request => request.Credential == "token-1" ? ChatFault.ExpiredToken : ChatFault.None,
        });
        using var folder = new ModelFolder(server.EndpointJson(Entra));
        var credential = new Numbered(_time);
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time, Credential = credential, MaxTries = 1 });
        var (samples, usage) = await ModelFolder.AskAsync(model, ModelFolder.Request());
        Assert.Single(samples);
        Assert.Equal(["token-1", "token-2"], server.Exchanges.Select(static exchange => exchange.Request.Credential!));
        Assert.Equal(1, usage.Requests);
    }

    [Fact]
    public async Task Requests_that_are_refused_together_share_the_new_token()
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript
        {
            FaultOf = static request => request.Credential == "token-1" ? ChatFault.ExpiredToken : ChatFault.None,
        });
        using var folder = new ModelFolder(server.EndpointJson($"{Entra}, \"limits\": {{\"concurrency\": 16}}"));
        var credential = new Numbered(_time);
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time, Credential = credential });
        await ModelFolder.AskAsync(model, ModelFolder.Request(count: 16));
        Assert.Equal(2, credential.Given);
    }

    [Fact]
    public async Task An_identity_without_the_right_is_told_after_one_new_token()
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript { FaultOf = static _ => ChatFault.ExpiredToken });
        using var folder = new ModelFolder(server.EndpointJson(Entra));
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time, Credential = new Numbered(_time) });
        var (fault, _) = await ModelFolder.FailAsync<ModelUnavailableException>(model, ModelFolder.Request());
        Assert.Contains("role", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("token-", fault.Message, StringComparison.Ordinal);
        Assert.Equal(2, server.Exchanges.Count);
    }

    [Fact]
    public async Task A_machine_that_gets_no_token_is_told_what_to_do_and_sends_nothing()
    {
        await using var server = LoopbackChatServer.Start();
        using var folder = new ModelFolder(server.EndpointJson(Entra));
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time, Credential = new Refusing() });
        var (fault, usage) = await ModelFolder.FailAsync<ModelUnavailableException>(model, ModelFolder.Request());
        Assert.Contains("az login", fault.Message, StringComparison.Ordinal);
        Assert.IsType<CredentialUnavailableException>(fault.InnerException);
        Assert.Empty(server.Exchanges);
        Assert.Equal(TokenUsage.None, usage);
    }

    /// <summary>Gives tokens with numbers, each for an hour.</summary>
    private sealed class Numbered(TimeProvider time) : TokenCredential
    {
        private int _given;

        public int Given => _given;

        public string[] Scopes { get; private set; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes = requestContext.Scopes;
            return new AccessToken($"token-{Interlocked.Increment(ref _given)}", time.GetUtcNow().AddHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }

    private sealed class Refusing : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new CredentialUnavailableException("There is no identity.");

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
