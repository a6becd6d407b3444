using MedQA.Inference.Optimization;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Describing;

/// <summary>
/// Counts the parameters of a graph: its weights as the model has them, not as the graph packs them. Scales, zero points, tables of
/// angles and masks are none.
/// </summary>
internal static class GraphParameters
{
    /// <summary>TensorProto.DataType of numbers with a fraction: float32, float16, double, bfloat16.</summary>
    private static readonly HashSet<int> Fractions = [1, 10, 11, 16];

    private static readonly string[] OtherNames =
        ["cos_cache", "sin_cache", "inv_freq", "_scale", "_scales", "_zero_point", "_zero_points"];

    /// <summary>Counts them.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="tied">
    /// Whether the table of embeddings is the last layer's weights as well: then they count once, also where the graph keeps both.
    /// </param>
    /// <returns><see langword="null"/> for a graph without weights.</returns>
    public static long? Count(OnnxGraph graph, bool tied)
    {
        var tensors = graph.Tensors;
        var (packed, others) = (new Dictionary<string, long>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var copies = 0L;
        var tables = new List<(string Name, long Rows, long Width)>();
        var layers = new List<(string Name, long Inputs, long Outputs)>();
        var casts = graph.Nodes.Where(static node => node is { Operation: "Cast", Inputs: [_, ..], Outputs: [_, ..] })
            .ToDictionary(static node => node.Outputs[0], static node => node.Inputs[0], StringComparer.Ordinal);
        foreach (var node in graph.Nodes)
        {
            switch (node.Operation)
            {
                case "MatMulNBits" or "MatMulBnb4":
                    var (inputs, outputs) = (node.Integer("K", 0), node.Integer("N", 0));
                    packed[Input(node, 1)] = inputs * outputs;
                    layers.Add((Input(node, 1), inputs, outputs));
                    Leave(node, 2, 3, 4);
                    break;
                case "GatherBlockQuantized" when tensors.TryGetValue(Input(node, 0), out var table):
                    var perByte = table.Type == 2 ? 8 / node.Integer("bits", 4) : 1;
                    packed.TryAdd(table.Name, SizeOf(table) * perByte);
                    tables.Add((table.Name, table.Dimensions[0], SizeOf(table) * perByte / Math.Max(1, table.Dimensions[0])));
                    Leave(node, 2, 3);
                    break;
                case "QMoE":
                    var inByte = 8 / node.Integer("expert_weight_bits", 4);
                    foreach (var place in (ReadOnlySpan<int>)[2, 5, 8])
                    {
                        if (tensors.TryGetValue(Input(node, place), out var experts))
                        {
                            packed[experts.Name] = SizeOf(experts) * inByte;
                        }
                    }

                    Leave(node, 3, 6, 9, 11, 12, 13);
                    break;
                case "DequantizeLinear":
                    Pack(node, 0);
                    Leave(node, 1, 2);
                    break;
                case "MatMulInteger":
                    Pack(node, 1);
                    Leave(node, 2, 3);
                    break;
                case "DynamicQuantizeMatMul":
                    Pack(node, 1);
                    Leave(node, 2, 3);
                    break;
                case "MatMulIntegerToFloat":
                    Pack(node, 1);
                    Leave(node, 2, 3, 4, 5);
                    break;
                case "GroupQueryAttention":
                    Leave(node, 7, 8);
                    break;
                case "RotaryEmbedding":
                    Leave(node, 1, 2, 3);
                    break;
                case "Gather" when tensors.TryGetValue(Input(node, 0), out var table) && table.Dimensions is [var rows, var width]:
                    tables.Add((table.Name, rows, width));
                    break;
                case "MatMul" or "Gemm" when tensors.TryGetValue(Input(node, 1), out var layer) && layer.Dimensions is [var from, var to]:
                    layers.Add(node.Integer("transB", 0) == 1 ? (layer.Name, to, from) : (layer.Name, from, to));
                    break;
                case "Identity" when tensors.TryGetValue(Input(node, 0), out var shared):
                    // Tensors with the same numbers are kept once by exporters, but are parameters of their own.
                    copies += IsParameter(shared) ? SizeOf(shared) : 0;
                    break;
            }
        }

        foreach (var product in OffsetProduct.FindAll(graph.Nodes, tensors))
        {
            others.Add(product.Offsets.Name);
            others.Add(product.BlockSums.Name);
        }

        var count = copies + packed.Values.Sum()
            + tensors.Values.Where(tensor => !packed.ContainsKey(tensor.Name) && IsParameter(tensor)).Sum(SizeOf);
        if (tied
            && tables.OrderByDescending(static table => table.Rows).FirstOrDefault() is { Name: not null } words
            && layers.Find(layer => layer.Name != words.Name && (layer.Outputs, layer.Inputs) == (words.Rows, words.Width))
                is { Name: not null } last)
        {
            count -= last.Inputs * last.Outputs;
        }

        return count > 0 ? count : null;

        // The name of what a node takes, where the graph keeps it in another precision: of what it keeps.
        string Input(GraphNode node, int place) =>
            node.Inputs.ElementAtOrDefault(place) is not { } name ? "" : casts.GetValueOrDefault(name, name);

        bool IsParameter(GraphTensor tensor) =>
            Fractions.Contains(tensor.Type)
            && SizeOf(tensor) > 1
            && !others.Contains(tensor.Name)
            && !OtherNames.Any(ending => tensor.Name.EndsWith(ending, StringComparison.Ordinal));

        void Pack(GraphNode node, int place)
        {
            if (tensors.TryGetValue(Input(node, place), out var tensor))
            {
                packed[tensor.Name] = SizeOf(tensor);
            }
        }

        void Leave(GraphNode node, params ReadOnlySpan<int> places)
        {
            foreach (var place in places)
            {
                others.Add(Input(node, place));
            }
        }
    }

    private static long SizeOf(GraphTensor tensor) => tensor.Dimensions.Aggregate(1L, static (product, length) => product * length);
}
