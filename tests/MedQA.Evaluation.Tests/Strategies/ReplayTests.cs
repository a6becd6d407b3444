using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Strategies.Replay;

namespace MedQA.Evaluation.Tests.Strategies;

public sealed class ReplayTests
{
    private static AnsweredQuestion Stored(params int?[] answers) => new()
    {
        Ordinal = 0,
        Id = "q",
        Dataset = "d",
        OptionCount = 4,
        Gold = 0,
        Reasonings =
        [
            .. answers.Select(static (answer, index) => new Reasoning { Index = index, Text = "", Tokens = [], LogLikelihood = -index - 1, DrawnTokens = 10 + index, End = SampleEnd.EndToken, Answer = answer }),
        ],
    };

    [Fact]
    public void The_first_samples_vote()
    {
        var stored = Stored(1, 0, 0, 1, 1);

        Assert.Equal(new ReplayedAnswer(1, 1, 10), SampleReplay.First(stored, 1, 1));
        Assert.Equal(new ReplayedAnswer(0, 3, 33, Confidence: 2.0 / 3), SampleReplay.First(stored, 3, 1));
        Assert.Equal(new ReplayedAnswer(1, 5, 60, Confidence: 0.6), SampleReplay.First(stored, 99, 1));
    }

    [Fact]
    public void Adaptive_rules_save_samples_and_tokens()
    {
        var stored = Stored(0, 0, 0, 0, 1, 1, 1);

        var margin = SampleReplay.Adaptive(stored, StopRule.Margin, 1, 0.95, 1);
        Assert.Equal(new ReplayedAnswer(0, 4, 46), margin with { StoppingPosterior = null, Confidence = null });
        Assert.Equal(0.96875, margin.StoppingPosterior!.Value, 1e-12);
        Assert.Equal(margin.StoppingPosterior, margin.Confidence);
        Assert.Equal(4.0 / 7, SampleReplay.Adaptive(stored, StopRule.None, 3, 0.95, 1).Confidence);
        Assert.Equal(4, SampleReplay.Adaptive(stored, StopRule.Beta, 2, 0.95, 1).Samples);
        Assert.Equal(6, SampleReplay.Adaptive(stored, StopRule.Margin, 6, 0.95, 1).Samples);
        Assert.Equal(7, SampleReplay.Adaptive(stored, StopRule.None, 3, 0.95, 1).Samples);
    }

    [Fact]
    public void Votes_can_weigh_as_much_as_their_sequences_are_probable()
    {
        // exp(-1) for option 0 against exp(-2) + exp(-3) for option 1.
        var stored = Stored(0, 1, 1, null);

        Assert.Equal(0, SampleReplay.Weighted(stored, SequenceWeight.Probability).Answer);
        Assert.Equal(1, SampleReplay.Weighted(stored, SequenceWeight.NormalizedProbability).Answer);
        Assert.Equal(1, SampleReplay.Weighted(stored, SequenceWeight.None).Answer);
        Assert.Equal(Math.Exp(-1) / (Math.Exp(-1) + Math.Exp(-2) + Math.Exp(-3)), SampleReplay.Weighted(stored, SequenceWeight.Probability).Confidence!.Value, 1e-12);
        Assert.Null(SampleReplay.Weighted(Stored(null, null), SequenceWeight.None).Answer);
    }

    [Fact]
    public void Sequences_too_improbable_for_a_double_still_weigh()
    {
        var stored = Stored(0, 1);
        stored = stored with { Reasonings = [stored.Reasonings[0] with { LogLikelihood = -5000 }, stored.Reasonings[1] with { LogLikelihood = -4990 }] };

        Assert.Equal(1, SampleReplay.Weighted(stored, SequenceWeight.Probability).Answer);
    }
}
