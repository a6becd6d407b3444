using System.Text;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Evaluation.Statistics;
using static MedQA.Evaluation.Tests.Reporting.Answers;

namespace MedQA.Evaluation.Tests.Reporting;

public sealed class ReplayReportTests
{
    /// <summary>The first sample is wrong where the vote is right, on three questions; one is unanimous, one wrong throughout.</summary>
    private static readonly AnsweredQuestion[] Some =
    [
        Of(0, "BAAAA", 'A'), Of(1, "BAAAA", 'A'), Of(2, "BAABA", 'A'), Of(3, "AAAAA", 'A'), Of(4, "BBBBB", 'A'), Of(5, "AAAAA", null), Failed(6, 'A'),
    ];

    [Fact]
    public void Every_strategy_is_scored_on_the_same_samples()
    {
        var replay = Replay(Some);
        Assert.Equal((5, 5), (replay.Questions, replay.Samples));
        var all = replay.Strategies[0];
        Assert.Equal(("vote of all 5 samples", 4, 5.0, 75L, 0.0), (all.Name, all.Correct, all.MeanSamples, all.Tokens, all.TokensSaved));
        Assert.Equal(BinomialInterval.ClopperPearson(4, 5), all.Interval);
        Assert.Null(all.Test);

        var first = Named(replay, "first sample alone");
        Assert.Equal((1, 1.0, 15L), (first.Correct, first.MeanSamples, first.Tokens));
        Assert.Equal(0.8, first.TokensSaved, 1e-12);
        Assert.Equal(McNemar.Test(0, 3), first.Test);
        Assert.Equal(4, Named(replay, "vote of the first 3 samples").Correct);
    }

