using System.Text;
using System.Text.Json;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using MedQA.Web.Access;
using MedQA.Web.Dashboard;
using MedQA.Web.Requests;
using MedQA.Web.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Web.Tests.Routing;

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
        Assert.Equal(["AnnotateRun", "CancelRun", "CreateStudy", "DeleteProfile", "EstimateRun", "JudgeRun", "PutProfile", "RenewRaterLink", "RetryRun", "StartRun"], Rows(ApiRole.Runner));
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
                var request = new DefaultHttpContext { Request = { Method = route.Method, RouteValues = { ["run"] = "aaaaaaaaaaaaaaaa", ["question"] = "q", ["file"] = "report.json", ["study"] = "aaaaaaaaaaaaaaaa", ["rater"] = "r1", ["profile"] = "few-shot" } } }.Request;
                request.Headers[AccessPolicy.KeyHeader] = key;
                var status = (await api.AnswerAsync(route.Name, request) as IStatusCodeHttpResult)?.StatusCode ?? 200;
                var shown = $"{route.Name} for {role} with {(key is null ? "no key" : "a key")}: {status}";
                // A rater's route asks for a link's secret, whatever else somebody may do.
                Assert.True(route.Role == ApiRole.Rater ? status == 401 : role >= route.Role ? status is not (401 or 403) and < 500 : status == (role == ApiRole.Anyone ? 401 : 403), shown);
            }
        }
    }

    [Fact]
    public async Task Each_caller_has_a_budget_of_the_day_which_the_estimate_knows_and_the_run_obeys()
    {
        var storage = StorageConnection.Open(azurite.NewConnectionString());
        await storage.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        var time = new FakeTimeProvider(new DateTimeOffset(2031, 5, 6, 12, 0, 0, TimeSpan.Zero));
        var ledger = new BudgetLedger(storage, new DayBudget { MaxGeneratedTokensPerCallerPerDay = 2 * 11 * 144 }, time);
        var advancer = new RunAdvancer(storage, new AdvanceOptions(), time, NullLogger<RunAdvancer>.Instance, ledger: ledger);
        var api = new GuardedApi(ApiServer.ApiOver(storage, new ScriptedModel(), new ApiLimits(), ledger: ledger), new AccessPolicy(Keys));
        using var services = new ServiceCollection().AddLogging().BuildServiceProvider();

        Assert.Empty(await WarningsAsync(Keys.RunnerKey!));
        Assert.False(await MustWaitAsync(Keys.RunnerKey!, 2));
        var warning = Assert.Single(await WarningsAsync(Keys.RunnerKey!));
        Assert.StartsWith("The run would wait for room in the day's budget", warning, StringComparison.Ordinal);
        Assert.Contains("it can generate 3168 tokens", warning, StringComparison.Ordinal);
        Assert.Contains("Limits__MaxGeneratedTokensPerCallerPerDay", warning, StringComparison.Ordinal);
        Assert.True(await MustWaitAsync(Keys.RunnerKey!, 1));
        Assert.Empty(await WarningsAsync(Keys.AdminKey!));

        async Task<string?[]> WarningsAsync(string key)
        {
            var estimate = await SendAsync("EstimateRun", key, 2);
            return [.. estimate.GetProperty("warnings").EnumerateArray().Select(static warning => warning.GetString())];
        }

        async Task<bool> MustWaitAsync(string key, int questions)
        {
            var run = RunId.Parse((await SendAsync("StartRun", key, questions)).GetProperty("run").GetString()!);
            await advancer.AdvanceAsync(run, TestContext.Current.CancellationToken);
            return (await new RunReader(storage).GetAsync(run, TestContext.Current.CancellationToken))!.NeedsApproval;
        }

        async Task<JsonElement> SendAsync(string route, string key, int questions)
        {
            using var shown = new MemoryStream();
            var body = Encoding.UTF8.GetBytes(ApiServer.Questions(questions, right: 1));
            var context = new DefaultHttpContext
            {
                RequestServices = services,
                Request =
                {
                    Method = "POST",
                    Body = new MemoryStream(body),
                    ContentLength = body.Length,
                    ContentType = "text/csv",
                    Headers = { [AccessPolicy.KeyHeader] = key },
                },
                Response = { Body = shown },
            };
            await (await api.AnswerAsync(route, context.Request)).ExecuteAsync(context);
            return JsonElement.Parse(shown.ToArray());
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
