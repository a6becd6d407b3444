using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Tests.Statistics;

/// <summary>The golden numbers are from numpy 1.24 and scipy's t quantile, by the formulas of arXiv 2311.01453.</summary>
public sealed class PredictionPoweredTests
{
    private const double Tolerance = 1e-9;
    private const int Studies = 4000;

    [Fact]
    public void Share_lambda_variance_and_interval_equal_an_independent_computation()
    {
        var share = PredictionPowered.Of(Answers(
            Bits("1111100111101111000111111001100101111010"),
            Bits("1011100111101011001111110010100111111110"),
            Bits("1111011010010011001101010011010111011010111111100011010001101101001010011001101001111111000111101011")))!;
        Assert.Equal(0.3573024332472, share.Lambda, Tolerance);
        Assert.Equal(0.644629293173988, share.Share, Tolerance);
        Assert.Equal(0.00446772469932817, share.Variance, Tolerance);
        Assert.Equal(0.503396066872768, share.Interval.Lower, Tolerance);
        Assert.Equal(0.764487803507476, share.Interval.Upper, Tolerance);
        Assert.Equal((40, 100, false), (share.Rated, share.Further, share.HasTooFewRatings));
    }

    [Fact]
    public void Means_of_several_raters_and_answers_to_one_question_equal_an_independent_computation()
    {
        double[] people = [1, 0.5, 0, 1, 1 / 3.0, 1, 0, 0.5, 1, 0, 1, 2 / 3.0];
        double[] judge = [1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0];
        double[] further = [1, 0, 1, 1, 0, 0, 1, 1, 0, 1];
        var apart = PredictionPowered.Of(Answers(people, judge, further))!;
        Assert.Equal(0.211894586894587, apart.Lambda, Tolerance);
        Assert.Equal(0.586864909781576, apart.Share, Tolerance);
        Assert.Equal(0.0125822436089852, apart.Variance, Tolerance);
        Assert.Equal(0.348027446426879, apart.Interval.Lower, Tolerance);
        Assert.Equal(0.790801125781345, apart.Interval.Upper, Tolerance);

        var together = PredictionPowered.Of(Answers(
            people, judge, further, [0, 0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 8, 0, 1, 2, 9, 9, 10, 11, 12, 13, 13]))!;
        Assert.Equal(apart.Share, together.Share, Tolerance);
        Assert.Equal(0.00918183079654143, together.Variance, Tolerance);
    }

    [Fact]
    public void Corrected_intervals_cover_shares_of_2_to_8_tenths_in_94_to_97_of_100_studies_and_raw_ones_in_fewer_than_80()
    {
        foreach (var share in (double[])[0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])
        {
            var (corrected, raw, trusted) = Coverage(share, 0.8, 0.7, 40, 100);
            Assert.InRange(corrected, 0.94, 0.97);

            // At 0.6 the two kinds of errors cancel each other out: 0.6 · 0.8 + 0.4 · 0.3 is 0.6.
            Assert.True(raw < 0.8 || share == 0.6, $"{share}: {raw}");
            Assert.InRange(trusted, 0.99, 1);
        }
    }

    [Fact]
    public void Where_the_interval_does_not_cover_as_it_says_there_are_too_few_ratings()
    {
        // A judge who hardly errs: the errors in the ratings that people made say little of how often it does.
        var (corrected, _, trusted) = Coverage(0.5, 0.99, 0.9, 20, 1000);
        Assert.InRange(corrected, 0.6, 0.93);
        Assert.InRange(trusted, 0, 0.15);

        // Fewer than twenty are always too few.
        Assert.Equal(0, Coverage(0.5, 0.8, 0.7, 19, 100).Trusted);
    }

    [Fact]
    public void Without_ratings_there_is_no_share_and_without_further_answers_it_is_that_of_people()
    {
        Assert.Null(PredictionPowered.Of([new JudgedAnswer(0, null, 1)]));
        var share = PredictionPowered.Of(Answers([1, 0, 1, 1], [0, 0, 1, 1], []))!;
        Assert.Equal((0.75, 0.0, true), (share.Share, share.Lambda, share.HasTooFewRatings));
        Assert.Equal(new Interval(0, 1), PredictionPowered.Of([new JudgedAnswer(0, 1, 1)])!.Interval);
    }

    [Fact]
    public void A_judge_who_says_the_same_of_everything_changes_nothing()
    {
        double[] people = [1, 0, 1, 1, 0, 1];
        var share = PredictionPowered.Of(Answers(people, [1, 1, 1, 1, 1, 1], [1, 1, 1, 1]))!;
        Assert.Equal((people.Average(), 0.0), (share.Share, share.Lambda));
    }

    [Fact]
    public void The_expected_width_is_that_of_simulated_studies()
    {
        var widths = Enumerable.Range(0, 400)
            .Select(static study => PredictionPowered.Of(Study(new Random(study), 0.6, 0.8, 0.7, 80, 300))!.Interval)
            .Average(static interval => interval.Upper - interval.Lower);
        Assert.Equal(widths, PredictionPowered.ExpectedWidth(0.6, 0.8, 0.7, 80, 300), 0.005);
    }

    private static (double Corrected, double Raw, double Trusted) Coverage(
        double share, double sensitivity, double specificity, int rated, int further)
    {
        var (corrected, raw, trusted) = (0, 0, 0);
        Parallel.For(0, Studies, seed =>
        {
            var answers = Study(new Random(seed), share, sensitivity, specificity, rated, further);
            var found = PredictionPowered.Of(answers)!;
            var judged = answers.Select(static answer => answer.Judge).ToArray();
            Interlocked.Add(ref corrected, found.Interval.Contains(share) ? 1 : 0);
            Interlocked.Add(ref raw, ClusteredInterval.MeanShare(judged, judged.Length).Contains(share) ? 1 : 0);
            Interlocked.Add(ref trusted, found.HasTooFewRatings ? 0 : 1);
        });
        return (corrected / (double)Studies, raw / (double)Studies, trusted / (double)Studies);
    }

    private static List<JudgedAnswer> Study(
        Random random, double share, double sensitivity, double specificity, int rated, int further)
    {
        var answers = new List<JudgedAnswer>();
        for (var place = 0; place < rated + further; place++)
        {
            var isFavourable = random.NextDouble() < share;
            var says = random.NextDouble() < (isFavourable ? sensitivity : 1 - specificity);
            answers.Add(new JudgedAnswer(place, place < rated ? (isFavourable ? 1 : 0) : null, says ? 1 : 0));
        }

        return answers;
    }

    private static double[] Bits(string bits) => [.. bits.Select(static bit => bit - '0')];

    private static List<JudgedAnswer> Answers(double[] people, double[] judge, double[] further, int[]? clusters = null) =>
    [
        .. people.Select((verdict, place) => new JudgedAnswer(clusters?[place] ?? place, verdict, judge[place])),
        .. further.Select((verdict, place) => new JudgedAnswer(
            clusters?[people.Length + place] ?? people.Length + place, null, verdict)),
    ];
}
