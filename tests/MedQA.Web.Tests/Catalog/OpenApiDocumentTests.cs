using System.Text.Json;
using System.Text.Json.Nodes;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Questions;
using MedQA.Web.Contracts;
using MedQA.Web.Routing;

namespace MedQA.Web.Tests.Catalog;

public sealed class OpenApiDocumentTests(AzuriteFixture azurite)
{
    /// <summary>The document that the build has generated.</summary>
    internal static readonly string Document = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "openapi.json"));

    [Fact]
    public void It_changes_only_together_with_its_snapshot_so_that_a_review_sees_what_changes_for_callers()
    {
        var snapshot = Repository.PathOf("tests", "MedQA.Web.Tests", "Catalog", "openapi.json");
        if (Environment.GetEnvironmentVariable("MEDQA_WRITE_DOCUMENT") == "1")
        {
            File.WriteAllText(snapshot, Document);
        }

        Assert.True(
            Document == File.ReadAllText(snapshot),
            "The OpenAPI document differs from tests/MedQA.Web.Tests/Catalog/openapi.json. If it should, run this test with MEDQA_WRITE_DOCUMENT=1 to write the file.");
    }

    [Fact]
    public void It_is_a_document_that_others_can_read()
    {
        var read = Microsoft.OpenApi.OpenApiDocument.Parse(Document, "json");
        Assert.Empty(read.Diagnostic!.Errors.Select(static error => $"{error.Pointer}: {error.Message}"));
        Assert.Empty(read.Diagnostic.Warnings.Select(static warning => $"{warning.Pointer}: {warning.Message}"));
        Assert.Equal(ApiRoutes.All.Select(static route => route.Name).Order(StringComparer.Ordinal), read.Document!.Paths.Values.SelectMany(static path => path.Operations!.Values).Select(static operation => operation.OperationId).Order(StringComparer.Ordinal)!);
    }

    [Fact]
    public void Generators_find_nothing_that_they_stumble_over()
    {
        var document = JsonNode.Parse(Document)!.AsObject();
        var tags = document["tags"]!.AsArray().Select(static tag => (string)tag!["name"]!).ToHashSet();
        Assert.All(document["paths"]!.AsObject().SelectMany(static path => path.Value!.AsObject()), operation =>
        {
            Assert.Contains((string)Assert.Single(operation.Value!["tags"]!.AsArray())!, tags);
            Assert.NotEmpty((string)operation.Value["description"]!);
        });
        foreach (var (place, node) in Nodes(document, "#"))
        {
            if (node is not JsonObject part)
            {
                continue;
            }

            Assert.False(part.ContainsKey("anyOf") || part.ContainsKey("oneOf") || part.ContainsKey("allOf"), $"{place} is one of several things.");
            if (part["type"] is JsonValue type && (string)type! == "array")
            {
                Assert.True(part.ContainsKey("items"), $"{place} does not say of what it is a list.");
            }

            if (part["description"] is JsonValue text)
            {
                // A name that a description refers to and does not have leaves such a gap.
                Assert.DoesNotMatch(@"^$|^[/;,.]|  | [;,.]|\(\)|\bof ,", (string)text!);
            }

            if (part["application/vnd.apache.parquet"] is { } table)
            {
                Assert.Equal("binary", (string?)table["schema"]!["format"]);
            }
        }
    }

    [Fact]
    public void What_is_no_number_is_null_as_the_document_says()
    {
        var reasoning = new Reasoning
        {
            Index = 0,
            Text = "",
            Tokens = [],
            LogLikelihood = double.NaN,
            DrawnTokens = 0,
            End = SampleEnd.EndToken,
            OptionLogLikelihoods = [-1.5, double.NegativeInfinity],
        };
        var question = new Question { Id = "q", Dataset = "d", Text = "?" };
        var answer = new AnsweredQuestion { Ordinal = 0, Id = "q", Dataset = "d", Reasonings = [reasoning] };
        var json = JsonSerializer.SerializeToNode(new AnswerDetail(question, answer), WebJson.Default.AnswerDetail)!["answer"]!["reasonings"]![0]!.AsObject();
        Assert.True(json.ContainsKey("logLikelihood"));
        Assert.Null(json["logLikelihood"]);
        Assert.Equal("[-1.5,null]", json["optionLogLikelihoods"]!.ToJsonString());

        var fields = JsonNode.Parse(Document)!["components"]!["schemas"]!["Reasoning"]!["properties"]!;
        Assert.Equal("""["number","null"]""", fields["logLikelihood"]!["type"]!.ToJsonString());
        Assert.Equal("""["number","null"]""", fields["optionLogLikelihoods"]!["items"]!["type"]!.ToJsonString());
    }

    private static IEnumerable<(string Place, JsonNode? Node)> Nodes(JsonNode? node, string place)
    {
        yield return (place, node);
        IEnumerable<KeyValuePair<string, JsonNode?>> below = node switch
        {
            JsonObject fields => fields,
            JsonArray items => items.Select(static (item, index) => KeyValuePair.Create($"{index}", item)),
            _ => [],
        };
        foreach (var found in below.SelectMany(part => Nodes(part.Value, $"{place}/{part.Key}")))
        {
            yield return found;
        }
    }

    [Fact]
    public void Every_route_has_a_contract_and_every_parameter_a_meaning() => Assert.All(ApiRoutes.All, static route =>
    {
        Assert.NotNull(route.Contract);
        Assert.All(route.Contract.Parameters, static parameter => Assert.NotEqual("", parameter.Meaning));
    });

    [Fact]
    public async Task It_is_served_as_it_stands()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        Assert.Equal(Document, await server.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken));
    }
}
