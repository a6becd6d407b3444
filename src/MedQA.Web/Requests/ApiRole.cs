namespace MedQA.Web.Requests;

/// <summary>What somebody must be allowed to do to call a route. Each role but <see cref="Rater"/> includes the ones before it.</summary>
public enum ApiRole
{
    /// <summary>Anybody; for probes.</summary>
    Anyone,

    /// <summary>
    /// A rater of a study: whoever sends the secret of a rater's link, and nobody else. It is no step between the others: none of them
    /// opens a rater's routes, and a rater's secret opens nothing but those.
    /// </summary>
    Rater,

    /// <summary>Reads runs, answers and reports.</summary>
    Reader,

    /// <summary>Starts, cancels and retries runs: spends computing time.</summary>
    Runner,

    /// <summary>Deletes runs and lets them go on above the limits.</summary>
    Admin,
}
