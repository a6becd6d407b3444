using MedQA.Tuning.Exemplars;
using MedQA.Tuning.Learning;
using TorchSharp;

namespace MedQA.Tuning.Tests.Learning;

public sealed class PromptTuningReferenceTests(TinyLlama tiny)
{
    private static readonly TuningReference Reference = TuningReference.Value;

    private static readonly TuningExample[] Examples = [.. Reference.Examples.Select(static example => new TuningExample(example.PromptIds, example.AnswerIds))];

    [Theory]
    [InlineData(4096)]
    [InlineData(100)]
    [InlineData(1)]
    public void The_first_gradient_is_PyTorchs_in_one_micro_batch_or_many(int mostTokens)
    {
        var (loss, gradient) = new PromptGradient(tiny.Decoder, mostTokens).Compute(Reference.Initial, Examples[..4]);

        Assert.Equal(Reference.Losses[0], loss, 1e-4);
        AssertClose(Reference.FirstGradient, gradient, 1e-5);
    }

    [Fact]
    public void Twenty_steps_have_PyTorchs_losses_and_end_in_its_soft_prompt_with_its_keys_and_values_and_its_tokens()
    {
        var softPrompt = Reference.Initial.ToArray();
        var optimizer = new AdamW(softPrompt.Length, 0.003, 0.00001);
        var gradient = new PromptGradient(tiny.Decoder, 4096);
        for (var step = 1; step <= Reference.Losses.Length; step++)
        {
            var (loss, slope) = gradient.Compute(softPrompt, Examples[(step % 2 == 1 ? ..4 : 4..)]);
            Assert.Equal(Reference.Losses[step - 1], loss, 1e-4);
            optimizer.Update(softPrompt, slope, step);
        }

        AssertClose(Reference.Final, softPrompt, 1e-3);
        var prefix = PrefixTensors.Of(tiny.Decoder, softPrompt);
        AssertClose([.. Reference.PrefixCache.SelectMany(static layer => layer).SelectMany(static numbers => numbers)], [.. prefix.Tensors.SelectMany(static numbers => numbers)], 1e-3);
        var logits = LastLogits(Reference.Prompt, softPrompt);
        AssertClose(Reference.LastLogits, logits, 1e-2);
        Assert.Equal(Reference.Greedy, Greedy(softPrompt));
    }

    private int[] Greedy(float[] softPrompt)
    {
        var tokens = Reference.Prompt.ToList();
        foreach (var _ in Reference.Greedy)
        {
            var logits = LastLogits([.. tokens], softPrompt);
            tokens.Add(logits.IndexOf(logits.Max()));
        }

        return [.. tokens[Reference.Prompt.Length..]];
    }

    private float[] LastLogits(int[] ids, float[] softPrompt)
    {
        using var noGradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var prefix = tiny.Decoder.ReadPrefix(torch.tensor(softPrompt, [Reference.Length, tiny.Decoder.Shape.Hidden]));
        return tiny.Decoder.Logits(tiny.Decoder.Read(torch.tensor(ids.Select(static id => (long)id).ToArray(), [1, ids.Length]), prefix)[0, -1]).data<float>().ToArray();
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(expected.Zip(actual, static (one, other) => Math.Abs(one - other)).Max(), 0, tolerance);
    }
}
