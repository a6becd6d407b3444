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
        if (baseline is null && policy.NeedsBaseline())
        {
            throw InputException.Of("baseline", "is missing: the policy has a rule about losses, which are measured against a baseline.");
        }

        if (policy.NeedsBaseline()
            && !run.Answers.Provisional
            && !baseline!.Answers.Provisional
            && !run.Answers.Answers.Keys.Any(baseline.Answers.Answers.ContainsKey))
        {
            throw new InputException(
                $"{run.Answers.Name} and {baseline.Answers.Name} have no question in common that has a known right option.");
        }

        var calibration = policy.Rules.Any(static rule => rule.Measure == GateMeasure.CalibrationError)
            ? run.ExpectedError(policy.EachConfidence)
            : null;
        var results = policy.Rules.Select(rule => Judge(rule, policy.EachConfidence, run, baseline, calibration)).ToList();
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
        foreach (var open in ((GatedRun?[])[run, baseline]).OfType<GatedRun>().Where(static one => one.Answers.Provisional))
        {
            yield return $"Provisional: not every question of {open.Answers.Name} was answered, and every figure can change. What is "
                + "missing need not be like what is there.";
        }

        if (baseline is not null && baseline.Answers.Run == run.Answers.Run)
        {
            yield return "The run is its own baseline.";
        }

        if (run.Answers.Rules is { } rules && baseline?.Answers.Rules is { } others && rules != others)
        {
            yield return $"The run follows version {rules} of the evaluation's rules and the baseline version {others}: answers were "
                + "read by different rules, and part of a difference can come from that.";
        }
    }

    private static GateRuleResult Judge(
        GateRule rule, double confidence, GatedRun run, GatedRun? baseline, CalibrationMeasure? calibration)
    {
        var (questions, value, interval, outcome, reason) = rule.Measure switch
        {
            GateMeasure.Loss or GateMeasure.CalibrationError when ((GatedRun?[])[run, rule.Measure == GateMeasure.Loss ? baseline : null])
                .FirstOrDefault(static one => one?.Answers.Stopped is not null) is { } stopped => Judgement.Unmeasured(
                    $"{stopped.Answers.Name} stopped early, by what it saw, and this interval supposes a number of questions that was "
                        + "fixed before. Run it without --until to judge it by this rule."),
            GateMeasure.Accuracy when run.Answers.Stopped is { } target => AccuracyAtStop(rule, confidence, run, target),
            GateMeasure.Accuracy => Accuracy(rule, confidence, run),
            GateMeasure.Loss => Loss(rule, confidence, run, baseline!),
            GateMeasure.CalibrationError => CalibrationError(rule, run, calibration),
            GateMeasure.Failures => Failures(rule, run),
            GateMeasure.Cost => Cost(rule, run),
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule.Measure, "Unknown measure."),
        };

        // What is missing need not be like what is there. Only costs cannot become less.
        var isOpen = run.Answers.Provisional || (rule.Measure == GateMeasure.Loss && baseline!.Answers.Provisional);
        if (isOpen && outcome != GateOutcome.Inconclusive && (outcome == GateOutcome.Pass || rule.Measure != GateMeasure.Cost))
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

        if (asWrong.Count == 0 && run.Answers.Provisional)
        {
            return Judgement.Unmeasured("No answer is collected yet: answers are collected when their batch is finished.");
        }

        if (asWrong.Count == 0)
        {
            return Judgement.Unmeasured(
                $"No answered question with a known right option is in {rule.Part}; the names of data sets and topics are compared letter "
                    + "by letter.");
        }

        var interval = new Interval(asWrong.Interval(confidence)!.Value.Lower, asRight.Interval(confidence)!.Value.Upper);
        var value = (double)asWrong.Right / asWrong.Count;
        var (outcome, limit) = (AtLeast(interval, rule.Least!.Value), Share(rule.Least!.Value));
        return new Judgement(
            asWrong.Count,
            value,
            interval,
            outcome,
            $"{Figures.Percent(value)} of {Figures.Count(asWrong.Count)} are right, interval {Figures.Percent(interval)}"
                + $"{(failed > 0 ? $", whatever the {Figures.Count(failed)} that failed would be" : "")}: "
                + Said(outcome, $"at least {limit}", $"below {limit}")).IfReliable(asWrong.Clusters);
    }

    /// <summary>Judges a run that stopped early by the interval that holds in spite of it, of the accuracy on all its questions.</summary>
    private static Judgement AccuracyAtStop(GateRule rule, double confidence, GatedRun run, AccuracyTarget target)
    {
        if (rule.Topic is not null)
        {
            return Judgement.Unmeasured(
                $"{run.Answers.Name} stopped early, by what it saw, and there is no interval of a topic that allows for it. State the rule "
                    + "for a data set, or run it without --until.");
        }

        var answers = run.Answers.Answers.Where(answer => IsPart(rule, answer.Key.Dataset, answer.Value.Topic)).ToList();
        if (answers.Count == 0 || run.Answers.AtStop(confidence)!.IntervalOf(rule.Dataset) is not { } interval)
        {
            return Judgement.Unmeasured($"No answered question with a known right option is in {rule.Part}.");
        }

        var value = (double)answers.Count(static answer => answer.Value.Right) / answers.Count;
        var all = target.Datasets.Where(dataset => rule.Dataset is null || dataset.Dataset == rule.Dataset)
            .Sum(static dataset => dataset.Questions);
        var (outcome, limit) = (AtLeast(interval, rule.Least!.Value), Share(rule.Least!.Value));
        return new Judgement(
            answers.Count,
            value,
            interval,
            outcome,
            $"{Figures.Percent(value)} of {Figures.Count(answers.Count)} are right, where the run stopped. On all "
                + $"{Figures.Count(all)} questions the accuracy is between {Figures.Percent(interval.Lower)} and "
                + $"{Figures.Percent(interval.Upper)}, an interval that holds although it stopped by what it saw: "
                + Said(outcome, $"at least {limit}", $"below {limit}"));
    }

    private static Judgement Loss(GateRule rule, double confidence, GatedRun run, GatedRun baseline)
    {
        var (ofRun, ofBaseline) = (Failed(run.Answers, baseline.Answers), Failed(baseline.Answers, run.Answers));
        if (ofRun + ofBaseline > 0)
        {
            var failing = ofRun > 0 ? run : baseline;
            return Judgement.Unmeasured(
                $"{Figures.Count(ofRun + ofBaseline)} answers to common questions failed for reasons that are not the model's. Retry "
                    + $"{failing.Answers.Name}, then judge again.");
        }

        var compared = RunComparison.OfPart(
            baseline.Answers, run.Answers, (dataset, topic) => IsPart(rule, dataset, topic), confidence);
        if (compared is not { } pair)
        {
            return Judgement.Unmeasured($"The run and its baseline have no question in common in {rule.Part}.");
        }

        // The comparison is the run less the baseline; a loss is the opposite.
        var interval = new Interval(-pair.Interval.Upper, -pair.Interval.Lower);
        var (outcome, limit) = (AtMost(interval, rule.Most!.Value), LimitPoints(rule.Most!.Value));
        var unaskable = run.Answers.Answers.Count(
            entry => entry.Value.Failure == ComparedFailure.OfQuestion
                && IsPart(rule, entry.Key.Dataset, entry.Value.Topic)
                && baseline.Answers.Answers.TryGetValue(entry.Key, out var other)
                && other.Failure != ComparedFailure.OfQuestion);
        var left = pair.LeftOutOfFirst - pair.Unaskable;
        var judgement = new Judgement(
            pair.Questions,
            -pair.Difference,
            interval,
            outcome,
            $"{Points(Math.Abs(pair.Difference))} {(pair.Difference > 0 ? "gained" : "lost")} on {Figures.Count(pair.Questions)} common "
                + $"questions ({Figures.Count(pair.Test.OnlyFirst)} right only in the baseline, "
                + $"{Figures.Count(pair.Test.OnlySecond)} only in the run), "
                + $"loss between {Points(interval.Lower)} and {Points(interval.Upper)}: "
                + Said(outcome, $"at most {limit}", $"more than {limit}")
                + (left > 0 ? $" {Figures.Count(left)} questions of the baseline are not in the run." : "")).IfReliable(pair.Clusters);

        // The rest is easier than the whole where it leaves out what is too long for the run's model.
        return unaskable > 0 && judgement.Outcome == GateOutcome.Pass
            ? judgement with
            {
                Outcome = GateOutcome.Inconclusive,
                Reason = $"{judgement.Reason} But {Figures.Count(unaskable)} more of the baseline's questions cannot be asked in the run.",
            }
            : judgement;

        int Failed(ComparedRun one, ComparedRun other) => one.Answers.Count(
            entry => entry.Value.Failure == ComparedFailure.OfMachine
                && IsPart(rule, entry.Key.Dataset, entry.Value.Topic)
                && other.Answers.ContainsKey(entry.Key));
    }

    private static Judgement CalibrationError(GateRule rule, GatedRun run, CalibrationMeasure? measured)
    {
        var failed = run.Answers.Answers.Values.Count(static answer => answer.Failure == ComparedFailure.OfMachine);
        if (failed > 0)
        {
            return Judgement.Unmeasured(
                $"{Figures.Count(failed)} answers failed for reasons that are not the model's. Retry the run, then judge it.");
        }

        if (measured is not { } calibration)
        {
            return Judgement.Unmeasured(
                "Nothing says how sure the run is: it needs a profile with several samples or scored options, and answered questions whose "
                    + "right option is known.");
        }

        if (calibration.Interval is not { } interval)
        {
            return new(
                calibration.Questions,
                calibration.Error,
                null,
                GateOutcome.Inconclusive,
                $"{Figures.Fraction(calibration.Error)} over {Figures.Count(calibration.Questions)} questions, without an interval: "
                    + (calibration.IsTooFine
                        ? "so many rules about so many questions would take too many resamples. State fewer rules."
                        : "they are all right, all wrong, or all of one cluster."));
        }

        // Resamples are less calibrated than the answers that they are drawn from, and so their lower end is too high. Reflected at the
        // figure it is not: only then is the limit exceeded.
        var limit = rule.Most!.Value;
        var outcome = interval.Upper <= limit ? GateOutcome.Pass
            : (2 * calibration.Error) - interval.Upper > limit ? GateOutcome.Fail
            : GateOutcome.Inconclusive;
        return new Judgement(
            calibration.Questions,
            calibration.Error,
            interval,
            outcome,
            $"{Figures.Fraction(calibration.Error, interval)} over {Figures.Count(calibration.Questions)} questions: "
                + Said(outcome, $"at most {Digits(limit)}", $"more than {Digits(limit)}"))
            .IfReliable(calibration.Clusters);
    }

    private static Judgement Failures(GateRule rule, GatedRun run)
    {
        var (questions, failed) = run.Asked((dataset, topic) => IsPart(rule, dataset, topic));
        if (questions == 0)
        {
            return Judgement.Unmeasured($"No answered question is in {rule.Part}.");
        }

        var share = (double)failed / questions;
        return new(
            questions,
            share,
            null,
            share <= rule.Most ? GateOutcome.Pass : GateOutcome.Fail,
            $"{Figures.Of(failed, questions)} failed or could not be asked, {Figures.Percent(share)}; at most "
                + $"{Share(rule.Most!.Value)} may.");
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
        GateMeasure.Accuracy => $"Accuracy on {rule.Part} at least {Share(rule.Least!.Value)}",
        GateMeasure.Loss => $"Loss on {rule.Part} at most {LimitPoints(rule.Most!.Value)}",
        GateMeasure.CalibrationError => $"Expected calibration error at most {Digits(rule.Most!.Value)}",
        GateMeasure.Failures => $"Failures on {rule.Part} at most {Share(rule.Most!.Value)}",
        _ => $"Cost at most {rule.Most!.Value:#,0.##}",
    };

    /// <summary>A limit with the digits that it was given.</summary>
    private static string Share(double limit) => $"{100 * limit:0.0########} %";

    private static string LimitPoints(double limit) => $"{100 * limit:0.0########} points";

    private static string Digits(double limit) => $"{limit:0.0########}";

    private static string Points(double share) => $"{100 * share:0.0} points";

    /// <param name="Questions">The questions that it is about.</param>
    /// <param name="Value">What was measured.</param>
    /// <param name="Interval">Its interval.</param>
    /// <param name="Outcome">The outcome.</param>
    /// <param name="Reason">The outcome as a sentence.</param>
    private readonly record struct Judgement(int Questions, double? Value, Interval? Interval, GateOutcome Outcome, string Reason)
    {
        public static Judgement Unmeasured(string reason) => new(0, null, null, GateOutcome.Inconclusive, reason);

        /// <summary>Returns the same, or inconclusive where there are too few clusters of questions to rely on an interval.</summary>
        public Judgement IfReliable(int? clusters) => clusters < ClusteredInterval.FewClusters
            ? this with
            {
                Outcome = GateOutcome.Inconclusive,
                Reason = $"{Reason} But the questions are only {Figures.Count(clusters.Value)} clusters of equal questions or questions on "
                    + "one passage, which is too few to rely on the interval.",
            }
            : this;
    }
}
