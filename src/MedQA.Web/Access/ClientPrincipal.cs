using System.Text.Json;
using MedQA.Web.Requests;
using Microsoft.Extensions.Primitives;

namespace MedQA.Web.Access;

/// <summary>Who was signed in, as the platform's authentication writes it: JSON in base64 in the header X-MS-CLIENT-PRINCIPAL.</summary>
internal static class ClientPrincipal
{
    /// <summary>The header. The platform removes it from requests that come from outside.</summary>
    public const string Header = "X-MS-CLIENT-PRINCIPAL";

    private const int MaxLength = 64 * 1024;
    private const string RoleClaim = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";

    /// <summary>
    /// Claims that tell one principal from all others, the best first: the object id, which is the same in every app, and the id for this
    /// app alone.
    /// </summary>
    private static readonly string[] IdClaims =
    [
        "http://schemas.microsoft.com/identity/claims/objectidentifier", "oid",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier", "sub",
    ];

    /// <summary>The highest role among a principal's app roles.</summary>
    /// <param name="values">The header's values.</param>
    /// <returns>
    /// <see langword="null"/> where the header is missing, comes more than once, or holds no principal of Entra ID; <see
    /// cref="ApiRole.Anyone"/> for one without any of the roles.
    /// </returns>
    public static ApiRole? RoleOf(StringValues values) => Find(values)?.Role;

    /// <summary>The id of a principal: no name, and nothing that a person can choose.</summary>
    /// <param name="values">The header's values.</param>
    /// <returns><see langword="null"/> where <see cref="RoleOf"/> is, and for a principal without an id.</returns>
    public static string? IdOf(StringValues values) => Find(values)?.Id;

    private static (ApiRole Role, string? Id)? Find(StringValues values)
    {
        // A second header can only be one that the platform did not write: then neither is believed.
        if (values is not [{ Length: > 0 and <= MaxLength } header])
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(Convert.FromBase64String(header));
            var principal = document.RootElement;
            if (principal.ValueKind != JsonValueKind.Object
                || Text(principal, "auth_typ") != "aad"
                || !principal.TryGetProperty("claims", out var claims)
                || claims.ValueKind != JsonValueKind.Array)
            {
                return null;
            }

            var roleType = Text(principal, "role_typ") ?? RoleClaim;
            var told = claims.EnumerateArray()
                .Where(static claim => claim.ValueKind == JsonValueKind.Object)
                .Select(static claim => (Type: Text(claim, "typ"), Value: Text(claim, "val")))
                .ToList();
            var role = told
                .Where(claim => claim.Type is { } type && (type == roleType || type is "roles" or RoleClaim))
                .Select(static claim => claim.Value switch
                {
                    nameof(ApiRole.Reader) => ApiRole.Reader,
                    nameof(ApiRole.Runner) => ApiRole.Runner,
                    nameof(ApiRole.Admin) => ApiRole.Admin,
                    _ => ApiRole.Anyone,
                })
                .Append(ApiRole.Anyone)
                .Max();
            var id = IdClaims
                .Select(type => told.Find(claim => claim.Type == type && claim.Value is { Length: > 0 }).Value)
                .FirstOrDefault(static found => found is not null);
            return (role, id);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
