using System.Globalization;
using System.Text.RegularExpressions;
using MedQA.Evaluation;
using MedQA.Files;
using MedQA.Inference.Models;
using MedQA.Inference.Optimization;
using MedQA.Inference.Sessions;

namespace MedQA.Tuning.Transformers;

/// <summary>
/// Weights of a decoder's ONNX graph, which make a model folder sufficient for tuning. Finds matrix products by their node names, as
/// written by onnxruntime-genai's model builder and Optimum, in float32, float16, or blocks of 4 or 8 bits (MatMulNBits), with the offsets
/// that a product of block sums restores.
/// </summary>
internal sealed partial class OnnxWeights : IWeightSource
{
    private readonly ModelFolder _folder;
    private readonly string _directory;
    private readonly Dictionary<string, GraphTensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GraphNode> _makers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GraphNode> _products = new(StringComparer.Ordinal);
    private readonly Dictionary<GraphNode, GraphTensor> _offsets = [];
    private readonly DecoderShape _shape;
    private (GraphNode? Node, float[] Matrix) _last = (null, []);

    public OnnxWeights(ModelFolder folder, DecoderShape shape)
    {
        (_folder, _shape, _directory) = (folder, shape, Path.GetDirectoryName(folder.GraphPath)!);
        try
        {
            var nodes = ReadGraph(RegularFile.ReadAllBytes(folder.GraphPath));
            foreach (var (output, node) in nodes.SelectMany(static node => node.Outputs.Select(output => (output, node))))
            {
                _makers[output] = node;
            }

            foreach (var node in nodes)
            {
                if (node.Operation is "MatMul" or "MatMulNBits"
                    && node.Inputs.Count > 1
                    && Find(node.Inputs[1]) is not null
                    && ProductName().Match(node.Name) is { Success: true } match)
                {
                    _products.TryAdd(
                        match.Groups["layer"].Length == 0 ? "lm_head" : $"{match.Groups["layer"].Value}.{match.Groups["role"].Value}",
                        node);
                }
            }

            foreach (var product in OffsetProduct.FindAll(nodes, _tensors))
            {
                _offsets.Add(product.Quantized, product.Offsets);
            }
        }
        catch (InvalidDataException exception)
        {
            throw Damaged(exception.Message, exception);
        }
    }

    public bool Has(string name) => Locate(name) is not null;

    public float[] Read(string name, long count)
    {
        try
        {
            var numbers = (Locate(name) ?? throw Damaged($"it has no tensor \"{name}\""))();
            return numbers.LongLength == count
                ? numbers
                : throw Damaged($"\"{name}\" has {numbers.Length:N0} numbers, but config.json requires {count:N0}");
        }
        catch (InvalidDataException exception)
        {
            throw Damaged(exception.Message, exception);
        }
    }

    public void Dispose() => _last = (null, []);