    /// <summary>What is not given is not a number; stored, it is null, which is read as the logarithm of 0.</summary>
    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void Samples_without_log_likelihoods_are_replayed_by_votes_alone(double notGiven)
    {
        var replay = Replay([.. Some.Select(answered => answered with
        {
            Reasonings = [.. answered.Reasonings.Select(reasoning => reasoning with { LogLikelihood = notGiven })]
        })]);

        Assert.NotEmpty(replay.Strategies);
        Assert.DoesNotContain(replay.Strategies, static strategy => strategy.Name.Contains("likel", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(4, replay.Strategies[0].Correct);
    }

    [Fact]
    public void Stopping_early_saves_samples_and_keeps_the_answers_of_a_sure_rule()
    {
        var margin = Named(Replay(Some), "stop when no option can catch up");
        Assert.Equal(4, margin.Correct);

        // Unanimous questions stop after 3 of 5, the others when the lead exceeds what is left: after 4, 4 and 5.
        Assert.Equal((3 + 3 + 4 + 4 + 5) / 5.0, margin.MeanSamples, 1e-12);
        Assert.True(Named(Replay(Some), "stop at P(Beta) ≥ 0.95, after every sample").MeanSamples <= 5);
    }

    [Fact]
    public void Holm_corrects_for_every_strategy_but_the_first()
    {
        var replay = Replay(Some);
        Assert.Equal(replay.Strategies.Length - 1, replay.FamilySize);
        Assert.Equal(Holm.Adjust([.. replay.Strategies.Skip(1).Select(static strategy => strategy.Test!.MidP)]), replay.Strategies.Skip(1).Select(static strategy => strategy.HolmP!.Value));
    }

    [Fact]
    public void Expectations_over_all_choices_of_samples_stand_beside()
    {
        var subsets = Replay(Some).Subsets;
        Assert.Equal(5, subsets.Length);
        Assert.Equal((4 + 4 + 3 + 5 + 0) / 25.0, subsets[0].MajorityAt, 1e-12);
        Assert.Equal(0.8, subsets[4].MajorityAt, 1e-12);
    }

    [Fact]
    public void Every_strategy_is_deferred_by_its_own_confidence()
    {
        var replay = Replay(Some);

        // Shares of the votes for the answer: 4/5 twice and 3/5, all right; 5/5 once right and once wrong.
        var all = replay.Strategies[0].Deferral;
        Assert.Equal(0.8, all[0].Accuracy, 1e-12);
        Assert.Equal((0.6, 0.5), (all[12].Deferred, Math.Round(all[12].Accuracy, 12)));
        Assert.Empty(Named(replay, "first sample alone").Deferral);
        Assert.All(replay.Strategies.Where(static strategy => strategy.Name != "first sample alone"), static strategy =>
        {
            Assert.Equal(20, strategy.Deferral.Length);
            Assert.Equal(strategy.Accuracy, strategy.Deferral[0].Accuracy, 1e-12);
        });
        Assert.Contains("| vote of all 5 samples | 80.0 % (", ReportMarkdown.Write(replay));
        Assert.All(replay.Strategies.SelectMany(static strategy => strategy.Deferral), static point => Assert.True(point.Interval!.Value.Contains(point.Accuracy)));
    }

    [Fact]
    public void It_is_written_in_every_form()
    {
        var replay = Replay(Some);
        Assert.Contains("| first sample alone | 1/5 | 20.0 % |", ReportMarkdown.Write(replay));
        var html = ReportHtml.Write(replay);
        Assert.Contains("Accuracy against tokens", html);

        // 15 tokens a question with all samples: ticks of 5; the weighted votes lie on the vote of all.
        Assert.All((string[])["0", "5", "10", "15"], tick => Assert.Contains($"text-anchor=\"middle\">{tick}</text>", html));
        Assert.Contains(">2</text>", html);
        Assert.Matches(">1, \\d", html);
        Assert.Contains("\"tokensSaved\": 0.8", Encoding.UTF8.GetString(ReportJson.Write(replay)));
    }

    [Fact]
    public void What_was_replayed_of_an_unfinished_run_is_provisional_and_says_so()
    {
        var accumulator = new ReplayAccumulator(Profile());
        accumulator.Add(Of(0, "AAAAA", 'A'));
        var replay = accumulator.Build(Report(Header(3), Of(0, "AAAAA", 'A')));
        Assert.True(replay.Provisional);
        Assert.Contains("2 of 3 questions have no answer yet", replay.Warnings.Single());
        Assert.Contains("2 of 3 questions have no answer yet", ReportMarkdown.Write(replay));
        Assert.Contains("\"provisional\": true", Encoding.UTF8.GetString(ReportJson.Write(replay)));
        Assert.Empty(Replay(Some).Warnings);
    }

    [Fact]
    public void Equal_questions_are_tested_as_clusters()
    {
        var replay = Replay([.. Enumerable.Range(0, 24).Select(static ordinal => Of(ordinal, ordinal % 3 == 0 ? "BAAAA" : "AAAAA", 'A') with { QuestionFingerprint = $"{ordinal % 12:x16}" })]);
        Assert.Equal(12, replay.Clusters);
        Assert.Equal(4, Named(replay, "first sample alone").Test!.Clusters);
        Assert.Equal(0.125, Named(replay, "first sample alone").Test!.ExactP, 1e-12);
    }

    [Fact]
    public void Runs_without_samples_to_replay_are_refused()
    {
        Assert.Contains("adaptive-self-consistency, 5 samples", Assert.Throws<InputException>(() => new ReplayAccumulator(Profile("adaptive-self-consistency"))).Message);
        var single = new ReplayAccumulator(Profile(samples: 1));
        single.Add(Of(0, "A", 'A'));
        Assert.Contains("needs several samples of each question", Assert.Throws<InputException>(() => single.Build(Report(Header(1), Of(0, "A", 'A')))).Message);
        Assert.Contains("nothing to score", Assert.Throws<InputException>(() => Replay(Of(0, "AAAAA", null))).Message);
    }

    private static ReplayReport Replay(params AnsweredQuestion[] answers)
    {
        var accumulator = new ReplayAccumulator(Profile());
        foreach (var answered in answers)
        {
            accumulator.Add(answered);
        }

        return accumulator.Build(Report(Header(answers.Length), answers));
    }

    private static ReplayedStrategy Named(ReplayReport replay, string name) => replay.Strategies.Single(strategy => strategy.Name == name);

    [Fact]
    public void Without_log_likelihoods_the_strategies_that_weigh_by_them_are_left_out()
    {
        var (accumulator, accumulated) = (new ReplayAccumulator(Profile()), new ReportAccumulator());
        for (var ordinal = 0; ordinal < 3; ordinal++)
        {
            var answered = Answers.Of(ordinal, "AABBB", 'B');
            answered = answered with { Reasonings = [.. answered.Reasonings.Select(static reasoning => reasoning with { LogLikelihood = double.NaN })] };
            accumulator.Add(answered);
            accumulated.Add(answered);
        }

        var strategies = accumulator.Build(accumulated.Build(Answers.Header(3, profile: Profile()))).Strategies;

        Assert.NotEmpty(strategies);
        Assert.DoesNotContain(strategies, static strategy => strategy.Name.Contains("weighted", StringComparison.Ordinal));
    }
}
