using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>How many questions with a known right option were answered right.</summary>
public sealed record Accuracy
{
    /// <summary>Right answers.</summary>
    public required int Correct { get; init; }

    /// <summary>Questions with a known right option that the model was asked: the divisor. Those without an answer are wrong.</summary>
    public required int Scored { get; init; }

    /// <summary>Of <see cref="Scored"/>, questions on which the model gave no answer.</summary>
    public required int Unanswered { get; init; }

    /// <summary>Questions with a known right option that infrastructure failed to answer; not in <see cref="Scored"/>.</summary>
    public required int Failed { get; init; }

    /// <summary>
    /// Questions with a known right option that cannot be asked so (too long for the model's context, without options); not in
    /// <see cref="Scored"/>, and no retry changes that.
    /// </summary>
    public int Unaskable { get; init; }

    /// <summary><see cref="Correct"/> / <see cref="Scored"/>; <see langword="null"/> if nothing is scored.</summary>
    public double? Value { get; init; }

    /// <summary>
    /// 95 % interval of <see cref="Value"/>: Clopper-Pearson's, or where questions belong together (<see cref="Clusters"/>) the one of
    /// <see cref="ClusteredInterval.Proportion"/>. <see langword="null"/> if nothing is scored, or while there are failed questions: a
    /// retry must answer them first. Of a run that stopped early, the one that holds in spite of that, for the run and its data sets
    /// alone.
    /// </summary>
    public Interval? Interval { get; init; }

    /// <summary>
    /// Where questions belong together, 95 % Clopper-Pearson interval as if they did not: too narrow, but what papers print.
    /// </summary>
    public Interval? IntervalOfUnrelated { get; init; }

    /// <summary>Clusters of scored questions, where two or more are equal or share a passage; else <see langword="null"/>.</summary>
    public int? Clusters { get; init; }

    /// <summary>Whether there are so few clusters that <see cref="Interval"/> is not to be relied on.</summary>
    public bool FewClusters => Clusters < ClusteredInterval.FewClusters;

    /// <summary>
    /// Where there are failed questions: the accuracy if all of them were wrong, and if all were right; else <see langword="null"/>.
    /// </summary>
    public Interval? Bounds { get; init; }

    /// <summary>
    /// The accuracy of guessing: the mean of 1/options over the scored questions, options left out that no one would choose ("n/a").
    /// </summary>
    public double? Chance { get; init; }

    /// <summary>How many options each scored question has; <see langword="null"/> if they differ or nothing is scored.</summary>
    public int? OptionsEach { get; init; }

    /// <summary>
    /// The standard error of <see cref="Value"/> with questions that belong together as one cluster (arXiv 2411.00640, section 2.2),
    /// corrected for a small number of clusters; with no two together it is the usual one. <see langword="null"/> if nothing is scored
    /// or questions failed.
    /// </summary>
    public double? StandardError { get; init; }
}

/// <summary>The mean accuracy of a run's data sets, each counted once.</summary>
/// <param name="Value">The mean.</param>
/// <param name="Datasets">How many data sets have scored questions.</param>
/// <param name="StandardError">Root of the sum of the sets' squared standard errors, divided by their number; <see langword="null"/> while
/// questions failed.</param>
/// <param name="Interval">95 % interval, combined from the sets' score intervals (Zou and Donner, Statistics in Medicine 27, 2008):
/// never a point; <see langword="null"/> while questions failed.</param>
public sealed record MacroAccuracy(double Value, int Datasets, double? StandardError, Interval? Interval);

/// <summary>The questions of one data set, or of one topic of it.</summary>
/// <param name="Dataset">The data set.</param>
/// <param name="Topic">The topic, or <see langword="null"/> for the whole data set.</param>
/// <param name="Questions">Questions that the model was asked, those without a known right option included.</param>
/// <param name="Accuracy">Their accuracy.</param>
/// <param name="MeanAgreement">Mean agreement over the questions with options; <see langword="null"/> without any.</param>
public sealed record Slice(string Dataset, string? Topic, int Questions, Accuracy Accuracy, double? MeanAgreement);

/// <summary>What choosing by log-likelihood scores, in lm-evaluation-harness's three ways.</summary>
/// <param name="Scored">Questions with a known right option.</param>
/// <param name="Correct">Right ones by log-likelihood: <c>acc</c>, the run's accuracy.</param>
/// <param name="CorrectByCodePoints">Right ones by log-likelihood per Unicode code point: <c>acc_norm</c>.</param>
/// <param name="CorrectByBytes">Right ones by log-likelihood per UTF-8 byte: <c>acc_bytes</c>.</param>
public sealed record OptionScoring(int Scored, int Correct, int CorrectByCodePoints, int CorrectByBytes);
