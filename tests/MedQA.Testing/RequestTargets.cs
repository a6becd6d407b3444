namespace MedQA.Testing;

/// <summary>
/// Targets of requests, sent as they stand: clients of HTTP would resolve most of them before they are sent. <c>HOST</c> stands for the
/// server's own name.
/// </summary>
public static class RequestTargets
{
    /// <summary>Each means <c>/api/runs</c>, or some other path than the one that is written, to one server or another.</summary>
    public static readonly string[] Ambiguous =
    [
        // As the issue of the sign-in's excluded paths has them, and deeper or shallower.
        "/rate/../api/runs", "/api/rating/../runs", "/rate/./../api/runs", "/rate/../../api/runs", "/./api/runs", "/api/./runs",
        "/api/runs/.", "/api/runs/x/..", "/rate/..",
        "//rate/../api/runs", "/rate/../api/runs?take=1", "/healthz/../api/runs", "/runtime/webhooks/blobs/../../../api/runs",

        // Dots that are coded: some, all, in capitals, more than once, and with a coded part of a code.
        "/rate/%2e%2e/api/runs", "/api/rating/%2e%2e/runs", "/rate/%2E%2e/api/runs", "/rate/.%2e/api/runs", "/rate/%2E./api/runs",
        "/%2e/api/runs",
        "/rate/%252e%252e/api/runs", "/rate/.%252E/api/runs", "/rate/%25252e%2525252E/api/runs", "/rate/%25%32%65%2e/api/runs",
        "/rate/%2%65%2e/api/runs",

        // Slashes that are coded, and backslashes.
        "/rate/..%2fapi/runs", "/rate/%2e%2e%2Fapi%2Fruns", "/rate%2f../api/runs", "/rate%2F..%2Fapi%2Fruns", "/rate/..%252fapi/runs",
        "/rate/..%2f",
        "/rate/..%5capi/runs", "/rate%5c..%5capi%5cruns", "/rate/..%255Capi/runs", @"/rate\..\api\runs", @"/rate/..\api/runs",

        // Parameters behind a part.
        "/rate/..;/api/runs", "/rate/..;x=1/api/runs", "/rate/..%3b/api/runs", "/rate/%2e%2e%3Bx/api/runs", "/rate/.;/../api/runs",
        "/rate/..;x%2fapi/runs",

        // What ends a path to others.
        "/rate#/../api/runs", "/rate%23/%2e%2e/api/runs", "/rate%3f/../api/runs", "/api/runs%0a", "/api/runs%7f", "/api/runs%2500",
        "/api/runs%250d%250a",

        // Whole addresses.
        "http://HOST/rate/../api/runs", "http://HOST/rate/%2e%2e/api/runs", "http://HOST/rate/%252e%252e/api/runs",
        "http://HOST/rate/..%2fapi%2fruns", @"http://HOST/rate\..\api\runs", "https://HOST/rate/../api/runs",
    ];

    /// <summary>No path at all, or one that servers refuse before anything else looks at it.</summary>
    public static readonly string[] Broken =
    [
        "", "*", "api/runs", "rate/../api/runs", "../api/runs", "file:///api/runs", "http:/api/runs", "HTTP://HOST/rate/../api/runs",
        "/api/runs%00", "/rate/%00/../api/runs", "/api/runs\0", "/rate/\u0001/../api/runs", "/r\u00e4te/../api/runs",
    ];

    /// <summary>Paths that look like the others and are meant so; all are those of a route for readers.</summary>
    public static readonly string[] Plain =
    [
        "/api/runs", "/api/runs?name=../../x", "/api/runs?name=%2e%2e%2f", "http://HOST/api/runs",
        "/api/runs/aaaaaaaaaaaaaaaa/files/answers.csv",
        .. ((string[])
        [
            "q%2F1", "q%252F1", "1..2", "..a", "a..", "...", ".a", "50%25", "%C3%BC%2E1", "a;b", ";..", "a%5Cb", "q%20.%20x",
            "%25", "%E2%80%A6", "a:b", "..%20",
        ])
            .Select(static question => $"/api/runs/aaaaaaaaaaaaaaaa/answers/{question}"),
    ];

    /// <summary>Sends a request byte by byte as it is said, and reads the answer.</summary>
    /// <param name="server">Where the server listens.</param>
    /// <param name="target">The target.</param>
    /// <param name="headers">Further headers, each with its line's end.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The status, and everything that came.</returns>
    public static async Task<(int Status, string Answer)> SendAsync(
        Uri server, string target, string headers, CancellationToken cancellationToken)
    {
        var named = target.Replace("HOST", server.Authority, StringComparison.Ordinal);
        var answer = await RawRequest.SendAsync(server, $"GET {named} HTTP/1.1\r\nHost: {server.Authority}\r\n{headers}Connection: close\r\n\r\n", cancellationToken);
        return (answer.Status, answer.Text);
    }
}
