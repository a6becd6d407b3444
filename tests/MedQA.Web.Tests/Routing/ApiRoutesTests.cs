using System.Net;
using MedQA.Pipeline.Storage;
using MedQA.Web.Requests;
using MedQA.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Tests.Routing;

public sealed class ApiRoutesTests(AzuriteFixture azurite)
{
    [Fact]
    public void Names_and_methods_with_paths_are_unique()
    {
        Assert.Equal(ApiRoutes.All.Length, ApiRoutes.All.Select(static route => route.Name).Distinct().Count());
        Assert.Equal(ApiRoutes.All.Length, ApiRoutes.All.Select(static route => (route.Method, route.Path)).Distinct().Count());
    }

    [Fact]
    public void What_spends_or_removes_needs_more_than_reading() => Assert.All(ApiRoutes.All.Where(static route => route.Role != ApiRole.Rater), static route => Assert.True(route.Method switch
    {
        "GET" => route.Role <= ApiRole.Reader,
        "POST" or "PUT" => route.Role >= ApiRole.Runner,

        // Runs keep their profiles, so removing a stored one removes nothing that was paid for.
        "DELETE" when route.Name == "DeleteProfile" => route.Role == ApiRole.Runner,
        _ => route.Role == ApiRole.Admin,
    }, route.Name));

    [Fact]
    public async Task Every_answer_has_the_headers_that_keep_browsers_careful()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        foreach (var (address, status) in ((string, HttpStatusCode)[])[("/healthz", HttpStatusCode.OK), ("/api/profiles", HttpStatusCode.OK), ("/api/models", HttpStatusCode.OK), ("/api/runs/none", HttpStatusCode.NotFound)])
        {
            var (response, _) = await server.GetAsync(address);
            Assert.Equal(status, response.StatusCode);
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("default-src 'none'; frame-ancestors 'none'", response.Headers.GetValues("Content-Security-Policy").Single());
            Assert.Equal(response.Headers.ETag is null ? "no-store" : "no-cache, private", response.Headers.CacheControl?.ToString());
        }
    }

    [Theory]
    [InlineData("GET", "/nothing", 404, null)]
    [InlineData("POST", "/", 405, "GET, HEAD")]
    [InlineData("GET", "/api//runs", 404, null)]
    [InlineData("GET", "//api/runs", 404, null)]
    [InlineData("GET", "/api/runs//", 404, null)]
    [InlineData("DELETE", "/api/runs//cancel", 404, null)]
    [InlineData("PUT", "/api/runs/", 405, "GET, HEAD, POST")]
    [InlineData("OPTIONS", "/api/runs", 405, "GET, HEAD, POST")]
    [InlineData("OPTIONS", "/api/runs/aaaaaaaaaaaaaaaa/retry", 405, "POST")]
    [InlineData("GET", "/api/nothing", 404, null)]
    [InlineData("PUT", "/api/runs", 405, "GET, HEAD, POST")]
    [InlineData("GET", "/api/runs/aaaaaaaaaaaaaaaa/retry", 405, "POST")]
    [InlineData("POST", "/healthz", 405, "GET, HEAD")]
    public async Task What_the_table_does_not_have_gets_problem_details_too(string method, string address, int status, string? allowed)
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (response, problem) = await server.SendAsync(new HttpMethod(method), address);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal(allowed, response.Content.Headers.TryGetValues("Allow", out var methods) ? string.Join(", ", methods) : null);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task A_storage_that_cannot_be_reached_gets_503()
    {
        var nowhere = StorageConnection.Open(
            "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;BlobEndpoint=http://127.0.0.1:9/a;QueueEndpoint=http://127.0.0.1:9/a;TableEndpoint=http://127.0.0.1:9/a;",
            configure: static options => options.Retry.MaxRetries = 1);
        var route = ApiRoutes.All.Single(static route => route.Name == "GetHealth");
        var model = new ScriptedModel();
        var api = ApiServer.ApiOver(nowhere, model, new ApiLimits());
        var result = await route.AnswerAsync(api, new ApiRequest(new DefaultHttpContext().Request, new Dictionary<string, string>()), TestContext.Current.CancellationToken);
        Assert.Equal(503, Assert.IsAssignableFrom<IStatusCodeHttpResult>(result).StatusCode);
    }

    [Fact]
    public async Task A_change_is_acknowledged_only_when_it_is_saved_and_a_look_saves_nothing()
    {
        var storage = StorageConnection.Open(azurite.NewConnectionString());
        await storage.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        var saves = 0;
        var api = ApiServer.ApiOver(storage, new ScriptedModel(), new ApiLimits()) with
        {
            SaveAsync = _ => Task.FromException(++saves > 0 ? new StorageFullException("The disk is full") : new InvalidOperationException()),
        };
        foreach (var route in ApiRoutes.All)
        {
            var seen = saves;
            var context = new DefaultHttpContext();
            context.Request.Method = route.Method;
            context.Request.Body = new MemoryStream("id,question,option_a,option_b,answer\nq,What?,one,two,A\n"u8.ToArray());
            context.Request.ContentLength = context.Request.Body.Length;
            context.Request.ContentType = "text/csv";
            var result = await route.AnswerAsync(api, new ApiRequest(context.Request, new Dictionary<string, string>()), TestContext.Current.CancellationToken);
            if (route.Name == "StartRun")
            {
                Assert.Equal((seen + 1, 503), (saves, Assert.IsAssignableFrom<IStatusCodeHttpResult>(result).StatusCode));
            }

            Assert.True(route.Method != "GET" || saves == seen, route.Name);
        }
    }

    [Fact]
    public async Task Profiles_models_and_health_are_shown()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, profiles) = await server.GetAsync("/api/profiles");
        Assert.Contains("self-consistency", profiles.EnumerateArray().Select(static profile => profile.GetProperty("name").GetString()));
        Assert.Equal("chat", profiles[0].GetProperty("format").GetString());
        Assert.All(profiles.EnumerateArray(), static profile => Assert.EndsWith(".", profile.GetProperty("description").GetString(), StringComparison.Ordinal));
        Assert.Equal(["long-form"], profiles.EnumerateArray().Where(static profile => profile.GetProperty("writesFreeAnswers").GetBoolean()).Select(static profile => profile.GetProperty("name").GetString()));
        var (_, models) = await server.GetAsync("/api/models");
        Assert.Equal("scripted", models[0].GetProperty("name").GetString());
        var (_, published) = await server.GetAsync("/api/published-results");
        Assert.Contains(published.EnumerateArray(), static result => result.GetProperty("model").GetString() == "Med-PaLM 2" && result.GetProperty("dataset").GetString() == "medqa_us_test_4opt");
        var (_, health) = await server.GetAsync("/healthz");
        Assert.Equal("ok", health.GetProperty("status").GetString());
    }
}
