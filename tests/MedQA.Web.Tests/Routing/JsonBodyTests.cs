using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using MedQA.Evaluation.Rating;
using MedQA.Web.Requests;
using MedQA.Web.Routing;
using MedQA.Web.Tests.Catalog;

namespace MedQA.Web.Tests.Routing;

/// <summary>Every JSON body that a route of the table takes, with one thing of it spoiled: everywhere, one after the other.</summary>
public sealed class JsonBodyTests(KnownPlace known) : IClassFixture<KnownPlace>
{
    private const string Mark = "a-mark";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Null_is_refused_in_every_list_and_for_every_field_that_is_needed_and_a_fault_of_the_service_nowhere()
    {
        var server = known.Server;
        foreach (var (route, call, body) in Bodies(known.Place))
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

            // Of an annotation, everything can be missing.
            Assert.True(refused >= (route.Name == "AnnotateRun" ? 1 : 5), $"{route.Name}: only {refused} were refused.");
        }
    }

    [Fact]
    public async Task A_field_that_is_not_known_or_comes_twice_is_refused_in_every_object()
    {
        var server = known.Server;
        foreach (var (route, call, body) in Bodies(known.Place))
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

            Assert.True(objects >= (route.Name == "AnnotateRun" ? 1 : 2), $"{route.Name}: only {objects} objects.");
        }
    }

    [Fact]
    public async Task Whatever_is_sent_in_place_of_a_value_the_answer_is_in_plain_words_and_names_the_place()
    {
        string[] others = ["{}", "[]", "[[1]]", "\"words\"", "\"\\ud800\"", "17", "1.5", "-1e400", "true", "null", $"{{\"{Mark}\":1}}"];
        var server = known.Server;
        var place = known.Place;
        foreach (var (route, call, body) in Bodies(place))
        {
            var refused = 0;
            for (var at = 0; at < Nodes(body).Count; at++)
            {
                foreach (var other in others)
                {
                    var spoiled = body.DeepClone();
                    var node = Nodes(spoiled)[at];
                    var path = node.GetPath();
                    var sent = other;
                    if (at > 0)
                    {
                        Replace(node, "a-place");
                        sent = spoiled.ToJsonString().Replace("\"a-place\"", other, StringComparison.Ordinal);
                    }

                    var (status, problem, shown) = await SendAsync(server, route, call with { Body = sent });
                    Assert.True((int)status is 400 or (>= 200 and < 300), $"{path} {other}: {shown}");
                    Assert.False(HasTypeName(shown), $"{path} {other}: {shown}");
                    if (status == HttpStatusCode.BadRequest && problem.GetProperty("type").GetString() == "urn:medqa:no-question-set")
                    {
                        // The field is a table, and what is wrong is told by the table's lines.
                        Assert.Contains("csv", path, StringComparison.Ordinal);
                    }
                    else if (status == HttpStatusCode.BadRequest)
                    {
                        var said = $"{problem.GetProperty("parameter")} {problem.GetProperty("detail")}";
                        Assert.True(at == 0 || said.Contains(path[2..].Split('.', '[')[0], StringComparison.Ordinal), $"{path} {other}: {shown}");
                        refused++;
                    }
                }
            }

            Assert.True(refused > 3 * Nodes(body).Count, $"{route.Name}: only {refused} were refused.");
        }

        // What takes question sets takes JSON, too.
        foreach (var route in ApiRoutes.All.Where(static route => route.Contract is { TakesQuestionSet: true }))
        {
            foreach (var sent in (string[])[.. others, "{", "[{\"question\":1}]", "[{\"question\":\"What?\",\"options\":{\"a\":[1]}}]", "{\"data\":[{\"question\":{}}]}", "{\"question\":\"\\ud800\"}"])
            {
                var (status, _, shown) = await SendAsync(server, route, KnownCalls.Good(route.Name, place) with { Body = sent });
                Assert.True((int)status is 400 or (>= 200 and < 300), $"{sent}: {shown}");
                Assert.False(HasTypeName(shown), $"{sent}: {shown}");
            }
        }
    }

    [Theory]
    [InlineData("{}", "name", "The body: 'name' is missing: it must be a text.")]
    [InlineData("""{"nam":"x"}""", "nam", "The body: 'nam' is an unknown field (did you mean 'name'?). There are: ")]
    [InlineData("[]", "body", "The body must be an object, and is a list.")]
    [InlineData("null", "body", "The body must be an object, and is null.")]
    [InlineData("{\"name\":\n1,}", "body", "The body is not JSON: see line 2, byte 3.")]
    [InlineData("""{"strata":[{"dataset":"a","questions":1.5}]}""", "strata[0].questions", "The body: 'strata[0].questions' must be a whole number up to 2,147,483,647, and is the number 1.5.")]
    [InlineData("""{"raters":"Ann"}""", "raters", "The body: 'raters' must be a list, and is the text \"Ann\".")]
    [InlineData("""{"name":"a","name":"b"}""", "name", "The body: 'name' is given twice.")]
    [InlineData("""{"sources":[{"run":"\ud800"}]}""", "sources[0].run", "The body: 'sources[0].run' holds a text that is not valid Unicode; send UTF-8.")]
    [InlineData("""{"name":"x","rubric":{"name":"y"},"raters":["A"],"sources":[{"csv":"question,answer\nWhat?,That.\n"}]}""", "rubric.title", "The rubric: 'title' is missing: it must be a text.")]
    public async Task A_fault_is_told_with_its_place(string body, string parameter, string detail)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await known.Server.Client.PostAsync("/api/studies", content, Cancel);
        var problem = JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Equal((400, parameter), (problem.GetProperty("status").GetInt32(), problem.GetProperty("parameter").GetString()));
        Assert.StartsWith(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_content_type_that_says_something_else_than_JSON_is_refused_and_one_that_says_nothing_is_not()
    {
        var server = known.Server;
        foreach (var (route, call, _) in Bodies(known.Place))
        {
            foreach (var type in (string[])["application/json", "application/json; charset=utf-8", "application/vnd.x+json", "application/x-www-form-urlencoded", "text/plain; charset=\"UTF-8\"", "application/octet-stream"])
            {
                var (status, _, shown) = await SendAsync(server, route, call with { ContentType = type });
                Assert.True((int)status is >= 200 and < 300, $"{type}: {shown}");
            }

            foreach (var type in (string[])["text/csv", "text/html", "application/xml", "image/svg+xml", "multipart/form-data", "application/json; charset=utf-16", "text/plain; charset=iso-8859-1"])
            {
                var (status, problem, shown) = await SendAsync(server, route, call with { ContentType = type });
                Assert.True(status == HttpStatusCode.UnsupportedMediaType, $"{type}: {shown}");
                Assert.Contains("Content-Type: application/json", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            }
        }
    }

    /// <summary>Whether a text names a type of .NET: of this project, of the system, or a generic one.</summary>
    private static bool HasTypeName(string text) =>
        text.Contains("MedQA.", StringComparison.Ordinal) || text.Contains("System.", StringComparison.Ordinal) || System.Text.RegularExpressions.Regex.IsMatch(text, "`[0-9]");

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
                case "AnnotateRun":
                case "JudgeRun":
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
