namespace MedQA.Web.Access;

/// <summary>How a host authenticates callers.</summary>
public enum AccessMode
{
    /// <summary>
    /// The platform in front signs users in with Entra ID and passes their identity in the header X-MS-CLIENT-PRINCIPAL, which it removes
    /// from outside requests.
    /// </summary>
    EntraId,

    /// <summary>A key in the header x-medqa-key, one for each role.</summary>
    Keys,

    /// <summary>Everyone who can reach the host may do everything; only for your own machine.</summary>
    Anyone,
}
