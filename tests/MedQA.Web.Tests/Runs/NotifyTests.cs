using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using MedQA.Pipeline.Notifying;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace MedQA.Web.Tests.Runs;

/// <summary>The notice of a run's end as callers choose and see it.</summary>
public sealed class NotifyTests(AzuriteFixture azurite)
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_address_that_a_caller_names_is_told_and_the_run_shows_it_without_its_url()
    {
        var bodies = Channel.CreateUnbounded<(string Signed, string Signature)>();
        await using var receiver = await ReceiverAsync(bodies.Writer);
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), notices: new NoticeOptions
        {
            Addresses = NoticeOptions.ReadAddresses($"team={receiver.Urls.Single()}/token"),
            Secrets = NoticeOptions.ReadSecrets(Secret),
        });
        var run = await server.FinishedRunAsync(ApiServer.Questions(3, right: 2), "?profile=few-shot&name=set.csv&notify=team");
        var (signed, signature) = await bodies.Reader.ReadAsync(Cancel);
        Assert.Equal($"v1,{Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Secret["whsec_".Length..]), Encoding.UTF8.GetBytes(signed)))}", signature);
        Assert.Contains($"\"run\":\"{run}\"", signed, StringComparison.Ordinal);
        Assert.DoesNotContain("What is", signed, StringComparison.Ordinal);

        string text;
        do
        {
            text = await server.Client.GetStringAsync($"/api/runs/{run}", Cancel);
        }
        while (!text.Contains("\"sent\"", StringComparison.Ordinal));
        Assert.Contains("\"notice\":{\"to\":\"team\",\"state\":\"sent\",\"tries\":1,\"status\":200,", text, StringComparison.Ordinal);
        Assert.DoesNotContain("token", text, StringComparison.Ordinal);

        // The same question set is the same run, and the same notice.
        var (again, shown) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot&name=set.csv&notify=team", ApiServer.Questions(3, right: 2));
        Assert.Equal((HttpStatusCode.OK, run), (again.StatusCode, shown.GetProperty("run").GetString()));
        Assert.Equal("sent", shown.GetProperty("notice").GetProperty("state").GetString());

        var (_, silent) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot&again=true&notify=none", ApiServer.Questions(3, right: 2));
        Assert.False(silent.TryGetProperty("notice", out _));
    }

    [Fact]
    public async Task An_address_that_the_operator_does_not_allow_is_refused_by_the_name_of_the_setting()
    {
        await using (var server = await ApiServer.StartAsync(azurite.NewConnectionString(), notices: new NoticeOptions
        {
            Addresses = NoticeOptions.ReadAddresses("team=https://example.com/token"),
            Secrets = NoticeOptions.ReadSecrets(Secret),
        }))
        {
            foreach (var name in (string[])["Team", "https://example.com/token", "http%3A%2F%2F169.254.169.254%2F"])
            {
                var (response, problem) = await server.SendAsync(HttpMethod.Post, $"/api/runs?notify={name}", ApiServer.Questions(2, right: 1));
                Assert.Equal((HttpStatusCode.BadRequest, "urn:medqa:bad-parameter", "notify"), (response.StatusCode, problem.GetProperty("type").GetString(), problem.GetProperty("parameter").GetString()));
                Assert.Contains("must be one of team, none: the service's setting MEDQA_NOTICES allows these.", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            }
        }

        await using var without = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (refused, detail) = await without.SendAsync(HttpMethod.Post, "/api/runs?notify=team", ApiServer.Questions(2, right: 1));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("the service's setting MEDQA_NOTICES allows no address.", detail.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static async Task<WebApplication> ReceiverAsync(ChannelWriter<(string Signed, string Signature)> bodies)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        application.Run(async context =>
        {
            var headers = context.Request.Headers;
            using var reader = new StreamReader(context.Request.Body);
            await bodies.WriteAsync(($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.{await reader.ReadToEndAsync(Cancel)}", headers["webhook-signature"]!), Cancel);
        });
        await application.StartAsync(Cancel);
        return application;
    }
}
