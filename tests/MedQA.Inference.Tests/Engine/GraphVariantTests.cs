using MedQA.Evaluation;
using MedQA.Inference.Checking;
using MedQA.Inference.Decoding;
using MedQA.Inference.Scoring;
using MedQA.Inference.Tests.Sessions;

namespace MedQA.Inference.Tests.Engine;

public class GraphVariantTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void A_graph_as_it_is_may_pack()
    {
        using var loaded = LoadedModel.Tiny("llama-packed");

        Assert.True(loaded.Engine.CanPack);
    }

    [Fact]
    public void Attention_over_a_window_of_cells_forbids_packed_rows()
    {
        using var variant = TinyVariant.WithWindow("llama-packed", 16);
        using var loaded = new LoadedModel(variant.Folder);

        Assert.False(loaded.Engine.CanPack);
    }

    [Fact]
    public void Rotary_angles_that_the_graph_computes_forbid_packed_rows()
    {
        using var variant = TinyVariant.WithComputedRotary("llama-packed");
        using var loaded = new LoadedModel(variant.Folder);

        Assert.False(loaded.Engine.CanPack);
    }

    [Fact]
    public void A_graph_in_which_packed_samples_see_each_other_is_found_out_when_it_is_loaded()
    {
        using var variant = TinyVariant.WithDeafBias("llama-packed");
        using var loaded = new LoadedModel(variant.Folder);

        Assert.False(loaded.Engine.CanPack);
    }

    [Theory]
    [InlineData("llama-packed", TinyVariant.Float16, 0.02)]
    [InlineData("llama-genai", TinyVariant.Float16, 0.02)]
    [InlineData("llama-optimum", TinyVariant.Float16, 0.02)]
    [InlineData("gpt2-optimum", TinyVariant.Float16, 0.02)]
    [InlineData("llama-optimum", TinyVariant.BFloat16, 0.15)]
    [InlineData("gpt2-optimum", TinyVariant.BFloat16, 0.15)]
    public async Task Caches_of_16_bits_give_the_references_within_their_precision(string model, int type, double tolerance)
    {
        using var variant = model.EndsWith("-optimum", StringComparison.Ordinal) ? TinyVariant.WithHalfCache(model, type) : TinyVariant.WithHalfAttention(model, type);
        using var loaded = new LoadedModel(variant.Folder);
        foreach (var expected in ReferenceCase.Of("models", "tiny", $"{model.Split('-')[0]}.reference.json"))
        {
            await using var prompt = await loaded.Engine.ReadAsync(expected.InputIds, 0, Token);
            Assert.True(Enumerable.Range(0, prompt.Logits.Length).Max(id => Math.Abs(prompt.Logits[id] - expected.LastLogits[id])) < tolerance);

            // Teacher forcing keeps a close call from deciding everything after it.
            var score = (await loaded.Engine.ScoreAsync(prompt, [new ScoredSequence(expected.InputIds, expected.Greedy)], Token))[0];
            Assert.Equal(expected.GreedyLogProbabilities.Sum(), score.LogLikelihood, expected.Greedy.Length * tolerance);

            var rows = await loaded.Engine.SampleAsync(prompt, new SamplePlan(false, [3]), LoadedModel.Greedy(3, 6), Token);
            Assert.Single(rows.Select(static sample => string.Join(',', sample.Tokens)).Distinct());
            if (loaded.Engine.CanPack)
            {
                var packed = await loaded.Engine.SampleAsync(prompt, new SamplePlan(true, [3]), LoadedModel.Greedy(3, 6), Token);
                Assert.All(packed, sample => Assert.Equal(rows[0].LogLikelihood, sample.LogLikelihood, 0.1));
            }
        }

        Assert.Equal(model == "llama-packed", loaded.Engine.CanPack);
    }

    [Theory]
    [InlineData(TinyVariant.Float16, 0.005)]
    [InlineData(TinyVariant.BFloat16, 0.03)]
    public async Task Logits_of_16_bits_give_the_references_within_their_precision(int type, double tolerance)
    {
        using var variant = TinyVariant.WithHalfLogits("llama-genai", type);
        using var loaded = new LoadedModel(variant.Folder);
        foreach (var expected in ReferenceCase.Of("models", "tiny", "llama.reference.json"))
        {
            await using var prompt = await loaded.Engine.ReadAsync(expected.InputIds, 0, Token);

            Assert.True(Enumerable.Range(0, prompt.Logits.Length).Max(id => Math.Abs(prompt.Logits[id] - expected.LastLogits[id])) < tolerance);
        }
    }

    [Fact]
    public async Task A_soft_prompt_fills_a_cache_of_bfloat16()
    {
        using var variant = TinyVariant.WithHalfCache("llama-optimum", TinyVariant.BFloat16);

        var result = await ReferenceCheck.RunAsync(
            variant.Folder, new(), Repository.PathOf("tests", "references", "prompt_tuning.json"), new() { Tolerance = 0.15 }, null, Token);

        Assert.InRange(Assert.Single(result.Files).LargestDeviation!.Value, 0, 0.15);
    }

    [Fact]
    public void Attention_that_the_provider_lacks_is_refused_when_the_graph_is_loaded()
    {
        using var variant = TinyVariant.WithHalfAttention("llama-genai", TinyVariant.BFloat16);

        var exception = Assert.Throws<UnusableException>(() => new LoadedModel(variant.Folder));

        Assert.Contains("ONNX Runtime cannot load it", exception.Message, StringComparison.Ordinal);
        Assert.Contains("GroupQueryAttention", exception.Message, StringComparison.Ordinal);
    }
}
