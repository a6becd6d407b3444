using System.Numerics;
using FsCheck;
using FsCheck.Xunit;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Tests.Statistics;

public sealed class SubsetExpectationsTests
{
    [Property(MaxTest = 60)]
    public bool Both_expectations_equal_the_mean_over_all_subsets(byte first, byte second, byte third, byte none)
    {
        int[] votes = [first % 4, second % 4, third % 4];
        var samples = Math.Max(1, votes.Sum() + (none % 3));
        int?[] answers = [.. Enumerable.Range(0, 3).SelectMany(option => Enumerable.Repeat((int?)option, votes[option])), .. Enumerable.Repeat((int?)null, samples - votes.Sum())];
        var (pass, majority) = (SubsetExpectations.PassAt(votes[0], samples), SubsetExpectations.MajorityAt(votes, 0, samples));
        var (passSums, majoritySums, subsets) = (new double[samples], new double[samples], new int[samples]);
        for (var subset = 1u; subset < 1u << samples; subset++)
        {
            var m = BitOperations.PopCount(subset) - 1;
            var counts = new int[3];
            for (var sample = 0; sample < samples; sample++)
            {
                if ((subset & (1u << sample)) != 0 && answers[sample] is { } answer)
                {
                    counts[answer]++;
                }
            }

            subsets[m]++;
            passSums[m] += counts[0] > 0 ? 1 : 0;
            majoritySums[m] += counts[0] > 0 && counts[0] == counts.Max() ? 1.0 / counts.Count(count => count == counts[0]) : 0;
        }

        return Enumerable.Range(0, samples).All(m =>
            Math.Abs((passSums[m] / subsets[m]) - pass[m]) < 1e-12 && Math.Abs((majoritySums[m] / subsets[m]) - majority[m]) < 1e-12);
    }

    [Fact]
    public void One_sample_scores_the_share_of_right_samples_and_all_samples_the_vote_itself()
    {
        var majority = SubsetExpectations.MajorityAt([5, 4, 1, 0], 0, 11);
        Assert.Equal(5.0 / 11, majority[0], 1e-12);
        Assert.Equal(1, majority[10], 1e-12);
        Assert.Equal(0.5, SubsetExpectations.MajorityAt([4, 4, 3, 0], 0, 11)[10], 1e-12);
        Assert.Equal(0, SubsetExpectations.MajorityAt([4, 5, 2, 0], 0, 11)[10], 1e-12);
    }

    [Property]
    public bool The_order_of_the_other_options_does_not_matter(byte gold, byte second, byte third, byte fourth)
    {
        int[] votes = [gold % 12, second % 12, third % 12, fourth % 12];
        var samples = votes.Sum() + 1;
        return SubsetExpectations.MajorityAt(votes, 0, samples).Zip(SubsetExpectations.MajorityAt([votes[3], votes[1], votes[0], votes[2]], 2, samples))
            .All(static pair => Math.Abs(pair.First - pair.Second) < 1e-12);
    }

    [Fact]
    public void A_thousand_samples_stay_within_the_range_of_a_double()
    {
        var majority = SubsetExpectations.MajorityAt([40, 960], 0, 1000);
        Assert.Equal(0.04, majority[0], 1e-12);
        Assert.All(majority, static value => Assert.InRange(value, 0, 1));
        Assert.All(SubsetExpectations.PassAt(1, 1000).Select(static (value, index) => value - ((index + 1) / 1000.0)), static difference => Assert.Equal(0, difference, 1e-9));
    }

    [Fact]
    public void Votes_that_do_not_fit_the_samples_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SubsetExpectations.MajorityAt([3, 3], 0, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => SubsetExpectations.MajorityAt([3, 3], 2, 6));
        Assert.Throws<ArgumentOutOfRangeException>(() => SubsetExpectations.PassAt(6, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => SubsetExpectations.PassAt(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => SubsetExpectations.PassAt(0, 1001));
    }
}
