using MedQA.Inference.Scoring;

namespace MedQA.Inference.Tests.Engine;

/// <summary>The default model with fp32 activations gives what transformers and lm-evaluation-harness gave over the same weights.</summary>
public sealed class DefaultModelReferenceTests(DefaultModelReferenceTests.ExactModel model) : IClassFixture<DefaultModelReferenceTests.ExactModel>
{
    private static IEnumerable<ReferenceCase> GreedyCases => ReferenceCase.Of("tests", "references", "greedy.json").OrderBy(static expected => expected.Greedy.Length);

    /// <summary>The shortest ones: a token takes this graph a second.</summary>
    [Fact]
    public Task Greedy_tokens_are_the_references() => CompareGreedyAsync(GreedyCases.Take(2));

    [LongFact]
    public Task Greedy_tokens_of_every_prompt_are_the_references() => CompareGreedyAsync(GreedyCases);

    /// <summary>Every token of a long one in a single step: it is the likeliest after those before it, and as likely as in the reference.</summary>
    [Fact]
    public async Task Greedy_references_are_greedy_when_they_are_scored()
    {
        var expected = GreedyCases.Last();
        await using var prompt = await model.Loaded.Engine.ReadAsync(expected.InputIds, 0, TestContext.Current.CancellationToken);

        var score = Assert.Single(await model.Loaded.Engine.ScoreAsync(
            prompt, [new ScoredSequence(expected.InputIds, expected.Greedy)], TestContext.Current.CancellationToken));

        Assert.True(score.IsGreedy);
        Assert.Equal(expected.GreedyLogProbabilities.Sum(), score.LogLikelihood, expected.Greedy.Length * 1e-3);
    }

    private async Task CompareGreedyAsync(IEnumerable<ReferenceCase> cases)
    {
        foreach (var expected in cases)
        {
            await using var prompt = await model.Loaded.Engine.ReadAsync(expected.InputIds, 0, TestContext.Current.CancellationToken);

            var samples = await model.Loaded.Engine.SampleAsync(prompt, LoadedModel.Greedy(1, expected.Greedy.Length), TestContext.Current.CancellationToken);

            Assert.All(samples, sample =>
            {
                Assert.Equal(expected.Greedy, sample.Tokens);
                Assert.Equal(expected.GreedyLogProbabilities.Sum(), sample.LogLikelihood, expected.Greedy.Length * 1e-3);
            });
        }
    }

    [Theory]
    [InlineData("medqa_pub.jsonl", 0)]
    [InlineData("medqa_text_pub.jsonl", 0)]
    [InlineData("pubmedqa_pub.jsonl", 0)]
    [InlineData("anatomy_5shot.jsonl", 600)]
    public Task Log_likelihoods_are_the_references(string file, int shared) => CompareAsync(file, shared, questions: 2);

    /// <summary>The whole files: minutes. Run it with <c>-explicit only</c>, or use <c>medqa models check</c>.</summary>
    [Theory(Explicit = true)]
    [InlineData("medqa_pub.jsonl", 0)]
    [InlineData("medqa_text_pub.jsonl", 0)]
    [InlineData("pubmedqa_pub.jsonl", 0)]
    [InlineData("anatomy_5shot.jsonl", 600)]
    public Task All_log_likelihoods_are_the_references(string file, int shared) => CompareAsync(file, shared, questions: int.MaxValue);

    private async Task CompareAsync(string file, int shared, int questions)
    {
        var worst = 0.0;
        foreach (var expected in LogLikelihoodCase.Of(file).Take(questions))
        {
            var context = model.Loaded.Tokenizer.Encode(expected.Prompt);
            await using var prompt = await model.Loaded.Engine.ReadAsync(context, shared, TestContext.Current.CancellationToken);

            var scores = await model.Loaded.Engine.ScoreAsync(
                prompt,
                [.. expected.Continuations.Select(continuation => new ScoredSequence(context, model.Loaded.Tokenizer.Encode(expected.Prompt + continuation)[context.Length..]))],
                TestContext.Current.CancellationToken);

            worst = Math.Max(worst, scores.Zip(expected.LogLikelihoods, static (score, reference) => Math.Abs(score.LogLikelihood - reference)).Max());
        }

        TestContext.Current.SendDiagnosticMessage($"{file}: {worst}");
        Assert.True(worst < 1.5e-3, $"{worst}");
    }

    public sealed class ExactModel : IDisposable
    {
        internal LoadedModel Loaded { get; } = LoadedModel.Default(new() { Graph = "model.exact.onnx" });

        public void Dispose() => Loaded.Dispose();
    }
}
