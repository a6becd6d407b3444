using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>A threshold of agreement that a development run guarantees, and what it gives on this run.</summary>
public sealed record GuaranteedDeferral
{
    /// <summary>The development run's question set.</summary>
    public required string Development { get; init; }

    /// <summary>How many of the answers kept shall be right.</summary>
    public required double TargetAccuracy { get; init; }

    /// <summary>How sure that shall be.</summary>
    public required double Confidence { get; init; }

    /// <summary>The threshold; <see langword="null"/> where the development run allows none.</summary>
    public GuaranteedThreshold? Threshold { get; init; }

    /// <summary>Answers of this run at or above the threshold.</summary>
    public int Kept { get; init; }

    /// <summary>Of them, right ones.</summary>
    public int Right { get; init; }

    /// <summary><see cref="Kept"/> over all scored answers of this run.</summary>
    public double? Coverage { get; init; }

    /// <summary>95 % Clopper-Pearson interval of the accuracy of the kept; <see langword="null"/> where none is kept.</summary>
    public Interval? Interval { get; init; }

    /// <summary>Finds the threshold on a development run and applies it.</summary>
    /// <param name="development">The report of the development run: other questions, the same model and protocol.</param>
    /// <param name="report">The run to apply it to.</param>
    /// <param name="accuracy">How many of the answers kept shall be right.</param>
    /// <param name="confidence">How sure that shall be.</param>
    /// <exception cref="RunComparisonException">The runs differ in model or protocol, one is not finished or has failed questions, or agreement is no confidence of theirs.</exception>
    public static GuaranteedDeferral Of(RunReport development, RunReport report, double accuracy = 0.9, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(development);
        ArgumentNullException.ThrowIfNull(report);
        Check(development, report);
        var samples = development.Agreement.Histogram.First(static level => level.Correct + level.Wrong > 0).Samples;
        var threshold = LearnThenTest.Find(Table(development), LearnThenTest.ThresholdsOfVotes(samples), accuracy, confidence);
        var guarantee = new GuaranteedDeferral { Development = development.QuestionSet, TargetAccuracy = accuracy, Confidence = confidence, Threshold = threshold };
        if (threshold is null)
        {
            return guarantee;
        }

        var kept = report.Confidence!.Levels.Where(level => level.Confidence >= threshold.Threshold).ToArray();
        var (count, right) = (kept.Sum(static level => level.Count), kept.Sum(static level => level.Right));
        return guarantee with
        {
            Kept = count,
            Right = right,
            Coverage = (double)count / report.Confidence.Questions,
            Interval = count == 0 ? null : BinomialInterval.ClopperPearson(right, count),
        };
    }

    private static ConfidenceTable Table(RunReport report) => ConfidenceTable.OfVotes(report.Agreement.Histogram.Select(static level => (level.Votes, level.Samples, level.Correct, level.Wrong)));

    private static void Check(RunReport development, RunReport report)
    {
        if (development.ModelFingerprint != report.ModelFingerprint)
        {
            throw new RunComparisonException($"The development run was answered by {development.Model}, this run by {report.Model} (or by other files of the same name). A guarantee holds for one model only.");
        }

        if (!CanonicalJson.Of(development.Protocol).AsSpan().SequenceEqual(CanonicalJson.Of(report.Protocol)))
        {
            throw new RunComparisonException($"The development run asked by profile {development.Protocol.Profile.Name}, this run by {report.Protocol.Profile.Name}, or with other worked examples or settings. A guarantee holds for one protocol only.");
        }

        foreach (var run in new[] { development, report })
        {
            if (run.Provisional || run.Questions.Failed > 0)
            {
                throw new RunComparisonException($"The run on {run.QuestionSet} has questions that are not answered yet, or that failed. Finish or retry it first.");
            }

            if (run.Confidence is null)
            {
                throw new RunComparisonException($"The run on {run.QuestionSet} has no agreement to defer by: it needs questions with a known right option and a fixed number of samples above 1.");
            }
        }
    }
}
