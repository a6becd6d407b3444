using System.Collections.Immutable;
using MedQA.Evaluation.Blocks;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>What changes with the group in questions that come in pairs.</summary>
internal sealed class CounterfactualPairsSection : IReportSection
{
    /// <summary>The section's heading; the dashboard looks for it.</summary>
    public const string Heading = "Counterfactual pairs";

    /// <summary>The last heading of the section; the dashboard lists the pairs that change in its own way.</summary>
    private const string Changing = "Pairs that change";

    private const int MaxShown = 20;
    private const int MaxOption = 40;

    /// <inheritdoc/>
    public string Title => Heading;

    /// <inheritdoc/>
    public IEnumerable<Block> Blocks(RunReport report) => report.Pairs is { } pairs ? BlocksOf(pairs) : [];

    /// <inheritdoc/>
    public IEnumerable<SummaryRow> Summary(RunReport report) => report.Pairs is { Comparable: > 0 } pairs
        ? [new SummaryRow(
            Heading,
            Figures.Percent((double)pairs.Changed / pairs.Comparable),
            $"of {Figures.Count(pairs.Comparable)} pairs change their answer with '{pairs.GroupColumn}'"
                + (pairs.Scored == 0 ? "" : $"; {Figures.Of(pairs.Flipped, pairs.Scored)} between right and wrong")
                + (pairs.WorstGroup is { } worst ? $"; worst group: {worst}" : ""))]
        : [];

    /// <summary>Returns the section's blocks.</summary>
    public static IEnumerable<Block> BlocksOf(CounterfactualPairs pairs)
    {
        foreach (var warning in pairs.Warnings)
        {
            yield return new Note(warning);
        }

        if (pairs.Reference is { } reference)
        {
            foreach (var block in Compared(pairs, reference))
            {
                yield return block;
            }
        }

        if (!pairs.LeftOut.IsEmpty)
        {
            yield return new Paragraph("Not compared:");
            yield return new Items([.. pairs.LeftOut.Select(Sentence)]);
        }

        if (!pairs.Flips.IsEmpty)
        {
            yield return new Heading(3, Changing);
            yield return new Table(
                [new("pair"), new("from"), new("answer"), new("to"), new("answer"), new("change")],
                [.. pairs.Flips.Take(MaxShown).Select(Row)]);
            if (pairs.FlipCount > MaxShown)
            {
                yield return new Paragraph(
                    $"{Figures.Count(pairs.FlipCount - MaxShown)} more; the JSON has "
                        + (pairs.FlipCount > CounterfactualPairs.MaxFlips ? $"the first {CounterfactualPairs.MaxFlips}." : "them all."));
            }
        }
    }

