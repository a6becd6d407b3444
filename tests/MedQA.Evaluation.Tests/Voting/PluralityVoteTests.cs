using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MedQA.Evaluation.Voting;

namespace MedQA.Evaluation.Tests.Voting;

public sealed class PluralityVoteTests
{
    private static int NoDraw(int bound) => throw new InvalidOperationException($"No draw among {bound} was expected.");

    private static Vote[] Votes(params int[] options) => [.. options.Select(option => new Vote(option, 0.5))];

    [Fact]
    public void The_option_with_the_most_votes_wins_also_without_a_majority()
    {
        var tally = PluralityVote.Count(Votes(2, 0, 2, 1, 3), 4, NoDraw);

        Assert.Equal((2, 1, false), (tally.Winner, tally.TiedOptions, tally.Tie));
        Assert.Equal([1, 1, 2, 1], tally.Votes);
    }

    [Fact]
    public void Without_votes_nobody_wins()
    {
        var tally = PluralityVote.Count([], 3, NoDraw);

        Assert.Equal((null, 0, false), (tally.Winner, tally.TiedOptions, tally.Tie));
        Assert.Equal([0, 0, 0], tally.Votes);
    }

    [Fact]
    public void A_tie_goes_to_the_higher_sum_of_weights()
    {
        Vote[] votes = [new(0, 0.9), new(1, 0.5), new(0, 0.1), new(1, 0.6), new(2, 1)];

        var tally = PluralityVote.Count(votes, 3, NoDraw);

        Assert.Equal((1, 2, true), (tally.Winner, tally.TiedOptions, tally.Tie));
    }

    [Fact]
    public void Where_the_weights_are_equal_too_one_of_the_leaders_is_drawn()
    {
        var bounds = new List<int>();
        var winners = Enumerable.Range(0, 2).Select(draw => PluralityVote.Count(Votes(3, 1, 1, 3, 0), 4, bound =>
        {
            bounds.Add(bound);
            return draw;
        }).Winner).ToList();

        Assert.Equal([1, 3], winners);
        Assert.Equal([2, 2], bounds);
    }

    [Fact]
    public void Forced_votes_count_and_are_counted_apart()
    {
        var tally = PluralityVote.Count([new(0, 0.5, Forced: true), new(0, 0.5), new(1, 0.5, Forced: true)], 2, NoDraw);

        Assert.Equal([2, 1], tally.Votes);
        Assert.Equal([1, 1], tally.Forced);
    }

    [Fact]
    public void The_weight_of_a_reasoning_is_its_geometric_mean_probability_per_token()
    {
        Assert.Equal(0.25, Vote.WeightOf(Math.Log(0.25) * 8, 8), 1e-15);
        Assert.Equal(1, Vote.WeightOf(0, 0));
    }

    [Property(MaxTest = 300)]
    public Property The_order_of_the_votes_does_not_matter(int seed) => Prop.ForAll(
        Gen.Zip(Gen.Choose(0, 4), Gen.Choose(1, 1000)).ListOf().Select(list => list.Select(pair => new Vote(pair.Item1, pair.Item2 / 1000.0)).ToArray()).ToArbitrary(),
        votes =>
        {
            var shuffled = votes.ToArray();
            new Random(seed).Shuffle(shuffled);
            var one = PluralityVote.Count(votes, 5, static _ => 0);
            var other = PluralityVote.Count(shuffled, 5, static _ => 0);
            return one.Winner == other.Winner && one.TiedOptions == other.TiedOptions && one.Votes.SequenceEqual(other.Votes)
                && one.Votes.Sum() == votes.Length && (one.Winner is null || one.Votes[one.Winner.Value] == one.Votes.Max());
        });

    [Fact]
    public void Log_likelihoods_become_probabilities()
    {
        Assert.Equal([0.5, 0.25, 0.25], OptionDistribution.Of([Math.Log(2) - 5000, -5000, -5000]), (expected, actual) => Math.Abs(expected - actual) < 1e-12);
        Assert.Equal([0.5, 0.5], OptionDistribution.Of([double.NegativeInfinity, double.NegativeInfinity]));
        Assert.Equal([0.25, 0.75], OptionDistribution.Mean([[0.5, 0.5], [0, 1]]));
    }
}
