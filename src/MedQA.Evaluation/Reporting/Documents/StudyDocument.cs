using System.Collections.Immutable;
using MedQA.Evaluation.Blocks;
using MedQA.Evaluation.Rating;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>A study of human ratings as people read it.</summary>
internal static class StudyDocument
{
    public static IReadOnlyList<Block> Of(StudyReport report) => report.Completeness.UnitsRated == 0 ?
    [
        new Heading(1, report.Study),
        new Note(RunReport.NotMedicalAdvice),
        new Note("Nobody has rated an answer yet. Figures appear with the first rating."),
        .. report.Warnings.Select(static warning => new Note(warning)),
        .. Overview(report),
        .. Judges(report),
    ] :
    [
        new Heading(1, report.Study),
        new Note(RunReport.NotMedicalAdvice),
        .. report.Warnings.Select(static warning => new Note(warning)),
        .. Overview(report),
        .. report.Rubric.Compares ? [] : Favourable(report),
        .. report.Rubric.Axes.SelectMany(axis => Axis(axis, report.Axes.First(said => said.Axis == axis.Id))),
        .. Published(report),
        .. Differences(report),
        .. Agreement(report),
        .. Raters(report),
        .. Judges(report),
    ];

    private static IEnumerable<Block> Overview(StudyReport report)
    {
        var done = report.Completeness;
        yield return Table.OfValues(
            ("Rubric", $"{report.Rubric.Name}: {report.Rubric.Title}"),
            (report.Rubric.Compares ? "Pairs of sources" : "Sources", string.Join("; ", report.Sources)),
            ("Questions", Figures.Count(report.Questions)),
            (report.Rubric.Compares ? "Pairs of answers" : "Answers", $"{Figures.Of(done.UnitsRated, report.Units)} rated"),
            ("Ratings", $"{Figures.Of(done.Rated, done.Assigned)} whole, {Figures.Count(done.Begun)} begun, {Figures.Count(done.Skipped)} "
                + "skipped"),
            ("Time of a whole rating", done.MedianSeconds is { } median
                ? $"median {Seconds(median)}, mean {Seconds(done.MeanSeconds!.Value)}"
                : Figures.None));
        yield return new Paragraph(
            "Shares are means over answers: each counts once, however many have rated it. Intervals are 95 % score intervals, from how "
                + "far answers differ, each with all its ratings.");
    }

    private static IEnumerable<Block> Favourable(StudyReport report)
    {
        yield return new Heading(2, "At a glance");
        yield return new Paragraph("The share of the choices that speak for the answer, on each axis.");
        yield return StudyPlots.Favourable(report);
        yield return new Table(
            [new("axis"), .. report.Sources.Select(static source => new Column(source))],
            [.. report.Axes.Select(
                axis => ImmutableArray.Create<string>(
                    [
                        FavourableOf(report, axis.Axis),
                        .. axis.Sources.Select(static source => Figures.WithInterval(source.Favourable, source.FavourableInterval))
                    ]))]);
    }

    private static IEnumerable<Block> Axis(RubricAxis axis, AxisReport said)
    {
        yield return new Heading(2, axis.Title);
        yield return new Paragraph(axis.Definition);
        yield return StudyPlots.Shares(axis, said);
        yield return new Table(
            [new(""), new("ratings", true), .. axis.Choices.Select(static choice => new Column(choice.Label))],
            [.. said.Sources.Select(
                static source => ImmutableArray.Create<string>(
                    [
                        source.Source,
                        Figures.Count(source.Ratings),
                        .. source.Shares.Select(static share => Figures.WithInterval(share.Share, share.Interval))
                    ]))]);
    }

    private static IEnumerable<Block> Published(StudyReport report)
    {
        if (report.Published.IsEmpty)
        {
            yield break;
        }

        var published = report.Published.Select(static rating => rating.Source).Distinct().ToList();
        yield return new Heading(2, "Beside what was published");
        yield return new Table(
            [
                new("axis"),
                .. report.Sources.Select(static source => new Column(source, true)),
                .. published.Select(static source => new Column($"{source} (published)", true))
            ],
            [
                .. report.Published.GroupBy(static rating => rating.Axis).Select(axis => ImmutableArray.Create<string>(
                [
                    FavourableOf(report, axis.Key),
                    .. report.Axes.First(said => said.Axis == axis.Key).Sources.Select(static source => Figures.Percent(source.Favourable)),
                    .. published.Select(
                        source => axis.FirstOrDefault(rating => rating.Source == source) is { } rating
                            ? Figures.Percent(rating.Favourable)
                            : Figures.None),
                ])),
            ]);
        yield return new Paragraph(
            $"Share of choices that speak for the answer. Published: {PublishedRatings.Article}, text of \"Human evaluation results\", "
                + "140 questions rated once each. Those were other questions, other raters and another wording of the axes: the columns "
                + "cannot be subtracted. Axes for which the article's text prints no number are left out.");
    }

