namespace MedQA.Web.Requests;

/// <summary>The role that a route requires. Each role except <see cref="Rater"/> includes the lower ones.</summary>
public enum ApiRole
{
    /// <summary>Everyone, for example probes.</summary>
    Anyone,

    /// <summary>
    /// A rater of a study, authenticated by the secret of a rater's link. It is separate from the other roles: none of them
    /// opens rater routes, and a rater's secret opens only those.
    /// </summary>
    Rater,

    /// <summary>Reads runs, answers and reports.</summary>
    Reader,

    /// <summary>Starts, cancels and retries runs, which costs compute time.</summary>
    Runner,

    /// <summary>Deletes runs and approves those above the limits.</summary>
    Admin,
}
