using System.Collections.Immutable;
using System.Text;
using FsCheck.Xunit;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Evaluation.Strategies.Replay;
using static MedQA.Evaluation.Tests.Reporting.Answers;

namespace MedQA.Evaluation.Tests.Reporting;

/// <summary>What stored samples tell of budgets of thinking tokens.</summary>
public sealed class ThinkingCurveTests
{
    [Fact]
    public void Samples_within_a_budget_keep_their_answers_and_the_others_are_not_known()
    {
        var curve = Replay(Profile(samples: 3), Thinking(0, "AAB", 'A', 4, 8, 8), Thinking(1, "BBB", 'A', 4, 4, 4)).Thinking!;

        Assert.Equal((6, 6, 0, false, 4, 8), (curve.Samples, curve.Thinking, curve.Closed, curve.IsEstimated, curve.Median, curve.Longest));
        Assert.Equal(
            [new(0, 0, 0, 0, 2, 0, 1), new(4, 4 / 6.0, 1, 0, 1, 0, 0.5), new ThinkingPoint(8, 1, 2, 1, 1, 0.5, 0.5)],
            curve.Points);
    }

    [Fact]
    public void What_the_budget_closed_is_known_under_that_budget_only()
    {
        var profile = Profile(samples: 1) with { ThinkingTokens = 8 };
        var answers = new[] { Closed(Thinking(0, "A", 'A', 8)), Thinking(1, "A", 'A', 8), Thinking(2, "A", 'A', 2) };
        var curve = Replay(profile, answers).Thinking!;

        Assert.Equal(1, curve.Closed);
        Assert.Equal([(0, 0.0), (2, 1 / 3.0), (8, 1.0)], curve.Points.Select(static point => (point.Budget, point.LowerBound)));
    }

    [Fact]
    public void Lengths_are_estimated_from_the_text_where_they_were_not_counted()
    {
        var spoken = Of(0, "A", 'A') is var answered ? answered with
        {
            Reasonings = [answered.Reasonings[0] with { Text = "<think>" + new string('x', 71) + "</think>" + new string('y', 14), DrawnTokens = 50 }]
        } : null!;
        var apart = Of(1, "A", 'A') with { };
        apart = apart with { Reasonings = [apart.Reasonings[0] with { Thought = "Because of this and that and more.", Text = "A", DrawnTokens = 20 }] };
        var curve = Replay(Profile("chain-of-thought", 1) with { Temperature = 0 }, spoken, apart, Of(2, "A", 'A')).Thinking!;

        Assert.True(curve.IsEstimated);
        Assert.Equal((3, 2, 43), (curve.Samples, curve.Thinking, curve.Longest));
        Assert.Equal((1 / 3.0, 1 / 3.0), (curve.Points[0].ShareWithin, curve.Points[0].LowerBound));
    }

    // Thoughts of 40 and of 30 of 100 characters, a second mark behind each, and 10 characters that are said at the end.
    [Theory]
    [InlineData(40, 0, false)]
    [InlineData(40, 0, true)]
    [InlineData(40, 30, false)]
    [InlineData(40, 30, true)]
    public void An_estimated_thought_ends_with_its_first_closing_mark(int first, int second, bool isMarkedByTokens)
    {
        var text = Thought(first) + Said(90 - first - second - (second > 0 ? 10 : 0)) + (second > 0 ? Thought(second) + Said(10) : "") + new string('z', 10);
        var answered = Of(0, "A", 'A');
        answered = answered with
        {
            Reasonings = [answered.Reasonings[0] with { Text = text, DrawnTokens = 50, SpokenPart = isMarkedByTokens ? new TextSpan(90, 10) : null }]
        };
        var curve = Replay(Profile("chain-of-thought", 1) with { Temperature = 0 }, answered).Thinking!;

        Assert.Equal((100, (first + second) / 2), (text.Length, curve.Longest));

        static string Thought(int length) => "<think>" + new string('x', length - 15) + "</think>";
        static string Said(int length) => new string('y', length - 8) + "</think>";
    }

