using MedQA.Evaluation;
using MedQA.Inference.Models;
using MedQA.Tuning.Transformers;

namespace MedQA.Tuning.Tests.Transformers;

public sealed class OnnxWeightsTests
{
    [Theory]
    [InlineData("llama-genai")]
    [InlineData("llama-optimum")]
    public void A_graphs_weights_are_those_of_the_safetensors_that_it_was_made_from(string layout)
    {
        var shape = DecoderShape.Read(TinyLlama.FolderPath);
        using var expected = new SafetensorsWeights(TinyLlama.FolderPath);
        using var actual = new OnnxWeights(ModelFolder.Open(Repository.PathOf("models", "tiny", layout)), shape);
        foreach (var (name, count) in (ReadOnlySpan<(string, int)>)[
            ("model.embed_tokens.weight", 1024 * 64), ("lm_head.weight", 1024 * 64), ("model.norm.weight", 64),
            ("model.layers.1.self_attn.q_proj.weight", 64 * 64), ("model.layers.1.self_attn.k_proj.weight", 32 * 64), ("model.layers.0.self_attn.v_proj.weight", 32 * 64),
            ("model.layers.0.self_attn.o_proj.weight", 64 * 64), ("model.layers.0.mlp.gate_proj.weight", 160 * 64), ("model.layers.0.mlp.up_proj.weight", 160 * 64),
            ("model.layers.1.mlp.down_proj.weight", 160 * 64), ("model.layers.1.input_layernorm.weight", 64)])
        {
            Assert.True(actual.Has(name), name);
            Assert.Equal(expected.Read(name, count), actual.Read(name, count));
        }

        Assert.False(actual.Has("model.layers.0.self_attn.q_proj.bias"));
    }

    [Theory]
    [InlineData("\"llama\"", "\"gpt2\"", "models of type \"gpt2\" cannot be tuned")]
    [InlineData("\"default\"", "\"yarn\"", "the rotary scaling \"yarn\" is not supported")]
    [InlineData("\"silu\"", "\"gelu\"", "the activation \"gelu\" is not supported")]
    public void What_is_not_supported_is_refused_by_name(string stated, string other, string message)
    {
        var folder = Directory.CreateTempSubdirectory("medqa-tune-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "config.json"), File.ReadAllText(Path.Combine(TinyLlama.FolderPath, "config.json")).Replace(stated, other, StringComparison.Ordinal));

            Assert.Contains(message, Assert.Throws<UnusableException>(() => DecoderShape.Read(folder.FullName)).Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
