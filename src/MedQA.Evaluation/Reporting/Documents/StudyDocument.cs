using System.Collections.Immutable;
using MedQA.Evaluation.Rating;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>A study of human ratings as people read it.</summary>
internal static class StudyDocument
{
    public static IReadOnlyList<Block> Of(StudyReport report) =>
    [
        new Heading(1, report.Study),
        new Note(RunReport.NotMedicalAdvice),
        .. report.Warnings.Select(static warning => new Note(warning)),
        .. Overview(report),
        .. report.Rubric.Compares ? [] : Favourable(report),
        .. report.Rubric.Axes.SelectMany(axis => Axis(axis, report.Axes.First(said => said.Axis == axis.Id))),
        .. Differences(report),
        .. Agreement(report),
        .. Raters(report),
    ];

    private static IEnumerable<Block> Overview(StudyReport report)
    {
        var done = report.Completeness;
        yield return Table.OfValues(
            ("Rubric", $"{report.Rubric.Name}: {report.Rubric.Title}"),
            (report.Rubric.Compares ? "Pairs of sources" : "Sources", string.Join("; ", report.Sources)),
            ("Questions", Figures.Count(report.Questions)),
            (report.Rubric.Compares ? "Pairs of answers" : "Answers", $"{Figures.Of(done.UnitsRated, report.Units)} rated"),
            ("Ratings", $"{Figures.Of(done.Rated, done.Assigned)} whole, {Figures.Count(done.Begun)} begun, {Figures.Count(done.Skipped)} skipped"),
            ("Time of a whole rating", done.MedianSeconds is { } median ? $"median {Seconds(median)}, mean {Seconds(done.MeanSeconds!.Value)}" : Figures.None));
        yield return new Paragraph($"Shares are of the ratings. Intervals are 95 % percentile intervals: answers, each with all its ratings, are drawn again with replacement, {StudyReportBuilder.Resamples:#,0} times, or {StudyReportBuilder.ClusteredResamples:#,0} times where answers have several ratings.");
    }

    private static IEnumerable<Block> Favourable(StudyReport report)
    {
        yield return new Heading(2, "At a glance");
        yield return new Paragraph("The share of the choices that speak for the answer, on each axis.");
        yield return StudyPlots.Favourable(report);
        yield return new Table(
            [new("axis"), .. report.Sources.Select(static source => new Column(source))],
            [.. report.Axes.Select(axis => ImmutableArray.Create<string>([TitleOf(report, axis.Axis), .. axis.Sources.Select(static source => Figures.WithInterval(source.Favourable, source.FavourableInterval))]))]);
    }

    private static IEnumerable<Block> Axis(RubricAxis axis, AxisReport said)
    {
        yield return new Heading(2, axis.Title);
        yield return new Paragraph(axis.Definition);
        yield return StudyPlots.Shares(axis, said);
        yield return new Table(
            [new(""), new("ratings", true), .. axis.Choices.Select(static choice => new Column(choice.Label))],
            [.. said.Sources.Select(static source => ImmutableArray.Create<string>([source.Source, Figures.Count(source.Ratings), .. source.Shares.Select(static share => Figures.WithInterval(share.Share, share.Interval))]))]);
    }

    private static IEnumerable<Block> Differences(StudyReport report)
    {
        if (report.FamilySize == 0)
        {
            yield break;
        }

        yield return new Heading(2, "Differences between sources");
        yield return new Table(
            [new("axis"), new("first"), new("second"), new("questions", true), new("second less first", true), new("p", true), new("p after Holm", true)],
            [.. report.Axes.SelectMany(axis => axis.Differences.Select(difference => ImmutableArray.Create(
                TitleOf(report, axis.Axis), difference.First, difference.Second, Figures.Count(difference.Questions), $"{100 * difference.Difference:+0.0;-0.0;0.0} points", Figures.P(difference.P), Figures.P(difference.HolmP))))]);
        yield return new Paragraph($"Of favourable shares, over the questions of which both sources' answers are rated. p is from 10,000 permutations in which the two answers to a question change places; Holm's correction is for all {report.FamilySize} tests of this table.");
    }

    private static IEnumerable<Block> Agreement(StudyReport report)
    {
        if (report.Axes.All(static axis => axis.Agreement is null))
        {
            yield break;
        }

        yield return new Heading(2, "Agreement of raters");
        yield return new Table(
            [new("axis"), new("rated twice or more", true), new("raters each", true), new("Randolph's kappa", true), new("Fleiss' kappa", true), new("weighted Cohen's kappa", true), new("Krippendorff's alpha", true)],
            [.. report.Axes.Where(static axis => axis.Agreement is not null).Select(axis => ImmutableArray.Create(
                TitleOf(report, axis.Axis), Figures.Count(axis.Agreement!.Units), axis.Agreement.Raters is { } raters ? $"{raters}" : "differs",
                Figures.Fraction(axis.Agreement.RandolphKappa), Figures.Fraction(axis.Agreement.FleissKappa), Figures.Fraction(axis.Agreement.WeightedCohenKappa), Figures.Fraction(axis.Agreement.KrippendorffAlpha)))]);
        yield return new Paragraph("1 is full agreement, 0 what chance gives. Where nearly all ratings are the same choice, Fleiss' kappa and Krippendorff's alpha are low although raters mostly agree; Randolph's is not.");
    }

    private static IEnumerable<Block> Raters(StudyReport report)
    {
        if (report.Raters.IsEmpty)
        {
            yield break;
        }

        yield return new Heading(2, "Raters");
        yield return new Table(
            [new("rater"), new("whole ratings", true), new("median time", true), new("favourable", true), new("in the first half", true), new("in the second half", true)],
            [.. report.Raters.Select(static rater => ImmutableArray.Create(
                rater.Rater, Figures.Count(rater.Rated), rater.MedianSeconds is { } median ? Seconds(median) : Figures.None, Figures.Percent(rater.Favourable), Figures.Percent(rater.FirstHalf), Figures.Percent(rater.SecondHalf)))]);
    }

    private static string TitleOf(StudyReport report, string axis) => report.Rubric.Axes.First(known => known.Id == axis).Title;

    private static string Seconds(double seconds) => seconds < 100 ? $"{seconds:0} s" : $"{seconds / 60:0.0} min";
}
