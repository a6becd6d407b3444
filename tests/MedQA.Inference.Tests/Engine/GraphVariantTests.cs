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
    [InlineData("llama-packed", true)]
    [InlineData("llama-genai", true)]
    [InlineData("llama-optimum", false)]
    [InlineData("gpt2-optimum", false)]
    public async Task Float16_caches_give_the_references_within_their_precision(string model, bool isAttention)
    {
        using var variant = isAttention ? TinyVariant.WithHalfAttention(model) : TinyVariant.WithHalfCache(model);
        using var loaded = new LoadedModel(variant.Folder);
        foreach (var expected in ReferenceCase.Of("models", "tiny", $"{model.Split('-')[0]}.reference.json"))
        {
            await using var prompt = await loaded.Engine.ReadAsync(expected.InputIds, 0, Token);
            Assert.True(Enumerable.Range(0, prompt.Logits.Length).Max(id => Math.Abs(prompt.Logits[id] - expected.LastLogits[id])) < 0.02);

            // Teacher forcing keeps a close call from deciding everything after it.
            var score = (await loaded.Engine.ScoreAsync(prompt, [new ScoredSequence(expected.InputIds, expected.Greedy)], Token))[0];
            Assert.Equal(expected.GreedyLogProbabilities.Sum(), score.LogLikelihood, expected.Greedy.Length * 0.02);

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
}
