using MedQA.Cli.Commands;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Cli.Tests.Commands;

public sealed class EstimateTests
{
    private static readonly RunEstimate Sized = new()
    {
        Name = "set.csv",
        Profile = "p",
        Model = "m",
        Questions = 1000,
        Graded = 1000,
        RejectedRows = 0,
        SamplesPerQuestion = 2,
        CallsPerQuestion = 2,
        MaxGeneratedTokens = 200_000,
    };

    [Fact]
    public void What_was_measured_is_projected_and_the_first_question_s_time_does_not_count()
    {
        var estimate = EstimateCommand.Measured(
            Sized, [Answer(seconds: 30, tokens: 80), Answer(seconds: 4, tokens: 100), Answer(seconds: 6, tokens: 120)]);
        Assert.Equal(
            Sized with { Measured = 3, ExpectedPromptTokens = 50_000, ExpectedGeneratedTokens = 200_000, TokensPerSecond = 44, ExpectedSeconds = 5000 },
            estimate);
    }

    [Fact]
    public void One_measured_question_is_all_there_is() =>
        Assert.Equal(7000, EstimateCommand.Measured(Sized, [Answer(seconds: 7, tokens: 1)]).ExpectedSeconds);

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
