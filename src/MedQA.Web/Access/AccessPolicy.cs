using System.Security.Cryptography;
using System.Text;
using MedQA.Web.Problems;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Access;

/// <summary>Decides by the route table's roles who may call what.</summary>
public sealed class AccessPolicy
{
    /// <summary>The header that carries a key. Never the query: addresses are written down in logs and histories.</summary>
    public const string KeyHeader = "x-medqa-key";

    /// <summary>Whoever reaches the host may do everything: for one's own machine only.</summary>
    public static AccessPolicy Anyone { get; } = new(new AccessOptions { Mode = AccessMode.Anyone });

    private readonly AccessMode _mode;
    private readonly string? _hostName;
    private readonly (ApiRole Role, byte[] Hash)[] _keys;

    /// <summary>A policy.</summary>
    /// <exception cref="ArgumentException">A setting is outside its range; the message names it.</exception>
    public AccessPolicy(AccessOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        _mode = options.Mode;
        _hostName = options.HostName;
        (ApiRole Role, string? Key)[] keys = [
            (ApiRole.Reader, options.ReaderKey),
            (ApiRole.Runner, options.RunnerKey),
            (ApiRole.Admin, options.AdminKey)
        ];
        _keys = [.. keys.Where(static role => role.Key is not null).Select(static role => (role.Role, Hash(role.Key!)))];
    }

    /// <summary>
    /// What a request that must not be answered gets instead: 401 where nobody is known to ask, 403 where the role does not suffice.
    /// </summary>
    /// <param name="needed">The role that the route asks for.</param>
    /// <param name="request">The request.</param>
    /// <returns><see langword="null"/> for a request that may go on.</returns>
    public IResult? Refuse(ApiRole needed, HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        // A cookie of the platform's sign-in goes with every request of the browser, also with one that a foreign page makes. A key goes
        // only with those that its owner makes.
        if (_mode == AccessMode.EntraId && ForeignPage.Writes(request, page => IsOwn(page, request)))
        {
            return Problem.Of(
                StatusCodes.Status403Forbidden,
                "foreign-page",
                "Cross-origin writes are not allowed",
                "The browser sent this request for a page of another origin.");
        }

        // A rater's routes ask for the secret of the link themselves, in every host and mode: who else asks plays no part.
        if (needed is ApiRole.Anyone or ApiRole.Rater || _mode == AccessMode.Anyone)
        {
            return null;
        }

        return RoleOf(request) is not { } role
            ? Unknown(request)
            : role < needed
                ? Problem.Of(StatusCodes.Status403Forbidden, "role", "Role required", $"This operation requires the role {needed}.")
                : null;
    }

    /// <summary>
    /// Who asks, as the day's budget tells callers apart: an id of Entra ID, the role whose key was sent, or
    /// <see cref="ApiRequest.Anyone"/> where nobody is asked.
    /// </summary>
    /// <param name="request">A request that was not refused.</param>
    public string CallerOf(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _mode switch
        {
            AccessMode.EntraId => $"entra:{ClientPrincipal.IdOf(request.Headers[ClientPrincipal.Header]) ?? "unknown"}",
            AccessMode.Keys => $"key:{RoleOfKey(request.Headers[KeyHeader].ToString())?.ToString() ?? "unknown"}",
            _ => ApiRequest.Anyone,
        };
    }

    private ApiRole? RoleOf(HttpRequest request) => _mode == AccessMode.EntraId
        ? ClientPrincipal.RoleOf(request.Headers[ClientPrincipal.Header])
        : RoleOfKey(request.Headers[KeyHeader].ToString());

    private ApiRole? RoleOfKey(string key)
    {
        // Hashes have one length and are all compared to their ends: the time says nothing about a key.
        var hash = Hash(key);
        ApiRole? found = null;
        foreach (var (role, expected) in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, expected))
            {
                found = role;
            }
        }

        return found;
    }

    private IResult Unknown(HttpRequest request)
    {
        request.HttpContext.Response.Headers.WWWAuthenticate = _mode == AccessMode.Keys ? $"ApiKey header=\"{KeyHeader}\"" : "Bearer";
        return Problem.Of(StatusCodes.Status401Unauthorized, "sign-in", "Sign-in required", _mode == AccessMode.Keys
            ? $"{(request.Headers.ContainsKey(KeyHeader) ? "The key is invalid." : "No key was sent.")} Send a key "
                + $"in the header {KeyHeader}; `medqa` sends the value of MEDQA_KEY."
            : "Sign in with Entra ID, or send an Entra ID token.");
    }

    /// <summary>
    /// Whether a page is one of this service. What the platform passes on of the address is believed, because a browser sends no cookie of
    /// this service to another name;
    /// the connection that arrives here may have lost its TLS on the way, so pages with https are own pages too.
    /// </summary>
    private bool IsOwn(Uri page, HttpRequest request)
    {
        string[] origins = [$"{request.Scheme}://{request.Host}", $"https://{request.Host}", $"https://{_hostName}"];
        return origins.Any(origin => Uri.TryCreate(origin, UriKind.Absolute, out var own)
            && Uri.Compare(page, own, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0);
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