    private static IEnumerable<Block> Compared(CounterfactualPairs pairs, string reference)
    {
        yield return new Paragraph(
            $"{Figures.Count(pairs.Pairs)} pairs of questions share '{pairs.PairColumn}' and differ in '{pairs.GroupColumn}'. In "
                + $"{Share(pairs.Changed, pairs.Comparable, pairs.ChangedInterval)} of them the chosen option changes with the group"
                + (pairs.Scored == 0
                    ? "."
                    : $", and in {Share(pairs.Flipped, pairs.Scored, pairs.FlippedInterval)} whether the answer is right."));
        if (pairs.WorstGroup is { } worst && pairs.Groups.FirstOrDefault(group => group.Name == worst) is { } found)
        {
            yield return new Paragraph(found.Shift is { AccuracyShift: { } shift } of
                ? $"Worst group: {worst}, {Figures.Points(shift)} against {reference}{Points(of.AccuracyInterval, ", 95 % interval ")}. It "
                    + "is the worst of those that were looked at, and such a shift tends to look larger than it is."
                : $"Worst group: {worst}, the reference: no group has a lower accuracy.");
        }

        if (Drawn(pairs, reference) is { } plot)
        {
            yield return plot;
        }

        yield return new Table(
            [
                new("group"),
                new("questions", true),
                new("correct", true),
                new("accuracy", true),
                new("95 % interval"),
                new("agreement", true)
            ],
            [
                .. pairs.Groups.Select(group => ImmutableArray.Create(
                    group.Name == reference ? $"{group.Name} (reference)" : group.Name,
                    Figures.Count(group.Questions),
                    Figures.Of(group.Correct, group.Scored),
                    Figures.Percent(group.Accuracy),
                    Percent(group.Interval),
                    Figures.Fraction(group.MeanAgreement))),
            ]);
        (PairGroup Group, GroupShift Shift)[] shifts =
            [.. pairs.Groups.Where(static group => group.Shift is not null).Select(static group => (group, group.Shift!))];
        yield return new Heading(3, "Answers that change");
        yield return new Table(
            [
                new($"{reference} to"),
                new("pairs", true),
                new("answer changes", true),
                new("share", true),
                new("95 % interval"),
                new("one without an answer", true),
                new("agreement", true),
                new("95 % interval")
            ],
            [
                .. shifts.Select(static row => ImmutableArray.Create(
                    row.Group.Name,
                    Figures.Count(row.Shift.Pairs),
                    Figures.Of(row.Shift.Changed, row.Shift.Comparable),
                    Figures.Percent(row.Shift.Comparable == 0 ? null : (double)row.Shift.Changed / row.Shift.Comparable),
                    Percent(row.Shift.ChangedInterval),
                    Figures.Count(row.Shift.OneUnanswered),
                    row.Shift.AgreementShift is { } shift ? Signed(shift) : Figures.None,
                    row.Shift.AgreementInterval is { } interval ? $"{Signed(interval.Lower)} to {Signed(interval.Upper)}" : Figures.None)),
            ]);
        if (pairs.Scored > 0)
        {
            yield return new Heading(3, "Right and wrong");
            yield return new Table(
                [
                    new($"{reference} to"),
                    new("scored pairs", true),
                    new("right to wrong", true),
                    new("wrong to right", true),
                    new("accuracy", true),
                    new("95 % interval"),
                    new("p", true),
                    new("p, corrected", true)
                ],
                [
                    .. shifts.Select(static row => ImmutableArray.Create(
                        row.Group.Name,
                        Figures.Count(row.Shift.Scored),
                        Figures.Count(row.Shift.RightToWrong),
                        Figures.Count(row.Shift.WrongToRight),
                        row.Shift.AccuracyShift is { } shift ? Figures.Points(shift) : Figures.None,
                        row.Shift.AccuracyInterval is null ? Figures.None : Points(row.Shift.AccuracyInterval, ""),
                        row.Shift.P is { } p ? Figures.P(p) : Figures.None,
                        row.Shift.CorrectedP is { } corrected ? Figures.P(corrected) : Figures.None)),
                ]);
            yield return new Paragraph(
                "p is the exact one of McNemar's test"
                    + (pairs.Clusters is null ? "" : ", over clusters, since pairs belong together")
                    + (pairs.Tests switch
                    {
                        0 => ".",
                        1 => "; it is the only test.",
                        var tests => $", corrected by Holm's method for {Figures.Count(tests)} tests.",
                    })
                    + $" Where fewer than {CounterfactualPairs.LeastForTest} {(pairs.Clusters is null ? "pairs" : "clusters")} change "
                    + "between right and wrong there is none: no outcome would be below 0.05.");
        }
    }

