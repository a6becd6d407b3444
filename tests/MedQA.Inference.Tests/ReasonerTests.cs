using System.Text.Json;
using MedQA.Datasets;
using MedQA.Datasets.Reading;
using MedQA.Evaluation;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;

namespace MedQA.Inference.Tests;

/// <summary>
/// The method's effects from end to end, on a model that is small enough to ask 200 questions in a test: its most likely way of reasoning is wrong where most of its ways are right (models/reasoner).
/// </summary>
public sealed class ReasonerTests(ReasonerRuns runs) : IClassFixture<ReasonerRuns>
{
    [Fact]
    public void Greedy_chain_of_thought_gives_the_answers_of_the_original_model()
    {
        using var reference = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("tests", "references", "reasoner.json")));
        var expected = reference.RootElement.GetProperty("greedy_answers");
        Assert.All(runs.ChainOfThought.Answers, answered => Assert.Equal(expected.GetProperty(answered.Id).GetString(), $"{OptionLetter.Of(answered.Answer!.Value)}"));
        Assert.Equal(0.53, runs.ChainOfThought.Report.Accuracy.Value!.Value, 1e-9);
    }

    [Fact]
    public void Self_consistency_beats_greedy_chain_of_thought()
    {
        var pair = Assert.Single(RunComparison.Of([Compared("greedy", runs.ChainOfThought), Compared("self-consistency", runs.SelfConsistency)]).Pairs);
        Assert.Equal(ReasonerRuns.Questions, pair.Questions);
        Assert.True(pair.SecondAccuracy >= 0.74, $"accuracy {pair.SecondAccuracy}");
        Assert.True(pair.Test.OnlySecond > pair.Test.OnlyFirst);
        Assert.True(pair.Test.MidP < 0.001, $"p = {pair.Test.MidP}");
    }

    [Fact]
    public void Deferring_45_percent_leaves_answers_of_which_at_least_95_percent_are_right()
    {
        var point = Assert.Single(runs.SelfConsistency.Report.Confidence!.Deferral, static point => Math.Abs(point.Deferred - 0.45) < 1e-9);
        Assert.Equal(0.55 * ReasonerRuns.Questions, point.Kept, 1e-9);
        Assert.True(point.Accuracy >= 0.95, $"accuracy {point.Accuracy}");
    }

    [Fact]
    public void Direct_answers_are_near_chance()
    {
        var accuracy = runs.Direct.Report.Accuracy;
        Assert.Equal(0.25, accuracy.Chance!.Value, 1e-12);
        Assert.InRange(accuracy.Value!.Value, 0.18, 0.34);
    }

    private static ComparedRun Compared(string name, ReasonerRun run)
    {
        var compared = new ComparedRun(name);
        foreach (var answered in run.Answers)
        {
            compared.Add(answered);
        }

        return compared;
    }
}

/// <summary>The answers of one strategy with their report.</summary>
public sealed record ReasonerRun(IReadOnlyList<AnsweredQuestion> Answers, RunReport Report);

/// <summary>The first 200 of the small model's questions, answered once for all tests by three strategies.</summary>
public sealed class ReasonerRuns : IAsyncLifetime
{
    public const int Questions = 200;

    public ReasonerRun Direct { get; private set; } = null!;

    public ReasonerRun ChainOfThought { get; private set; } = null!;

    public ReasonerRun SelfConsistency { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var questions = await QuestionsAsync();
        await using var model = await OnnxLanguageModel.LoadAsync(Repository.PathOf("models", "reasoner"), new(), Cancel);
        Direct = await AnswerAsync(model, questions, ProfileOf("few-shot", "Answer:", maxTokens: 8));
        ChainOfThought = await AnswerAsync(model, questions, ProfileOf("chain-of-thought", "Explanation:", maxTokens: 180));
        SelfConsistency = await AnswerAsync(model, questions, ProfileOf("self-consistency", "Explanation:", maxTokens: 180));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<List<Question>> QuestionsAsync()
    {
        await using var file = File.OpenRead(Repository.PathOf("models", "reasoner", "sums.csv"));
        var rows = await QuestionSetReader.ReadAsync(file, new QuestionSetOptions { FileName = "sums.csv" }, Cancel).Take(Questions).ToListAsync(Cancel);
        return [.. rows.Select(static row => Assert.IsType<AcceptedRow>(row).Question)];
    }

    private static Profile ProfileOf(string strategy, string lead, int maxTokens) => ProfileReader.Parse(
        $$"""
        {
          "name": "sums", "strategy": "{{strategy}}", "format": "completion", "instruction": "", "exemplarSet": null, "exemplars": 0, "stop": [], "maxTokens": {{maxTokens}},
          "template": "Question: {question}\n(A) {a} (B) {b} (C) {c} (D) {d}\n{{lead}}"
        }
        """,
        "test");

    private static async Task<ReasonerRun> AnswerAsync(OnnxLanguageModel model, List<Question> questions, Profile profile)
    {
        var protocol = Protocol.Of(profile, ["sums"]);
        var answers = new List<AnsweredQuestion>();
        var accumulator = new ReportAccumulator();
        foreach (var question in questions)
        {
            answers.Add(await QuestionAnswerer.AnswerAsync(model, protocol, question, answers.Count, TimeProvider.System, Cancel));
            accumulator.Add(answers[^1]);
        }

        var report = accumulator.Build(new ReportHeader
        {
            Run = profile.Strategy.Name,
            QuestionSet = "sums.csv",
            Protocol = protocol,
            Model = model.Description.Name,
            ModelFingerprint = model.Description.Fingerprint,
            EvaluationRules = EvaluationRules.Version,
            Rows = questions.Count,
            Finished = DateTimeOffset.UnixEpoch,
        });
        return new ReasonerRun(answers, report);
    }
}