    private static IEnumerable<Block> Differences(StudyReport report)
    {
        if (report.FamilySize == 0)
        {
            yield break;
        }

        yield return new Heading(2, "Differences between sources");
        yield return new Table(
            [
                new("axis"),
                new("first"),
                new("second"),
                new("questions", true),
                new("second less first", true),
                new("p", true),
                new("p after Holm", true)
            ],
            [.. report.Axes.SelectMany(axis => axis.Differences.Select(difference => ImmutableArray.Create(
                FavourableOf(report, axis.Axis),
                difference.First,
                difference.Second,
                Figures.Count(difference.Questions),
                Figures.Points(difference.Difference),
                Figures.P(difference.P),
                Figures.P(difference.HolmP))))]);
        var what = report.Rubric.Compares
            ? "The share that prefers the second less the share that prefers the first, over the questions that are rated"
            : "Of favourable shares, over the questions of which both sources' answers are rated";
        yield return new Paragraph(
            $"{what}. p is from {Figures.Count(report.Permutations)} permutations in which the two answers to a question change places; "
                + $"Holm's correction is for all {report.FamilySize} tests of this table.");
    }

    private static IEnumerable<Block> Agreement(StudyReport report)
    {
        if (report.Axes.All(static axis => axis.Agreement is null))
        {
            yield break;
        }

        yield return new Heading(2, "Agreement of raters");
        yield return new Table(
            [
                new("axis"),
                new("rated twice or more", true),
                new("raters each", true),
                new("Randolph's kappa", true),
                new("Fleiss' kappa", true),
                new("weighted Cohen's kappa", true),
                new("Krippendorff's alpha", true)
            ],
            [.. report.Axes.Where(static axis => axis.Agreement is not null).Select(axis => ImmutableArray.Create(
                TitleOf(report, axis.Axis),
                Figures.Count(axis.Agreement!.Units),
                axis.Agreement.Raters is { } raters ? $"{raters}" : "differs",
                Figures.Fraction(axis.Agreement.RandolphKappa, axis.Agreement.RandolphInterval),
                Figures.Fraction(axis.Agreement.FleissKappa, axis.Agreement.FleissInterval),
                Figures.Fraction(axis.Agreement.WeightedCohenKappa, axis.Agreement.WeightedCohenInterval),
                Figures.Fraction(axis.Agreement.KrippendorffAlpha, axis.Agreement.KrippendorffInterval)))]);
        yield return new Paragraph(
            "1 is full agreement, 0 what chance gives; in brackets 95 % intervals. Of answers with different numbers of raters each "
                + "counts once. Where nearly all ratings are the same choice, Fleiss' kappa and Krippendorff's alpha are low although "
                + "raters mostly agree; Randolph's is not.");
    }

    private static IEnumerable<Block> Raters(StudyReport report)
    {
        if (report.Raters.IsEmpty)
        {
            yield break;
        }

        yield return new Heading(2, "Raters");
        yield return new Table(
            [
                new("rater"),
                new("whole ratings", true),
                new("median time", true),
                new("favourable", true),
                new("in the first half", true),
                new("in the second half", true),
                new("p of the drift", true)
            ],
            [.. report.Raters.Select(static rater => ImmutableArray.Create(
                rater.Rater,
                Figures.Count(rater.Rated),
                rater.MedianSeconds is { } median ? Seconds(median) : Figures.None,
                Figures.Percent(rater.Favourable),
                Figures.Percent(rater.FirstHalf),
                Figures.Percent(rater.SecondHalf),
                rater.DriftP is { } drift ? Figures.P(drift) : Figures.None))]);
        yield return new Paragraph(
            "Halves in the order in which the ratings were made, a pilot first. p: how often the same ratings in a random order differ "
                + $"as much, after Holm's correction over the raters; from {StudyReportBuilder.FewestForDrift} ratings on.");
    }

