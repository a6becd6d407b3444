using System.Text.Json;
using FsCheck;
using FsCheck.Xunit;
using MedQA.Evaluation.Statistics;
using static MedQA.Evaluation.Tests.Statistics.StatisticsReference;

namespace MedQA.Evaluation.Tests.Statistics;

public sealed class RaterAgreementTests
{
    [Fact]
    public void Cohens_kappa_equals_that_of_scikit_learn()
    {
        var row = Section("cohen_kappa");
        var (first, second) = (row.Integers("rater_a"), row.Integers("rater_b"));
        Assert.Equal(row.Double("kappa"), Kappa(first, second)!.Value, Tolerance);
        Assert.Equal(row.Double("linear_weighted"), Kappa(first, second, KappaWeights.Linear)!.Value, Tolerance);
        Assert.Equal(row.Double("quadratic_weighted"), Kappa(first, second, KappaWeights.Quadratic)!.Value, Tolerance);
    }

    [Fact]
    public void Kappas_of_many_raters_equal_those_of_statsmodels()
    {
        var row = Section("multi_rater");
        int[][] counts = [.. row.GetProperty("counts_per_item_and_category").EnumerateArray().Select(static item => item.EnumerateArray().Select(static count => count.GetInt32()).ToArray())];
        Assert.Equal(row.Double("fleiss"), RaterAgreement.FleissKappa(counts)!.Value, Tolerance);
        Assert.Equal(row.Double("randolph"), RaterAgreement.RandolphKappa(counts)!.Value, Tolerance);
    }

    [Fact]
    public void Krippendorffs_alpha_with_missing_ratings_equals_the_reference()
    {
        var row = Section("krippendorff");
        double?[][] ratings = [.. row.GetProperty("ratings").EnumerateArray().Select(static rater => rater.EnumerateArray().Select(static rating => rating.ValueKind == JsonValueKind.Null ? (double?)null : rating.GetDouble()).ToArray())];
        Assert.Equal(row.Double("nominal"), KrippendorffAlpha.Of(ratings, RatingScale.Nominal)!.Value, Tolerance);
        Assert.Equal(row.Double("ordinal"), KrippendorffAlpha.Of(ratings, RatingScale.Ordinal)!.Value, Tolerance);
    }

