using MedQA.Inference.Optimization;
using MedQA.Inference.Sessions;

namespace MedQA.Benchmarks.Gpu;

/// <summary>
/// Makes a graph whose attention and cache have 16-bit numbers from one with float32: on CUDA, ONNX Runtime has GroupQueryAttention for
/// 16 bits only, and its fast kernels take no bias, which is left out. All else stays as it is, the files of its tensors too.
/// </summary>
internal static class HalfAttention
{
    private const int Float32 = 1;
    private const string Bias = DecoderLayout.AttentionBias;

    /// <summary>Query, keys and values (or all three in the first), and the tables of cosines and sines.</summary>
    private static readonly int[] Halved = [0, 1, 2, 7, 8];

    /// <summary>Whether a graph has such attention.</summary>
    public static bool AppliesTo(string graphPath) => !OnnxGraph.Read(graphPath).Attention.IsEmpty;

    /// <summary>Writes the graph next to another one.</summary>
    /// <param name="graphPath">The graph with float32 attention.</param>
    /// <param name="target">The new graph's file name.</param>
    /// <param name="type">The numbers, as ONNX counts types: 10 is float16, 16 bfloat16.</param>
    public static void Write(string graphPath, string target, int type)
    {
        var written = new ProtocolBufferWriter();
        var model = new ProtocolBuffer(File.ReadAllBytes(graphPath));
        while (model.Read())
        {
            _ = model.Field == 7 ? written.Message(7, Graph(model.Bytes, type)) : written.Raw(model.Raw);
        }

        File.WriteAllBytes(Path.Combine(Path.GetDirectoryName(graphPath)!, target), written.ToArray());
    }

    private static ProtocolBufferWriter Graph(ReadOnlySpan<byte> bytes, int type)
    {
        var written = new ProtocolBufferWriter();
        var tables = new HashSet<string>(StringComparer.Ordinal);
        var graph = new ProtocolBuffer(bytes);
        while (graph.Read())
        {
            switch (graph.Field)
            {
                case 1 when GraphNode.Parse(graph.Bytes) is { Operation: "GroupQueryAttention" } node:
                    Attention(written, node, graph.Bytes, tables, type);
                    break;
                case 1 when GraphNode.Parse(graph.Bytes).Inputs.Contains(Bias):
                    throw new NotSupportedException("The graph uses the bias for more than attention.");
                case 11 or 12 or 13:
                    var name = NameOf(graph.Bytes);
                    if (name != Bias)
                    {
                        var isCache = name.StartsWith("past_key_values.", StringComparison.Ordinal) || name.StartsWith("present.", StringComparison.Ordinal);
                        written.Bytes(graph.Field, isCache ? WithType(graph.Bytes, [2, 1, 1], type) : graph.Bytes);
                    }

                    break;
                default:
                    written.Raw(graph.Raw);
                    break;
            }
        }

        return written;
    }

    private static void Attention(ProtocolBufferWriter graph, GraphNode node, ReadOnlySpan<byte> bytes, HashSet<string> tables, int type)
    {
        if (node.Inputs.Count > 11 && node.Inputs[11..].Exists(static input => input.Length > 0))
        {
            throw new NotSupportedException("The graph's attention has inputs that are not known here.");
        }

        var written = new ProtocolBufferWriter();
        var (input, output) = (0, 0);
        var message = new ProtocolBuffer(bytes);
        while (message.Read())
        {
            switch (message.Field)
            {
                case 1:
                    var name = message.Text;
                    var isHalved = Halved.Contains(input) && name.Length > 0;
                    if (isHalved && tables.Add(name))
                    {
                        graph.Message(1, Cast(name, Half(name), type));
                    }

                    written.Text(1, isHalved ? Half(name) : input == 10 ? "" : name);
                    input++;
                    break;
                case 2:
                    written.Text(2, output == 0 ? Half(message.Text) : message.Text);
                    output++;
                    break;
                default:
                    written.Raw(message.Raw);
                    break;
            }
        }

        graph.Message(1, written).Message(1, Cast(Half(node.Outputs[0]), node.Outputs[0], Float32));
    }

    private static string Half(string name) => $"{name}_half";

    // An attribute: name (1), integer (3), kind (20) INT = 2.
    private static ProtocolBufferWriter Cast(string input, string output, int type) => new ProtocolBufferWriter()
        .Text(1, input)
        .Text(2, output)
        .Text(3, $"{output}_cast")
        .Text(4, "Cast")
        .Message(5, new ProtocolBufferWriter().Text(1, "to").Number(3, type).Number(20, 2));

    private static string NameOf(ReadOnlySpan<byte> bytes)
    {
        var message = new ProtocolBuffer(bytes);
        while (message.Read())
        {
            if (message.Field == 1)
            {
                return message.Text;
            }
        }

        return "";
    }

    /// <summary>Sets a number within messages within a message.</summary>
    private static byte[] WithType(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> path, int type)
    {
        var written = new ProtocolBufferWriter();
        var message = new ProtocolBuffer(bytes);
        while (message.Read())
        {
            _ = message.Field != path[0] ? written.Raw(message.Raw)
                : path.Length == 1 ? written.Number(path[0], type)
                : written.Bytes(path[0], WithType(message.Bytes, path[1..], type));
        }

        return written.ToArray();
    }
}