    [Fact]
    public void A_run_without_thoughts_has_no_curve_and_with_one_sample_each_nothing_to_replay()
    {
        Assert.Null(Replay(Profile(), Of(0, "AAAAA", 'A')).Thinking);
        Assert.Contains("or thoughts whose length can be limited", Assert.Throws<InputException>(() => Replay(Profile(samples: 1), Of(0, "A", 'A'))).Message);
        Assert.Throws<InputException>(() => new ReplayAccumulator(Profile("likelihood", 1)));
        Assert.Throws<InputException>(() => new ReplayAccumulator(Profile("long-form", 1)));
    }

    [Property]
    public void Bounds_are_the_least_and_the_largest_accuracy_over_all_answers_that_are_not_known(byte[] lengths, byte[] answers)
    {
        const int Samples = 3, Options = 3;
        var drawn = Enumerable.Range(0, (Math.Min(lengths.Length, answers.Length) / Samples) + 1).Select(question => Thinking(
            question,
            string.Concat(Enumerable.Range(0, Samples).Select(sample => "ABC-"[At(answers, (question * Samples) + sample) % 4])),
            'A',
            [.. Enumerable.Range(0, Samples).Select(sample => 1 + (At(lengths, (question * Samples) + sample) % 6))])).ToArray();
        var curve = Replay(Profile(samples: Samples), drawn).Thinking!;

        foreach (var point in curve.Points)
        {
            var (least, largest) = (0, 0);
            foreach (var question in drawn)
            {
                var (unknown, known) = (question.Reasonings.Count(reasoning => reasoning.Thinking!.Tokens > point.Budget), question.Reasonings.Where(reasoning => reasoning.Thinking!.Tokens <= point.Budget).ToList());
                if (unknown == 0)
                {
                    var isRight = SampleReplay.First(question, Samples, 1).Answer == question.Gold;
                    (least, largest) = (least + (isRight ? 1 : 0), largest + (isRight ? 1 : 0));
                    continue;
                }

                var margins = Completions(unknown, Options).Select(completion =>
                {
                    var votes = new int[4];
                    foreach (var answer in known.Select(static reasoning => reasoning.Answer).Concat(completion).OfType<int>())
                    {
                        votes[answer]++;
                    }

                    return (votes[0], Rival: votes[1..].Max());
                }).ToList();
                least += margins.All(static votes => votes.Item1 > votes.Rival) ? 1 : 0;
                largest += margins.Any(static votes => votes.Item1 > 0 && votes.Item1 >= votes.Rival) ? 1 : 0;
            }

            Assert.Equal((least, largest), (point.Right, point.PerhapsRight));
        }

        Assert.Equal(curve.Points.Select(static point => point.Budget).Order(), curve.Points.Select(static point => point.Budget));
        Assert.Equal(curve.Points.Select(static point => point.LowerBound).Order(), curve.Points.Select(static point => point.LowerBound));
        Assert.Equal(curve.Points.Select(static point => point.UpperBound).OrderDescending(), curve.Points.Select(static point => point.UpperBound));
        Assert.Equal((1.0, curve.Points[^1].LowerBound), (curve.Points[^1].ShareWithin, curve.Points[^1].UpperBound));
    }

