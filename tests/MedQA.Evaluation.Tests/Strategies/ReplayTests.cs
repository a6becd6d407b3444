using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Modelling;
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

    [Theory]
    [InlineData(3, 10, 1, 0.3)]
    [InlineData(3, 10, 2, 1 - (7.0 * 6 / (10 * 9)))]
    [InlineData(3, 10, 8, 1)]
    [InlineData(0, 5, 5, 0)]
    public void Pass_at_m_is_the_chance_of_a_right_one_among_m(int right, int samples, int drawn, double expected) => Assert.Equal(expected, SubsetExpectation.PassAt(right, samples, drawn), 1e-12);

    [Theory]
    [InlineData(new[] { 3, 2, 1 }, 7)]
    [InlineData(new[] { 1, 1, 1, 1 }, 5)]
    [InlineData(new[] { 4, 0, 4 }, 8)]
    [InlineData(new[] { 0, 3 }, 4)]
    [InlineData(new[] { 2, 5, 2 }, 10)]
    public void Majority_at_m_is_the_mean_over_all_subsets(int[] votes, int samples)
    {
        int?[] answers = [.. votes.SelectMany(static (count, option) => Enumerable.Repeat<int?>(option, count)), .. Enumerable.Repeat<int?>(null, samples - votes.Sum())];
        for (var drawn = 1; drawn <= samples; drawn++)
        {
            var total = 0.0;
            var subsets = 0;
            for (var mask = 0; mask < 1 << samples; mask++)
            {
                if (int.PopCount(mask) == drawn)
                {
                    subsets++;
                    var counts = new int[votes.Length];
                    for (var i = 0; i < samples; i++)
                    {
                        if ((mask & (1 << i)) != 0 && answers[i] is { } answer)
                        {
                            counts[answer]++;
                        }
                    }

                    total += counts.Max() > 0 && counts[0] == counts.Max() ? 1.0 / counts.Count(count => count == counts.Max()) : 0;
                }
            }

            Assert.Equal(total / subsets, SubsetExpectation.MajorityAt([.. votes], samples, 0, drawn), 1e-12);
        }
    }

    [Fact]
    public void Majority_at_one_is_the_share_of_right_samples_and_large_counts_stay_finite()
    {
        Assert.Equal(0.3, SubsetExpectation.MajorityAt([3, 7], 10, 0, 1), 1e-12);
        Assert.Equal(1, SubsetExpectation.MajorityAt([600, 400], 1000, 0, 1000), 1e-9);
        Assert.InRange(SubsetExpectation.MajorityAt([600, 400], 1000, 0, 501), 0.99999, 1);
    }

    [Fact]
    public void The_first_samples_vote()
    {
        var stored = Stored(1, 0, 0, 1, 1);

        Assert.Equal(new ReplayedAnswer(1, 1, 10), SampleReplay.First(stored, 1, 1));
        Assert.Equal(new ReplayedAnswer(0, 3, 33), SampleReplay.First(stored, 3, 1));
        Assert.Equal(new ReplayedAnswer(1, 5, 60), SampleReplay.First(stored, 99, 1));
    }

    [Fact]
    public void Adaptive_rules_save_samples_and_tokens()
    {
        var stored = Stored(0, 0, 0, 0, 1, 1, 1);

        Assert.Equal(new ReplayedAnswer(0, 4, 46, StoppingPosterior: 0.96875), SampleReplay.Adaptive(stored, StopRule.Margin, 1, 0.95, 1));
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