    [Fact]
    public void Krippendorffs_alpha_on_an_interval_scale_equals_the_published_example()
    {
        // Krippendorff 2011, section C: four observers, twelve units; nominal 0.743, ordinal 0.815, interval 0.849.
        double? none = null;
        double?[][] ratings =
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, none, none, none],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, none, 3],
            [none, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, none],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, none],
        ];
        Assert.Equal(0.743, KrippendorffAlpha.Of(ratings, RatingScale.Nominal)!.Value, 0.0005);
        Assert.Equal(0.815, KrippendorffAlpha.Of(ratings, RatingScale.Ordinal)!.Value, 0.0005);
        Assert.Equal(0.849, KrippendorffAlpha.Of(ratings, RatingScale.Interval)!.Value, 0.0005);
    }

    [Property]
    public bool Swapping_raters_and_renaming_categories_changes_nothing(NonEmptyArray<byte> bytes)
    {
        int[] first = [.. bytes.Get.Select(static value => value % 3)];
        int[] second = [.. bytes.Get.Select(static value => value / 3 % 3)];
        var kappa = Kappa(first, second);
        return Near(kappa, Kappa(second, first))
            && Near(kappa, Kappa([.. first.Select(static value => (value + 1) % 3)], [.. second.Select(static value => (value + 1) % 3)]));
    }

    [Fact]
    public void Kappas_of_unequal_numbers_of_raters_and_intervals_equal_the_reference()
    {
        foreach (var row in ClusteredReference.Rows("kappas"))
        {
            int[][] counts = [.. row.GetProperty("counts").EnumerateArray().Select(static item => item.EnumerateArray().Select(static count => count.GetInt32()).ToArray())];
            Assert.Equal(row.Double("fleiss"), RaterAgreement.FleissKappa(counts)!.Value, Tolerance);
            Assert.Equal(row.Double("randolph"), RaterAgreement.RandolphKappa(counts)!.Value, Tolerance);
            ClusteredReference.AssertNear(ClusteredReference.Interval(row, "fleiss_interval"), RaterAgreement.FleissInterval(counts), 1e-7);
            ClusteredReference.AssertNear(ClusteredReference.Interval(row, "randolph_interval"), RaterAgreement.RandolphInterval(counts), 1e-7);
        }
    }

    [Fact]
    public void Kappas_are_covered_in_93_to_97_of_100_simulations_though_raters_skip()
    {
        // Three raters who see the truth (0.4, 0.3, 0.3) with probability 0.8 and else guess like it: two agree with probability 0.64 + 0.36 · 0.34.
        var (agreement, chance) = (0.64 + (0.36 * 0.34), 0.34);
        var fleiss = (agreement - chance) / (1 - chance);
        Assert.InRange(ClusteredReference.Coverage(1, fleiss, static random => RaterAgreement.FleissInterval(Counts(Ratings(random)))!.Value), 93, 97);
        Assert.InRange(ClusteredReference.Coverage(2, (agreement - (1 / 3.0)) / (2 / 3.0), static random => RaterAgreement.RandolphInterval(Counts(Ratings(random)))!.Value), 93, 97);
        Assert.InRange(ClusteredReference.Coverage(3, fleiss, static random => KrippendorffAlpha.IntervalOf(Ratings(random), RatingScale.Nominal)!.Value), 93, 97);

        static double?[][] Ratings(Random random)
        {
            var ratings = new double?[3][];
            for (var rater = 0; rater < ratings.Length; rater++)
            {
                ratings[rater] = new double?[50];
            }

            for (var item = 0; item < 50; item++)
            {
                var truth = Draw(random);
                foreach (var rater in ratings)
                {
                    var said = random.NextDouble() < 0.2 ? Draw(random) : truth;
                    rater[item] = random.NextDouble() < 0.2 ? null : said;
                }
            }

            return ratings;
        }

        static double Draw(Random random) => random.NextDouble() switch { < 0.4 => 0, < 0.7 => 1, _ => 2 };

        static int[][] Counts(double?[][] ratings) =>
        [
            .. Enumerable.Range(0, 50).Select(item => Enumerable.Range(0, 3).Select(category => ratings.Count(rater => rater[item] == category)).ToArray()).Where(static counts => counts.Sum() > 1),
        ];
    }

    [Fact]
    public void Intervals_end_at_1_and_are_no_points_where_raters_always_agree()
    {
        int[][] counts = [.. Enumerable.Range(0, 30).Select(static item => item % 2 == 0 ? new[] { 3, 0 } : [0, 2])];
        Assert.Equal(1, RaterAgreement.FleissInterval(counts)!.Value.Upper, 1e-12);
        Assert.InRange(RaterAgreement.FleissInterval(counts)!.Value.Lower, 0.5, 0.9);
        Assert.InRange(RaterAgreement.RandolphInterval(counts)!.Value.Lower, 0.5, 0.9);
        Assert.Null(RaterAgreement.FleissInterval([[2, 0]]));
        Assert.Null(RaterAgreement.FleissInterval([[2, 0], [3, 0]]));
        Assert.Null(KrippendorffAlpha.IntervalOf([[1, null], [1, 2]], RatingScale.Nominal));
    }

    [Fact]
    public void Full_agreement_is_1_and_no_variation_is_undefined()
    {
        Assert.Equal(1, Kappa([0, 1, 2], [0, 1, 2]));
        Assert.Equal(1, RaterAgreement.FleissKappa([[3, 0], [0, 3]]));
        Assert.Equal(1, KrippendorffAlpha.Of([[1, 2, null], [1, 2, 7]], RatingScale.Ordinal));
        Assert.Null(Kappa([1, 1], [1, 1]));
        Assert.Null(RaterAgreement.FleissKappa([[3, 0], [3, 0]]));
        Assert.Null(KrippendorffAlpha.Of([[1, null], [null, 2]], RatingScale.Nominal));
        Assert.Null(KrippendorffAlpha.Of([], RatingScale.Nominal));
    }

    [Fact]
    public void Ratings_that_do_not_fit_together_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Kappa([1], [1, 2]));
        Assert.Throws<ArgumentException>(() => Kappa([-1], [1]));
        Assert.Throws<ArgumentException>(() => RaterAgreement.FleissKappa([[2, 0], [3, 0, 0]]));
        Assert.Throws<ArgumentException>(() => RaterAgreement.FleissKappa([]));
        Assert.Throws<ArgumentException>(() => RaterAgreement.RandolphKappa([[1, 0]]));
        Assert.Throws<ArgumentException>(() => KrippendorffAlpha.Of([[1], [1, 2]], RatingScale.Nominal));
    }

    private static double? Kappa(ReadOnlySpan<int> first, ReadOnlySpan<int> second, KappaWeights weights = KappaWeights.None) =>
        RaterAgreement.Cohen(first, second, weights)?.Kappa;

    private static bool Near(double? one, double? other) => one is null ? other is null : other is not null && Math.Abs(one.Value - other.Value) < 1e-9;
}
