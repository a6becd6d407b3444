using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using MedQA.Evaluation.Rating;
using MedQA.Tests;
using MedQA.Web.Routing;
using MedQA.Web.Tests.Catalog;

namespace MedQA.Web.Tests.Routing;

/// <summary>Every JSON body that a route of the table takes, with one thing of it spoiled: everywhere, one after the other.</summary>
public sealed class JsonBodyTests(AzuriteFixture azurite)
{
    private const string Mark = "a-mark";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Null_is_refused_in_every_list_and_for_every_field_that_is_needed_and_a_fault_of_the_service_nowhere()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        await using var held = await ApiServer.StartAsync(azurite.NewConnectionString(), held: true);
        foreach (var (route, call, body) in Bodies(await KnownCalls.PlaceAsync(server, held)))
        {
            var needed = route.Contract!.Body!.Properties.Where(static field => field.IsRequired).Select(static field => $"$.{field.Name}").ToHashSet();
            var refused = 0;
            for (var place = 1; place < Nodes(body).Count; place++)
            {
                var spoiled = body.DeepClone();
                var node = Nodes(spoiled)[place];
                var (path, isInList) = (node.GetPath(), node.Parent is JsonArray);
                Replace(node, null);
                var (status, problem, shown) = await SendAsync(server, route, call with { Body = spoiled.ToJsonString() });
                Assert.True(status == HttpStatusCode.BadRequest || ((int)status is >= 200 and < 300 && !isInList && !needed.Contains(path)), $"{path} null: {shown}");
                if (status == HttpStatusCode.BadRequest)
                {
                    Assert.Equal("urn:medqa:bad-body", problem.GetProperty("type").GetString());
                    var field = path[2..].Split('.', '[')[0];
                    Assert.True(problem.GetProperty("parameter").GetString()!.StartsWith(field, StringComparison.Ordinal), $"{path} null: {shown}");
                    refused++;
                }
            }

            Assert.True(refused >= 5, $"{route.Name}: only {refused} were refused.");
        }

        held.Model.Go.SetResult();
    }

    [Fact]
    public async Task A_field_that_is_not_known_or_comes_twice_is_refused_in_every_object()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        await using var held = await ApiServer.StartAsync(azurite.NewConnectionString(), held: true);
        foreach (var (route, call, body) in Bodies(await KnownCalls.PlaceAsync(server, held)))
        {
            var objects = 0;
            for (var place = 0; place < Nodes(body).Count; place++)
            {
                var spoiled = body.DeepClone();
                if (Nodes(spoiled)[place] is not JsonObject at)
                {
                    continue;
                }

                objects++;
                var path = at.GetPath();
                var (name, value) = at.First();
                at[Mark] = 1;
                var unknown = spoiled.ToJsonString();
                var twice = unknown.Replace($"\"{Mark}\":1", $"\"{name}\":{value?.ToJsonString() ?? "null"}", StringComparison.Ordinal);
                var otherCase = unknown.Replace($"\"{Mark}\":1", $"\"{name.ToUpperInvariant()}\":{value?.ToJsonString() ?? "null"}", StringComparison.Ordinal);
                foreach (var (sent, field) in ((string, string)[])[(unknown, Mark), (twice, name), (otherCase, name.ToUpperInvariant())])
                {
                    var (status, problem, shown) = await SendAsync(server, route, call with { Body = sent });
                    Assert.True(status == HttpStatusCode.BadRequest, $"{field} in {path}: {shown}");
                    Assert.Equal("urn:medqa:bad-body", problem.GetProperty("type").GetString());
                    Assert.True($"{problem.GetProperty("parameter")} {problem.GetProperty("detail")}".Contains(field, StringComparison.Ordinal), $"{field} in {path}: {shown}");
                }
            }

            Assert.True(objects >= 2, $"{route.Name}: only {objects} objects.");
        }

        held.Model.Go.SetResult();
    }

    /// <summary>A good body of each route that takes JSON, with every field that there is.</summary>
    private static List<(ApiRoute Route, Call Call, JsonNode Body)> Bodies(Place place)
    {
        var bodies = new List<(ApiRoute, Call, JsonNode)>();
        foreach (var route in ApiRoutes.All.Where(static route => route.Contract?.Body is not null))
        {
            var call = KnownCalls.Good(route.Name, place);
            var body = JsonNode.Parse(call.Body!)!.AsObject();
            switch (route.Name)
            {
                case "CreateStudy":
                    body["instructions"] = "Read.";
                    body["consent"] = "Agree.";
                    body["pilot"] = 1;
                    body["strata"] = JsonNode.Parse("""[{"dataset":"secret_dataset_0","questions":1},{"dataset":"secret_dataset_1","questions":2}]""");
                    body["rubric"] = JsonNode.Parse(Rubrics.Write(Rubrics.Find("lay-2")!));
                    break;
                case "SendClicks":
                    body["clicks"]!.AsArray().Add(JsonNode.Parse("""{"id":"0123456789abcde0","at":"2026-01-01T00:00:00Z","place":1,"kind":"choice","axis":"intent","choice":"yes","comment":"x","skipped":false,"seconds":1.5}"""));
                    break;
                default:
                    throw new InvalidOperationException($"{route.Name} takes JSON, and nobody has said what all of it is.");
            }

            Assert.Equal(route.Contract!.Body!.Properties.Select(static field => field.Name).Order(StringComparer.Ordinal), body.Select(static field => field.Key).Order(StringComparer.Ordinal));
            bodies.Add((route, call, body));
        }

        return bodies;
    }

    /// <summary>A node and all within it, in order.</summary>
    private static List<JsonNode> Nodes(JsonNode node)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject whole => whole.Select(static field => field.Value),
            JsonArray list => list,
            _ => [],
        };
        return [node, .. children.OfType<JsonNode>().SelectMany(Nodes)];
    }

    private static void Replace(JsonNode node, JsonNode? other)
    {
        if (node.Parent is JsonArray list)
        {
            list[node.GetElementIndex()] = other;
        }
        else
        {
            node.Parent!.AsObject()[node.GetPropertyName()] = other;
        }
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body, string Shown)> SendAsync(ApiServer server, ApiRoute route, Call call)
    {
        using var response = await KnownCalls.SendAsync(server.Client, new HttpMethod(route.Method), call);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        return (response.StatusCode, JsonElement.Parse(text), $"{route.Name} {(int)response.StatusCode} {text}");
    }
}
