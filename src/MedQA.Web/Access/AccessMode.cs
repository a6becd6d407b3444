namespace MedQA.Web.Access;

/// <summary>How a host learns who asks.</summary>
public enum AccessMode
{
    /// <summary>
    /// The platform in front signs people in with Entra ID and passes on who they are in the header X-MS-CLIENT-PRINCIPAL, which it takes
    /// out of requests from outside.
    /// </summary>
    EntraId,

    /// <summary>A key in the header x-medqa-key, one for each role.</summary>
    Keys,

    /// <summary>Whoever reaches the host may do everything: for one's own machine only.</summary>
    Anyone,
}
