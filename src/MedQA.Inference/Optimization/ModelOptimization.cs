using System.Globalization;
using System.Runtime.InteropServices;
using MedQA.Evaluation;
using MedQA.Files;
using MedQA.Inference.Models;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Optimization;

/// <summary>What <see cref="ModelOptimization.WidenAsync"/> made.</summary>
/// <param name="GraphPath">The new graph, in the model's folder.</param>
/// <param name="Products">How many matrix products were widened.</param>
/// <param name="Bytes">Bytes of the new graph's own data file.</param>
public sealed record OptimizedModel(string GraphPath, int Products, long Bytes);

/// <summary>
/// Makes a faster graph from one whose 4-bit products restore their blocks' offsets with products of their own (weights of the
/// kind Q4_1): 8-bit products with zero points, which need no such nodes. A weight q of a block with scale s and offset o is
/// s·(q − 8) + o; times 16 it is s/16·(16·q − z) with z = 128 − 16·o/s, so only z is rounded, to a sixteenth of a step.
/// </summary>
public static class ModelOptimization
{
    /// <summary>What the file name of such a graph ends with.</summary>
    internal const string Ending = ".8bit.onnx";

    private const int BlockSize = 32;
    private const int UnsignedByte = 2;
    private const int Float32 = 1;

    /// <summary>
    /// Writes the graph <c>NAME.8bit.onnx</c> and its data next to a model's graph; tensors that stay as they are stay in their files.
    /// </summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="graph">The graph's file name, or <see langword="null"/> for the one that the folder names.</param>
    /// <param name="cancellationToken">Checked for each product.</param>
    /// <exception cref="UnusableException">The graph is damaged, or has no such products.</exception>
    public static async Task<OptimizedModel> WidenAsync(string folder, string? graph, CancellationToken cancellationToken)
    {
        var files = ModelFolder.Open(folder, graph);
        var directory = Path.GetDirectoryName(files.GraphPath)!;
        var target = Path.Combine(directory, $"{Path.GetFileNameWithoutExtension(files.GraphPath)}{Ending}");
        var dataName = $"{Path.GetFileName(target)}.data";
        var model = await RegularFile.ReadAllBytesAsync(files.GraphPath, cancellationToken).ConfigureAwait(false);
        try
        {
            // The data file is complete before the graph that names it appears.
            var (widened, products, dataBytes) = (Array.Empty<byte>(), 0, 0L);
            OutputFile.Write(Path.Combine(directory, dataName), data =>
            {
                (widened, products) = Widen(model, directory, dataName, data, cancellationToken);
                dataBytes = data.Length;
                if (products == 0)
                {
                    throw new UnusableException(
                        files.GraphPath,
                        "it has no 4-bit products with offsets of their own (MatMulNBits and a product of block sums), so there is "
                            + "nothing to widen",
                        "Use it as it is");
                }
            });
            await OutputFile.WriteAllBytesAsync(target, widened, cancellationToken).ConfigureAwait(false);
            return new(target, products, dataBytes);
        }
        catch (InvalidDataException exception)
        {
            throw new UnusableException(files.GraphPath, exception.Message, "Fetch the graph again", exception);
        }
    }

    private static (byte[] Model, int Products) Widen(
        ReadOnlySpan<byte> bytes, string directory, string dataName, FileStream data, CancellationToken cancellationToken)
    {
        var written = new ProtocolBufferWriter();
        var products = 0;
        var model = new ProtocolBuffer(bytes);
        while (model.Read())
        {
            if (model.Field == 7)
            {
                (var graph, products) = WidenGraph(model.Bytes, directory, dataName, data, cancellationToken);
                written.Message(7, graph);
            }
            else
            {
                written.Raw(model.Raw);
            }
        }

        return (written.ToArray(), products);
    }

    private static (ProtocolBufferWriter Graph, int Products) WidenGraph(
        ReadOnlySpan<byte> bytes, string directory, string dataName, FileStream data, CancellationToken cancellationToken)
    {
        var nodes = new List<GraphNode>();
        var tensors = new Dictionary<string, GraphTensor>(StringComparer.Ordinal);
        var rest = new ProtocolBufferWriter();
        var graph = new ProtocolBuffer(bytes);
        while (graph.Read())
        {
            switch (graph.Field)
            {
                case 1:
                    nodes.Add(GraphNode.Parse(graph.Bytes) with { Message = graph.Bytes.ToArray() });
                    break;
                case 5:
                    var tensor = GraphTensor.Parse(graph.Bytes) with { Message = graph.Bytes.ToArray() };
                    tensors.Add(tensor.Name, tensor);
                    break;
                default:
                    rest.Raw(graph.Raw);
                    break;
            }
        }

        var found = OffsetProduct.FindAll(nodes, tensors).ToDictionary(static product => product.Quantized);
        var dropped = found.Values.SelectMany(static product => (GraphNode[])[product.OffsetProductNode, product.Sum]).ToHashSet();
        var kept = new List<(GraphNode Node, OffsetProduct? Product)>();
        foreach (var node in nodes.Where(node => !dropped.Contains(node)))
        {
            kept.Add((node, found.GetValueOrDefault(node)));
        }

        RemoveUnused(kept);
        var written = new ProtocolBufferWriter();
        foreach (var (node, product) in kept)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (product is null)
            {
                written.Bytes(1, node.Message);
            }
            else
            {
                Write(written, product, directory, dataName, data);
            }
        }