    [Fact]
    public void Runs_under_other_budgets_are_set_beside_and_others_are_not()
    {
        var profile = Profile(samples: 1) with { ThinkingTokens = 8 };
        AnsweredQuestion[] answers = [Thinking(0, "A", 'A', 3), Thinking(1, "B", 'A', 5)];
        RunReport Run(string id, Profile asked, string hash = "00ff") =>
            Report(Header(2, profile: asked) with { Run = id, QuestionSetHash = hash }, answers);
        var accumulator = new ReplayAccumulator(profile);
        Array.ForEach(answers, accumulator.Add);

        var replay = accumulator.Build(
            Run("run", profile),
            Run("wide", profile with { Name = "wide", ThinkingTokens = 64 }),
            Run("free", profile with { Name = "free", ThinkingTokens = null }),
            Run("zero", profile with { ThinkingTokens = 0 }),
            Run("other", profile with { ThinkingTokens = 16, Temperature = 1 }),
            Run("another", profile with { ThinkingTokens = 16 }, hash: "0000"));

        Assert.Equal([("zero", 0), ("run", 8), ("wide", 64), ("free", (int?)null)], replay.Thinking!.Measured.Select(static measured => (measured.Run, measured.Budget)));
        Assert.All(replay.Thinking.Measured, static measured => Assert.Equal((1, 2, 0.5), (measured.Correct, measured.Scored, measured.Accuracy)));
        var markdown = ReportMarkdown.Write(replay);
        Assert.Contains("## Thinking budget", markdown, StringComparison.Ordinal);
        Assert.Contains("| no budget | free | 1/2 | 50.0 % |", markdown, StringComparison.Ordinal);
        Assert.DoesNotContain("## Strategies", markdown, StringComparison.Ordinal);
        Assert.Contains("Accuracy against the thinking budget", ReportHtml.Write(replay), StringComparison.Ordinal);
        Assert.Contains("\"lowerBound\": 0.5", Encoding.UTF8.GetString(ReportJson.Write(replay)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_says_how_many_thoughts_were_closed_and_where_there_was_none_that_the_budget_changed_nothing()
    {
        var profile = Profile(samples: 1) with { ThinkingTokens = 8 };
        var report = Report(Header(2, profile: profile), Closed(Thinking(0, "A", 'A', 8)), Thinking(1, "B", 'A', 5));
        Assert.Equal(new ThinkingFigures(2, 2, 1, 13), report.Thinking);
        Assert.Contains("2 of 2 reasonings thought, 13 tokens in all; 1 thoughts were closed after thinkingTokens, 8.", ReportMarkdown.Write(report), StringComparison.Ordinal);

        var idle = Report(Header(1, profile: profile), Thinking(0, "A", 'A', 0));
        Assert.Contains(idle.Warnings, static warning => warning.Contains("no reasoning has a thought", StringComparison.Ordinal));
        var usual = Report(Header(1), Of(0, "AAAAA", 'A'));
        Assert.Null(usual.Thinking);
        Assert.DoesNotContain("\"thinking\"", Encoding.UTF8.GetString(ReportJson.Write(usual)), StringComparison.Ordinal);
    }

    private static int At(byte[] values, int place) => place < values.Length ? values[place] : place;

    private static IEnumerable<ImmutableArray<int?>> Completions(int unknown, int options) => unknown == 0
        ? [[]]
        : Completions(unknown - 1, options).SelectMany(rest => Enumerable.Range(-1, options + 1).Select(answer => rest.Add(answer < 0 ? null : answer)));

    private static AnsweredQuestion Thinking(int ordinal, string votes, char gold, params int[] tokens)
    {
        var answered = Of(ordinal, votes, gold);
        return answered with { Reasonings = [.. answered.Reasonings.Select((reasoning, index) => reasoning with { Thinking = new Thinking(tokens[index], []) })] };
    }

    private static AnsweredQuestion Closed(AnsweredQuestion answered) => answered with
    {
        Reasonings = [.. answered.Reasonings.Select(static reasoning => reasoning with { Thinking = reasoning.Thinking! with { Closed = [new InsertedMark(8, 1)] } })]
    };

    private static ReplayReport Replay(Profile profile, params AnsweredQuestion[] answers)
    {
        var accumulator = new ReplayAccumulator(profile);
        Array.ForEach(answers, accumulator.Add);
        return accumulator.Build(Report(Header(answers.Length, profile: profile), answers));
    }
}