    [GeneratedRegex(
        @"^/lm_head/MatMul|layers\.(?<layer>[0-9]+)/(?:attn|self_attn|mlp)"
            + @"/(?<role>qkv_proj|q_proj|k_proj|v_proj|o_proj|gate_up|gate_proj|up_proj|down_proj)(?:_proj)?/MatMul(?:_Q[0-9]+|Nbits)?$",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex ProductName();

    private List<GraphNode> ReadGraph(ReadOnlySpan<byte> bytes)
    {
        var nodes = new List<GraphNode>();
        var model = new ProtocolBuffer(bytes);
        while (model.Read())
        {
            if (model.Field != 7)
            {
                continue;
            }

            var graph = new ProtocolBuffer(model.Bytes);
            while (graph.Read())
            {
                if (graph.Field == 1)
                {
                    nodes.Add(GraphNode.Parse(graph.Bytes));
                }
                else if (graph.Field == 5)
                {
                    var tensor = GraphTensor.Parse(graph.Bytes);
                    _tensors[tensor.Name] = tensor.Location.Length == 0 ? tensor with { Message = graph.Bytes.ToArray() } : tensor;
                }
            }
        }

        return nodes;
    }

    /// <summary>Returns the reader of a tensor by its Hugging Face name, or <see langword="null"/> if the graph lacks it.</summary>
    private Func<float[]>? Locate(string name)
    {
        if (Find(name) is { } stored)
        {
            return () => stored.ReadNumbers(_directory);
        }

        var parts = name.Split('.');
        return name switch
        {
            "model.norm.weight" =>
                Stored(string.Create(CultureInfo.InvariantCulture, $"model.layers.{_shape.Layers}.final_norm_layernorm.weight")),
            "lm_head.weight" =>
                _products.TryGetValue("lm_head", out var head) ? () => Matrix(head, _shape.Vocabulary, _shape.Hidden) : null,
            "model.embed_tokens.weight" => Locate("lm_head.weight"),
            _ when parts is ["model", "layers", var layer, "self_attn", "q_proj" or "k_proj" or "v_proj", "bias"]
                && _tensors.TryGetValue($"model.layers.{layer}.attn.qkv_proj.Add.bias", out var bias) =>
                () => bias.ReadNumbers(_directory)[Rows(parts[4])],
            _ when parts is ["model", "layers", var layer, _, var role, "weight"] => LocateProduct(layer, role),
            _ => null,
        };
    }

    private Func<float[]>? Stored(string name) => _tensors.TryGetValue(name, out var tensor) ? () => tensor.ReadNumbers(_directory) : null;

    private Func<float[]>? LocateProduct(string layer, string role)
    {
        var (rows, columns) = role switch
        {
            "q_proj" => (_shape.Heads * _shape.HeadSize, _shape.Hidden),
            "k_proj" or "v_proj" => (_shape.KeyValueHeads * _shape.HeadSize, _shape.Hidden),
            "o_proj" => (_shape.Hidden, _shape.Heads * _shape.HeadSize),
            "gate_proj" or "up_proj" => (0, _shape.Hidden),
            _ => (_shape.Hidden, 0),
        };
        if (_products.TryGetValue($"{layer}.{role}", out var own))
        {
            return () => Matrix(own, rows, columns);
        }

        if (role is "q_proj" or "k_proj" or "v_proj" && _products.TryGetValue($"{layer}.qkv_proj", out var joined))
        {
            var range = Rows(role);
            return () => Matrix(
                joined,
                (_shape.Heads + (2 * _shape.KeyValueHeads)) * _shape.HeadSize,
                columns)[(range.Start.Value * columns)..(range.End.Value * columns)];
        }

        if (role is "gate_proj" or "up_proj" && _products.TryGetValue($"{layer}.gate_up", out var both))
        {
            return () =>
            {
                var matrix = Matrix(both, 0, columns);
                return role == "gate_proj" ? matrix[..(matrix.Length / 2)] : matrix[(matrix.Length / 2)..];
            };
        }

        return null;
    }

    private Range Rows(string role)
    {
        var (queries, keys) = (_shape.Heads * _shape.HeadSize, _shape.KeyValueHeads * _shape.HeadSize);
        return role switch
        {
            "q_proj" => ..queries,
            "k_proj" => queries..(queries + keys),
            _ => (queries + keys)..(queries + (2 * keys)),
        };
    }

    /// <summary>Reads a product's matrix as [outputs, inputs].</summary>
    private float[] Matrix(GraphNode node, int outputs, int inputs)
    {
        if (ReferenceEquals(_last.Node, node))
        {
            return _last.Matrix;
        }

        var matrix = node.Operation == "MatMulNBits" ? Blocks(node) : Transposed(node);
        if ((outputs > 0 && inputs > 0 && matrix.Length != outputs * (long)inputs) || (inputs > 0 && matrix.Length % inputs != 0))
        {
            throw Damaged($"the matrix of {node.Name} has {matrix.Length:N0} numbers, but config.json requires {outputs} times {inputs}");
        }

        _last = (node, matrix);
        return matrix;
    }

    private float[] Transposed(GraphNode node)
    {
        var tensor = Find(node.Inputs[1])!;
        var stored = tensor.ReadNumbers(_directory);
        var (inputs, outputs) =
            tensor.Dimensions is [var first, var second] ? ((int)first, (int)second) : throw Damaged($"{node.Name} has no matrix");
        var matrix = new float[stored.Length];
        for (var input = 0; input < inputs; input++)
        {
            for (var output = 0; output < outputs; output++)
            {
                matrix[(output * inputs) + input] = stored[(input * outputs) + output];
            }
        }

        return matrix;
    }

    /// <summary>scale · (q − zero point) + offset, block by block; without zero points the middle of the range is zero.</summary>
    private float[] Blocks(GraphNode node)
    {
        var (outputs, inputs, size, bits) =
            ((int)node.Integer("N", 0), (int)node.Integer("K", 0), (int)node.Integer("block_size", 0), (int)node.Integer("bits", 4));
        if (bits is not (4 or 8) || size < 1 || node.Inputs.Skip(4).Any(static input => input.Length > 0))
        {
            throw Damaged($"{node.Name} has weights of {bits} bits or in another order; only blocks of 4 and 8 bits are supported");
        }

        var blocks = (inputs + size - 1) / size;
        var quantized = Find(node.Inputs[1])!.Read(_directory);
        var scales = (Find(node.Inputs[2]) ?? throw Damaged($"{node.Name} has no stored scales")).ReadNumbers(_directory);
        var zeros = node.Inputs.Count > 3 && node.Inputs[3].Length > 0
            ? (Find(node.Inputs[3]) ?? throw Damaged($"{node.Name} has no stored zero points")).Read(_directory)
            : null;
        var offsets = _offsets.TryGetValue(node, out var stored) ? stored.ReadNumbers(_directory) : null;
        var (bytesOfBlock, zeroBytesOfRow) = (size * bits / 8, ((blocks * bits) + 7) / 8);
        if (quantized.Length != (long)outputs * blocks * bytesOfBlock
            || scales.Length != outputs * blocks
            || (offsets?.Length ?? scales.Length) != scales.Length
            || (zeros?.Length ?? (outputs * zeroBytesOfRow)) != outputs * zeroBytesOfRow)
        {
            throw Damaged($"the tensors of {node.Name} do not have the sizes that the node states");
        }

        var matrix = new float[outputs * inputs];
        Parallel.For(0, outputs, output =>
        {
            for (var input = 0; input < inputs; input++)
            {
                var (block, place) = (input / size, input % size);
                var row = quantized.AsSpan(((output * blocks) + block) * bytesOfBlock);
                var level = bits == 8 ? row[place] : Nibble(row, place);
                var zero = zeros is null
                    ? 1 << (bits - 1)
                    : bits == 8
                    ? zeros[(output * zeroBytesOfRow) + block]
                    : Nibble(zeros.AsSpan(output * zeroBytesOfRow), block);
                matrix[(output * inputs) + input] =
                    (scales[(output * blocks) + block] * (level - zero)) + (offsets?[(block * outputs) + output] ?? 0);
            }
        });
        return matrix;

        static int Nibble(ReadOnlySpan<byte> bytes, int place) => place % 2 == 0 ? bytes[place / 2] & 0x0F : bytes[place / 2] >> 4;
    }

    /// <summary>
    /// Finds a stored tensor, possibly in another precision or, for deduplicated tensors, under the name of the first.
    /// </summary>
    private GraphTensor? Find(string name) =>
        _tensors.TryGetValue(name, out var tensor) ? tensor
        : _makers.TryGetValue(name, out var cast) && cast.Operation is "Cast" or "Identity" ? _tensors.GetValueOrDefault(cast.Inputs[0])
        : null;

    private UnusableException Damaged(string problem, Exception? inner = null) =>
        new(_folder.GraphPath, problem, "Tune from a folder with the model's safetensors, and name this "
            + "one with --for", inner);
}
