namespace MedQA.Web.Routing;

/// <summary>What somebody must be allowed to do to call a route. Each role includes the ones before it.</summary>
public enum ApiRole
{
    /// <summary>Anybody; for probes.</summary>
    Anyone,

    /// <summary>Reads runs, answers and reports.</summary>
    Reader,

    /// <summary>Starts, cancels and retries runs: spends computing time.</summary>
    Runner,

    /// <summary>Deletes runs and lets them go on above the limits.</summary>
    Admin,
}
