using System.Collections.Immutable;

namespace MedQA.Evaluation.Gating;

/// <summary>What a run must fulfil before it is used: rules that all have to hold (docs/gate.md).</summary>
public sealed record GatePolicy
{
    /// <summary>The maximum number of rules.</summary>
    public const int MaxRules = 100;

    /// <summary>The longest name, data set or topic, in characters.</summary>
    public const int MaxText = 200;

    /// <summary>The confidence of a policy that states none.</summary>
    public const double UsualConfidence = 0.95;

    /// <summary>What the policy is for, for people; <see langword="null"/> for none.</summary>
    public string? Title { get; init; }

    /// <summary>
    /// The confidence with which all outcomes hold together; from 0.5 to 0.9999. <see langword="null"/> for
    /// <see cref="UsualConfidence"/>.
    /// </summary>
    public double? Confidence { get; init; }

    /// <summary>The rules: 1 to <see cref="MaxRules"/>.</summary>
    public required ImmutableArray<GateRule> Rules { get; init; }

    /// <summary>Returns whether a rule measures against another run.</summary>
    public bool NeedsBaseline() => Rules.Any(static rule => rule.Measure == GateMeasure.Loss);

    /// <summary>How many of the rules are judged by an interval: the family that is corrected for.</summary>
    internal int FamilySize => Rules.Count(static rule => rule.HasInterval);

    /// <summary>The confidence with which all outcomes hold together.</summary>
    internal double FamilyConfidence => Confidence ?? UsualConfidence;

    /// <summary>
    /// The confidence of each interval, so that all of them hold together with <see cref="FamilyConfidence"/> (Bonferroni's correction).
    /// </summary>
    internal double EachConfidence => 1 - ((1 - FamilyConfidence) / Math.Max(1, FamilySize));
}

/// <summary>A rule of a policy.</summary>
public sealed record GateRule
{
    /// <summary>Its name; <see langword="null"/> for one made from the rest.</summary>
    public string? Name { get; init; }

    /// <summary>What is measured.</summary>
    public required GateMeasure Measure { get; init; }

    /// <summary>Only questions of this data set; <see langword="null"/> for all.</summary>
    public string? Dataset { get; init; }

    /// <summary>Only questions on this topic; <see langword="null"/> for all.</summary>
    public string? Topic { get; init; }

    /// <summary>The least value allowed, of <see cref="GateMeasure.Accuracy"/>: 0 to 1.</summary>
    public double? Least { get; init; }

    /// <summary>
    /// The greatest value allowed, of all others: 0 to 1; for <see cref="GateMeasure.Cost"/> an amount in the currency of the run's prices.
    /// </summary>
    public double? Most { get; init; }

    /// <summary>Whether the rule is judged by an interval; the others are counts.</summary>
    internal bool HasInterval => Measure is GateMeasure.Accuracy or GateMeasure.Loss or GateMeasure.CalibrationError;

    /// <summary>Which questions it is about, for people.</summary>
    internal string Part => (Dataset, Topic) switch
    {
        (null, null) => "all questions",
        (null, var topic) => $"topic {topic}",
        (var dataset, null) => dataset,
        (var dataset, var topic) => $"{dataset}, topic {topic}",
    };
}

/// <summary>What a rule measures.</summary>
public enum GateMeasure
{
    /// <summary>The share of right answers. The lower end of its interval must not be below the limit.</summary>
    Accuracy,

    /// <summary>
    /// How much accuracy the run has lost against the baseline, on the questions that both answered. The upper end of its paired interval
    /// must not be above the limit: the run is not inferior by more than that.
    /// </summary>
    Loss,

    /// <summary>The expected calibration error. The upper end of its interval must not be above the limit.</summary>
    CalibrationError,

    /// <summary>The share of questions that infrastructure failed to answer or that could not be asked.</summary>
    Failures,

    /// <summary>What the model's service charged for the run.</summary>
    Cost,
}
