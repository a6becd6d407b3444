using MedQA.Evaluation;
using MedQA.Inference.Models;
using static TorchSharp.torch;

namespace MedQA.Tuning.Transformers;

/// <summary>
/// A decoder of the Llama family with frozen weights. Gradients flow only to its input; gradients of weights are never computed or stored.
/// </summary>
internal sealed class Decoder : IDisposable
{
    private readonly Tensor _embedding;
    private readonly Tensor _finalNorm;
    private readonly Tensor _head;
    private readonly DecoderLayer[] _layers;
    private readonly Tensor _inverseFrequencies;

    private Decoder(DecoderShape shape, ScalarType precision, Tensor embedding, Tensor head, Tensor finalNorm, DecoderLayer[] layers)
    {
        (Shape, Precision, _embedding, _head, _finalNorm, _layers) = (shape, precision, embedding, head, finalNorm, layers);
        using var scope = NewDisposeScope();
        _inverseFrequencies = (1.0 / (tensor(shape.RotaryBase, ScalarType.Float32)
            .pow(arange(0, shape.HeadSize, 2, ScalarType.Float32) / shape.HeadSize)) / shape.RotaryFactor).DetachFromDisposeScope();
    }

    /// <summary>The model's sizes.</summary>
    public DecoderShape Shape { get; }

    /// <summary>The precision of products; norms, sums and positions are always float32.</summary>
    public ScalarType Precision { get; }

