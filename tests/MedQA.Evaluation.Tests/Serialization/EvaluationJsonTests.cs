using System.Text.Json;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;

namespace MedQA.Evaluation.Tests.Serialization;

public sealed class EvaluationJsonTests
{
    [Fact]
    public void An_answered_question_is_one_line_and_comes_back_whole()
    {
        var answered = new AnsweredQuestion
        {
            Ordinal = 3, Id = "q", Dataset = "d", OptionCount = 2, Gold = 1, Answer = 1, Votes = [1, 2], SamplesAsked = 3, TiedOptions = 1, PromptTokens = 10, Exemplars = 2, Seconds = 0.1, EngineFingerprint = "e",
            OptionLogLikelihoods = [-0.1, double.NegativeInfinity],
            Reasonings = [new Reasoning { Index = 0, Text = "Line\nfeed — “quote”", Tokens = [1, 2], LogLikelihood = -1.0 / 3, DrawnTokens = 3, End = SampleEnd.EndToken, Answer = 1, AnswerSpan = new TextSpan(1, 2) }],
        };

        var json = JsonSerializer.Serialize(answered, EvaluationJson.Default.AnsweredQuestion);
        var read = JsonSerializer.Deserialize(json, EvaluationJson.Default.AnsweredQuestion)!;

        Assert.DoesNotContain('\n', json);
        Assert.Contains("\"end\":\"endToken\"", json, StringComparison.Ordinal);
        Assert.DoesNotContain("agreement", json, StringComparison.Ordinal);
        Assert.Equal(json, JsonSerializer.Serialize(read, EvaluationJson.Default.AnsweredQuestion));
        Assert.Equal(-1.0 / 3, read.Reasonings[0].LogLikelihood);
        Assert.Equal(new TextSpan(1, 2), read.Reasonings[0].AnswerSpan);
        Assert.Equal(2.0 / 3, read.Agreement);
    }

    [Fact]
    public void Lists_that_are_missing_in_older_JSON_are_empty()
    {
        var answered = JsonSerializer.Deserialize("""{"ordinal":0,"id":"q","dataset":"d"}""", EvaluationJson.Default.AnsweredQuestion)!;
        var question = JsonSerializer.Deserialize("""{"id":"q","dataset":"d","text":"t"}""", EvaluationJson.Default.Question)!;

        Assert.Empty(answered.Votes);
        Assert.Empty(answered.Reasonings);
        Assert.Equal("", answered.EngineFingerprint ?? "");
        Assert.Empty(question.Options);
        Assert.Empty(question.ReferenceAnswers);
    }

    [Fact]
    public void A_protocol_comes_back_with_the_same_canonical_bytes()
    {
        var protocol = Protocol.Of(BuiltInProfiles.Find("self-consistency")!, ["medqa_test", "pubmedqa_test"]);

        var read = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(protocol, EvaluationJson.Default.Protocol), EvaluationJson.Default.Protocol)!;

        Assert.Equal(CanonicalJson.Of(protocol), CanonicalJson.Of(read));
        Assert.Equal(3, read.Exemplars.Length);
        Assert.Equal("pubmedqa_test", Assert.Single(read.DatasetExemplars).Dataset);
    }

    [Fact]
    public void A_stored_protocol_is_read_also_where_its_set_of_examples_is_gone()
    {
        var json = JsonSerializer.Serialize(Protocol.Of(BuiltInProfiles.Find("few-shot")! with { ExemplarSet = "medqa" }, []), EvaluationJson.Default.Protocol);

        var read = JsonSerializer.Deserialize(json.Replace("\"exemplarSet\":\"medqa\"", "\"exemplarSet\":\"gone\"", StringComparison.Ordinal), EvaluationJson.Default.Protocol)!;

        Assert.Equal(("gone", 5), (read.Profile.ExemplarSet, read.Exemplars.Length));
    }

    [Fact]
    public void A_profile_within_JSON_is_as_strict_as_one_in_a_file() =>
        Assert.Contains("samples", Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"profile":{"name":"x","strategy":"few-shot","samples":3},"exemplars":[]}""", EvaluationJson.Default.Protocol)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_question_without_its_text_is_refused() =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"id":"q","dataset":"d"}""", EvaluationJson.Default.Question));
}
