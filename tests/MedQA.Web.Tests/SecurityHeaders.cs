namespace MedQA.Web.Tests;

/// <summary>What every answer has, whoever asked for what and however it went.</summary>
internal static class SecurityHeaders
{
    /// <summary>Looks at an answer.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="shown">What it answers, for the message.</param>
    public static void Check(HttpResponseMessage response, string shown)
    {
        Assert.True(One("X-Content-Type-Options") == "nosniff", shown);
        Assert.True(One("Referrer-Policy") == "no-referrer", shown);
        Assert.True(One("Cross-Origin-Resource-Policy") == "same-origin", shown);
        var policy = One("Content-Security-Policy");
        Assert.True(policy.StartsWith("default-src 'none'", StringComparison.Ordinal) && policy.Contains("frame-ancestors 'none'", StringComparison.Ordinal), $"{shown}: {policy}");

        // The report to print has styles and drawings in itself; they are named by hash, and nothing runs.
        Assert.False(policy.Contains("unsafe-eval", StringComparison.Ordinal) || policy.Contains("script-src 'unsafe", StringComparison.Ordinal) || policy.Contains("http", StringComparison.Ordinal) || policy.Contains('*', StringComparison.Ordinal), $"{shown}: {policy}");
        Assert.True(response.Headers.CacheControl is { NoStore: true } or { NoCache: true } or { Private: true }, $"{shown}: {response.Headers.CacheControl}");
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin") || response.Headers.Contains("Set-Cookie") || response.Headers.Contains("Server") || response.Headers.Contains("X-Powered-By"), shown);

        string One(string header) => response.Headers.TryGetValues(header, out var values) ? Assert.Single(values) : throw new InvalidOperationException($"{shown} has no {header}.");
    }
}
