using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Gating;

/// <summary>Judges runs by policies.</summary>
public static class Gate
{
    /// <summary>
    /// Judges a run. A rule passes if the whole interval keeps its limit, and fails if none of it does; the intervals hold together with
    /// the policy's confidence (Bonferroni). The loss rule is a test of non-inferiority by the paired interval.
    /// </summary>
    /// <param name="policy">The policy, with allowed values.</param>
    /// <param name="run">The run.</param>
    /// <param name="baseline">The run that losses are measured against; <see langword="null"/> for none.</param>
    /// <exception cref="InputException">
    /// The policy has a rule about losses and there is no baseline, or the two runs did not answer the same questions.
    /// </exception>
    public static GateReport Of(GatePolicy policy, GatedRun run, GatedRun? baseline)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(run);
        if (baseline is null && policy.Rules.Any(static rule => rule.Measure == GateMeasure.Loss))
        {
            throw InputException.Of("baseline", "is missing: the policy has a rule about losses, which are measured against a baseline.");
        }

        if (policy.Rules.Any(static rule => rule.Measure == GateMeasure.Loss)
            && !run.Answers.Answers.Keys.Any(baseline!.Answers.Answers.ContainsKey))
        {
            throw new InputException(
                $"{run.Answers.Name} and {baseline.Answers.Name} have no question in common that has a known right option.");
        }

