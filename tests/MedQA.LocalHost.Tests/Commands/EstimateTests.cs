using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Strategies;
using MedQA.LocalHost.Commands;

namespace MedQA.LocalHost.Tests.Commands;

public sealed class EstimateTests
{
    [Fact]
    public void What_was_measured_is_projected_and_the_first_question_s_time_does_not_count()
    {
        var profile = new Profile { Name = "p", Strategy = BuiltInProfiles.Default.Strategy, Samples = 2, MaxTokens = 100 };
        var estimate = Estimate.Of(1000, profile, [Answer(seconds: 30, tokens: 80), Answer(seconds: 4, tokens: 100), Answer(seconds: 6, tokens: 120)], price: 3.6m);
        Assert.Equal(new Estimate(1000, 3, 50_000, 200_000, 200_000, 5000, 5.00m), estimate);
    }

    [Fact]
    public void One_measured_question_is_all_there_is() =>
        Assert.Equal(7, Estimate.Of(1, new Profile { Name = "p", Strategy = BuiltInProfiles.Find("few-shot")!.Strategy }, [Answer(seconds: 7, tokens: 1)], price: null).Seconds);

    private static AnsweredQuestion Answer(double seconds, int tokens) => new()
    {
        Ordinal = 0,
        Id = "q",
        Dataset = "d",
        PromptTokens = 50,
        Seconds = seconds,
        Reasonings = [.. Enumerable.Range(0, 2).Select(index => new Reasoning { Index = index, Text = "", Tokens = [], LogLikelihood = 0, DrawnTokens = tokens, End = SampleEnd.EndToken })],
    };
}
