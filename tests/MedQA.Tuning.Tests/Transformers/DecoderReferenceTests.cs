using MedQA.Inference.Models;
using MedQA.Tuning.Learning;
using MedQA.Tuning.Transformers;
using TorchSharp;

namespace MedQA.Tuning.Tests.Transformers;

public sealed class DecoderReferenceTests(TinyLlama tiny)
{
    [Fact]
    public void The_tiny_Llamas_logits_and_log_probabilities_are_transformers() => AssertReferences(tiny.Decoder, "llama.reference.json");

    [Fact]
    public void The_tiny_Qwen2s_from_its_graph_are_transformers_too()
    {
        using var decoder = Decoder.Load(ModelFolder.Open(Repository.PathOf("models", "tiny", "qwen2-optimum")), torch.ScalarType.Float32);

        AssertReferences(decoder, "qwen2.reference.json");
    }

    [Fact]
    public void The_default_models_log_probabilities_from_its_4_bit_graph_are_those_of_transformers_over_the_same_weights()
    {
        using var decoder = Decoder.Load(ModelFolder.Open(Repository.PathOf("models", "smollm2-135m-instruct")), torch.ScalarType.Float32);

        AssertGreedy(decoder, ReferenceCase.Of("tests", "references", "greedy.json").MinBy(static reference => reference.InputIds.Length)!, 1e-3);
    }

    private static void AssertReferences(Decoder decoder, string file)
    {
        foreach (var reference in ReferenceCase.Of("models", "tiny", file))
        {
            using var noGradients = torch.no_grad();
            using var scope = torch.NewDisposeScope();
            var hidden = decoder.Read(torch.tensor(reference.InputIds.Select(static id => (long)id).ToArray(), [1, reference.InputIds.Length]), null);
            var logits = decoder.Logits(hidden[0, -1]).data<float>().ToArray();
            Assert.InRange(reference.LastLogits.Zip(logits, static (one, other) => Math.Abs(one - other)).Max(), 0, 1e-4);
            AssertGreedy(decoder, reference, 1e-4);
        }
    }

    private static void AssertGreedy(Decoder decoder, ReferenceCase reference, double tolerance)
    {
        var row = TokenRow.Of(reference.InputIds, reference.Greedy, 0);
        var scores = new PromptGradient(decoder, 4096).Score([row with { Wanted = [.. row.Wanted.Select(static (wanted, index) => wanted with { Sum = index })] }], reference.Greedy.Length, null, CancellationToken.None);
        Assert.InRange(reference.GreedyLogProbabilities.Zip(scores, static (one, other) => Math.Abs(one - other)).Max(), 0, tolerance);
    }
}