        var results = policy.Rules.Select(rule => Judge(rule, policy.EachConfidence, run, baseline)).ToList();
        return new GateReport
        {
            Title = policy.Title,
            Run = run.Answers.Name,
            Baseline = baseline?.Answers.Name,
            Outcome = results.Exists(static result => result.Outcome == GateOutcome.Fail) ? GateOutcome.Fail
                : results.Exists(static result => result.Outcome == GateOutcome.Inconclusive) ? GateOutcome.Inconclusive
                : GateOutcome.Pass,
            Confidence = policy.FamilyConfidence,
            FamilySize = policy.FamilySize,
            EachConfidence = policy.EachConfidence,
            Rules = [.. results],
            Warnings = [.. Warnings(run, baseline)],
        };
    }

    private static IEnumerable<string> Warnings(GatedRun run, GatedRun? baseline)
    {
        if (baseline is not null && baseline.Answers.Run == run.Answers.Run)
        {
            yield return "The run is its own baseline: it cannot have lost anything.";
        }

        if (run.Answers.Rules is { } rules && baseline?.Answers.Rules is { } others && rules != others)
        {
            yield return $"The run follows version {rules} of the evaluation's rules and the baseline version {others}: answers were "
                + "read by different rules, and part of a difference can come from that.";
        }
    }

    private static GateRuleResult Judge(GateRule rule, double confidence, GatedRun run, GatedRun? baseline)
    {
        var (questions, value, interval, outcome, reason) = rule.Measure switch
        {
            GateMeasure.Accuracy => Accuracy(rule, confidence, run),
            GateMeasure.Loss => Loss(rule, confidence, run, baseline!),
            GateMeasure.CalibrationError => CalibrationError(rule, confidence, run),
            GateMeasure.Failures => Failures(rule, run),
            GateMeasure.Cost => Cost(rule, run),
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule.Measure, "Unknown measure."),
        };

        // What is missing need not be like what is there.
        if (outcome == GateOutcome.Pass
            && (run.Answers.Provisional || (rule.Measure == GateMeasure.Loss && baseline!.Answers.Provisional)))
        {
            (outcome, reason) = (GateOutcome.Inconclusive,
                $"{reason} But not every question of the {(run.Answers.Provisional ? "run" : "baseline")} was answered.");
        }

        return new GateRuleResult(rule, rule.Name ?? NameOf(rule), outcome, questions, value, interval, reason);
    }

    private static Judgement Accuracy(GateRule rule, double confidence, GatedRun run)
    {
        var (asWrong, asRight, failed) = (new ShareTally(), new ShareTally(), 0);
        foreach (var ((dataset, _), answer) in run.Answers.Answers)
        {
            if (IsPart(rule, dataset, answer.Topic) && answer.Failure != ComparedFailure.OfQuestion)
            {
                // A retry can turn what failed into anything.
                var isFailed = answer.Failure == ComparedFailure.OfMachine;
                failed += isFailed ? 1 : 0;
                asWrong.Add(answer.Cluster, answer.Right && !isFailed);
                asRight.Add(answer.Cluster, answer.Right || isFailed);
            }
        }

        if (asWrong.Count == 0)
        {
            return Judgement.Unmeasured($"No question with a known right option is in {rule.Part}.");
        }

        var interval = new Interval(asWrong.Interval(confidence)!.Value.Lower, asRight.Interval(confidence)!.Value.Upper);
        var value = (double)asWrong.Right / asWrong.Count;
        var (outcome, limit) = (AtLeast(interval, rule.Least!.Value), Figures.Percent(rule.Least));
        return new(
            asWrong.Count,
            value,
            interval,
            outcome,
            $"{Figures.Percent(value)} of {Figures.Count(asWrong.Count)} are right, interval {Figures.Percent(interval)}"
                + $"{(failed > 0 ? $", whatever the {Figures.Count(failed)} that failed would be" : "")}: "
                + Said(outcome, $"at least {limit}", $"below {limit}"));
    }

    private static Judgement Loss(GateRule rule, double confidence, GatedRun run, GatedRun baseline)
    {
        var failed = run.Answers.Answers.Count(entry => IsFailed(entry.Key, entry.Value, baseline.Answers))
            + baseline.Answers.Answers.Count(entry => IsFailed(entry.Key, entry.Value, run.Answers));
        if (failed > 0)
        {
            return Judgement.Unmeasured(
                $"{Figures.Count(failed)} answers to common questions failed for reasons that are not the model's. Retry the run, then "
                    + "judge it.");
        }

        var compared = RunComparison.OfPart(
            baseline.Answers, run.Answers, (dataset, topic) => IsPart(rule, dataset, topic), confidence);
        if (compared is not { } pair)
        {
            return Judgement.Unmeasured($"The run and its baseline have no question in common in {rule.Part}.");
        }

        // The comparison is the run less the baseline; a loss is the opposite.
        var interval = new Interval(-pair.Interval.Upper, -pair.Interval.Lower);
        var (outcome, limit) = (AtMost(interval, rule.Most!.Value), Points(rule.Most!.Value));
        var left = pair.LeftOutOfFirst - pair.Unaskable;
        return new(
            pair.Questions,
            -pair.Difference,
            interval,
            outcome,
            $"{Points(Math.Abs(pair.Difference))} {(pair.Difference > 0 ? "gained" : "lost")} on {Figures.Count(pair.Questions)} common "
                + $"questions ({Figures.Count(pair.Test.OnlyFirst)} right only in the baseline, "
                + $"{Figures.Count(pair.Test.OnlySecond)} only in the run), "
                + $"loss between {Points(interval.Lower)} and {Points(interval.Upper)}: "
                + Said(outcome, $"at most {limit}", $"more than {limit}")
                + (left > 0 ? $" {Figures.Count(left)} questions of the baseline are not in the run." : "")
                + (pair.FewClusters ? " There are too few clusters of questions to rely on the interval." : ""));

        bool IsFailed((string Dataset, string Question) key, ComparedAnswer answer, ComparedRun other) =>
            answer.Failure == ComparedFailure.OfMachine && other.Answers.ContainsKey(key);
    }

    private static Judgement CalibrationError(GateRule rule, double confidence, GatedRun run)
    {
        if (run.ExpectedError(confidence) is not var (questions, error, interval))
        {
            return Judgement.Unmeasured("The run has no confidence: it needs a profile with several samples or scored options.");
        }

        if (interval is not { } known)
        {
            return new(
                questions,
                error,
                null,
                GateOutcome.Inconclusive,
                $"{Figures.Fraction(error)} over {Figures.Count(questions)} questions, all of them right or all wrong: there is no "
                    + "interval.");
        }

        var (outcome, limit) = (AtMost(known, rule.Most!.Value), Figures.Fraction(rule.Most));
        return new(
            questions,
            error,
            known,
            outcome,
            $"{Figures.Fraction(error, known)} over {Figures.Count(questions)} questions: "
                + Said(outcome, $"at most {limit}", $"more than {limit}"));
    }

    private static Judgement Failures(GateRule rule, GatedRun run)
    {
        var (questions, failed) = run.Asked((dataset, topic) => IsPart(rule, dataset, topic));
        if (questions == 0)
        {
            return Judgement.Unmeasured($"No question is in {rule.Part}.");
        }

        var share = (double)failed / questions;
        return new(
            questions,
            share,
            null,
            share <= rule.Most ? GateOutcome.Pass : GateOutcome.Fail,
            $"{Figures.Of(failed, questions)} failed or could not be asked, {Figures.Percent(share)}; at most "
                + $"{Figures.Percent(rule.Most)} may.");
    }

    private static Judgement Cost(GateRule rule, GatedRun run)
    {
        var questions = run.Asked(static (_, _) => true).Questions;
        if (run.IsFree)
        {
            return new(questions, 0, null, GateOutcome.Pass, "The model is on the workers, and no service charged anything.");
        }

        if (run.Cost is not { } cost || run.Currency is not { } currency)
        {
            return Judgement.Unmeasured("What the model's service charged is not known: its file states no prices.");
        }

        var most = (decimal)rule.Most!.Value;
        return new(
            questions,
            (double)cost,
            null,
            cost <= most ? GateOutcome.Pass : GateOutcome.Fail,
            $"{CostText.Of(cost, currency)} of at most {CostText.Of(most, currency)}.");
    }

    private static bool IsPart(GateRule rule, string dataset, string? topic) =>
        (rule.Dataset is null || rule.Dataset == dataset) && (rule.Topic is null || rule.Topic == topic);

    private static GateOutcome AtLeast(Interval interval, double limit) =>
        interval.Lower >= limit ? GateOutcome.Pass : interval.Upper < limit ? GateOutcome.Fail : GateOutcome.Inconclusive;

    private static GateOutcome AtMost(Interval interval, double limit) =>
        interval.Upper <= limit ? GateOutcome.Pass : interval.Lower > limit ? GateOutcome.Fail : GateOutcome.Inconclusive;

    private static string Said(GateOutcome outcome, string kept, string exceeded) => outcome switch
    {
        GateOutcome.Pass => $"{kept}.",
        GateOutcome.Fail => $"{exceeded}.",
        _ => $"it may be {kept} or {exceeded}.",
    };

    private static string NameOf(GateRule rule) => rule.Measure switch
    {
        GateMeasure.Accuracy => $"Accuracy on {rule.Part} at least {Figures.Percent(rule.Least)}",
        GateMeasure.Loss => $"Loss on {rule.Part} at most {Points(rule.Most!.Value)}",
        GateMeasure.CalibrationError => $"Expected calibration error at most {Figures.Fraction(rule.Most)}",
        GateMeasure.Failures => $"Failures on {rule.Part} at most {Figures.Percent(rule.Most)}",
        _ => $"Cost at most {rule.Most!.Value:#,0.##}",
    };

    private static string Points(double share) => $"{100 * share:0.0} points";

    /// <param name="Questions">The questions that it is about.</param>
    /// <param name="Value">What was measured.</param>
    /// <param name="Interval">Its interval.</param>
    /// <param name="Outcome">The outcome.</param>
    /// <param name="Reason">The outcome as a sentence.</param>
    private readonly record struct Judgement(int Questions, double? Value, Interval? Interval, GateOutcome Outcome, string Reason)
    {
        public static Judgement Unmeasured(string reason) => new(0, null, null, GateOutcome.Inconclusive, reason);
    }
}