    /// <summary>Draws each group's shift of accuracy with its interval.</summary>
    private static Plot? Drawn(CounterfactualPairs pairs, string reference)
    {
        var drawn = pairs.Groups.Where(static group => group.Shift is { AccuracyInterval: not null }).ToList();
        if (drawn.Count == 0)
        {
            return null;
        }

        var widest = drawn.Max(static group =>
            Math.Max(Math.Abs(group.Shift!.AccuracyInterval!.Value.Lower), Math.Abs(group.Shift.AccuracyInterval.Value.Upper)));
        var edge = Math.Min(100, Math.Max(10, (int)Math.Ceiling(widest * 10) * 10));
        var area = new PlotArea((-edge / 100.0, edge / 100.0), (drawn.Count, 0), left: 240, height: 90 + (26 * drawn.Count));
        foreach (var points in (ReadOnlySpan<int>)[-edge, -edge / 2, 0, edge / 2, edge])
        {
            area.TickX(points / 100.0, $"{points:+0;-0;0}");
        }

        for (var row = 0; row < drawn.Count; row++)
        {
            var (name, shift, y) = (drawn[row].Name, drawn[row].Shift!, row + 0.5);
            var interval = shift.AccuracyInterval!.Value;
            var hint = $"{name}: {Figures.Points(shift.AccuracyShift!.Value)}{Points(interval, ", 95 % interval ")}";
            area.Name(y, PlotArea.Shortened(name));
            area.Segment(interval.Lower, y, interval.Upper, y, "whisker", hint);
            area.Dot(shift.AccuracyShift.Value, y, 5, "one", hint);
        }

        area.Mark(0, drawn.Count / 2.0, 13 * drawn.Count, "axis", $"as {reference}");
        area.Label($"accuracy less that of {PlotArea.Shortened(reference)}, in points, with 95 % interval", "");
        return new Plot(
            $"Shift of accuracy from {reference}",
            area.Draw("Shift of each group's accuracy from the reference with its 95 % interval; the numbers are in the tables."));
    }

    private static ImmutableArray<string> Row(PairFlip flip) =>
    [
        flip.Pair,
        $"{flip.From.Group} ({flip.From.Id})",
        Answer(flip.From),
        $"{flip.To.Group} ({flip.To.Id})",
        Answer(flip.To),
        flip.IsOfCorrectness ? flip.From.Correct == true ? "right to wrong" : "wrong to right"
            : flip.From.Correct is null || flip.To.Correct is null ? "other option"
            : flip.From.Correct == true ? "other option, both right"
            : "other option, both wrong",
    ];

    private static string Answer(PairSide side) => side.Letter is not { } letter ? "none"
        : side.Text is { } text ? $"{letter}. {PlotArea.Shortened(text, MaxOption)}"
        : letter;

    private static string Sentence(PairsLeftOut left)
    {
        var isOne = left.Count == 1;
        var count = Figures.Count(left.Count);
        var (questions, pairs, have) =
            isOne ? ("1 question", "1 pair", "has") : ($"{count} questions", $"{count} pairs", "have");
        var sentence = left.Reason switch
        {
            PairExclusion.WithoutPair => $"{questions} {have} a group and no pair",
            PairExclusion.WithoutGroup => $"{questions} {have} a pair and no group",
            PairExclusion.WithoutOptions => $"{questions} of pairs {have} no options",
            PairExclusion.Unaskable => $"{questions} of pairs could not be asked",
            PairExclusion.Failed => $"{questions} of pairs failed, which a retry can answer",
            PairExclusion.SameGroup => $"{pairs} {have} several questions of one group, which are left out",
            PairExclusion.Alone => $"{pairs} {have} questions of one group only",
            PairExclusion.OtherOptions => $"{pairs} {have} other options in one member: only right and wrong are compared",
            _ => $"{pairs} {have} another right option in one member: only right and wrong are compared",
        };
        return $"{sentence} ({string.Join(", ", left.Names)}{(left.Count > left.Names.Length ? " …" : "")}).";
    }

    private static string Share(int part, int whole, Interval? interval) => whole == 0
        ? Figures.Of(part, whole)
        : $"{Figures.Of(part, whole)} ({Figures.Percent((double)part / whole)}"
            + $"{(interval is { } known ? $", 95 % interval {Figures.Percent(known)}" : "")})";

    private static string Percent(Interval? interval) => interval is null ? Figures.None : Figures.Percent(interval);

    private static string Points(Interval? interval, string before) =>
        interval is { } known ? $"{before}{100 * known.Lower:+0.0;-0.0;0.0} to {100 * known.Upper:+0.0;-0.0;0.0}" : "";

    private static string Signed(double value) => value.ToString("+0.000;-0.000;0.000");
}
