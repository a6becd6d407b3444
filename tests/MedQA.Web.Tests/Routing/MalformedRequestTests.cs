using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MedQA.Web.Routing;

namespace MedQA.Web.Tests.Routing;

/// <summary>Whatever is sent, the service answers, and says what is wrong in problem details; never with an error of its own.</summary>
public sealed class MalformedRequestTests(AzuriteFixture azurite)
{
    private const int Requests = 400;

    private static readonly string[] Texts =
    [
        "", " ", "%", "%0a", "..", "../..", "%2e%2e%2f", "'", "\"", "<script>", "-1", "0", "1", "501", "99999999999999999999", "1e9", "NaN", "true", "null", "[]", "{}", "*", "a,b", "aaaaaaaaaaaaaaaa",
        "aaaaaaaaaaaaaaaa,bbbbbbbbbbbbbbbb", "AAAA", "====", "ü", "\u202e", "😀", "few-shot", "likelihood", "wrong", "All", "3", new string('x', 3000), "q0", "questions/q0", "report.json", "..\\x",
    ];

    private static readonly string[] Bodies =
    [
        "", "\0", "id,question\n", "id,question,option_a,option_b,answer\n", "id,question,option_a,option_b,answer\nq,Is it?,a,b,Z\n", "\"", "{", "[{}]", "{\"question\":1}\n", "PK\u0003\u0004", "PAR1", "<xml/>", "<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>",
        "--b\r\nContent-Disposition: form-data; name=f\r\n\r\nx\r\n--b--", new string(',', 2000), "question\n" + new string('y', 2000),
    ];

    private static readonly string[] Accepts = ["", "*/*", "text/*", "application/json", "text/csv;q=0.1", "application/json;q=0", "image/png", "text/html, */*;q=0.1", ";;;", "a", "text/event-stream", "application/x-ndjson"];

    [Fact]
    public async Task Malformed_requests_get_problem_details_with_a_status_below_500()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), new ApiLimits { MaxUploadBytes = 2500, WatchFor = TimeSpan.FromMilliseconds(20) });
        var run = await server.FinishedRunAsync(ApiServer.Questions(2, right: 1));
        var routes = ApiRoutes.All.ToArray();
        var text = Gen.OneOf(Gen.Elements(Texts), Gen.Constant(run), ArbMap.Default.GeneratorFor<string>().Select(static text => text ?? ""));
        var requests =
            from route in Gen.Elements(routes)
            from method in Gen.Frequency((6, Gen.Constant(route.Method)), (1, Gen.Elements("GET", "POST", "DELETE", "PUT", "PATCH", "HEAD")))
            from parts in text.ListOf(3)
            from parameters in Gen.Elements<string>([.. route.Contract!.Parameters.Where(static parameter => !parameter.IsHeader).Select(static parameter => parameter.Name), "unknown"]).ListOf(2)
            from count in Gen.Elements(0, 0, 1, 2)
            from values in text.ListOf(2)
            from body in Gen.Elements(Bodies)
            from accept in Gen.Frequency((2, Gen.Constant("*/*")), (1, Gen.Elements(Accepts)))
            from tag in Gen.Elements("", "*", "\"x\"", "W/\"x\"", "x", "\"")
            select (route, method, Path: Fill(route.Path, parts), Query: string.Join('&', parameters.Take(count).Zip(values, static (name, value) => $"{name}={Coded(value)}")), body, accept, tag);

        var statuses = new Dictionary<int, int>();
        foreach (var (route, method, path, query, body, accept, tag) in requests.Sample(Requests, new Rnd(20261123), 30))
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri($"/{path}?{query}", UriKind.Relative));
            request.Headers.TryAddWithoutValidation("Accept", accept);
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
            request.Headers.TryAddWithoutValidation("Last-Event-ID", tag);
            if (method is "POST" or "PUT" or "PATCH")
            {
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            }

            using var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
            var content = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            var (status, shown) = ((int)response.StatusCode, $"{method} /{path}?{query} ({route.Name}, Accept: {accept}): {(int)response.StatusCode} {content[..Math.Min(300, content.Length)]}");
            Assert.True(status < 500, shown);
            SecurityHeaders.Check(response, shown);
            if (status >= 400 && method != "HEAD")
            {
                Assert.True(response.Content.Headers.ContentType?.MediaType == "application/problem+json", shown);
                Assert.Equal(status, JsonElement.Parse(content).GetProperty("status").GetInt32());
            }

            statuses[status] = statuses.GetValueOrDefault(status) + 1;
        }

        // The generator is of use only while it brings all kinds of refusals.
        Assert.All((int[])[200, 400, 404, 405, 406], status => Assert.True(statuses.GetValueOrDefault(status) > 3, $"Few requests got {status}: {string.Join(", ", statuses)}"));
    }

    private static string Fill(string path, IReadOnlyList<string> parts)
    {
        var next = 0;
        return string.Join('/', path.Split('/').Select(part => part.StartsWith('{') ? Coded(parts[next++]) : part));
    }

    /// <summary>A text as it may stand in an address; what is a broken code stays one. A null character is left out: servers refuse it before anything here sees it.</summary>
    private static string Coded(string text) => text.StartsWith('%') ? text : Uri.EscapeDataString(text.Replace("\0", "", StringComparison.Ordinal));
}