    /// <summary>Loads a model's weights: safetensors if the folder has them, otherwise the ONNX graph.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="precision">float32 or bfloat16.</param>
    /// <exception cref="UnusableException">A file is missing, damaged or not tunable.</exception>
    public static Decoder Load(ModelFolder folder, ScalarType precision)
    {
        Native.TorchLibrary.Load();
        var shape = DecoderShape.Read(folder.Path);
        try
        {
            return Load(folder, shape, precision);
        }
        finally
        {
            // Each matrix was in managed memory once, which takes as much as the model and is no longer needed.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    private static Decoder Load(ModelFolder folder, DecoderShape shape, ScalarType precision)
    {
        using IWeightSource weights = Directory.EnumerateFiles(folder.Path, "*.safetensors").Any()
            ? new SafetensorsWeights(folder.Path)
            : new OnnxWeights(folder, shape);
        return Load(folder, shape, weights, precision);
    }

    /// <summary>Returns the embeddings of tokens, float32 [tokens, hidden].</summary>
    public Tensor Embed(Tensor ids) => _embedding.index_select(0, ids.reshape(-1)).to(ScalarType.Float32);

    /// <summary>
    /// Returns the keys and values of virtual tokens at positions 0 …, for each layer [1, key/value heads, length, head size].
    /// </summary>
    /// <param name="softPrompt">[length, hidden]; gradients flow to it.</param>
    public KeysAndValues[] ReadPrefix(Tensor softPrompt)
    {
        using var scope = NewDisposeScope();
        var (cosine, sine) = Turns(0, softPrompt.shape[0]);
        var mask = Mask(0, softPrompt.shape[0]);
        var kept = new KeysAndValues[_layers.Length];
        var hidden = softPrompt.unsqueeze(0);
        for (var layer = 0; layer < _layers.Length; layer++)
        {
            var (queries, keys, values) = _layers[layer].Project(hidden, cosine, sine);
            kept[layer] = new(keys.MoveToOuterDisposeScope(), values.MoveToOuterDisposeScope());
            // The last layer's output for the virtual tokens is not used.
            if (layer < _layers.Length - 1)
            {
                hidden = _layers[layer].Finish(hidden, queries, keys, values, mask);
            }
        }

        return kept;
    }

    /// <summary>
    /// Returns the hidden states after the last norm, [rows, tokens, hidden], of rows of tokens after a prefix. Rows must be padded at the
    /// end, since no token sees what follows it.
    /// </summary>
    /// <param name="ids">[rows, tokens].</param>
    /// <param name="prefix">The prefix of all rows, or <see langword="null"/>.</param>
    public Tensor Read(Tensor ids, KeysAndValues[]? prefix)
    {
        using var scope = NewDisposeScope();
        var (rows, tokens, past) = (ids.shape[0], ids.shape[1], prefix?[0].Keys.shape[2] ?? 0);
        var (cosine, sine) = Turns(past, tokens);
        var mask = Mask(past, tokens);
        var hidden = Embed(ids).view(rows, tokens, Shape.Hidden);
        for (var layer = 0; layer < _layers.Length; layer++)
        {
            var (queries, keys, values) = _layers[layer].Project(hidden, cosine, sine);
            if (prefix is not null)
            {
                keys = cat([prefix[layer].Keys.expand(rows, -1, -1, -1), keys], 2);
                values = cat([prefix[layer].Values.expand(rows, -1, -1, -1), values], 2);
            }

            hidden = _layers[layer].Finish(hidden, queries, keys, values, mask);
        }

        return DecoderLayer.RootMeanSquareNorm(hidden, _finalNorm, Shape.NormEpsilon).MoveToOuterDisposeScope();
    }

    /// <summary>Returns logits, float32 [positions, vocabulary], from hidden states [positions, hidden].</summary>
    public Tensor Logits(Tensor hidden) => nn.functional.linear(hidden.to(Precision), _head).to(ScalarType.Float32);

    public void Dispose()
    {
        Array.ForEach(_layers, static layer => layer.Dispose());
        _embedding.Dispose();
        _head.Dispose();
        _finalNorm.Dispose();
        _inverseFrequencies.Dispose();
    }

    private static Decoder Load(ModelFolder folder, DecoderShape shape, IWeightSource weights, ScalarType precision)
    {
        using var noGradients = no_grad();
        var intermediate = ModelJson.Read(Path.Combine(folder.Path, "config.json"))!.Value.Get("intermediate_size").Integer();
        var tied = shape.Tied || !weights.Has("lm_head.weight");
        var embedding = Frozen(
            weights.Read("model.embed_tokens.weight", (long)shape.Vocabulary * shape.Hidden),
            [shape.Vocabulary, shape.Hidden],
            ScalarType.Float32);
        var head = tied
            ? embedding.to(precision, copy: true).DetachFromDisposeScope()
            : Frozen(weights.Read("lm_head.weight", (long)shape.Vocabulary * shape.Hidden), [shape.Vocabulary, shape.Hidden], precision);
        var layers = new DecoderLayer[shape.Layers];
        for (var layer = 0; layer < layers.Length; layer++)
        {
            layers[layer] = new(
                weights,
                shape,
                layer,
                intermediate,
                (numbers, size) => Frozen(numbers, size, precision),
                (numbers, size) => Frozen(numbers, size, ScalarType.Float32));
        }

        return new(
            shape,
            precision,
            embedding,
            head,
            Frozen(weights.Read("model.norm.weight", shape.Hidden), [shape.Hidden], ScalarType.Float32),
            layers);

        static Tensor Frozen(float[] numbers, long[] size, ScalarType type)
        {
            using var scope = NewDisposeScope();
            return tensor(numbers, size).to(type).DetachFromDisposeScope();
        }
    }

    private (Tensor Cosine, Tensor Sine) Turns(long first, long tokens)
    {
        var angles = arange(first, first + tokens, ScalarType.Float32).unsqueeze(1) * _inverseFrequencies;
        return (angles.cos(), angles.sin());
    }

    /// <summary>Returns the mask by which a token sees the prefix, itself, and the tokens before it.</summary>
    private Tensor Mask(long past, long tokens)
    {
        var hidden = full([tokens, past + tokens], double.NegativeInfinity, ScalarType.Float32).triu(past + 1);
        return hidden.repeat(Shape.Heads / Shape.KeyValueHeads, 1).to(Precision);
    }
}

/// <summary>Keys and values of one layer, each [rows, key/value heads, tokens, head size].</summary>
internal sealed record KeysAndValues(Tensor Keys, Tensor Values);
