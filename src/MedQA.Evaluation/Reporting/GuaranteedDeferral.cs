using System.Collections.Immutable;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>A threshold of agreement that a development run guarantees, and its results on this run.</summary>
public sealed record GuaranteedDeferral
{
    /// <summary>The development run's question set.</summary>
    public required string Development { get; init; }

    /// <summary>The share of the kept answers to be right.</summary>
    public required double TargetAccuracy { get; init; }

    /// <summary>The probability of that.</summary>
    public required double Confidence { get; init; }

    /// <summary>The threshold; <see langword="null"/> if the development run allows none.</summary>
    public GuaranteedThreshold? Threshold { get; init; }

    /// <summary>Answers of this run at or above the threshold.</summary>
    public int Kept { get; init; }

    /// <summary>Of them, right ones.</summary>
    public int Right { get; init; }

    /// <summary><see cref="Kept"/> over all scored answers of this run.</summary>
    public double? Coverage { get; init; }

    /// <summary>
    /// 95 % interval of the accuracy of the kept, as <see cref="Accuracy.Interval"/> is computed; <see langword="null"/> if none is
    /// kept.
    /// </summary>
    public Interval? Interval { get; init; }

    /// <summary>
    /// Questions that the development run asked too: the guarantee rests on new questions. 0 where there are none or it is not known.
    /// </summary>
    public int SharedQuestions { get; init; }

    /// <summary>What a reader must know before relying on the guarantee; empty if there is nothing.</summary>
    public ImmutableArray<string> Warnings { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Finds the threshold on a development run and applies it.</summary>
    /// <param name="development">The report of the development run: other questions, the same model and protocol.</param>
    /// <param name="report">The run to apply it to.</param>
    /// <param name="accuracy">The share of the kept answers to be right.</param>
    /// <param name="confidence">The probability of that.</param>
    /// <exception cref="InputException">
    /// The development run asked the run's own questions; the runs differ in model, protocol or version of the rules; one is not finished
    /// or has failed questions; or they have no agreement to use as confidence. </exception>
    public static GuaranteedDeferral Of(RunReport development, RunReport report, double accuracy = 0.9, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(development);
        ArgumentNullException.ThrowIfNull(report);
        var shared = Check(development, report);
        var samples = development.Agreement.Histogram.First(static level => level.Correct + level.Wrong > 0).Samples;
        var threshold = LearnThenTest.Find(Table(development), LearnThenTest.ThresholdsOfVotes(samples), accuracy, confidence);
        var guarantee = new GuaranteedDeferral
        {
            Development = development.QuestionSet,
            TargetAccuracy = accuracy,
            Confidence = confidence,
            Threshold = threshold,
            SharedQuestions = shared?.Questions ?? 0,
            Warnings = [.. WarningsOf(development, report, shared)],
        };
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
            Interval = count == 0 ? null : kept[0].KeptInterval ?? BinomialInterval.ClopperPearson(right, count),
        };
    }

    /// <summary>Returns the levels of the report where it has them (they know of clusters), else those of the histogram.</summary>
    private static ConfidenceTable Table(RunReport report) => report.Confidence is { Levels.IsDefaultOrEmpty: false } confidence
        ? ConfidenceTable.OfLevels(confidence.Levels)
        : ConfidenceTable.OfVotes(
            report.Agreement.Histogram.Select(static level => (level.Votes, level.Samples, level.Correct, level.Wrong)));

    private static IEnumerable<string> WarningsOf(RunReport development, RunReport report, (int Questions, bool Exact)? shared)
    {
        if (shared is null)
        {
            yield return "One of the reports was written before reports say which questions were asked, so whether the runs share "
                + "questions is not known. A guarantee rests on other questions.";
        }
        else if (shared is { Questions: > 0 and var questions, Exact: var exact })
        {
            yield return $"The development run asked {(exact ? "" : "about ")}{questions} of this run's {report.Asked!.Questions} "
                + "questions too. The guarantee is for new questions: leave these out of one of the files.";
        }

        foreach (var run in new[] { development, report })
        {
            if (run.Accuracy is { FewClusters: true, Clusters: { } clusters })
            {
                yield return $"The questions of {run.QuestionSet} are {clusters} clusters of equal questions or questions on one passage: "
                    + "too few to say much of others.";
            }
        }
    }

    /// <summary>Returns how many questions both runs asked, and whether that is exact; <see langword="null"/> if it is not known.</summary>
    private static (int Questions, bool Exact)? CheckOtherQuestions(RunReport development, RunReport report)
    {
        if (development.Circumstances.Run == report.Circumstances.Run
            || (development.QuestionSetHash is { } hash && hash == report.QuestionSetHash))
        {
            throw new InputException(
                $"The development run asked this run's own questions ({report.QuestionSet}). A threshold that was chosen on them "
                    + "guarantees nothing about them: use a run on other questions.");
        }

        if (development.Asked is not { } asked || report.Asked is not { } own)
        {
            return null;
        }

        var (questions, exact) = own.Shared(asked);
        if (questions >= own.Questions)
        {
            throw new InputException(
                $"{(exact ? "All" : "About all")} questions of this run ({report.QuestionSet}) are in the development run "
                    + $"({development.QuestionSet}). A threshold that was chosen on them guarantees nothing about them: use a run on "
                    + "other questions.");
        }

        return (questions, exact);
    }

    private static (int Questions, bool Exact)? Check(RunReport development, RunReport report)
    {
        var shared = CheckOtherQuestions(development, report);
        if (development.EvaluationRules != report.EvaluationRules)
        {
            throw new InputException(
                $"The development run was read under version {development.EvaluationRules} of the evaluation's rules, this run under "
                    + $"version {report.EvaluationRules}. A guarantee holds for one version only: run the development file again.");
        }

        if (development.ModelFingerprint != report.ModelFingerprint)
        {
            throw new InputException(
                $"The development run was answered by {development.Model}, this run by {report.Model} (or by other files of the same "
                    + "name). A guarantee holds for one model only.");
        }

        if (!CanonicalJson.Of(development.Protocol).AsSpan().SequenceEqual(CanonicalJson.Of(report.Protocol)))
        {
            throw new InputException(
                $"The development run asked by profile {development.Protocol.Profile.Name}, this run by {report.Protocol.Profile.Name}, "
                    + "or with other worked examples or settings. A guarantee holds for one protocol only.");
        }

        foreach (var run in new[] { development, report })
        {
            if (run.Provisional || run.Questions.Failed > 0)
            {
                throw new InputException(
                    new FaultLocation(),
                    $"The run on {run.QuestionSet} has questions that are not answered yet, or that failed",
                    "Finish or retry it first");
            }

            if (run.StoppedEarly is not null)
            {
                throw new InputException(
                    new FaultLocation(),
                    $"The run on {run.QuestionSet} stopped early, by what it saw: a guarantee rests on a number of questions that was "
                        + "fixed before",
                    "Run it without --until");
            }

            if (run.Confidence is null)
            {
                throw new InputException(
                    $"The run on {run.QuestionSet} has no agreement to defer by: it needs questions with a known right option and a fixed "
                        + "number of samples above 1.");
            }
        }

        return shared;
    }
}
