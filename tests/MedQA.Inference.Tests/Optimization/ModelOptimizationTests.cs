using MedQA.Evaluation;
using MedQA.Inference.Optimization;
using MedQA.Inference.Tests.Engine;
using MedQA.Inference.Tests.Models;

namespace MedQA.Inference.Tests.Optimization;

public class ModelOptimizationTests
{
    [Fact]
    public async Task The_widened_graph_scores_as_the_graph_that_it_was_made_from()
    {
        using var copy = ModelCopy.Of("smollm2-135m-instruct");

        var optimized = await ModelOptimization.WidenAsync(copy.Path, null, TestContext.Current.CancellationToken);

        Assert.Equal("model.8bit.onnx", Path.GetFileName(optimized.GraphPath));
        Assert.Equal(120, optimized.Products);
        using var loaded = new LoadedModel(copy.Path, new() { Graph = "model.8bit.onnx" });
        await ReferenceCase.AssertScoresAsWidenedAsync(loaded.Engine);
    }

    [Fact]
    public async Task A_graph_without_such_products_is_refused()
    {
        using var copy = ModelCopy.Of("tiny/llama-genai");

        var exception = await Assert.ThrowsAsync<UnusableException>(() => ModelOptimization.WidenAsync(copy.Path, null, TestContext.Current.CancellationToken));

        Assert.Contains("nothing to widen", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(copy.Path), static file => file.Contains("8bit", StringComparison.Ordinal));
    }
}
