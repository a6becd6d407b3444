using MedQA.Evaluation;
using MedQA.Inference.Optimization;
using MedQA.Inference.Scoring;
using MedQA.Inference.Tests.Engine;

namespace MedQA.Inference.Tests.Optimization;

public class ModelOptimizationTests
{
    [Fact]
    public async Task The_widened_graph_scores_as_the_graph_that_it_was_made_from()
    {
        using var copy = new CopiedModel(Repository.PathOf("models", "smollm2-135m-instruct"));

        var optimized = await ModelOptimization.WidenAsync(copy.Folder, null, TestContext.Current.CancellationToken);

        Assert.Equal("model.8bit.onnx", Path.GetFileName(optimized.GraphPath));
        Assert.Equal(120, optimized.Products);
        using var loaded = new LoadedModel(copy.Folder, new() { Graph = "model.8bit.onnx" });
        Assert.True(loaded.Engine.CanPack);
        var expected = ReferenceCase.Of("tests", "references", "greedy.json")[0];
        await using var prompt = await loaded.Engine.ReadAsync(expected.InputIds, 0, TestContext.Current.CancellationToken);
        var score = (await loaded.Engine.ScoreAsync(prompt, [new ScoredSequence(expected.InputIds, expected.Greedy)], TestContext.Current.CancellationToken))[0];

        // A mean difference of 0.05 nats a token is what int8 activations leave; a wrong nibble or offset gives nats.
        Assert.Equal(expected.GreedyLogProbabilities.Average(), score.LogLikelihood / score.Tokens, 0.05);
    }

    [Fact]
    public async Task A_graph_without_such_products_is_refused()
    {
        using var copy = new CopiedModel(Repository.PathOf("models", "tiny", "llama-genai"));

        var exception = await Assert.ThrowsAsync<UnusableException>(() => ModelOptimization.WidenAsync(copy.Folder, null, TestContext.Current.CancellationToken));

        Assert.Contains("nothing to widen", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(copy.Folder), static file => file.Contains("8bit", StringComparison.Ordinal));
    }
}
