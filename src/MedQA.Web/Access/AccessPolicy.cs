using System.Security.Cryptography;
using System.Text;
using MedQA.Web.Problems;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Access;

/// <summary>Authorizes callers by the route table's roles.</summary>
public sealed class AccessPolicy
{
    /// <summary>The header that carries a key. Keys are never sent in the query, because URLs appear in logs and histories.</summary>
    public const string KeyHeader = "x-medqa-key";

    /// <summary>Everyone who can reach the host may do everything; only for your own machine.</summary>
    public static AccessPolicy Anyone { get; } = new(new AccessOptions { Mode = AccessMode.Anyone });

    private readonly AccessMode _mode;
    private readonly string? _hostName;
    private readonly (ApiRole Role, byte[] Hash)[] _keys;

    /// <summary>Creates a policy.</summary>
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
    /// Returns the refusal of an unauthorized request: 401 if the caller is unknown, 403 if the role is insufficient.
    /// </summary>
    /// <param name="needed">The role that the route requires.</param>
    /// <param name="request">The request.</param>
    /// <returns><see langword="null"/> for an allowed request.</returns>
    public IResult? Refuse(ApiRole needed, HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        // Browsers send the cookie of the platform's sign-in with every request, even those of foreign pages. A key is sent only by its
        // owner.
        if (_mode == AccessMode.EntraId && ForeignPage.Writes(request, page => IsOwn(page, request)))
        {
            return Problem.Of(
                StatusCodes.Status403Forbidden,
                "foreign-page",
                "Cross-origin writes are not allowed",
                "The browser sent this request for a page of another origin.");
        }

        // Rater routes check the link's secret themselves, in every host and mode.
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
    /// Returns the caller to charge to the day's budget: an Entra ID object id, the role of the key, or
    /// <see cref="ApiRequest.Anyone"/> without authentication.
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
        // All hashes have the same length and are compared in full, so the time reveals nothing about a key.
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
    /// Whether a page belongs to this service. The forwarded host is trusted, because a browser sends no cookie of this service to another
    /// name;
    /// TLS may end in front of the app, so https pages belong to the service too.
    /// </summary>
    private bool IsOwn(Uri page, HttpRequest request)
    {
        string[] origins = [$"{request.Scheme}://{request.Host}", $"https://{request.Host}", $"https://{_hostName}"];
        return origins.Any(origin => Uri.TryCreate(origin, UriKind.Absolute, out var own)
            && Uri.Compare(page, own, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0);
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