        var used = kept.SelectMany(static item => item.Product is null ? item.Node.Inputs : []).ToHashSet(StringComparer.Ordinal);
        foreach (var tensor in tensors.Values.Where(tensor => used.Contains(tensor.Name)))
        {
            written.Bytes(5, tensor.Message);
        }

        return (written.Raw(rest.ToArray()), found.Count);
    }

    /// <summary>Removes what only fed removed nodes: block sums and casts.</summary>
    private static void RemoveUnused(List<(GraphNode Node, OffsetProduct? Product)> kept)
    {
        int removed;
        do
        {
            var used = kept.SelectMany(static item => item.Product is { } product ? [product.Quantized.Inputs[0]] : item.Node.Inputs)
                .ToHashSet(StringComparer.Ordinal);
            removed = kept.RemoveAll(
                item => item is { Product: null, Node.Operation: "Cast" or "MatMul" } && !item.Node.Outputs.Exists(used.Contains));
        }
        while (removed > 0);
    }

    private static void Write(ProtocolBufferWriter graph, OffsetProduct product, string directory, string dataName, FileStream data)
    {
        var outputs = product.Quantized.Integer("N", 0);
        var blocks = product.Quantized.Integer("K", 0) / BlockSize;
        var packed = product.Weights.Read(directory);
        var scales = product.Scales.ReadNumbers(directory);
        var offsets = product.Offsets.ReadNumbers(directory);
        if (packed.Length != outputs * blocks * BlockSize / 2 || scales.Length != outputs * blocks || offsets.Length != outputs * blocks)
        {
            throw new InvalidDataException($"the tensors of {product.Quantized.Name} do not have the sizes that the node states");
        }

        var weights = new byte[packed.Length * 2];
        for (var index = 0; index < packed.Length; index++)
        {
            weights[2 * index] = (byte)((packed[index] & 0x0F) << 4);
            weights[(2 * index) + 1] = (byte)(packed[index] & 0xF0);
        }

        var zeros = new byte[scales.Length];
        var smaller = new float[scales.Length];
        for (var output = 0; output < outputs; output++)
        {
            for (var block = 0; block < blocks; block++)
            {
                var index = (output * blocks) + block;
                var offset = offsets[(block * outputs) + output];
                smaller[index] = scales[index] / 16;
                zeros[index] = scales[index] == 0 ? (byte)128 : (byte)Math.Clamp(Math.Round(128 - (16.0 * offset / scales[index])), 0, 255);
            }
        }

        var name = product.Weights.Name;
        Append(graph, $"{name}_8bit", UnsignedByte, [outputs, blocks, BlockSize], weights, dataName, data);
        Append(graph, $"{name}_8bit_scales", Float32, [outputs, blocks], MemoryMarshal.AsBytes<float>(smaller), dataName, data);
        Append(graph, $"{name}_8bit_zeros", UnsignedByte, [outputs, blocks], zeros, dataName, data);
        var node = new ProtocolBufferWriter()
            .Text(1, product.Quantized.Inputs[0]).Text(1, $"{name}_8bit").Text(1, $"{name}_8bit_scales").Text(1, $"{name}_8bit_zeros")
            .Text(2, product.Sum.Outputs[0])
            .Text(3, product.Quantized.Name)
            .Text(4, "MatMulNBits");
        foreach (var (key, value) in ((string, long)[])[
            ("K", blocks * BlockSize),
            ("N", outputs),
            ("bits", 8),
            ("block_size", BlockSize),
            ("accuracy_level", product.Quantized.Integer("accuracy_level", 0))
        ])
        {
            // An attribute of kind INT (2).
            node.Message(5, new ProtocolBufferWriter().Text(1, key).Number(3, value).Number(20, 2));
        }

        graph.Message(1, node.Text(7, "com.microsoft"));
    }

    private static void Append(
        ProtocolBufferWriter graph, string name, int type, long[] dimensions, ReadOnlySpan<byte> bytes, string dataName, FileStream data)
    {
        // ONNX Runtime maps data files into memory where a tensor begins at a page.
        const int Page = 4096;
        data.Position = (data.Position + Page - 1) / Page * Page;
        var tensor = new ProtocolBufferWriter();
        foreach (var dimension in dimensions)
        {
            tensor.Number(1, dimension);
        }

        tensor.Number(2, type).Text(8, name);
        foreach (var (key, value) in ((string, string)[])[
            ("location", dataName),
            ("offset", data.Position.ToString(CultureInfo.InvariantCulture)),
            ("length", bytes.Length.ToString(CultureInfo.InvariantCulture))
        ])
        {
            tensor.Message(13, new ProtocolBufferWriter().Text(1, key).Text(2, value));
        }

        // data_location: EXTERNAL.
        graph.Message(5, tensor.Number(14, 1));
        data.Write(bytes);
    }
}
