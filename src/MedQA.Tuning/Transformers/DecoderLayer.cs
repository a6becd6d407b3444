using static TorchSharp.torch;

namespace MedQA.Tuning.Transformers;

/// <summary>The frozen weights of one layer. Matrices with the same input are one product: queries, keys and values; gate and up.</summary>
internal sealed class DecoderLayer : IDisposable
{
    private readonly DecoderShape _shape;
    private readonly Tensor _inputNorm;
    private readonly Tensor _queryKeyValue;
    private readonly Tensor? _queryKeyValueBias;
    private readonly Tensor _output;
    private readonly Tensor _postNorm;
    private readonly Tensor _gateUp;
    private readonly Tensor _down;

    public DecoderLayer(
        IWeightSource weights,
        DecoderShape shape,
        int layer,
        int intermediate,
        Func<float[], long[], Tensor> matrix,
        Func<float[], long[], Tensor> vector)
    {
        _shape = shape;
        var prefix = $"model.layers.{layer}.";
        var (queries, keys) = (shape.Heads * shape.HeadSize, shape.KeyValueHeads * shape.HeadSize);
        _inputNorm = vector(weights.Read($"{prefix}input_layernorm.weight", shape.Hidden), [shape.Hidden]);
        _postNorm = vector(weights.Read($"{prefix}post_attention_layernorm.weight", shape.Hidden), [shape.Hidden]);
        _queryKeyValue = matrix(
            [
                .. Weight("self_attn.q_proj", queries, shape.Hidden),
                .. Weight("self_attn.k_proj", keys, shape.Hidden),
                .. Weight("self_attn.v_proj", keys, shape.Hidden)
            ],
            [queries + (2 * keys), shape.Hidden]);
        _queryKeyValueBias = weights.Has($"{prefix}self_attn.q_proj.bias")
            ? matrix([.. Bias("q_proj", queries), .. Bias("k_proj", keys), .. Bias("v_proj", keys)], [queries + (2 * keys)])
            : null;
        _output = matrix(Weight("self_attn.o_proj", shape.Hidden, queries), [shape.Hidden, queries]);
        _gateUp = matrix(
            [.. Weight("mlp.gate_proj", intermediate, shape.Hidden), .. Weight("mlp.up_proj", intermediate, shape.Hidden)],
            [2 * intermediate, shape.Hidden]);
        _down = matrix(Weight("mlp.down_proj", shape.Hidden, intermediate), [shape.Hidden, intermediate]);

        float[] Weight(string name, int outputs, int inputs) => weights.Read($"{prefix}{name}.weight", (long)outputs * inputs);
        float[] Bias(string name, int outputs) => weights.Read($"{prefix}self_attn.{name}.bias", outputs);
    }

    /// <summary>
    /// Returns the queries, keys and values of tokens, with rotary positions: [rows, heads, tokens, head size] in the products' precision.
    /// </summary>
    public (Tensor Queries, Tensor Keys, Tensor Values) Project(Tensor hidden, Tensor cosine, Tensor sine)
    {
        var (rows, tokens) = (hidden.shape[0], hidden.shape[1]);
        var all = nn.functional.linear(Norm(hidden, _inputNorm).to(_queryKeyValue.dtype), _queryKeyValue, _queryKeyValueBias)
            .view(rows, tokens, _shape.Heads + (2 * _shape.KeyValueHeads), _shape.HeadSize).transpose(1, 2);
        var turned = Rotate(all.narrow(1, 0, _shape.Heads + _shape.KeyValueHeads), cosine, sine);
        return (turned.narrow(
            1,
            0,
            _shape.Heads), turned.narrow(
                1, _shape.Heads, _shape.KeyValueHeads), all.narrow(1, _shape.Heads + _shape.KeyValueHeads, _shape.KeyValueHeads));
    }

    /// <summary>Returns the layer's output from its attention.</summary>
    /// <param name="hidden">The layer's input, float32 [rows, tokens, hidden].</param>
    /// <param name="queries">[rows, heads, tokens, head size].</param>
    /// <param name="keys">The keys of all visible tokens, [rows, key/value heads, all tokens, head size].</param>
    /// <param name="values">The values, shaped like the keys.</param>
    /// <param name="mask">0 for visible tokens and −∞ for others, [query heads of a key's head · tokens, all tokens].</param>
    public Tensor Finish(Tensor hidden, Tensor queries, Tensor keys, Tensor values, Tensor mask)
    {
        var (rows, tokens) = (hidden.shape[0], hidden.shape[1]);
        var group = _shape.Heads / _shape.KeyValueHeads;
        // Query heads that share a key head are stacked, so that keys and values are not copied.
        var grouped = queries.reshape(rows, _shape.KeyValueHeads, group * tokens, _shape.HeadSize);
        var attended = nn.functional.scaled_dot_product_attention(grouped, keys, values, mask)
            .reshape(rows, _shape.Heads, tokens, _shape.HeadSize).transpose(1, 2).reshape(rows, tokens, _shape.Heads * _shape.HeadSize);
        var between = hidden + nn.functional.linear(attended, _output).to(ScalarType.Float32);
        var parts = nn.functional.linear(Norm(between, _postNorm).to(_gateUp.dtype), _gateUp).chunk(2, -1);
        return between + nn.functional.linear(nn.functional.silu(parts[0]) * parts[1], _down).to(ScalarType.Float32);
    }

    public Tensor Norm(Tensor hidden, Tensor weight) => RootMeanSquareNorm(hidden, weight, _shape.NormEpsilon);

    /// <summary>x / √(mean x² + ε) · weight (Zhang and Sennrich, arXiv 1910.07467), in float32.</summary>
    public static Tensor RootMeanSquareNorm(Tensor hidden, Tensor weight, double epsilon) =>
        hidden * rsqrt((hidden * hidden).mean([-1L], keepdim: true) + epsilon) * weight;

    public void Dispose()
    {
        foreach (var tensor in (Tensor?[])[_inputNorm, _queryKeyValue, _queryKeyValueBias, _output, _postNorm, _gateUp, _down])
        {
            tensor?.Dispose();
        }
    }

    /// <summary>
    /// Applies rotary positions (Su et al., arXiv 2104.09864) in Hugging Face's order: the first half of a head rotates with the second.
    /// </summary>
    private static Tensor Rotate(Tensor heads, Tensor cosine, Tensor sine)
    {
        var halves = heads.to(ScalarType.Float32).chunk(2, -1);
        return cat([(halves[0] * cosine) - (halves[1] * sine), (halves[1] * cosine) + (halves[0] * sine)], -1).to(heads.dtype);
    }
}
