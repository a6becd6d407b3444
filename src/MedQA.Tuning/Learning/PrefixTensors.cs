using MedQA.Inference.SoftPrompts;
using MedQA.Tuning.Transformers;
using static TorchSharp.torch;

namespace MedQA.Tuning.Learning;

/// <summary>Computes the keys and values of a soft prompt for inference.</summary>
internal static class PrefixTensors
{
    /// <summary>Computes the keys and values of the virtual tokens.</summary>
    public static SoftPromptKeyValues Of(Decoder decoder, float[] softPrompt)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var length = softPrompt.Length / decoder.Shape.Hidden;
        var layers = decoder.ReadPrefix(tensor(softPrompt, [length, decoder.Shape.Hidden]));
        return new(
            length,
            decoder.Shape.KeyValueHeads,
            decoder.Shape.HeadSize,
            [.. layers.SelectMany(static layer => (float[][])[Numbers(layer.Keys), Numbers(layer.Values)])]);

        static float[] Numbers(Tensor tensor) => tensor.to(ScalarType.Float32).contiguous().data<float>().ToArray();
    }
}
