using System.Net;
using MedQA.Tests;
using MedQA.Web.Routing;
using MedQA.Web.Tests.Catalog;

namespace MedQA.Web.Tests.Routing;

/// <summary>Every route of the table that changes something, asked to do so on a condition: none looks at it, so none may act.</summary>
public sealed class PreconditionTests(AzuriteFixture azurite)
{
    private static readonly (string Header, string Value)[] Conditions =
    [
        ("If-Match", "\"a\""), ("If-Match", "W/\"a\", \"b\""), ("If-Match", "no tag"), ("If-None-Match", "*"), ("If-None-Match", "\"a\""),
        ("If-Unmodified-Since", "Sat, 29 Oct 1994 19:43:31 GMT"), ("If-Unmodified-Since", "no date"),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_on_a_condition_is_refused_and_nothing_is_changed()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        await using var held = await ApiServer.StartAsync(azurite.NewConnectionString(), held: true);
        var place = await KnownCalls.PlaceAsync(server, held);
        var before = await StateAsync(server, place);
        var refused = 0;
        foreach (var route in ApiRoutes.All.Where(static route => route.IsChange))
        {
            Assert.Contains(route.Contract!.Problems, static problem => problem is { Status: 412, Kind: "precondition" });
            foreach (var (header, value) in Conditions)
            {
                using var response = await KnownCalls.SendAsync(server.Client, new HttpMethod(route.Method), KnownCalls.Good(route.Name, place),
                    prepare: request => Assert.True(request.Headers.TryAddWithoutValidation(header, value)));
                var text = await response.Content.ReadAsStringAsync(Cancel);
                Assert.True(response.StatusCode == HttpStatusCode.PreconditionFailed, $"{route.Name} {header}: {value}: {(int)response.StatusCode} {text}");
                Assert.Contains("urn:medqa:precondition", text, StringComparison.Ordinal);
                Assert.Contains(header, text, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.Equal(ApiRoutes.All.Count(static route => route.Method != "GET") * Conditions.Length, refused);
        Assert.Equal(before, await StateAsync(server, place));
        held.Model.Go.SetResult();
    }

    [Theory]
    [InlineData("If-Match", "*")]
    [InlineData("If-Modified-Since", "Sat, 29 Oct 1994 19:43:31 GMT")]
    public async Task A_condition_that_asks_nothing_of_a_change_lets_it_act(string header, string value)
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        await using var held = await ApiServer.StartAsync(azurite.NewConnectionString(), held: true);
        var place = await KnownCalls.PlaceAsync(server, held);
        using var response = await KnownCalls.SendAsync(server.Client, HttpMethod.Delete, KnownCalls.Good("DeleteStudy", place),
            prepare: request => Assert.True(request.Headers.TryAddWithoutValidation(header, value)));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        held.Model.Go.SetResult();
    }

    private static async Task<string> StateAsync(ApiServer server, Place place)
    {
        var state = new List<string>();
        foreach (var address in (string[])["/api/runs?take=500", "/api/studies", $"/api/studies/{place.Study.Name}", $"/api/studies/{place.Study.Name}/ratings?history=true"])
        {
            state.Add(await server.Client.GetStringAsync(address, Cancel));
        }

        return string.Join('\n', state);
    }
}
