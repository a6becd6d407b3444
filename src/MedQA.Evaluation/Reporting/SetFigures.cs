using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Blocks;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>
/// How far answers are right, option by option, where several options can be right and accuracy counts the whole set. Micro averages: each
/// option counts once, whichever question it is of.
/// </summary>
public sealed record SetFigures
{
    /// <summary>Scored questions of which several options can be right.</summary>
    public required int Questions { get; init; }

    /// <summary>Options that are right, over these questions: what <see cref="Recall"/> is of.</summary>
    public required int Right { get; init; }

    /// <summary>Options that were chosen, over these questions: what <see cref="Precision"/> is of.</summary>
    public required int Chosen { get; init; }

    /// <summary>Options that are right and were chosen.</summary>
    public required int Both { get; init; }

    /// <summary>The share of the chosen options that are right; <see langword="null"/> if none was chosen.</summary>
    public required double? Precision { get; init; }

    /// <summary>95 % interval of <see cref="Precision"/>; the options of a question, and of its cluster, belong together.</summary>
    public required Interval? PrecisionInterval { get; init; }

    /// <summary>The share of the right options that were chosen. Questions without an answer chose none.</summary>
    public required double? Recall { get; init; }

    /// <summary>95 % interval of <see cref="Recall"/>, as of <see cref="PrecisionInterval"/>.</summary>
    public required Interval? RecallInterval { get; init; }

    /// <summary>Answers that have every right option, and others besides.</summary>
    public required int TooMany { get; init; }

    /// <summary>Answers that have right options only, and not all of them.</summary>
    public required int TooFew { get; init; }
}

/// <summary>Counts the options of sets.</summary>
internal sealed class SetTally
{
    private readonly ShareTally _chosen = new();
    private readonly ShareTally _right = new();
    private int _questions;
    private int _tooMany;
    private int _tooFew;

    /// <param name="answered">A question that infrastructure did not fail.</param>
    public void Add(AnsweredQuestion answered)
    {
        if (!answered.SeveralRight || answered.GoldSet is not { } gold)
        {
            return;
        }

        _questions++;
        var answer = answered.AnswerSet ?? default;
        var cluster = QuestionCluster.Of(answered);
        foreach (var option in answer.Options)
        {
            _chosen.Add(cluster, gold.Contains(option));
        }

        foreach (var option in gold.Options)
        {
            _right.Add(cluster, answer.Contains(option));
        }

        _tooMany += answer != gold && (answer.Bits & gold.Bits) == gold.Bits ? 1 : 0;
        _tooFew += answer != gold && answer.Count > 0 && (answer.Bits & ~gold.Bits) == 0 ? 1 : 0;
    }

    /// <summary><see langword="null"/> if no question is one of which several options can be right.</summary>
    public SetFigures? Build() => _questions == 0 ? null : new SetFigures
    {
        Questions = _questions,
        Right = _right.Count,
        Chosen = _chosen.Count,
        Both = _right.Right,
        Precision = _chosen.Count == 0 ? null : (double)_chosen.Right / _chosen.Count,
        PrecisionInterval = _chosen.Interval(),
        Recall = (double)_right.Right / _right.Count,
        RecallInterval = _right.Interval(),
        TooMany = _tooMany,
        TooFew = _tooFew,
    };
}

/// <summary>What is right of sets of options.</summary>
internal sealed class SetsSection : IReportSection
{
    /// <inheritdoc/>
    public string Title => "Several right options";

    /// <inheritdoc/>
    public IEnumerable<Block> Blocks(RunReport report)
    {
        if (report.Sets is not { } sets)
        {
            yield break;
        }

        yield return new Paragraph(
            "Every question asked for all of its right options, one or more. An answer is right if it is exactly the set of the right "
                + "ones; votes are for whole sets, and a reasoning from which no set is read gives none (nothing is forced). Positions of "
                + "right options and published results have no meaning here and are left out. Worked examples have one right option each, "
                + "which can draw a model to sets of one.");
        yield return new Table(
            [new("option by option (micro)"), new("share", true), new("95 % interval"), new("of", true)],
            [
                [
                    "precision: chosen options that are right",
                    Figures.Percent(sets.Precision),
                    Figures.Percent(report.Provisional ? null : sets.PrecisionInterval),
                    Figures.Of(sets.Both, sets.Chosen),
                ],
                [
                    "recall: right options that are chosen",
                    Figures.Percent(sets.Recall),
                    Figures.Percent(report.Provisional ? null : sets.RecallInterval),
                    Figures.Of(sets.Both, sets.Right),
                ],
            ]);
        yield return new Paragraph(
            $"Over {Figures.Count(sets.Questions)} scored questions; intervals take the options of a question as belonging together. "
                + $"{Figures.Count(sets.TooMany)} answers have every right option and others besides, {Figures.Count(sets.TooFew)} only "
                + "right options and not all of them.");
    }

    /// <inheritdoc/>
    public IEnumerable<SummaryRow> Summary(RunReport report) => report.Sets is not { } sets ? [] :
    [
        new SummaryRow(
            "Option by option",
            null,
            $"precision {Figures.Percent(sets.Precision)} ({Figures.Of(sets.Both, sets.Chosen)}), "
                + $"recall {Figures.Percent(sets.Recall)} ({Figures.Of(sets.Both, sets.Right)})"),
    ];
}
