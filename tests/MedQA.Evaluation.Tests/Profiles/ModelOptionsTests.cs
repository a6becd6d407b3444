using System.Text.Json;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;

namespace MedQA.Evaluation.Tests.Profiles;

public sealed class ModelOptionsTests
{
    [Theory]
    [InlineData("""{ "b": 1, "a": { "d": [1, { "z": null, "y": "ü" }], "c": true } }""", """{"a":{"c":true,"d":[1,{"y":"ü","z":null}]},"b":1}""")]
    [InlineData("{}", "{}")]
    public void Equal_options_are_equal_texts(string written, string canonical)
    {
        using var json = JsonDocument.Parse(written);
        Assert.Equal(canonical, ModelOptions.Canonical(json.RootElement));
    }

    [Theory]
    [InlineData("""{ "stream": true }""", "has \"stream\"")]
    [InlineData("""{ "n": 5 }""", "has \"n\"")]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("\"high\"", "must be a JSON object")]
    public void What_the_profile_decides_is_refused(string written, string problem)
    {
        using var json = JsonDocument.Parse(written);
        Assert.StartsWith(problem, Assert.Throws<FormatException>(() => ModelOptions.Canonical(json.RootElement)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_keeps_them_and_one_without_them_is_written_as_before()
    {
        var usual = BuiltInProfiles.Default;
        var read = ProfileReader.Parse("""{ "name": "thinking", "strategy": "chain-of-thought", "modelOptions": { "reasoning_effort": "high" } }""", "a.json");

        Assert.Equal("""{"reasoning_effort":"high"}""", read.ModelOptions);
        Assert.Contains("\"modelOptions\":{\"reasoning_effort\":\"high\"}", System.Text.Encoding.UTF8.GetString(CanonicalJson.Of(read)), StringComparison.Ordinal);
        Assert.DoesNotContain("modelOptions", System.Text.Encoding.UTF8.GetString(CanonicalJson.Of(usual)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_of_the_workers_takes_none() => Assert.Contains(
        "takes none",
        (BuiltInProfiles.Default with { ModelOptions = "{}" }).GetIncompatibility(new Answering.ScriptedModel().Description),
        StringComparison.Ordinal);
}
