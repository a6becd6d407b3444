using System.Text.Json;
using FsCheck;
using FsCheck.Xunit;
using MedQA.Evaluation.Statistics;
using static MedQA.Evaluation.Tests.Statistics.StatisticsReference;

namespace MedQA.Evaluation.Tests.Statistics;

public sealed class CalibrationTests
{
    public static TheoryData<int> Cases => [0, 1];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Figures_equal_those_of_scikit_learn(int index)
    {
        var row = Section("calibration")[index];
        var table = Table(row);
        var figures = CalibrationFigures.Of(table);
        Assert.Equal(row.Double("ece"), figures.ExpectedError, Tolerance);
        Assert.Equal(row.Double("mce"), figures.MaximumError, Tolerance);
        Assert.Equal(row.Double("brier"), figures.Brier, Tolerance);
        Assert.Equal(row.Double("auroc"), figures.Auroc!.Value, Tolerance);
        var expected = row.GetProperty("bin_rows").EnumerateArray().ToArray();
        var bins = CalibrationFigures.BinsOf(table);
        Assert.Equal(expected.Length, bins.Length);
        foreach (var (bin, reference) in bins.Zip(expected))
        {
            Assert.Equal((reference[0].GetInt32(), reference[1].GetInt32()), (bin.Bin, bin.Count));
            Assert.Equal(reference[2].GetDouble(), bin.MeanConfidence, Tolerance);
            Assert.Equal(reference[3].GetDouble(), bin.Accuracy, Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Risk_coverage_points_equal_the_reference(int index)
    {
        var row = Section("calibration")[index];
        var points = Deferral.RiskCoverage(Table(row));
        var expected = row.GetProperty("risk_coverage").EnumerateArray().ToArray();
        Assert.Equal(expected.Length, points.Length);
        foreach (var (point, reference) in points.Zip(expected))
        {
            Assert.Equal(reference[0].GetDouble(), point.Threshold, Tolerance);
            Assert.Equal(reference[1].GetDouble(), point.Coverage, Tolerance);
            Assert.Equal(reference[2].GetDouble(), point.Accuracy, Tolerance);
        }
    }

    [Fact]
    public void Agreements_are_binned_as_whole_numbers()
    {
        // 3/10 as a double is below 0.3 times ten thirds; only whole numbers say surely that it ends the third bin.
        for (var samples = 1; samples <= 200; samples++)
        {
            for (var votes = 0; votes <= samples; votes++)
            {
                var bin = ConfidenceTable.OfVotes([(votes, samples, 1, 0)]).Levels.Single().Bin;
                Assert.True(votes == 0 ? bin == 0 : (bin * samples < 10 * votes && 10 * votes <= (bin + 1) * samples), $"{votes}/{samples} is in bin {bin}");
            }
        }
    }

    [Fact]
    public void Equal_shares_of_different_numbers_of_samples_are_one_level()
    {
        var table = ConfidenceTable.OfVotes([(2, 4, 1, 0), (5, 10, 0, 2), (0, 3, 0, 1), (0, 9, 0, 1), (3, 7, 0, 0)]);
        Assert.Equal([new ConfidenceLevel(0, 0, 0, 2), new ConfidenceLevel(0.5, 4, 1, 2)], table.Levels);
        Assert.Equal(5, table.Count);
    }

    [Property]
    public bool Areas_under_the_risk_coverage_curve_equal_the_mean_over_all_prefixes(byte[] bytes)
    {
        var (table, levels) = Random(bytes);
        if (table.Count == 0)
        {
            return true;
        }

        // The expected number of wrong ones among the first i, answer by answer, each at its level's share.
        var risks = levels.OrderByDescending(static level => level.Votes).SelectMany(static level => Enumerable.Repeat((double)level.Wrong / (level.Right + level.Wrong), level.Right + level.Wrong)).ToArray();
        var aurc = Enumerable.Range(1, risks.Length).Average(i => risks[..i].Average());
        var wrong = levels.Sum(static level => level.Wrong);
        var best = Enumerable.Range(1, risks.Length).Average(i => (double)Math.Max(0, i - (risks.Length - wrong)) / i);
        var figures = CalibrationFigures.Of(table);
        return Math.Abs(figures.Aurc - aurc) < 1e-12 && Math.Abs(figures.ExcessAurc - (aurc - best)) < 1e-12 && figures.ExcessAurc > -1e-12;
    }

    [Property]
    public bool The_auroc_is_the_share_of_pairs_in_order(byte[] bytes)
    {
        var (table, levels) = Random(bytes);
        var (right, wrong) = (levels.SelectMany(static level => Enumerable.Repeat(level.Votes, level.Right)).ToArray(), levels.SelectMany(static level => Enumerable.Repeat(level.Votes, level.Wrong)).ToArray());
        if (table.Count == 0)
        {
            return true;
        }

        var auroc = CalibrationFigures.Of(table).Auroc;
        return right.Length == 0 || wrong.Length == 0
            ? auroc is null
            : Math.Abs(auroc!.Value - right.Average(one => wrong.Average(other => one > other ? 1 : one == other ? 0.5 : 0))) < 1e-12;
    }

    [Property]
    public bool The_order_of_the_answers_does_not_matter(byte[] bytes)
    {
        var (_, levels) = Random(bytes);
        return ConfidenceTable.OfVotes(levels.Reverse()).Levels.SequenceEqual(ConfidenceTable.OfVotes(levels).Levels);
    }

    [Fact]
    public void Perfect_confidence_has_no_error()
    {
        var figures = CalibrationFigures.Of(ConfidenceTable.OfVotes([(11, 11, 6, 0), (0, 11, 0, 4)]));
        Assert.Equal((0, 0, 0, 1.0, 0), (figures.ExpectedError, figures.MaximumError, figures.Brier, figures.Auroc, figures.ExcessAurc));
    }

    [Fact]
    public void Impossible_confidences_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ConfidenceTable.OfConfidences([1.5], [true]));
        Assert.Throws<ArgumentException>(() => ConfidenceTable.OfConfidences([double.NaN], [true]));
        Assert.Throws<ArgumentException>(() => ConfidenceTable.OfConfidences([0.5, 0.5], [true]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceTable.OfVotes([(6, 5, 1, 1)]));
        Assert.Throws<ArgumentException>(() => CalibrationFigures.Of(ConfidenceTable.OfVotes([])));
    }

    private static ConfidenceTable Table(JsonElement row) => ConfidenceTable.OfConfidences(row.Doubles("confidence"), row.Flags("correct"));

    /// <summary>Levels of 11 samples, three bits of right and of wrong answers each.</summary>
    private static (ConfidenceTable Table, (int Votes, int Samples, int Right, int Wrong)[] Levels) Random(byte[] bytes)
    {
        var levels = bytes.Take(12).Select(static (value, index) => (index, 11, value & 7, (value >> 3) & 7)).Where(static level => level.Item3 + level.Item4 > 0).ToArray();
        return (ConfidenceTable.OfVotes(levels), levels);
    }
}
