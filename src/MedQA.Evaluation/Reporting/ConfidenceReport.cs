using System.Collections.Immutable;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>
/// Whether a run's confidence says which answers are right, and what deferring the least confident ones to a person would gain.
/// </summary>
public sealed record ConfidenceReport
{
    /// <summary>Below this many questions a report says that there are few.</summary>
    public const int FewQuestions = 300;

    /// <summary>What the confidence is, for people.</summary>
    public required string Confidence { get; init; }

    /// <summary>Questions with a known right option; those without an answer have confidence 0 and are wrong.</summary>
    public required int Questions { get; init; }

    /// <summary>Calibration and ranking.</summary>
    public required CalibrationFigures Figures { get; init; }

    /// <summary>95 % bootstrap intervals of the figures; <see langword="null"/> while the run is provisional or questions failed.</summary>
    public CalibrationIntervals? Intervals { get; init; }

    /// <summary>The ten bins of the calibration error, those that hold answers; empty where the run stopped early.</summary>
    public ImmutableArray<CalibrationBin> Bins { get; init; } = [];

    /// <summary>
    /// The exact reliability table: every level of confidence that occurs, from low to high. Empty where the confidence is not a share of
    /// votes.
    /// </summary>
    public ImmutableArray<ConfidenceLevel> Levels { get; init; } = [];

    /// <summary>The risk-coverage curve from the highest confidence down: all its points, or 200 of them.</summary>
    public ImmutableArray<RiskCoveragePoint> RiskCoverage { get; init; } = [];

    /// <summary>Accuracy at deferred fractions 0, 0.05 … 0.95. The thresholds are chosen on the same answers.</summary>
    public ImmutableArray<DeferralPoint> Deferral { get; init; } = [];

    /// <summary>Whether there are too few questions to trust the figures' last digits.</summary>
    public bool Few => Questions < FewQuestions;
}

/// <summary>What the samples stored once say about fewer samples.</summary>
public sealed record SampleFigures
{
    /// <summary>Samples per question, k.</summary>
    public required int Samples { get; init; }

    /// <summary>Questions with a known right option.</summary>
    public required int Questions { get; init; }

    /// <summary>The accuracy of one sample alone, averaged over all; a sample without an answer is wrong.</summary>
    public required double MeanAccuracy { get; init; }

    /// <summary>The accuracy of the worst sample index over all questions.</summary>
    public required double LowestAccuracy { get; init; }

    /// <summary>The accuracy of the best sample index.</summary>
    public required double HighestAccuracy { get; init; }

    /// <summary>
    /// Sample standard deviation of the accuracies of the k sample indices: the spread from seed to seed of single answers.
    /// </summary>
    public required double Deviation { get; init; }

    /// <summary>pass@m and maj@m for m = 1 … k. Empty above <see cref="MaxSamplesForSubsets"/> samples.</summary>
    public ImmutableArray<SubsetScore> Subsets { get; init; } = [];

    /// <summary>The most samples for which a report computes every m.</summary>
    public const int MaxSamplesForSubsets = 100;
}

/// <summary>What m of the samples would have scored: the exact expectation over all choices of them.</summary>
/// <param name="Samples">m.</param>
/// <param name="PassAt">The expected share of questions of which at least one sample is right.</param>
/// <param name="MajorityAt">The expected accuracy of the plurality vote, ties among t options at 1/t.</param>
public sealed record SubsetScore(int Samples, double PassAt, double MajorityAt);
