using System.Net;
using System.Net.Sockets;
using MedQA.Pipeline.Storage;
using MedQA.Web.Requests;
using MedQA.Web.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Web.Tests.Catalog;

/// <summary>What a probe is told.</summary>
public sealed class HealthTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_that_is_ready_names_storage_models_and_how_long_the_queue_has_waited()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), held: true);
        await server.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot", ApiServer.Questions(3, right: 2));
        var (response, health) = await server.GetAsync("/healthz");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(("ok", "ok"), (health.GetProperty("status").GetString(), health.GetProperty("storage").GetString()));
        Assert.NotEmpty(health.GetProperty("models").EnumerateArray());
        Assert.InRange(health.GetProperty("queue").GetProperty("batches").GetInt32(), 0, 1);
        server.Model.Go.SetResult();
    }

    [Fact]
    public async Task A_storage_that_takes_connections_and_says_nothing_is_not_ready_after_five_seconds()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var address = $"http://{silent.LocalEndpoint}/a";
        var storage = StorageConnection.Open($"DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;BlobEndpoint={address};QueueEndpoint={address};TableEndpoint={address};");
        var time = new FakeTimeProvider();
        var api = ApiServer.ApiOver(storage, new ScriptedModel(), new ApiLimits()) with { Time = time };
        var route = ApiRoutes.All.Single(static route => route.Name == "GetHealth");

        var answering = route.AnswerAsync(api, new ApiRequest(new DefaultHttpContext().Request, new Dictionary<string, string>()), Cancel);
        using var connection = await silent.AcceptTcpClientAsync(Cancel);
        Assert.False(answering.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(503, Assert.IsAssignableFrom<IStatusCodeHttpResult>(await answering).StatusCode);
    }
}
