using System.Text;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Gating;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Evaluation.Statistics;
using MedQA.Evaluation.Tests.Reporting;

namespace MedQA.Evaluation.Tests.Gating;

public sealed class GateTests
{
    private const double Tolerance = 1e-12;

    [Theory]
    [InlineData(0.70, GateOutcome.Pass)]
    [InlineData(0.87, GateOutcome.Inconclusive)]
    [InlineData(0.96, GateOutcome.Fail)]
    public void Accuracy_is_judged_by_its_whole_interval(double least, GateOutcome outcome)
    {
        var result = Single(new GateRule { Measure = GateMeasure.Accuracy, Least = least }, Run("new", 87, 100));
        var interval = BinomialInterval.ClopperPearson(87, 100);
        Assert.Equal(outcome, result.Outcome);
        Assert.Equal((100, 0.87, interval), (result.Questions, result.Value!.Value, result.Interval!.Value));
    }

    [Fact]
    public void A_family_of_rules_is_corrected_for_and_counts_are_not_in_it()
    {
        GateRule[] rules =
        [
            new() { Measure = GateMeasure.Accuracy, Least = 0.5 },
            new() { Measure = GateMeasure.Accuracy, Dataset = "medqa", Least = 0.5 },
            new() { Measure = GateMeasure.Loss, Most = 0.05 },
            new() { Measure = GateMeasure.Failures, Most = 0 },
        ];
        var report = Gate.Of(new GatePolicy { Rules = [.. rules] }, Run("new", 87, 100), Run("old", 80, 100));
        Assert.Equal((3, 1 - (0.05 / 3)), (report.FamilySize, report.EachConfidence));
        Assert.Equal(BinomialInterval.ClopperPearson(87, 100, 1 - (0.05 / 3)), report.Rules[0].Interval);
        Assert.Contains("3 rules are judged by an interval. Each is of 98.333 % confidence, so that all of them hold together with 95 %", ReportMarkdown.Write(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_whose_limit_is_the_truth_seldom_pass_and_seldom_fail_by_chance()
    {
        // Five data sets, each with an accuracy that is exactly the limit: a pass and a fail are both claims about more than is true.
        const int Simulations = 2000;
        var random = new Random(7);
        var wrong = 0;
        GateRule[] rules = [.. Enumerable.Range(0, 5).Select(static set => new GateRule { Measure = GateMeasure.Accuracy, Dataset = $"set{set}", Least = 0.7 })];
        var policy = new GatePolicy { Rules = [.. rules] };
        for (var simulation = 0; simulation < Simulations; simulation++)
        {
            var run = new GatedRun(new ComparedRun("run"), Answers.Profile());
            for (var set = 0; set < 5; set++)
            {
                for (var question = 0; question < 60; question++)
                {
                    run.Add(Answers.Of((set * 60) + question, random.NextDouble() < 0.7 ? "A" : "B", 'A', $"set{set}"));
                }
            }

            wrong += Gate.Of(policy, run, null).Rules.Any(static rule => rule.Outcome != GateOutcome.Inconclusive) ? 1 : 0;
        }

        Assert.InRange((double)wrong / Simulations, 0, 0.055);
    }

    [Theory]
    [InlineData(10, 2, 0.10, GateOutcome.Pass)]
    [InlineData(2, 10, 0.01, GateOutcome.Inconclusive)]
    [InlineData(0, 40, 0.05, GateOutcome.Fail)]
    public void A_loss_is_judged_by_the_paired_interval(int onlyRun, int onlyBaseline, double most, GateOutcome outcome)
    {
        const int Questions = 200;
        var (run, baseline) = (new GatedRun(new ComparedRun("new"), Answers.Profile()), new GatedRun(new ComparedRun("old"), Answers.Profile()));
        for (var question = 0; question < Questions; question++)
        {
            run.Add(Answers.Of(question, question < onlyBaseline ? "B" : "A", 'A'));
            baseline.Add(Answers.Of(question, question >= Questions - onlyRun ? "B" : "A", 'A'));
        }

        var result = Single(new GateRule { Measure = GateMeasure.Loss, Most = most }, run, baseline);
        var tango = PairedInterval.Tango(onlyBaseline, onlyRun, Questions);
        Assert.Equal(outcome, result.Outcome);
        Assert.Equal((double)(onlyBaseline - onlyRun) / Questions, result.Value!.Value, Tolerance);
        Assert.Equal(tango.Lower, result.Interval!.Value.Lower, 1e-9);
        Assert.Equal(tango.Upper, result.Interval!.Value.Upper, 1e-9);
    }

    [Fact]
    public void A_part_of_the_questions_is_judged_alone()
    {
        var (run, baseline) = (new GatedRun(new ComparedRun("new"), Answers.Profile()), new GatedRun(new ComparedRun("old"), Answers.Profile()));
        for (var question = 0; question < 100; question++)
        {
            var topic = question < 40 ? "heart" : "lung";
            run.Add(Answers.Of(question, question < 40 ? "A" : "B", 'A', topic: topic));
            baseline.Add(Answers.Of(question, "A", 'A', topic: topic));
        }

        GateRule[] rules =
        [
            new() { Measure = GateMeasure.Accuracy, Topic = "heart", Least = 0.8 },
            new() { Measure = GateMeasure.Loss, Topic = "lung", Most = 0.5 },
            new() { Measure = GateMeasure.Failures, Dataset = "medqa", Topic = "heart", Most = 0 },
            new() { Measure = GateMeasure.Accuracy, Topic = "kidney", Least = 0.1 },
            new() { Measure = GateMeasure.Loss, Dataset = "other", Most = 0.1 },
        ];
        var report = Gate.Of(new GatePolicy { Rules = [.. rules] }, run, baseline);
        Assert.Equal(
            [(GateOutcome.Pass, 40), (GateOutcome.Fail, 60), (GateOutcome.Pass, 40), (GateOutcome.Inconclusive, 0), (GateOutcome.Inconclusive, 0)],
            report.Rules.Select(static rule => (rule.Outcome, rule.Questions)));
        Assert.Equal(GateOutcome.Fail, report.Outcome);
    }

    [Fact]
    public void Answers_that_failed_leave_a_rule_open_that_they_could_change()
    {
        var run = new GatedRun(new ComparedRun("new"), Answers.Profile());
        for (var question = 0; question < 100; question++)
        {
            run.Add(question < 90 ? Answers.Of(question, "A", 'A') : Answers.Failed(question, 'A'));
        }

        Assert.Equal(GateOutcome.Inconclusive, Single(new GateRule { Measure = GateMeasure.Accuracy, Least = 0.9 }, run).Outcome);
        Assert.Equal(GateOutcome.Pass, Single(new GateRule { Measure = GateMeasure.Accuracy, Least = 0.8 }, run).Outcome);
        Assert.Equal(GateOutcome.Fail, Single(new GateRule { Measure = GateMeasure.Failures, Most = 0.09 }, run).Outcome);
        Assert.Equal(GateOutcome.Pass, Single(new GateRule { Measure = GateMeasure.Failures, Most = 0.1 }, run).Outcome);
        var loss = Single(new GateRule { Measure = GateMeasure.Loss, Most = 0.9 }, run, Run("old", 50, 100));
        Assert.Equal(GateOutcome.Inconclusive, loss.Outcome);
        Assert.Contains("Retry new, then judge again", loss.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_clusters_decide_nothing()
    {
        var (run, baseline) = (new GatedRun(new ComparedRun("new"), Answers.Profile()), new GatedRun(new ComparedRun("old"), Answers.Profile()));
        for (var question = 0; question < 90; question++)
        {
            run.Add(Answers.Of(question, question % 5 == 0 ? "AAAAB" : "AAAAA", 'A') with { Cluster = $"{question % 3:x16}" });
            baseline.Add(Answers.Of(question, "AAAAA", 'A') with { Cluster = $"{question % 3:x16}" });
        }

        foreach (var rule in (GateRule[])
        [
            new() { Measure = GateMeasure.Accuracy, Least = 0.1 },
            new() { Measure = GateMeasure.Loss, Most = 0.9 },
            new() { Measure = GateMeasure.CalibrationError, Most = 0.99 },
        ])
        {
            Assert.Equal(GateOutcome.Inconclusive, Single(rule, run, baseline).Outcome);
        }
    }

    [Fact]
    public void A_calibrated_run_of_few_questions_does_not_fail_because_resamples_are_less_calibrated()
    {
        // Confidence 0.6, and 6 of 10 right: the error of the truth is 0, and that of every small sample is not.
        var random = new Random(3);
        var fails = 0;
        for (var simulation = 0; simulation < 200; simulation++)
        {
            var run = new GatedRun(new ComparedRun("new"), Answers.Profile());
            for (var question = 0; question < 40; question++)
            {
                var votes = random.Next(3, 6);
                run.Add(Answers.Of(question, new string('A', votes) + new string('B', 5 - votes), random.NextDouble() < votes / 5.0 ? 'A' : 'C'));
            }

            fails += Single(new GateRule { Measure = GateMeasure.CalibrationError, Most = 0.05 }, run).Outcome == GateOutcome.Fail ? 1 : 0;
        }

        Assert.InRange(fails, 0, 10);
    }

    [Fact]
    public void Many_calibration_rules_of_high_confidence_end_soon_and_say_why_they_are_open()
    {
        var run = Run("new", 0, 0);
        for (var question = 0; question < 2000; question++)
        {
            run.Add(Answers.Of(question, question % 3 == 0 ? "AAABB" : "AAAAA", question % 4 == 0 ? 'B' : 'A'));
        }

        GateRule[] rules = [.. Enumerable.Range(0, GatePolicy.MaxRules).Select(static _ => new GateRule { Measure = GateMeasure.CalibrationError, Most = 0.5 })];
        var report = Gate.Of(new GatePolicy { Confidence = 0.9999, Rules = [.. rules] }, run, null);
        Assert.Equal(GateOutcome.Inconclusive, report.Outcome);
        Assert.All(report.Rules, static rule => Assert.Contains("State fewer rules", rule.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Questions_that_only_the_run_cannot_be_asked_leave_a_loss_open()
    {
        var (run, baseline) = (new GatedRun(new ComparedRun("new"), Answers.Profile()), Run("old", 100, 100));
        for (var question = 0; question < 100; question++)
        {
            run.Add(question < 95 ? Answers.Of(question, "A", 'A') : Answers.Failed(question, 'A', FailureCodes.ContextOverflow));
        }

        var loss = Single(new GateRule { Measure = GateMeasure.Loss, Most = 0.5 }, run, baseline);
        Assert.Equal(GateOutcome.Inconclusive, loss.Outcome);
        Assert.Contains("5 more of the baseline's questions cannot be asked in the run", loss.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_has_not_ended_passes_nothing_and_fails_by_its_cost_only()
    {
        var run = new GatedRun(new ComparedRun("new") { Provisional = true }, Answers.Profile());
        for (var question = 0; question < 50; question++)
        {
            run.Add(Answers.Of(question, "A", 'A'));
        }

        Assert.Equal(GateOutcome.Inconclusive, Single(new GateRule { Measure = GateMeasure.Accuracy, Least = 0.1 }, run).Outcome);
        Assert.Equal(GateOutcome.Inconclusive, Single(new GateRule { Measure = GateMeasure.Failures, Most = 0 }, run).Outcome);
        Assert.Equal(GateOutcome.Inconclusive, Single(new GateRule { Measure = GateMeasure.Loss, Most = 0 }, run, new GatedRun(new ComparedRun("old"), Answers.Profile())).Outcome);

        var dear = new GatedRun(new ComparedRun("new") { Provisional = true }, Answers.Profile()) { Cost = 2, Currency = "EUR" };
        Assert.Equal(GateOutcome.Fail, Single(new GateRule { Measure = GateMeasure.Cost, Most = 1 }, dear).Outcome);
        Assert.Equal(GateOutcome.Inconclusive, Single(new GateRule { Measure = GateMeasure.Cost, Most = 3 }, dear).Outcome);
    }

    [Theory]
    [InlineData(0.9, GateOutcome.Pass)]
    [InlineData(0.001, GateOutcome.Fail)]
    public void Calibration_is_judged_by_its_interval(double most, GateOutcome outcome)
    {
        var run = new GatedRun(new ComparedRun("new"), Answers.Profile());
        for (var question = 0; question < 400; question++)
        {
            // Always sure, and right in half of the cases.
            run.Add(Answers.Of(question, question % 10 == 0 ? "ABAAA" : "AAAAA", question % 2 == 0 ? 'A' : 'B'));
        }

        Assert.Equal(outcome, Single(new GateRule { Measure = GateMeasure.CalibrationError, Most = most }, run).Outcome);
        Assert.Equal(
            GateOutcome.Inconclusive,
            Single(new GateRule { Measure = GateMeasure.CalibrationError, Most = most }, Run("one sample", 5, 10)).Outcome);
    }

    [Fact]
    public void Costs_are_judged_in_the_currency_of_the_prices()
    {
        var rule = new GateRule { Measure = GateMeasure.Cost, Most = 1.5 };
        GatedRun With(decimal? cost, string? currency, bool free) => new(new ComparedRun("new"), Answers.Profile()) { Cost = cost, Currency = currency, IsFree = free };
        Assert.Equal(GateOutcome.Pass, Single(rule, With(1.5m, "EUR", false)).Outcome);
        var fail = Single(rule, With(1.51m, "EUR", false));
        Assert.Equal(GateOutcome.Fail, fail.Outcome);
        Assert.Contains("EUR", fail.Reason, StringComparison.Ordinal);
        Assert.Equal(GateOutcome.Inconclusive, Single(rule, With(null, null, false)).Outcome);
        Assert.Equal(GateOutcome.Pass, Single(rule, With(null, null, true)).Outcome);
    }

    [Fact]
    public void Runs_of_other_questions_are_not_compared_and_a_loss_needs_a_baseline()
    {
        var (run, other) = (Run("new", 5, 10), new GatedRun(new ComparedRun("old"), Answers.Profile()));
        other.Add(Answers.Of(0, "A", 'B'));
        var rule = new GateRule { Measure = GateMeasure.Loss, Most = 0.1 };
        Assert.Throws<InputException>(() => Single(rule, run, other));
        Assert.Equal("baseline", Assert.Throws<InputException>(() => Single(rule, run)).Location.Parameter);
    }

    [Fact]
    public void A_limit_is_said_with_the_digits_that_it_was_given()
    {
        var result = Single(new GateRule { Measure = GateMeasure.Failures, Most = 0.0004 }, Run("new", 5, 10));
        Assert.Equal(("Failures on all questions at most 0.04 %", "0/10 failed or could not be asked, 0.0 %; at most 0.04 % may."), (result.Name, result.Reason));
        Assert.Contains("below 99.05 %", Single(new GateRule { Measure = GateMeasure.Accuracy, Least = 0.9905 }, Run("new", 5, 10)).Reason, StringComparison.Ordinal);
    }

    [Property]
    public Property A_stricter_limit_never_turns_a_fail_into_a_pass() => Prop.ForAll(
        Gen.Choose(1, 60).SelectMany(static questions => Gen.Choose(0, questions).Select(right => (questions, right))).ToArbitrary(),
        Gen.Choose(0, 99).Select(static percent => percent / 100.0).ToArbitrary(),
        static (counts, least) =>
        {
            var run = Run("new", counts.right, counts.questions);
            var (loose, strict) = (
                Single(new GateRule { Measure = GateMeasure.Accuracy, Least = least }, run).Outcome,
                Single(new GateRule { Measure = GateMeasure.Accuracy, Least = least + 0.01 }, run).Outcome);
            return Rank(strict) >= Rank(loose);

            static int Rank(GateOutcome outcome) => outcome switch { GateOutcome.Pass => 0, GateOutcome.Inconclusive => 1, _ => 2 };
        });

    [Fact]
    public void JUnit_has_a_case_for_each_rule_and_holds_any_name()
    {
        GateRule[] rules =
        [
            new() { Name = "a <b> \u0001 \ud83d\ude00 \ud800", Measure = GateMeasure.Accuracy, Least = 0.1 },
            new() { Measure = GateMeasure.Accuracy, Least = 0.99 },
            new() { Measure = GateMeasure.Accuracy, Least = 0.87 },
        ];
        var report = Gate.Of(new GatePolicy { Title = "Release", Rules = [.. rules] }, Run("new", 87, 100), null);
        var suite = XDocument.Parse(Encoding.UTF8.GetString(GateJUnit.Write(report))).Root!.Element("testsuite")!;
        Assert.Equal(("Release", "3", "1", "1"), (suite.Attribute("name")!.Value, suite.Attribute("tests")!.Value, suite.Attribute("failures")!.Value, suite.Attribute("errors")!.Value));
        var cases = suite.Elements("testcase").ToArray();
        Assert.Equal("a <b> \ufffd \ud83d\ude00 \ufffd", cases[0].Attribute("name")!.Value);
        Assert.Equal(["system-out", "failure", "error"], cases.Select(static one => one.Elements().Single().Name.LocalName));
        Assert.Contains("below 99.0 %", cases[1].Element("failure")!.Attribute("message")!.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"rules":[]}""", "rules")]
    [InlineData("""{"rules":[{"measure":"accuracy"}]}""", "rules[0].least")]
    [InlineData("""{"rules":[{"measure":"accuracy","least":70}]}""", "rules[0].least")]
    [InlineData("""{"rules":[{"measure":"accuracy","least":0.7,"most":0.9}]}""", "rules[0].most")]
    [InlineData("""{"rules":[{"measure":"loss","least":0.1}]}""", "rules[0].least")]
    [InlineData("""{"rules":[{"measure":"cost","most":-1}]}""", "rules[0].most")]
    [InlineData("""{"rules":[{"measure":"cost","most":1,"dataset":"medqa"}]}""", "rules[0].dataset")]
    [InlineData("""{"rules":[{"measure":"calibrationError","most":1,"topic":"heart"}]}""", "rules[0].topic")]
    [InlineData("""{"rules":[{"measure":"speed","most":1}]}""", "rules[0].measure")]
    [InlineData("""{"rules":[{"measure":"loss","most":0.1,"margin":1}]}""", "rules[0].margin")]
    [InlineData("""{"rules":[{"measure":"loss","most":0.1,"name":" "}]}""", "rules[0].name")]
    [InlineData("""{"title":"a\u001b[31mred","rules":[{"measure":"loss","most":0.1}]}""", "title")]
    [InlineData("""{"rules":[null]}""", "rules[0]")]
    [InlineData("""{"confidence":95,"rules":[{"measure":"loss","most":0.1}]}""", "confidence")]
    [InlineData("""{"title":"x"}""", "rules")]
    [InlineData("""[]""", null)]
    [InlineData("""{""", null)]
    public void A_policy_that_cannot_be_used_is_refused_with_its_field(string json, string? field)
    {
        var fault = Assert.Throws<InputException>(() => GatePolicyReader.Parse(Encoding.UTF8.GetBytes(json), "policy.json"));
        Assert.StartsWith("policy.json", fault.Message, StringComparison.Ordinal);
        Assert.Equal(field, fault.Location.Field);
        Assert.True(field is null || fault.Message.Contains(field, StringComparison.Ordinal), fault.Message);
    }

    [Fact]
    public void The_sample_policy_is_one()
    {
        var policy = GatePolicyReader.Parse(File.ReadAllBytes(Repository.PathOf("samples", "gate.json")), "samples/gate.json");
        Assert.Equal(Enum.GetValues<GateMeasure>(), policy.Rules.Select(static rule => rule.Measure).Distinct().Order());
    }

    private static GateRuleResult Single(GateRule rule, GatedRun run, GatedRun? baseline = null) =>
        Assert.Single(Gate.Of(new GatePolicy { Rules = [rule] }, run, baseline).Rules);

    private static GatedRun Run(string name, int right, int questions)
    {
        var run = new GatedRun(new ComparedRun(name), Answers.Profile());
        for (var question = 0; question < questions; question++)
        {
            run.Add(Answers.Of(question, question < right ? "A" : "B", 'A'));
        }

        return run;
    }
}
