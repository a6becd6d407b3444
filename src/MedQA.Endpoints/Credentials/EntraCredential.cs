using System.Net.Http.Headers;
using Azure.Core;
using Azure.Identity;
using MedQA.Endpoints.Settings;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Endpoints.Credentials;

/// <summary>Tokens of Microsoft Entra ID. One is used until shortly before it expires; all requests wait for the same new one.</summary>
internal sealed class EntraCredential : IRequestSigner, IDisposable
{
    /// <summary>How long before its end a token is not used any more: longer than most requests take.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private readonly TokenCredential _credential;
    private readonly TokenRequestContext _context;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _renewing = new(1, 1);
    private AccessTokenHolder? _token;

    public EntraCredential(EntraAuthentication settings, TokenCredential? credential, TimeProvider time)
    {
        _credential = credential ?? new DefaultAzureCredential();
        _context = new TokenRequestContext([settings.Scope]);
        _time = time;
    }

    public bool CanRenew => true;

    public string Remedy => "Give this identity a role that may use the model, such as Cognitive Services OpenAI User.";

    public async ValueTask SignAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var token = Usable() ?? await RenewAsync(cancellationToken);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public void Forget(HttpRequestMessage refused)
    {
        // Another request may have brought a new one meanwhile, which stays.
        if (Volatile.Read(ref _token) is { } current && current.Value.Token == refused.Headers.Authorization?.Parameter)
        {
            Interlocked.CompareExchange(ref _token, null, current);
        }
    }

    public bool IsIn(string text) => Volatile.Read(ref _token) is { } token && text.Contains(token.Value.Token, StringComparison.Ordinal);

    public void Dispose() => _renewing.Dispose();

    private string? Usable() =>
        Volatile.Read(ref _token) is { Value: var token } && token.ExpiresOn - Margin > _time.GetUtcNow() ? token.Token : null;

    private async Task<string> RenewAsync(CancellationToken cancellationToken)
    {
        await _renewing.WaitAsync(cancellationToken);
        try
        {
            if (Usable() is { } renewed)
            {
                return renewed;
            }

            var token = await _credential.GetTokenAsync(_context, cancellationToken);
            Volatile.Write(ref _token, new AccessTokenHolder(token));
            return token.Token;
        }
        catch (AuthenticationFailedException exception)
        {
            throw new ModelUnavailableException(
                $"Microsoft Entra ID gave no token for {_context.Scopes[0]}. Sign in with 'az login', or give the app a managed identity.",
                inner: exception);
        }
        finally
        {
            _renewing.Release();
        }
    }

    /// <summary>A token, in one reference that is replaced at once.</summary>
    private sealed record AccessTokenHolder(AccessToken Value);
}
