using System.Text.Json;
using MedQA.Web.Requests;
using Microsoft.Extensions.Primitives;

namespace MedQA.Web.Access;

/// <summary>The signed-in user from the platform's authentication: base64 JSON in the header X-MS-CLIENT-PRINCIPAL.</summary>
internal static class ClientPrincipal
{
    /// <summary>The header. The platform removes it from outside requests.</summary>
    public const string Header = "X-MS-CLIENT-PRINCIPAL";

    private const int MaxLength = 64 * 1024;
    private const string RoleClaim = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";

    /// <summary>
    /// Claims that uniquely identify a principal, best first: the object id, which is the same in every app, and the app-specific id.
    /// </summary>
    private static readonly string[] IdClaims =
    [
        "http://schemas.microsoft.com/identity/claims/objectidentifier", "oid",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier", "sub",
    ];

    /// <summary>Returns the highest of a principal's app roles.</summary>
    /// <param name="values">The header's values.</param>
    /// <returns>
    /// <see langword="null"/> if the header is missing, appears more than once, or has no Entra ID principal; <see
    /// cref="ApiRole.Anyone"/> for a principal without any of the roles.
    /// </returns>
    public static ApiRole? RoleOf(StringValues values) => Find(values)?.Role;

    /// <summary>Returns a principal's id, which unlike a name the user cannot choose.</summary>
    /// <param name="values">The header's values.</param>
    /// <returns><see langword="null"/> if <see cref="RoleOf"/> returns it, or the principal has no id.</returns>
    public static string? IdOf(StringValues values) => Find(values)?.Id;

    private static (ApiRole Role, string? Id)? Find(StringValues values)
    {
        // A second header cannot come from the platform, so neither is trusted.
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
