using System.Collections.Immutable;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>
/// A report as people read it: what Markdown and HTML both say. All that may differ between runs that answered alike stands behind the last
/// heading.
/// </summary>
internal static class ReportDocument
{
    private const int MaxTopics = 60;

    public static IReadOnlyList<Block> Of(RunReport report) =>
    [
        new Heading(1, $"{report.QuestionSet}: {report.Protocol.Profile.Name} on {report.Model}"),
        new Note(report.Disclaimer),
        .. report.Warnings.Select(static warning => new Note(warning)),
        .. Accuracies(report),
        .. Slices(report),
        .. Votes(report),
        .. ConfidenceSections.Of(report),
        .. Letters(report),
        .. OriginSections.Of(report),
    ];

    private static IEnumerable<Block> Accuracies(RunReport report)
    {
        var (questions, accuracy) = (report.Questions, report.Accuracy);
        var rows = new List<(string, string)>();
        if (accuracy.Value is not null)
        {
            rows.Add(
                ("accuracy, each question once (micro)", $"{Figures.Percent(accuracy.Value)} "
                    + $"({Figures.Of(accuracy.Correct, accuracy.Scored)})"));
            rows.Add(accuracy.Bounds is not null ? ("bounds", Figures.Interval(accuracy))
                : accuracy.Clusters is { } clusters ? ($"95 % interval from {Figures.Count(clusters)} clusters of equal questions or "
                    + "questions on one passage", Figures.Percent(
                    accuracy.Interval))
                : ("95 % interval (Clopper-Pearson)", Figures.Percent(accuracy.Interval)));
            if (accuracy.IntervalOfUnrelated is { } unrelated)
            {
                rows.Add(("as if no two questions belonged together (Clopper-Pearson), too narrow", Figures.Percent(unrelated)));
            }

            rows.Add(("standard error, questions that belong together as one cluster", Figures.Percent(accuracy.StandardError)));
            rows.Add(("guessing gives", Figures.Percent(accuracy.Chance)));
            if (report.OptionScoring is { } scoring)
            {
                rows.Add(
                    ("per code point of the option (acc_norm)", $"{Figures.Percent((double)scoring.CorrectByCodePoints / scoring.Scored)} "
                        + $"({Figures.Of(scoring.CorrectByCodePoints, scoring.Scored)})"));
                rows.Add(
                    ("per byte of the option (acc_bytes)", $"{Figures.Percent((double)scoring.CorrectByBytes / scoring.Scored)} "
                        + $"({Figures.Of(scoring.CorrectByBytes, scoring.Scored)})"));
            }
        }
        else
        {
            rows.Add(("accuracy", "none: no question with a known right option was asked"));
        }

        if (report.MacroAccuracy is { Datasets: > 1 } macro)
        {
            rows.Add(($"mean of the {macro.Datasets} data sets' accuracies (macro)", Figures.WithInterval(macro.Value, macro.Interval)));
        }

        yield return new Heading(2, "Accuracy");
        yield return Table.OfValues(
        [
            .. rows,
            ("rows in the file", Figures.Count(questions.Rows)),
            ("rejected rows", Figures.Count(questions.Rejected)),
            ("questions asked", Figures.Count(questions.Asked)),
            ("without an answer by the model (wrong)", Figures.Count(questions.Unanswered)),
            ("failed by infrastructure (neither right nor wrong)",
                Figures.Count(questions.Failed)
                    + string.Concat(report.Failures.Select(static failure => $"; {failure.Code}: {failure.Questions}"))),
            ("cannot be asked so (in no figure)",
                Figures.Count(questions.Unaskable)
                    + string.Concat(report.UnaskableReasons.Select(static reason => $"; {reason.Code}: {reason.Questions}"))),
            ("not asked yet", Figures.Count(questions.Waiting)),
            ("without a known right option", Figures.Count(questions.WithoutGold)),
        ]);
        if (!report.Notes.IsEmpty)
        {
            yield return new Items(report.Notes);
        }
    }

