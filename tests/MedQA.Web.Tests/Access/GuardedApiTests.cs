using MedQA.Pipeline.Storage;
using MedQA.Tests;
using MedQA.Web.Access;
using MedQA.Web.Dashboard;
using MedQA.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Tests.Access;

public sealed class GuardedApiTests(AzuriteFixture azurite)
{
    private const string Key = "a key for reading, which is long enough";

    private static readonly AccessOptions Keys = new() { Mode = AccessMode.Keys, ReaderKey = Key, RunnerKey = "a key for those who start runs, long enough", AdminKey = "a key for those who may do everything at all" };

    private static readonly (ApiRole Role, string? Key)[] People = [(ApiRole.Anyone, null), (ApiRole.Anyone, "a key that nobody has given to anybody"), (ApiRole.Reader, Key), (ApiRole.Runner, Keys.RunnerKey), (ApiRole.Admin, Keys.AdminKey)];

    /// <summary>What each role may do, said once more than in the route table: a row that becomes weaker is seen.</summary>
    [Fact]
    public void Only_the_rows_that_show_nothing_of_a_run_are_for_everybody_and_only_reads_for_readers()
    {
        Assert.Equal(["GetDocument", "GetHealth"], Rows(ApiRole.Anyone));
        Assert.Equal(["ApproveRun", "DeleteRater", "DeleteRun", "DeleteStudy"], Rows(ApiRole.Admin));
        Assert.Equal(["CancelRun", "CreateStudy", "EstimateRun", "RenewRaterLink", "RetryRun", "StartRun"], Rows(ApiRole.Runner));
        Assert.Equal(["AgreeToRate", "GetRating", "SendClicks", "StopRating", "SubmitRating"], Rows(ApiRole.Rater));
        Assert.All(ApiRoutes.All.Where(static route => route.Role == ApiRole.Reader), static route => Assert.Equal("GET", route.Method));
        Assert.All(DashboardRoutes.All, static route => Assert.Equal("GET", route.Method));

        static IEnumerable<string> Rows(ApiRole role) => ApiRoutes.All.Where(route => route.Role == role).Select(static route => route.Name).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Every_row_opens_to_its_role_and_those_above_it_and_to_nobody_else()
    {
        var storage = StorageConnection.Open(azurite.NewConnectionString());
        await storage.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        var api = new GuardedApi(ApiServer.ApiOver(storage, new ScriptedModel(), new ApiLimits()), new AccessPolicy(Keys));
        foreach (var route in ApiRoutes.All.Concat(DashboardRoutes.All))
        {
            foreach (var (role, key) in People)
            {
                var request = new DefaultHttpContext { Request = { Method = route.Method, RouteValues = { ["run"] = "aaaaaaaaaaaaaaaa", ["question"] = "q", ["file"] = "report.json", ["study"] = "aaaaaaaaaaaaaaaa", ["rater"] = "r1" } } }.Request;
                request.Headers[AccessPolicy.KeyHeader] = key;
                var status = (await api.AnswerAsync(route.Name, request) as IStatusCodeHttpResult)?.StatusCode ?? 200;
                var shown = $"{route.Name} for {role} with {(key is null ? "no key" : "a key")}: {status}";
                // A rater's route asks for a link's secret, whatever else somebody may do.
                Assert.True(route.Role == ApiRole.Rater ? status == 401 : role >= route.Role ? status is not (401 or 403) and < 500 : status == (role == ApiRole.Anyone ? 401 : 403), shown);
            }
        }
    }

    [Fact]
    public async Task A_request_is_answered_or_refused_as_the_row_of_its_route_says()
    {
        var storage = StorageConnection.Open(azurite.NewConnectionString());
        await storage.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        var api = new GuardedApi(ApiServer.ApiOver(storage, new ScriptedModel(), new ApiLimits()), new AccessPolicy(new AccessOptions { Mode = AccessMode.Keys, ReaderKey = Key }));

        Assert.Equal(200, await StatusAsync("GetHealth", null));
        Assert.Equal(401, await StatusAsync("ListRuns", null));
        Assert.Equal(200, await StatusAsync("ListRuns", Key));
        Assert.Equal(404, await StatusAsync("GetRun", Key, ("run", "aaaaaaaaaaaaaaaa")));
        Assert.Equal(403, await StatusAsync("DeleteRun", Key, ("run", "aaaaaaaaaaaaaaaa")));
        await Assert.ThrowsAsync<ArgumentException>(() => StatusAsync("Nothing", Key));

        async Task<int?> StatusAsync(string route, string? key, params (string Name, string Value)[] path)
        {
            var request = new DefaultHttpContext().Request;
            request.Headers[AccessPolicy.KeyHeader] = key;
            foreach (var (name, value) in path)
            {
                request.RouteValues[name] = value;
            }

            var result = await api.AnswerAsync(route, request);
            Assert.Equal("nosniff", request.HttpContext.Response.Headers.XContentTypeOptions);
            return (result as IStatusCodeHttpResult)?.StatusCode ?? 200;
        }
    }
}
