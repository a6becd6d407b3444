using System.Text;
using MedQA.Pipeline.Studies;
using MedQA.Web.Access;
using MedQA.Web.Dashboard;
using MedQA.Web.Requests;
using MedQA.Web.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MedQA.Web.Tests.Rating;

/// <summary>What a rater's secret opens, and what can be learned with it.</summary>
public sealed class RaterIsolationTests(AzuriteFixture azurite)
{
    private const string Key = "a key for administrators, which is long enough";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(AccessMode.Keys)]
    [InlineData(AccessMode.EntraId)]
    public async Task A_raters_secret_opens_the_raters_routes_and_no_other_whatever_header_it_comes_in(AccessMode mode)
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, study, tokens) = await server.StudyAsync();
        await server.BeginAsync(tokens[0]);
        var guarded = new GuardedApi(ApiServer.ApiOver(server.Storage, server.Model, new ApiLimits()), new AccessPolicy(mode == AccessMode.Keys ? new AccessOptions { Mode = mode, AdminKey = Key } : new AccessOptions { Mode = mode }));
        foreach (var route in ApiRoutes.All.Concat(DashboardRoutes.All))
        {
            var (status, _) = await CallAsync(guarded, route, study, headers =>
            {
                headers[RaterAccess.Header] = tokens[0];
                headers[AccessPolicy.KeyHeader] = tokens[0];
                headers.Authorization = $"Bearer {tokens[0]}";
            });
            var opens = route.Role is ApiRole.Anyone or ApiRole.Rater;
            Assert.True(opens ? status is not (401 or 403) : status == 401, $"{route.Name}: {status}");
        }
    }

    [Fact]
    public async Task Raters_routes_open_to_a_raters_secret_only_not_to_keys_and_not_on_ones_own_machine()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, study, tokens) = await server.StudyAsync();
        var (_, _, others) = await server.StudyAsync(StudyCalls.Request(questions: 2));
        var guarded = new GuardedApi(ApiServer.ApiOver(server.Storage, server.Model, new ApiLimits()), new AccessPolicy(new AccessOptions { Mode = AccessMode.Keys, AdminKey = Key }));
        var (link, second, other) = (LinkOf(tokens[0]), LinkOf(tokens[1]), LinkOf(others[0]));
        string?[] wrong =
        [
            null, "", "x", study, $"{study}-r1", $"{study}-r1-", tokens[0][..^1], tokens[0] + "A", (link with { Secret = second.Secret }).ToString(), (link with { Rater = "r2" }).ToString(), (link with { Study = other.Study }).ToString(), (link with { Rater = "r99" }).ToString(), (link with { Study = StudyId.New() }).ToString(), link.Hash, tokens[0].ToUpperInvariant(),
        ];
        foreach (var route in ApiRoutes.All.Where(static route => route.Role == ApiRole.Rater))
        {
            foreach (var token in wrong)
            {
                var (status, _) = await CallAsync(guarded, route, study, headers =>
                {
                    headers[AccessPolicy.KeyHeader] = Key;
                    headers[RaterAccess.Header] = token;
                });
                Assert.True(status == 401, $"{route.Name} with '{token}': {status}");
                Assert.Equal(401, (await server.AsRaterAsync(token, new HttpMethod(route.Method), $"/{route.Path}")).Status);
            }
        }
    }

    [Fact]
    public async Task Nothing_that_a_rater_gets_says_where_an_answer_comes_from_what_others_say_or_which_studies_there_are()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (study, name, tokens) = await server.StudyAsync(StudyCalls.Request(ratersPerAnswer: 2));
        var (_, other, _) = await server.StudyAsync(StudyCalls.Request(questions: 3));
        var queue = await server.BeginAsync(tokens[0]);
        await server.BeginAsync(tokens[1]);
        var axis = RaterHandlersTests.Axes(queue)[0];
        await server.ClickAsync(tokens[1], StudyCalls.Choice(0, axis.Id, axis.Choices[^1], DateTimeOffset.UtcNow), new { id = StudyCalls.Id(), at = DateTimeOffset.UtcNow, place = 0, kind = "comment", comment = "what another rater wrote" });

        var seen = new StringBuilder();
        foreach (var route in ApiRoutes.All.Where(static route => route.Role == ApiRole.Rater))
        {
            seen.Append((await server.AsRaterAsync(tokens[0], new HttpMethod(route.Method), $"/{route.Path}", route.Contract!.Body is null ? null : new { clicks = new[] { StudyCalls.Choice(1, axis.Id, axis.Choices[0], DateTimeOffset.UtcNow) } })).Body.ToString());
        }

        string[] secrets = [.. StudyCalls.Sources, "secret_dataset", "Secret name", "what another rater wrote", "Participant", name, other, "answers.csv", .. tokens, .. study.GetProperty("raters").EnumerateArray().Select(static rater => $"\"{rater.GetProperty("rater").GetString()}\"")];
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, seen.ToString(), StringComparison.OrdinalIgnoreCase));
        Assert.Contains("What helps against headache", seen.ToString(), StringComparison.Ordinal);
        Assert.All(queue.GetProperty("answers").EnumerateArray(), static answer => Assert.Equal(["place", "question", "answers", "marks"], answer.EnumerateObject().Select(static field => field.Name)));
        Assert.All((await server.AsRaterAsync(tokens[0], HttpMethod.Get, "/api/rating")).Body.GetProperty("answers").EnumerateArray(), static answer => Assert.True(answer.GetProperty("place").GetInt32() == 1 || answer.GetProperty("marks").GetArrayLength() == 0));
    }

    [Fact]
    public async Task A_new_link_takes_the_place_of_the_one_before_and_keeps_what_was_rated()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, study, tokens) = await server.StudyAsync();
        var axis = RaterHandlersTests.Axes(await server.BeginAsync(tokens[0]))[0];
        await server.ClickAsync(tokens[0], StudyCalls.Choice(0, axis.Id, axis.Choices[0], DateTimeOffset.UtcNow));
        var (_, renewed) = await server.SendAsync(HttpMethod.Post, $"/api/studies/{study}/raters/r1/link");
        var token = renewed.GetProperty("link").GetString()!.Split('#')[1];
        Assert.Equal(401, (await server.AsRaterAsync(tokens[0], HttpMethod.Get, "/api/rating")).Status);
        Assert.Single((await server.AsRaterAsync(token, HttpMethod.Get, "/api/rating")).Body.GetProperty("answers")[0].GetProperty("marks").EnumerateArray());
    }

    [Fact]
    public async Task Of_a_secret_only_a_hash_is_stored()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, study, tokens) = await server.StudyAsync();
        Assert.All(tokens, static token => Assert.True(RaterLink.TryParse(token, out var link) && link.Secret.Length == 43));
        Assert.Equal(tokens.Length, tokens.Distinct().Count());
        var stored = new StringBuilder();
        await foreach (var row in server.Storage.RatingTable.QueryAsync<Azure.Data.Tables.TableEntity>(cancellationToken: Cancel))
        {
            stored.AppendJoin(' ', row.Select(static column => $"{column.Value}"));
        }

        await foreach (var blob in server.Storage.Studies.GetBlobsAsync(cancellationToken: Cancel))
        {
            stored.Append((await server.Storage.Studies.GetBlobClient(blob.Name).DownloadContentAsync(Cancel)).Value.Content);
        }

        Assert.Contains(study, stored.ToString(), StringComparison.Ordinal);
        Assert.All(tokens, token => Assert.DoesNotContain(LinkOf(token).Secret, stored.ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain("link", (await server.GetAsync($"/api/studies/{study}")).Body.ToString(), StringComparison.Ordinal);
    }

    private static RaterLink LinkOf(string token) => RaterLink.TryParse(token, out var link) ? link : throw new ArgumentException($"'{token}' is no link.", nameof(token));

    private static async Task<(int Status, string Body)> CallAsync(GuardedApi api, ApiRoute route, string study, Action<IHeaderDictionary> headers)
    {
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
        using var body = new MemoryStream();
        (context.Request.Method, context.Response.Body) = (route.Method, body);
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes("{\"clicks\":[]}"));
        headers(context.Request.Headers);
        foreach (var (name, value) in ((string, string)[])[("study", study), ("rater", "r2"), ("run", "aaaaaaaaaaaaaaaa"), ("question", "q"), ("file", route.Path.StartsWith("api", StringComparison.Ordinal) ? "report.json" : "dom.js")])
        {
            context.Request.RouteValues[name] = value;
        }

        var result = await api.AnswerAsync(route.Name, context.Request);
        await result.ExecuteAsync(context);
        return (context.Response.StatusCode, Encoding.UTF8.GetString(body.ToArray()));
    }
}
