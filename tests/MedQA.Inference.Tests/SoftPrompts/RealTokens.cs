using MedQA.Inference.Sessions;
using MedQA.Inference.SoftPrompts;
using MedQA.Inference.Tests.Engine;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MedQA.Inference.Tests.SoftPrompts;

/// <summary>Prefixes that are no more than what real tokens leave in the cache: what is asked behind them is known without them.</summary>
internal static class RealTokens
{
    /// <summary>What real tokens leave in the cache, from ONNX Runtime without the engine.</summary>
    public static SoftPromptKeyValues CacheOf(LoadedModel loaded, int[] ids)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        using var session = new InferenceSession(loaded.Folder.GraphPath, options);
        var (layers, heads, headSize) = loaded.Engine.CacheShape;
        var inputs = session.InputMetadata.ToDictionary(static input => input.Key, input => Value(input.Key, input.Value));
        try
        {
            string[] names = [.. Enumerable.Range(0, layers).SelectMany(static layer => (string[])[$"present.{layer}.key", $"present.{layer}.value"])];
            using var run = new RunOptions();
            using var outputs = session.Run(run, inputs, names);
            return new(ids.Length, heads, headSize, [.. outputs.Select(static value => value.GetTensorTypeAndShape().ElementDataType == TensorElementType.Float16 ? [.. value.GetTensorDataAsSpan<Float16>().ToArray().Select(static half => (float)half)] : value.GetTensorDataAsSpan<float>().ToArray())]);
        }
        finally
        {
            foreach (var value in inputs.Values)
            {
                value.Dispose();
            }
        }

        OrtValue Value(string name, NodeMetadata metadata) => name switch
        {
            DecoderLayout.InputIds => OrtValue.CreateTensorValueFromMemory([.. ids.Select(static id => (long)id)], [1L, ids.Length]),
            DecoderLayout.PositionIds => OrtValue.CreateTensorValueFromMemory([.. Enumerable.Range(0, ids.Length).Select(static place => (long)place)], [1L, ids.Length]),
            DecoderLayout.AttentionMask => OrtValue.CreateTensorValueFromMemory([.. Enumerable.Repeat(1L, ids.Length)], [1L, ids.Length]),
            DecoderLayout.LogitsToKeep => OrtValue.CreateTensorValueFromMemory([1L], []),
            DecoderLayout.AttentionBias => Zeros(metadata, [1L, 1, ids.Length, ids.Length]),
            _ => Zeros(metadata, [1L, heads, 0, headSize]),
        };

        static OrtValue Zeros(NodeMetadata metadata, long[] shape)
        {
            var count = shape.Aggregate(1L, static (product, dimension) => product * dimension);
            return metadata.ElementDataType == TensorElementType.Float16 ? OrtValue.CreateTensorValueFromMemory(new Float16[count], shape) : OrtValue.CreateTensorValueFromMemory(new float[count], shape);
        }
    }
}
