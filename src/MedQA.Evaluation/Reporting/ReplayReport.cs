using System.Collections.Immutable;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>What other strategies would have answered from a run's stored samples, and at what cost: without the model.</summary>
public sealed record ReplayReport
{
    /// <summary>The run's id.</summary>
    public required string Run { get; init; }

    /// <summary>The run's question set.</summary>
    public required string QuestionSet { get; init; }

    /// <summary>The run's model.</summary>
    public required string Model { get; init; }

    /// <summary>Whether not every question of the run was answered: every figure can change.</summary>
    public bool Provisional { get; init; }

    /// <summary>Clusters of the questions, where two or more are equal or share a passage; else <see langword="null"/>.</summary>
    public int? Clusters { get; init; }

    /// <summary>What a reader must know before using the figures; empty if there is nothing.</summary>
    public ImmutableArray<string> Warnings { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Questions replayed: those with a known right option that infrastructure did not fail.</summary>
    public required int Questions { get; init; }

    /// <summary>Samples per question.</summary>
    public required int Samples { get; init; }

    /// <summary>The strategies; the first is the vote of all samples, which the others are compared with.</summary>
    public required ImmutableArray<ReplayedStrategy> Strategies { get; init; }

    /// <summary>
    /// pass@m and maj@m for every m, as in <see cref="SampleFigures.Subsets"/>: what m samples score in expectation, whichever they are.
    /// </summary>
    public ImmutableArray<SubsetScore> Subsets { get; init; } = [];

    /// <summary>What the samples tell of a budget of thinking tokens; <see langword="null"/> if none has a thought.</summary>
    public ThinkingCurve? Thinking { get; init; }

    /// <summary>How many tests Holm's correction was made for.</summary>
    public int FamilySize => Strategies.Count(static strategy => strategy.Test is not null);
}

/// <summary>A strategy replayed over a run.</summary>
public sealed record ReplayedStrategy
{
    /// <summary>What it does.</summary>
    public required string Name { get; init; }

    /// <summary>Right answers.</summary>
    public required int Correct { get; init; }

    /// <summary><see cref="Correct"/> over the questions.</summary>
    public required double Accuracy { get; init; }

    /// <summary>95 % interval of <see cref="Accuracy"/>, as <see cref="Reporting.Accuracy.Interval"/> is computed.</summary>
    public required Interval Interval { get; init; }

    /// <summary>Samples that it would have drawn, a question on average.</summary>
    public required double MeanSamples { get; init; }

    /// <summary>Tokens that it would have generated over all questions.</summary>
    public required long Tokens { get; init; }

    /// <summary>The share of the run's tokens that it saves.</summary>
    public required double TokensSaved { get; init; }

    /// <summary>
    /// Accuracy when a fraction of the questions is deferred, the least confident first, in steps of 5 %; empty for a single sample.
    /// Confidence is the share of the votes or weights, or the stopping posterior.
    /// </summary>
    public ImmutableArray<DeferralPoint> Deferral { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Against the vote of all samples; <see langword="null"/> for that vote itself.</summary>
    public McNemarTest? Test { get; init; }

    /// <summary>The mid-p value after Holm's correction over all strategies but the first; <see langword="null"/> for that.</summary>
    public double? HolmP { get; init; }
}