    private static IEnumerable<Block> Slices(RunReport report)
    {
        yield return new Heading(2, "Data sets and topics");
        if (ReportPlots.Slices(report) is { } plot)
        {
            yield return plot;
        }

        var topics = report.Topics.ToLookup(static topic => topic.Dataset);
        var rows = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        foreach (var dataset in report.Datasets)
        {
            rows.Add(Row(dataset));
            rows.AddRange(topics[dataset.Dataset].OrderByDescending(static topic => topic.Questions).Take(MaxTopics).Select(Row));
            var left = topics[dataset.Dataset].Count() - MaxTopics;
            if (left > 0)
            {
                rows.Add([dataset.Dataset, $"{left} smaller topics, in the JSON report", "", "", "", "", ""]);
            }
        }

        yield return new Table(
            [
                new("data set"),
                new("topic"),
                new("correct", true),
                new("accuracy", true),
                new("95 % interval"),
                new("guessing", true),
                new("agreement", true)
            ],
            rows.DrainToImmutable());

        static ImmutableArray<string> Row(Slice slice) =>
        [
            slice.Dataset,
            slice.Topic ?? "all",
            Figures.Of(slice.Accuracy.Correct, slice.Accuracy.Scored),
            Figures.Percent(slice.Accuracy.Value),
            Figures.Interval(slice.Accuracy),
            Figures.Percent(slice.Accuracy.Chance),
            Figures.Fraction(slice.MeanAgreement),
        ];
    }

    private static IEnumerable<Block> Votes(RunReport report)
    {
        var (forced, ties, ends) = (report.ForcedVotes, report.Ties, report.Reasonings);
        yield return new Heading(2, "Votes");
        yield return new Table(
            [new(""), new("accuracy", true), new("mean agreement", true), new("ECE", true)],
            [
                Row("forced votes counted", forced.Counted),
                Row("forced votes as abstentions", forced.AsAbstentions),
                ["ties among m options at 1/m", Figures.Percent(ties.AccuracyAtChance), "", ""],
            ]);
        yield return new Items(
        [
            $"{Figures.Count(forced.Forced)} of {Figures.Count(forced.Votes)} votes were forced by the answer cue; "
                + $"{Figures.Count(forced.Answers)} answers rest on forced votes alone.",
            $"{Figures.Count(ties.Questions)} questions were ties; the tie-break answered {Figures.Of(ties.Correct, ties.Scored)} of them "
                + "right.",
            $"{Figures.Count(ends.Total)} reasonings: {Figures.Count(ends.EndToken)} ended by the model, {Figures.Count(ends.StopText)} "
                + $"by a stop text, {Figures.Count(ends.Cut)} cut at maxTokens ({Figures.Percent(ends.ShareCut)}).",
            $"{Figures.Count(report.Tokens.Prompt)} prompt tokens (each question's once), {Figures.Count(report.Tokens.Generated)} "
                + "generated tokens.",
        ]);
        if (report.QuestionsWithFixedOptions > 0)
        {
            yield return new Paragraph(
                "Questions of which options stayed in place, because they speak of places or letters: "
                    + $"{Figures.Count(report.QuestionsWithFixedOptions)}.");
        }

        if (ReportPlots.Agreement(report) is { } plot)
        {
            yield return plot;
        }

        if (!report.Agreement.Histogram.IsEmpty)
        {
            yield return new Table(
                [new("agreement"), new("questions", true), new("right", true), new("wrong", true), new("accuracy", true)],
                [
                    .. report.Agreement.Histogram.Select(static level => ImmutableArray.Create(
                        $"{level.Votes}/{level.Samples}",
                        Figures.Count(level.Questions),
                        Figures.Count(level.Correct),
                        Figures.Count(level.Wrong),
                        Figures.Percent(level.Correct + level.Wrong == 0 ? null : (double)level.Correct / (level.Correct + level.Wrong)))),
                ]);
        }

        static ImmutableArray<string> Row(string name, VoteFigures figures) =>
            [name, Figures.Percent(figures.Accuracy), Figures.Fraction(figures.MeanAgreement), Figures.Fraction(figures.CalibrationError)];
    }

    private static IEnumerable<Block> Letters(RunReport report)
    {
        if (report.Letters.IsEmpty)
        {
            yield break;
        }

        yield return new Heading(2, "Positions of the right option");
        yield return new Table(
            [
                new("letter"),
                new("right option there", true),
                new("chosen", true),
                new("both", true),
                new("accuracy", true),
                new("95 % interval")
            ],
            [
                .. report.Letters.Select(static letter => ImmutableArray.Create(
                    letter.Letter,
                    Figures.Count(letter.Gold),
                    Figures.Count(letter.Chosen),
                    Figures.Count(letter.Correct),
                    Figures.Percent(letter.Accuracy),
                    Figures.Percent(letter.Interval))),
            ]);
    }
}
