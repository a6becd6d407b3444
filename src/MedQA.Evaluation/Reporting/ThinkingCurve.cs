using System.Collections.Immutable;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>
/// What stored samples tell of a budget of thinking tokens. A sample whose thought ended within a budget is what it would have been under
/// it; what the others would have answered is not known, so that accuracy has bounds.
/// </summary>
public sealed record ThinkingCurve
{
    /// <summary>Samples of the questions.</summary>
    public required int Samples { get; init; }

    /// <summary>Of them, those with a thought.</summary>
    public required int Thinking { get; init; }

    /// <summary>Of these, those whose thought the run's own budget closed.</summary>
    public required int Closed { get; init; }

    /// <summary>
    /// Whether lengths of thoughts are estimated from their share of the text: only a run with <c>thinkingTokens</c> counts them.
    /// </summary>
    public required bool IsEstimated { get; init; }

    /// <summary>The median length of a thought, in tokens, over the samples with one.</summary>
    public required int Median { get; init; }

    /// <summary>The longest thought, in tokens.</summary>
    public required int Longest { get; init; }

    /// <summary>The budgets, ascending.</summary>
    public required ImmutableArray<ThinkingPoint> Points { get; init; }

    /// <summary>Runs that asked the same questions in the same way under budgets, by budget; this run among them.</summary>
    public ImmutableArray<MeasuredBudget> Measured { get; init => field = value.IsDefault ? [] : value; } = [];
}

/// <summary>What is known of one budget.</summary>
/// <param name="Budget">Thinking tokens of a sample at most.</param>
/// <param name="ShareWithin">The share of the samples that keep within it.</param>
/// <param name="KnownQuestions">Questions all of whose samples do: their answers are known.</param>
/// <param name="Right">Questions that are answered right, whatever the samples beyond the budget would answer.</param>
/// <param name="PerhapsRight">Questions that can be answered right.</param>
/// <param name="LowerBound">The least accuracy: <paramref name="Right"/> over the questions.</param>
/// <param name="UpperBound">The largest: <paramref name="PerhapsRight"/> over the questions.</param>
public sealed record ThinkingPoint(
    int Budget, double ShareWithin, int KnownQuestions, int Right, int PerhapsRight, double LowerBound, double UpperBound);

/// <summary>A run under a budget.</summary>
/// <param name="Run">The run's id.</param>
/// <param name="Budget">Its <c>thinkingTokens</c>; <see langword="null"/> for no budget.</param>
/// <param name="Correct">Right answers.</param>
/// <param name="Scored">Questions with a known right option.</param>
/// <param name="Accuracy"><paramref name="Correct"/> / <paramref name="Scored"/>.</param>
/// <param name="Interval">95 % interval of the accuracy.</param>
/// <param name="Closed">Reasonings whose thought was closed.</param>
/// <param name="Tokens">Tokens that were generated.</param>
public sealed record MeasuredBudget(
    string Run, int? Budget, int Correct, int Scored, double Accuracy, Interval Interval, int Closed, long Tokens)
{
    /// <summary>
    /// Returns a run's figures, if it asked the same questions with the same model and a profile that differs in name and
    /// <c>thinkingTokens</c> at most; else, or where it is not finished or nothing is scored, <see langword="null"/>.
    /// </summary>
    /// <param name="report">The report of the run.</param>
    /// <param name="like">The report of the run that it is compared with.</param>
    public static MeasuredBudget? Of(RunReport report, RunReport like)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(like);
        return report.Accuracy is { Value: { } accuracy, Interval: { } interval }
            && !report.Provisional
            && report.QuestionSetHash is { } hash
            && hash == like.QuestionSetHash
            && report.ModelFingerprint == like.ModelFingerprint
            && report.EvaluationRules == like.EvaluationRules
            && CanonicalJson.Of(WithoutBudget(report)).AsSpan().SequenceEqual(CanonicalJson.Of(WithoutBudget(like)))
            ? new MeasuredBudget(
                report.Circumstances.Run,
                report.Protocol.Profile.ThinkingTokens,
                report.Accuracy.Correct,
                report.Accuracy.Scored,
                accuracy,
                interval,
                report.Thinking?.Closed ?? 0,
                report.Tokens.Generated)
            : null;
    }

    private static Profile WithoutBudget(RunReport report) =>
        report.Protocol.Profile with { Name = "any", ThinkingTokens = null };
}
