using System.Collections.Immutable;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>What a reader of a report must know before using its figures.</summary>
internal static class ReportWarnings
{
    public static ImmutableArray<string> Of(RunReport report)
    {
        var warnings = ImmutableArray.CreateBuilder<string>();
        warnings.AddRange(OfUnfinished(report));
        if (report.StoppedEarly is { } stopped)
        {
            warnings.Add(
                $"Stopped after {Figures.Count(stopped.Asked)} of {Figures.Count(stopped.Of)} questions, which were asked in a random "
                    + $"order: the 95 % interval is within ±{AccuracyTarget.TextOf(stopped.Points)} points, as was asked for. It is "
                    + $"{Figures.Percent(stopped.Interval)}, of the accuracy that this run would have with all its questions asked whose "
                    + "right option is known, and it holds although the run stopped by what it saw. Intervals and tests that suppose a "
                    + "number of questions fixed before are left out: of topics, of calibration and deferral, of pairs.");
        }

        warnings.AddRange(OfClusters(report.Accuracy.Clusters));
        if (report.Questions.Failed > 0)
        {
            warnings.Add(
                $"{report.Questions.Failed} questions failed for reasons that are not the model's. Accuracy is given with bounds and "
                    + "without an interval; retry the run before comparing it.");
        }

        if (report.Questions.Unaskable > 0)
        {
            warnings.Add(
                $"{report.Questions.Unaskable} questions cannot be asked so "
                    + $"({string.Join(", ", report.UnaskableReasons.Select(static reason => $"{reason.Code}: {reason.Questions}"))}). "
                    + "They are in no accuracy: every figure is about the others, and no retry changes that.");
        }

        if (report.Circumstances.Usage is { Versions: { Length: > 1 } versions })
        {
            warnings.Add(
                $"The service answered with {(versions.Length == TokenUsage.MaxVersions ? "at least " : "")}{versions.Length} versions of "
                    + $"the model ({string.Join(", ", versions)}): the figures are of a mixture. Ask for a fixed "
                    + "version, if the service has one.");
        }

        if (report.Circumstances.Usage is { UncountedRequests: > 0 } uncounted)
        {
            warnings.Add(
                $"{uncounted.UncountedRequests:#,0} of {uncounted.Requests:#,0} answers of the service did not say how many tokens they "
                    + "used: the tokens and the cost are too low.");
        }

        if (report.Reasonings.Filtered > 0)
        {
            warnings.Add(
                $"{report.Reasonings.Filtered:#,0} reasonings were withheld by a content filter of the service and gave no vote.");
        }

        if (report.Reasonings.ShareCut > ReasoningEnds.WarnAboveShareCut)
        {
            var profile = report.Protocol.Profile;
            warnings.Add(profile.Strategy.WritesFreeAnswers
                ? $"{Share(report.Reasonings.ShareCut)} of the answers were cut at maxTokens ({profile.MaxTokens}) and end in the middle. "
                    + "Raise it, or ask for shorter answers: people would rate what is missing."
                : $"{Share(report.Reasonings.ShareCut)} of the reasonings were cut at maxTokens ({profile.MaxTokens}). Raise it: a cut "
                    + "reasoning often ends before its answer.");
        }

        if (report.Thinking is { Thinking: 0 })
        {
            warnings.Add(
                $"The profile has thinkingTokens ({report.Protocol.Profile.ThinkingTokens}), but no reasoning has a thought: the budget "
                    + "changed nothing.");
        }

        if (2 * report.ForcedVotes.Forced > report.ForcedVotes.Votes)
        {
            warnings.Add($"{Share((double)report.ForcedVotes.Forced / report.ForcedVotes.Votes)} of the votes were forced: no answer "
                + "could be read from the reasonings, and the option that the model finds most likely behind the answer cue was counted. "
                + "Look at some reasonings: the model may be cut off, may not finish its thoughts, or may write answers in a form or "
                + "language that is not read.");
        }

        if (report is { Pairs.Pairs: > 0 and var pairs, Accuracy.Interval: not null })
        {
            warnings.Add(
                $"{pairs:#,0} {(pairs == 1 ? "pair has" : "pairs have")} questions that differ in one thing only. Intervals of accuracy "
                    + "take them as independent unless they share a passage, and are too narrow for that: the figures of the pairs are "
                    + "not.");
        }

        return warnings.DrainToImmutable();
    }

    /// <summary>That not every question was answered.</summary>
    public static IEnumerable<string> OfUnfinished(RunReport report)
    {
        if (report.Provisional)
        {
            yield return report.Questions.Waiting > 0
                ? $"Provisional: {report.Questions.Waiting} of {report.Questions.Accepted} questions have no answer yet, and every figure "
                    + "can change."
                : "Provisional: the run is not finished, and every figure can change.";
        }
    }

    /// <summary>That questions belong together, in too few clusters.</summary>
    public static IEnumerable<string> OfClusters(int? clusters)
    {
        if (clusters < ClusteredInterval.FewClusters)
        {
            yield return $"The questions are {clusters} {(clusters == 1 ? "cluster" : "clusters")} of equal questions or questions on one "
                + $"passage. Below {ClusteredInterval.FewClusters} there are too few to rely on intervals and tests.";
        }
    }

    private static string Share(double share) => (100 * share).ToString("0.0") + " %";
}
