using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using static MedQA.Evaluation.Tests.Reporting.Answers;

namespace MedQA.Evaluation.Tests.Reporting;

public sealed class ConfidenceReportTests
{
    private static readonly AnsweredQuestion[] Some = [Of(0, "AAAAA", 'A'), Of(1, "AAAAB", 'B'), Of(2, "AAABB", 'A'), Of(3, "aaABB", 'B'), Of(4, "-----", 'C'), Of(5, "AAAAA", null)];

    [Fact]
    public void Agreement_is_the_confidence_of_strategies_with_a_fixed_number_of_samples()
    {
        var report = Report(Header(6), Some);
        var confidence = report.Confidence!;
        Assert.Equal(5, confidence.Questions);
        Assert.True(confidence.Few);
        Assert.Equal([(0.0, 0, 1), (0.6, 1, 1), (0.8, 0, 1), (1.0, 1, 0)], confidence.Levels.Select(static level => (level.Confidence, level.Right, level.Wrong)));
        Assert.Equal((0 + (2 * 0.1) + 0.8 + 0) / 5, confidence.Figures.ExpectedError, 1e-12);
        Assert.Equal(confidence.Figures.ExpectedError, report.ForcedVotes.Counted.CalibrationError);
        Assert.Equal(20, confidence.Deferral.Length);
        Assert.Equal((0.0, 0.4), (confidence.Deferral[0].Deferred, confidence.Deferral[0].Accuracy));
        Assert.Equal(1, confidence.Deferral[^1].Accuracy);
        Assert.NotNull(confidence.Intervals);
        Assert.Null(report.OptionConfidence);
        Assert.Null(report.StoppingPosterior);
    }

    [Fact]
    public void Forced_votes_as_abstentions_have_their_own_calibration()
    {
        // Without its forced votes the fourth answer is B, which is right, with 2 of 5.
        var figures = Report(Header(6), Some).ForcedVotes.AsAbstentions;
        Assert.Equal(3, figures.Correct);
        Assert.Equal((0 + 0.6 + 0.4 + 0.8 + 0) / 5, figures.CalibrationError!.Value, 1e-12);
    }

    [Fact]
    public void One_sample_is_no_confidence()
    {
        var report = Report(Header(2), Of(0, "A", 'A'), Of(1, "B", 'A'));
        Assert.Null(report.Confidence);
        Assert.Null(report.Samples);
        Assert.Null(report.ForcedVotes.Counted.CalibrationError);
    }

    [Fact]
    public void Adaptive_strategies_report_their_stopping_posterior_under_its_own_name()
    {
        var report = Report(Header(2, profile: Profile("adaptive-self-consistency")), Of(0, "AAAA", 'A') with { StoppingPosterior = 0.96875 }, Of(1, "AAABB", 'B') with { StoppingPosterior = 0.65625 });
        Assert.Null(report.Confidence);
        Assert.Null(report.Samples);
        Assert.Equal([0.96875, 0.65625], report.StoppingPosterior!.RiskCoverage.Select(static point => point.Threshold));
        Assert.Contains("## Calibration and deferral by stopping posterior", ReportMarkdown.Write(report));
    }

    [Fact]
    public void Strategies_that_score_options_report_the_answers_probability_and_the_harness_accuracies()
    {
        var report = Report(Header(2, profile: Profile("likelihood", 1)),
            Of(0, "A", 'A') with { Reasonings = [], OptionProbabilities = [0.5, 0.25, 0.125, 0.125], AnswerByCodePoints = 1, AnswerByBytes = 0 },
            Of(1, "B", 'A') with { Reasonings = [], OptionProbabilities = [0.25, 0.375, 0.25, 0.125], AnswerByCodePoints = 1, AnswerByBytes = 0 });
        Assert.Equal([0.5, 0.375], report.OptionConfidence!.RiskCoverage.Select(static point => point.Threshold));
        Assert.Equal(new OptionScoring(2, 1, 0, 2), report.OptionScoring);
        Assert.Null(report.Confidence);
        Assert.Contains("| per byte of the option (acc\\_bytes) | 100.0 % (2/2) |", ReportMarkdown.Write(report));
    }

    [Fact]
    public void Options_that_were_not_shuffled_are_counted() =>
        Assert.Contains("speak of places or letters: 1.", ReportMarkdown.Write(Report(Header(2), Of(0, "AAA", 'A') with { FixedOptions = 2 }, Of(1, "AAA", 'A'))));

    [Fact]
    public void Intervals_wait_until_every_question_is_answered()
    {
        Assert.Null(Report(Header(7), Some).Confidence!.Intervals);
        Assert.Null(Report(Header(7), [.. Some, Failed(6, 'A')]).Confidence!.Intervals);
        Assert.Equal(Report(Header(6), Some).Confidence!.Intervals, Report(Header(6), Some).Confidence!.Intervals);
    }

    [Fact]
    public void Fewer_samples_are_scored_from_those_that_were_drawn()
    {
        var samples = Report(Header(6), Some).Samples!;
        Assert.Equal((5, 5), (samples.Samples, samples.Questions));

        // Right samples by place, over the five scored questions: AAAAA, ----B, AAA--, ---BB, none.
        Assert.Equal((0.4, 0.6), (samples.LowestAccuracy, samples.HighestAccuracy));
        Assert.Equal(11.0 / 25, samples.MeanAccuracy, 1e-12);
        Assert.Equal(samples.MeanAccuracy, samples.Subsets[0].PassAt, 1e-12);
        Assert.Equal(samples.MeanAccuracy, samples.Subsets[0].MajorityAt, 1e-12);
        Assert.Equal(0.8, samples.Subsets[^1].PassAt, 1e-12);
        Assert.Equal(0.4, samples.Subsets[^1].MajorityAt, 1e-12);
    }

    [Fact]
    public void Questions_with_different_numbers_of_samples_have_no_curve() => Assert.Null(Report(Header(2), Of(0, "AAAAA", 'A'), Of(1, "AAA", 'A')).Samples);

    [Fact]
    public void Markdown_gives_the_figures_with_their_intervals()
    {
        var markdown = ReportMarkdown.Write(Report(Header(6), Some));
        Assert.Contains("## Calibration and deferral\n", markdown);
        Assert.Contains("fewer than 300", markdown);
        Assert.Contains("| ECE, 10 bins | 0.200 | 0.", markdown);
        Assert.Contains("| 5 | 80.0 % | 40.0 % |", markdown);
        Assert.Contains("chosen on the same answers", markdown);
    }
}
