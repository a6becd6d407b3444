using System.Collections.Immutable;
using System.Text;
using MedQA.Evaluation.Rating;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;

namespace MedQA.Evaluation.Tests.Rating;

public sealed class JudgeReportTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Without_peoples_ratings_every_figure_of_a_judge_is_not_calibrated()
    {
        var study = Study(units: 30, rated: 0, static unit => unit % 3 == 0 ? "no" : "yes");
        var axis = StudyReportBuilder.Build(study).Judges!.Value.Single().Axes[0];
        Assert.Null(axis.Agreement);
        var share = Assert.Single(axis.Sources);
        Assert.Equal((30, 2 / 3.0, JudgeCalibration.NotCalibrated), (share.Verdicts, share.Raw!.Value, share.Calibration));
        Assert.Equal((0, 30, null, null), (share.Rated, share.Further, share.Corrected, share.CorrectedInterval));
        var text = ReportMarkdown.Write(StudyReportBuilder.Build(study));
        Assert.Contains(", not calibrated | 0 | not calibrated |", text, StringComparison.Ordinal);
        Assert.Contains("\"calibration\": \"notCalibrated\"", Json(study), StringComparison.Ordinal);
    }

    [Fact]
    public void Peoples_ratings_of_some_answers_correct_the_share_of_all_and_say_how_often_the_judge_errs()
    {
        // People find the first 20 of the 40 that they rate favourable; the judge finds 4 of these not, and 6 of the others.
        var study = Study(units: 100, rated: 40, static unit => unit switch
        {
            < 4 => "no",
            < 20 => "yes",
            < 26 => "yes",
            < 40 => "no",
            _ => unit % 2 == 0 ? "yes" : "no",
        });
        var axis = StudyReportBuilder.Build(study).Judges!.Value.Single().Axes[0];
        var agreement = axis.Agreement!;
        Assert.Equal((40, 0.8, 0.7), (agreement.Units, agreement.Sensitivity!.Value, agreement.Specificity!.Value));
        Assert.Equal(0.5, agreement.Kappa!.Value, 12);
        Assert.True(agreement.KappaInterval!.Value.Contains(0.5));

        // Wilson's interval of 16 in 20.
        Assert.Equal(0.5840, agreement.SensitivityInterval!.Value.Lower, 0.0001);
        Assert.Equal(0.9193, agreement.SensitivityInterval.Value.Upper, 0.0001);
        var share = axis.Sources.Single();
        Assert.Equal((JudgeCalibration.Calibrated, 40, 60), (share.Calibration, share.Rated, share.Further));
        Assert.Equal(0.52, share.Raw!.Value, 12);
        Assert.True(share.CorrectedInterval!.Value.Contains(share.Corrected!.Value));
        Assert.InRange(share.Lambda!.Value, 0.25, 0.35);
    }

    [Fact]
    public void Few_ratings_of_people_are_called_too_few()
    {
        var study = Study(units: 60, rated: 12, static unit => unit % 2 == 0 ? "yes" : "no");
        var share = StudyReportBuilder.Build(study).Judges!.Value.Single().Axes[0].Sources.Single();
        Assert.Equal(JudgeCalibration.TooFewRatings, share.Calibration);
        Assert.Contains(", too few ratings |", ReportMarkdown.Write(StudyReportBuilder.Build(study)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unreadable_verdict_is_missing_and_counted_and_its_answer_stays_in_the_corrected_share()
    {
        var study = Study(units: 50, rated: 25, static unit => unit % 5 == 0 ? null : unit % 2 == 0 ? "yes" : "no");
        var axis = StudyReportBuilder.Build(study).Judges!.Value.Single().Axes[0];
        Assert.Equal((10, 0, 20), (axis.Unreadable, axis.OrdersDiffer, axis.Agreement!.Units));
        var share = axis.Sources.Single();
        Assert.Equal((40, 0.5, 25, 25), (share.Verdicts, share.Raw!.Value, share.Rated, share.Further));
    }

    [Fact]
    public void A_judge_changes_no_figure_of_people_and_without_one_the_report_is_as_before()
    {
        var judged = Study(units: 60, rated: 30, static unit => unit % 2 == 0 ? "yes" : "no");
        var without = Json(judged with { Judges = [] });
        Assert.DoesNotContain("\"judges\"", without, StringComparison.Ordinal);
        var with = Json(judged);
        Assert.StartsWith(without[..without.LastIndexOf('\n')], with, StringComparison.Ordinal);
    }

    [Fact]
    public void Preferences_count_ties_half_and_verdicts_that_change_with_the_order_are_missing()
    {
        var rubric = Rubrics.Find("pairwise-9")!;
        ImmutableArray<UnitVerdict> verdicts =
        [
            new(0, "consensus", "second"),
            new(1, "consensus", "tie"),
            new(2, "consensus", null, OrdersDiffer: true),
            new(3, "consensus", "first"),
        ];
        var report = StudyReportBuilder.Build(new StudyRatings
        {
            Study = "pairs",
            Rubric = rubric,
            Sources = ["one", "two"],
            Units = [.. Enumerable.Range(0, 4).Select(static unit => new RatedUnit(unit, 0, 1))],
            Assigned = 4,
            Ratings = [],
            Seed = 1,
            Judges = [new JudgeVerdicts("j1", "model", 1, verdicts)],
        });
        var axis = report.Judges!.Value.Single().Axes[0];
        Assert.Equal((0, 1), (axis.Unreadable, axis.OrdersDiffer));
        Assert.Equal((3, 0.5), (axis.Sources.Single().Verdicts, axis.Sources.Single().Raw!.Value));
        Assert.Contains("changed with the order", ReportMarkdown.Write(report), StringComparison.Ordinal);
    }

    [Fact]
    public void A_better_judge_saves_ratings_and_too_few_answers_suffice_for_no_interval()
    {
        var poor = PredictionPoweredSize.RatedFor(0.2, 1000, 0.6, 0.6, 0.6)!.Value;
        var good = PredictionPoweredSize.RatedFor(0.2, 1000, 0.6, 0.85, 0.85)!.Value;
        Assert.InRange(good, 40, poor * 2 / 3);

        // Nobody but people: Wilson's interval of 92 answers is 0.2 long.
        Assert.InRange(PredictionPoweredSize.RatedFor(0.2, 1000, 0.6, 0.5, 0.5)!.Value, 88, 96);
        // The example of docs/human-evaluation.md.
        Assert.Equal((50, 63), (PredictionPoweredSize.RatedFor(0.2, 500, 0.8, 0.9, 0.8), PredictionPoweredSize.RatedFor(0.2, 500, 0.8, 0.5, 0.5)));
        Assert.Null(PredictionPoweredSize.RatedFor(0.05, 100, 0.6, 0.8, 0.8));
        Assert.Equal(30, PredictionPoweredSize.RatedFor(0.9, 100, 0.6, 0.8, 0.8));
        Assert.Throws<ArgumentOutOfRangeException>(() => PredictionPoweredSize.RatedFor(0.2, 100, 1, 0.8, 0.8));
    }

    [Theory]
    [InlineData(1000, 0.95, 120)]
    [InlineData(1000, 0.99, 600)]
    [InlineData(500, 0.99, null)]
    [InlineData(1000, 1.0, null)]
    public void People_rate_enough_answers_to_differ_from_a_judge_who_errs_rarely(int answers, double quality, int? rated)
    {
        var planned = PredictionPoweredSize.RatedFor(0.2, answers, 0.6, quality, quality);
        Assert.Equal(rated, planned);
    }

    private static string Json(StudyRatings study) => Encoding.UTF8.GetString(ReportJson.Write(StudyReportBuilder.Build(study)));

    private static StudyRatings Study(int units, int rated, Func<int, string?> judge) => new()
    {
        Study = "study",
        Rubric = Rubrics.Find("lay-2")!,
        Sources = ["model"],
        Units = [.. Enumerable.Range(0, units).Select(static unit => new RatedUnit(unit, 0))],
        Assigned = units,
        Ratings = [.. Enumerable.Range(0, rated).Select(unit => new UnitRating(
            "r1",
            unit,
            ImmutableSortedDictionary<string, string>.Empty.Add("intent", unit < rated / 2 ? "yes" : "no"),
            false,
            1,
            Noon))],
        Seed = 1,
        Judges =
        [
            new JudgeVerdicts(
                "j1", "judge-model", 1, [.. Enumerable.Range(0, units).Select(unit => new UnitVerdict(unit, "intent", judge(unit)))]),
        ],
    };
}
