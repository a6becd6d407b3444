using System.Net;
using System.Text.Json;
using MedQA.Web.Dashboard;
using MedQA.Web.Requests;
using MedQA.Web.Routing;
using MedQA.Web.Tests.Catalog;

namespace MedQA.Web.Tests.Routing;

/// <summary>What holds for each row of the route tables, asked of the web server that hosts have.</summary>
public sealed class RouteTableTests(KnownPlaceOnNetwork known) : IClassFixture<KnownPlaceOnNetwork>
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"];

    /// <summary>Headers that belong to a connection or to a moment.</summary>
    private static readonly string[] Passing = ["Date", "Connection", "Transfer-Encoding", "Keep-Alive"];

    private static readonly ApiRoute[] Rows = [.. ApiRoutes.All, .. DashboardRoutes.All];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_row_takes_a_parameter_that_it_does_not_declare()
    {
        var (server, place) = (known.Server, known.Place);
        foreach (var route in ApiRoutes.All)
        {
            var good = KnownCalls.Good(route.Name, place);
            var declared = Declared(route);
            foreach (var name in (string[])["profil", "x", "take[]", .. declared.Select(static parameter => parameter.Name.ToUpperInvariant())])
            {
                var problem = await RefusalAsync(server, route, With(good, name, "1"), name);
                Assert.Equal("urn:medqa:unknown-parameter", problem.GetProperty("type").GetString());
                var detail = problem.GetProperty("detail").GetString();
                Assert.All(declared, parameter => Assert.Contains(parameter.Name, detail, StringComparison.Ordinal));
                if (declared.FirstOrDefault(parameter => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } meant)
                {
                    Assert.Contains($"Did you mean '{meant.Name}'?", detail, StringComparison.Ordinal);
                }
            }
        }

        var (_, misspelt) = await server.SendAsync(HttpMethod.Post, "/api/runs?profil=few-shot", place.Questions);
        Assert.Equal(
            "Unknown parameter 'profil'. Did you mean 'profile'? The parameters are profile, name, answerNotation, rightAnswers, dropFillers, limit, sample, samples, seed, profileHash, model, again, map, notify, until.", misspelt.GetProperty("detail").GetString());

        // Links to pages collect parameters on their way through mail and chat; nothing that a page shows depends on one.
        foreach (var route in DashboardRoutes.All)
        {
            using var answer = await server.Client.GetAsync(With(CallOf(route, place), "utm_source", "mail").Path, Cancel);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, route.Name);
        }
    }

    [Fact]
    public async Task No_row_takes_a_parameter_twice_or_without_a_value_or_with_a_value_that_is_not_one_of_its_names()
    {
        var tried = 0;
        var (server, place) = (known.Server, known.Place);
        foreach (var route in ApiRoutes.All)
        {
            foreach (var parameter in Declared(route))
            {
                var good = Without(KnownCalls.Good(route.Name, place), parameter.Name);
                var value = parameter.Values is [var first, ..] ? first : "1";
                string[] bad = parameter.Values.IsEmpty && parameter.Kind != ApiParameterKind.Switch
                    ? []
                    : ["0", "1", "99", "-1", " ", $"{value} ", value.ToUpperInvariant(), value + "," + value, parameter.Values is [var one, var other, ..] ? $"{one},{other}" : "true,false", "True", "null"];
                foreach (var call in (Call[])[With(With(good, parameter.Name, value), parameter.Name, value), With(good, parameter.Name, ""), .. bad.Select(text => With(good, parameter.Name, text))])
                {
                    var problem = await RefusalAsync(server, route, call, parameter.Name);
                    Assert.Equal("urn:medqa:bad-parameter", problem.GetProperty("type").GetString());
                    tried++;
                }
            }
        }
        Assert.True(tried > 60, $"Only {tried} calls.");
    }

    [Fact]
    public async Task Each_row_answers_HEAD_where_it_answers_GET_with_the_same_headers_and_nothing_else()
    {
        var (server, place) = (known.Server, known.Place);
        foreach (var route in Rows.Where(static route => route.Method == "GET"))
        {
            foreach (var format in Formats(route))
            {
                var call = CallOf(route, place) with { Accept = format };
                using var get = await KnownCalls.SendAsync(server.Client, HttpMethod.Get, call);
                using var head = await KnownCalls.SendAsync(server.Client, HttpMethod.Head, call);
                var shown = $"{route.Name} as {format}";
                Assert.True(get.StatusCode == HttpStatusCode.OK && head.StatusCode == HttpStatusCode.OK, $"{shown}: {get.StatusCode} {head.StatusCode}");
                SecurityHeaders.Check(head, shown);
                Assert.Equal(HeadersOf(get), HeadersOf(head));
                Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancel));
                if (get.Headers.TransferEncodingChunked is not true)
                {
                    Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
                }
            }
        }
    }

    [Fact]
    public async Task Each_row_that_says_304_says_it_with_the_headers_of_the_answer_that_the_caller_has()
    {
        var checkedAnswers = 0;
        var (server, place) = (known.Server, known.Place);
        foreach (var route in Rows.Where(static route => route.Contract is null or { IsConditional: true }))
        {
            foreach (var format in Formats(route))
            {
                foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
                {
                    var call = CallOf(route, place) with { Accept = format };
                    using var first = await KnownCalls.SendAsync(server.Client, method, call);
                    using var again = await KnownCalls.SendAsync(server.Client, method, call, first.Headers.ETag ?? throw new InvalidOperationException($"{route.Name} has no ETag."));
                    var shown = $"{method} {route.Name} as {format}";
                    Assert.True(again.StatusCode == HttpStatusCode.NotModified, $"{shown}: {again.StatusCode}");
                    SecurityHeaders.Check(again, shown);
                    string[] Kept(HttpResponseMessage answer) => [.. HeadersOf(answer).Where(static header => !header.StartsWith("Content-", StringComparison.Ordinal) || header.StartsWith("Content-Security-Policy", StringComparison.Ordinal))];
                    Assert.Equal(Kept(first), Kept(again));
                    checkedAnswers++;
                }
            }
        }
        Assert.True(checkedAnswers > 40, $"Only {checkedAnswers} answers.");
    }

    [Fact]
    public async Task Each_row_refuses_every_other_method_and_says_which_there_are()
    {
        var (server, place) = (known.Server, known.Place);
        foreach (var path in Rows.GroupBy(static route => route.Path))
        {
            string[] there = [.. path.SelectMany(static route => route.Methods).Order(StringComparer.Ordinal)];
            foreach (var method in Methods.Except(there))
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), CallOf(path.First(), place).Path.Split('?')[0]);
                using var answer = await server.Client.SendAsync(request, Cancel);
                var shown = $"{method} {path.Key}";
                Assert.True(answer.StatusCode == HttpStatusCode.MethodNotAllowed, $"{shown}: {answer.StatusCode}");
                SecurityHeaders.Check(answer, shown);
                Assert.Equal(there, answer.Content.Headers.Allow.Order(StringComparer.Ordinal));
                if (method == "HEAD")
                {
                    continue;
                }

                var sentence = JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancel)).GetProperty("detail").GetString()!;
                Assert.EndsWith($", not {method}.", sentence, StringComparison.Ordinal);
                Assert.All(there, known => Assert.Contains($" {known}", sentence.Replace(",", " ", StringComparison.Ordinal), StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public async Task No_row_is_reached_by_a_path_with_an_empty_part()
    {
        var (server, place) = (known.Server, known.Place);
        foreach (var route in Rows.Where(static route => route.Path.Contains('/', StringComparison.Ordinal)))
        {
            var path = CallOf(route, place).Path.Split('?')[0];
            foreach (var address in (string[])[$"/{path}", $"{path}//", path.Insert(path.LastIndexOf('/'), "/")])
            {
                using var request = new HttpRequestMessage(new HttpMethod(route.Method), new Uri($"{server.Client.BaseAddress!.GetLeftPart(UriPartial.Authority)}{address}"));
                using var answer = await server.Client.SendAsync(request, Cancel);
                Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{route.Method} {address}: {answer.StatusCode}");
                SecurityHeaders.Check(answer, address);
            }
        }
    }

    private static ApiParameter[] Declared(ApiRoute route) => [.. route.Contract!.Parameters.Where(static parameter => !parameter.IsHeader)];

    private static string[] Formats(ApiRoute route) => route.Contract is not { } contract || route.Name == "GetRunFile" ? ["*/*"] : [.. contract.MediaTypes];

    private static Call CallOf(ApiRoute route, Place place) => route.Contract is not null
        ? KnownCalls.Good(route.Name, place)
        : new Call("/" + route.Path.Replace("{file}", route.Name == "GetRatingPageFile" ? "rate.js" : "app.js", StringComparison.Ordinal));

    private static Call With(Call call, string name, string value) =>
        call with { Path = $"{call.Path}{(call.Path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{Uri.EscapeDataString(name)}={Uri.EscapeDataString(value)}" };

    private static Call Without(Call call, string name) => call.Path.Split('?') is [var path, var query] && string.Join('&', query.Split('&').Where(part => !part.StartsWith(name + "=", StringComparison.Ordinal))) is var rest
        ? call with { Path = rest.Length == 0 ? path : $"{path}?{rest}" }
        : call;

    private static string[] HeadersOf(HttpResponseMessage answer) =>
    [
        .. answer.Headers.Concat(answer.Content.Headers)
            .Where(static header => !Passing.Contains(header.Key) && header.Key != "Content-Length")
            .Select(static header => $"{header.Key}: {string.Join(" | ", header.Value)}")
            .Order(StringComparer.Ordinal),
    ];

    private static async Task<JsonElement> RefusalAsync(ApiServer server, ApiRoute route, Call call, string parameter)
    {
        using var answer = await KnownCalls.SendAsync(server.Client, new HttpMethod(route.Method), call);
        var content = await answer.Content.ReadAsStringAsync(Cancel);
        var shown = $"{route.Method} {call.Path}: {(int)answer.StatusCode} {content[..Math.Min(300, content.Length)]}";
        Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, shown);
        SecurityHeaders.Check(answer, shown);
        var problem = JsonElement.Parse(content);
        Assert.True(problem.GetProperty("parameter").GetString() == parameter, shown);
        return problem;
    }
}
