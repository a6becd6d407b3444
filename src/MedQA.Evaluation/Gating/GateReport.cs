using System.Collections.Immutable;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Gating;

/// <summary>Whether a run fulfils a policy.</summary>
public sealed record GateReport
{
    /// <summary>What the policy is for; <see langword="null"/> for none.</summary>
    public string? Title { get; init; }

    /// <summary>The run's name.</summary>
    public required string Run { get; init; }

    /// <summary>The baseline's name; <see langword="null"/> without one.</summary>
    public string? Baseline { get; init; }

    /// <summary>
    /// <see cref="GateOutcome.Fail"/> if a rule fails, else <see cref="GateOutcome.Inconclusive"/> if one is inconclusive, else
    /// <see cref="GateOutcome.Pass"/>.
    /// </summary>
    public required GateOutcome Outcome { get; init; }

    /// <summary>The confidence with which all outcomes hold together.</summary>
    public required double Confidence { get; init; }

    /// <summary>How many rules are judged by an interval: the family that is corrected for.</summary>
    public required int FamilySize { get; init; }

    /// <summary>The confidence of each interval, after the correction.</summary>
    public required double EachConfidence { get; init; }

    /// <summary>The rules in the policy's order.</summary>
    public required ImmutableArray<GateRuleResult> Rules { get; init; }

    /// <summary>What a reader must know before using the outcomes.</summary>
    public ImmutableArray<string> Warnings { get; init => field = value.IsDefault ? [] : value; } = [];
}

/// <summary>The outcome of a rule.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Name">Its name.</param>
/// <param name="Outcome">The outcome.</param>
/// <param name="Questions">The questions that it is about.</param>
/// <param name="Value">What was measured; <see langword="null"/> if nothing was.</param>
/// <param name="Interval">The interval of <paramref name="Value"/>, of the report's <see cref="GateReport.EachConfidence"/>.</param>
/// <param name="Reason">The outcome as a sentence.</param>
public sealed record GateRuleResult(
    GateRule Rule, string Name, GateOutcome Outcome, int Questions, double? Value, Interval? Interval, string Reason);

/// <summary>The outcome of a rule or a gate.</summary>
public enum GateOutcome
{
    /// <summary>The limit is kept, as far as chance allows to say so.</summary>
    Pass,

    /// <summary>The limit is exceeded, as far as chance allows to say so.</summary>
    Fail,

    /// <summary>The answers do not tell: the interval holds the limit, or something was not measured.</summary>
    Inconclusive,
}