    private static IEnumerable<Block> Judges(StudyReport report)
    {
        if (report.Judges is not { Length: > 0 } judges)
        {
            yield break;
        }

        yield return new Heading(2, "Judges");
        yield return new Paragraph(
            "A judge is a language model that rated on the same rubric, as blind as people. It errs: its own share says little until "
                + "people have rated some of the answers, too. No figure above has anything of it.");
        foreach (var judge in judges)
        {
            yield return new Heading(3, $"{judge.Judge}: {judge.Model}");
            yield return new Paragraph(
                $"{Figures.Of(judge.Units, report.Units)} {(report.Rubric.Compares ? "pairs, each in both orders" : "answers")}, "
                    + $"{Figures.Count(judge.Samples)} {(judge.Samples == 1 ? "sample" : "samples")} for each verdict"
                    + (judge.Seed is { } seed ? $", seed {seed}." : "."));
            yield return new Table(
                [
                    new("axis"),
                    new(report.Rubric.Compares ? "sources" : "source"),
                    new("verdicts", true),
                    new("judge's own share"),
                    new("rated by people, too", true),
                    new("corrected share"),
                ],
                [.. judge.Axes.SelectMany(axis => axis.Sources.Select(source => ImmutableArray.Create(
                    FavourableOf(report, axis.Axis),
                    source.Source,
                    Figures.Count(source.Verdicts),
                    Figures.WithInterval(source.Raw, source.RawInterval)
                        + (source.Raw is not null && source.Calibration == JudgeCalibration.NotCalibrated ? ", not calibrated" : ""),
                    Figures.Count(source.Rated),
                    source.Calibration switch
                    {
                        JudgeCalibration.NotCalibrated => "not calibrated",
                        JudgeCalibration.TooFewRatings =>
                            $"{Figures.WithInterval(source.Corrected, source.CorrectedInterval)}, too few ratings",
                        _ => Figures.WithInterval(source.Corrected, source.CorrectedInterval),
                    })))]);
            yield return new Table(
                [
                    new("axis"),
                    new("unreadable", true),
                    .. report.Rubric.Compares ? [new Column("changed with the order", true)] : ImmutableArray<Column>.Empty,
                    new("compared with people", true),
                    new("kappa", true),
                    new("sensitivity", true),
                    new("specificity", true),
                ],
                [.. judge.Axes.Select(axis => ImmutableArray.Create<string>(
                    [
                        TitleOf(report, axis.Axis),
                        Figures.Count(axis.Unreadable),
                        .. report.Rubric.Compares ? [Figures.Count(axis.OrdersDiffer)] : Array.Empty<string>(),
                        axis.Agreement is { } known ? Figures.Count(known.Units) : "not calibrated",
                        Figures.Fraction(axis.Agreement?.Kappa, axis.Agreement?.KappaInterval),
                        Figures.WithInterval(axis.Agreement?.Sensitivity, axis.Agreement?.SensitivityInterval),
                        Figures.WithInterval(axis.Agreement?.Specificity, axis.Agreement?.SpecificityInterval),
                    ]))]);
        }

        var what = report.Rubric.Compares
            ? "Shares prefer B, and ties count half. A verdict that changed with the order of the two answers is missing. "
            : "";
        yield return new Paragraph(
            $"{what}The corrected share is an estimate of what people would find in all answers that the judge rated: prediction-powered "
                + "inference (PPI++, arXiv 2311.01453). \"Too few ratings\": people rated "
                + $"fewer than {PredictionPowered.FewestRated} questions, or differ from the judge on fewer than "
                + $"{PredictionPowered.FewestDifferences} answers, and the interval may be too short. It holds where people rated a random "
                + "part of the answers. Kappa, sensitivity (of answers that people find favourable, how many the judge does) and "
                + "specificity (of the others, how many the judge does not) are over answers that both rated; in brackets 95 % intervals. "
                + "An unreadable verdict is missing, never unfavourable.");
    }

    /// <summary>
    /// Returns what a favourable share is a share of: without it "Incorrect reasoning 75 %" could be read as its opposite.
    /// </summary>
    private static string FavourableOf(StudyReport report, string axis)
    {
        var asked = report.Rubric.Axes.First(known => known.Id == axis);
        var favourable = asked.Choices.Where(choice => asked.Favourable.Contains(choice.Id)).Select(static choice => choice.Label);
        return report.Rubric.Compares ? asked.Title : $"{asked.Title}: {string.Join(" or ", favourable)}";
    }

    private static string TitleOf(StudyReport report, string axis) => report.Rubric.Axes.First(known => known.Id == axis).Title;

    private static string Seconds(double seconds) => seconds < 100 ? $"{seconds:0} s" : $"{seconds / 60:0.0} min";
}
