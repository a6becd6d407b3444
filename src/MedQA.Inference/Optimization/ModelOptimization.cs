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
/// <param name="Rounding">The largest rounding of a weight, in steps of its block's 4-bit numbers: at most 1/32, unless an offset is
/// beyond what an 8-bit zero point reaches.</param>
public sealed record OptimizedModel(string GraphPath, int Products, long Bytes, double Rounding);

/// <summary>
/// Makes a faster graph from one whose 4-bit products restore their blocks' offsets with products of their own (weights of the
/// kind Q4_1): 8-bit products with zero points, which need no such nodes. A weight q of a block with scale s and offset o is
/// s·(q − 8) + o; times 16 it is s/16·(16·q − z) with z = 128 − 16·o/s, so only z is rounded, to a sixteenth of a step.
/// </summary>
public static class ModelOptimization
{
    /// <summary>What the file name of such a graph ends with.</summary>
    internal const string Ending = ".8bit.onnx";

    /// <summary>The largest <see cref="OptimizedModel.Rounding"/> of weights whose offsets an 8-bit zero point reaches.</summary>
    internal const double MaxRounding = 1.0 / 32;

    private const int UnsignedByte = 2;
    private const int Float32 = 1;
    private const int GraphField = 7;

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
        var target = Path.Combine(
            Path.GetDirectoryName(files.GraphPath)!, $"{Path.GetFileNameWithoutExtension(files.GraphPath)}{Ending}");
        return await WidenToAsync(files.GraphPath, target, ownData: false, static () => { }, cancellationToken).ConfigureAwait(false)
            ?? throw new UnusableException(
                files.GraphPath,
                "it has no 4-bit products with offsets of their own (MatMulNBits and a product of block sums), so there is nothing to "
                    + "widen",
                "Use it as it is");
    }

    /// <summary>Writes the widened graph and its data; returns <see langword="null"/> if there is nothing to widen.</summary>
    /// <param name="source">The graph.</param>
    /// <param name="target">The path of the new graph; its data file has that name and <c>.data</c>.</param>
    /// <param name="ownData">Whether the tensors that stay as they are are written to that file too, so that the new graph needs no file
    /// of the old one: ONNX Runtime reads none outside a graph's folder.</param>
    /// <param name="begins">Called where there is something to widen, before it is written.</param>
    /// <param name="cancellationToken">Checked for each product.</param>
    /// <exception cref="UnusableException">The graph is damaged.</exception>
    internal static async Task<OptimizedModel?> WidenToAsync(
        string source, string target, bool ownData, Action begins, CancellationToken cancellationToken)
    {
        var bytes = await RegularFile.ReadAllBytesAsync(source, cancellationToken).ConfigureAwait(false);
        try
        {
            var graph = ReadGraph(bytes);
            var folder = Path.GetDirectoryName(source)!;
            var products = OffsetProduct.FindAll(graph.Nodes, graph.Tensors)
                .Where(product => product.AddsUpBlocks(folder))
                .ToDictionary(static product => product.Quantized);
            if (products.Count == 0)
            {
                return null;
            }

            begins();

            // The data file is complete before the graph that names it appears.
            var (model, rounding, length) = (Array.Empty<byte>(), 0.0, 0L);
            OutputFile.Write($"{target}.data", file =>
            {
                var data = new DataFile(folder, $"{Path.GetFileName(target)}.data", file);
                (var written, rounding) = WidenGraph(graph, products, data, ownData, cancellationToken);
                model = WithGraph(bytes, written);
                length = file.Length;
            });
            await OutputFile.WriteAllBytesAsync(target, model, cancellationToken).ConfigureAwait(false);
            return new(target, products.Count, length, rounding);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new UnusableException(source, exception.Message, "Fetch the graph again", exception);
        }
    }

    /// <summary>Reads a graph's nodes and tensors, each with its message.</summary>
    internal static OpenedGraph ReadGraph(ReadOnlySpan<byte> bytes)
    {
        var (nodes, tensors, rest) = (new List<GraphNode>(), new Dictionary<string, GraphTensor>(StringComparer.Ordinal),
            new ProtocolBufferWriter());
        var model = new ProtocolBuffer(bytes);
        while (model.Read())
        {
            if (model.Field != GraphField)
            {
                continue;
            }

            var graph = new ProtocolBuffer(model.Bytes);
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
        }

        return new(nodes, tensors, rest.ToArray());
    }

    private static byte[] WithGraph(ReadOnlySpan<byte> bytes, ProtocolBufferWriter graph)
    {
        var written = new ProtocolBufferWriter();
        var model = new ProtocolBuffer(bytes);
        while (model.Read())
        {
            if (model.Field == GraphField)
            {
                written.Message(GraphField, graph);
            }
            else
            {
                written.Raw(model.Raw);
            }
        }

        return written.ToArray();
    }

    private static (ProtocolBufferWriter Graph, double Rounding) WidenGraph(
        OpenedGraph graph, Dictionary<GraphNode, OffsetProduct> products, DataFile data, bool ownData, CancellationToken cancellationToken)
    {
        var dropped = products.Values.SelectMany(static product => (GraphNode[])[product.OffsetProductNode, product.Sum]).ToHashSet();
        var kept = new List<(GraphNode Node, OffsetProduct? Product)>();
        foreach (var node in graph.Nodes.Where(node => !dropped.Contains(node)))
        {
            kept.Add((node, products.GetValueOrDefault(node)));
        }

        RemoveUnused(kept);
        var (written, rounding) = (new ProtocolBufferWriter(), 0.0);
        foreach (var (node, product) in kept)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (product is null)
            {
                written.Bytes(1, node.Message);
            }
            else
            {
                rounding = Math.Max(rounding, Write(written, product, data));
            }
        }

        var used = kept.SelectMany(static item => item.Product is null ? item.Node.Inputs : []).ToHashSet(StringComparer.Ordinal);
        foreach (var tensor in graph.Tensors.Values.Where(tensor => used.Contains(tensor.Name)))
        {
            if (ownData && tensor.Location.Length > 0)
            {
                data.Append(written, tensor.Name, tensor.Type, tensor.Dimensions, tensor.Read(data.Source));
            }
            else
            {
                written.Bytes(5, tensor.Message);
            }
        }

        return (written.Raw(graph.Rest), rounding);
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

    /// <summary>Writes the 8-bit product, and returns the largest rounding of its weights, in 4-bit steps.</summary>
    private static double Write(ProtocolBufferWriter graph, OffsetProduct product, DataFile data)
    {
        var outputs = product.Quantized.Integer("N", 0);
        var blocks = product.Quantized.Integer("K", 0) / OffsetProduct.BlockSize;
        var packed = product.Weights.Read(data.Source);
        var scales = product.Scales.ReadNumbers(data.Source);
        var offsets = product.Offsets.ReadNumbers(data.Source);
        if (packed.Length != outputs * blocks * OffsetProduct.BlockSize / 2
            || scales.Length != outputs * blocks
            || offsets.Length != outputs * blocks)
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
        var rounding = 0.0;
        for (var output = 0; output < outputs; output++)
        {
            for (var block = 0; block < blocks; block++)
            {
                var index = (output * blocks) + block;
                var offset = offsets[(block * outputs) + output];
                smaller[index] = scales[index] / 16;
                var zero = scales[index] != 0 ? 128 - (16.0 * offset / scales[index])
                    : offset == 0 ? 128
                    : double.PositiveInfinity;
                zeros[index] = (byte)Math.Clamp(Math.Round(zero), 0, 255);
                rounding = Math.Max(rounding, Math.Abs(zero - zeros[index]) / 16);
            }
        }

        var name = product.Weights.Name;
        data.Append(graph, $"{name}_8bit", UnsignedByte, [outputs, blocks, OffsetProduct.BlockSize], weights);
        data.Append(graph, $"{name}_8bit_scales", Float32, [outputs, blocks], MemoryMarshal.AsBytes<float>(smaller));
        data.Append(graph, $"{name}_8bit_zeros", UnsignedByte, [outputs, blocks], zeros);
        var node = new ProtocolBufferWriter()
            .Text(1, product.Quantized.Inputs[0]).Text(1, $"{name}_8bit").Text(1, $"{name}_8bit_scales").Text(1, $"{name}_8bit_zeros")
            .Text(2, product.Sum.Outputs[0])
            .Text(3, product.Quantized.Name)
            .Text(4, "MatMulNBits");
        foreach (var (key, value) in ((string, long)[])[
            ("K", blocks * OffsetProduct.BlockSize),
            ("N", outputs),
            ("bits", 8),
            ("block_size", OffsetProduct.BlockSize),
            ("accuracy_level", product.Quantized.Integer("accuracy_level", 0))
        ])
        {
            // An attribute of kind INT (2).
            node.Message(5, new ProtocolBufferWriter().Text(1, key).Number(3, value).Number(20, 2));
        }

        graph.Message(1, node.Text(7, "com.microsoft"));
        return rounding;
    }

    /// <summary>A graph's nodes and tensors, each with its message, and the messages of everything else.</summary>
    internal sealed record OpenedGraph(List<GraphNode> Nodes, Dictionary<string, GraphTensor> Tensors, byte[] Rest);

    /// <summary>The data file of the new graph.</summary>
    /// <param name="Source">The folder of the old graph, whose tensors are read.</param>
    /// <param name="Name">The file's name.</param>
    /// <param name="Stream">Its content.</param>
    private sealed record DataFile(string Source, string Name, FileStream Stream)
    {
        /// <summary>Appends a tensor's bytes to the file, and to the graph its message, which says where they are.</summary>
        public void Append(ProtocolBufferWriter graph, string name, int type, long[] dimensions, ReadOnlySpan<byte> bytes)
        {
            // ONNX Runtime maps data files into memory where a tensor begins at a page.
            const int Page = 4096;
            Stream.Position = (Stream.Position + Page - 1) / Page * Page;
            var tensor = new ProtocolBufferWriter();
            foreach (var dimension in dimensions)
            {
                tensor.Number(1, dimension);
            }

            tensor.Number(2, type).Text(8, name);
            foreach (var (key, value) in ((string, string)[])[
                ("location", Name),
                ("offset", Stream.Position.ToString(CultureInfo.InvariantCulture)),
                ("length", bytes.Length.ToString(CultureInfo.InvariantCulture))
            ])
            {
                tensor.Message(13, new ProtocolBufferWriter().Text(1, key).Text(2, value));
            }

            // data_location: EXTERNAL.
            graph.Message(5, tensor.Number(14, 1));
            Stream.Write(bytes);
        }
    }
}
