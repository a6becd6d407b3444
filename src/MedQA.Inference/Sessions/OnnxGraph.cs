using System.Collections.Immutable;
using System.IO.MemoryMappedFiles;
using MedQA.Evaluation;
using MedQA.Files;

namespace MedQA.Inference.Sessions;

/// <summary>
/// What an ONNX file says that a session does not: its attention nodes, and how many weights it has. Field numbers are those of
/// onnx.proto3.
/// </summary>
internal sealed record OnnxGraph
{
    private const string GroupQueryAttention = "GroupQueryAttention";
    private const string Cast = "Cast";
    private const int CosineInput = 7;

    /// <summary>The GroupQueryAttention nodes.</summary>
    public required ImmutableArray<AttentionNode> Attention { get; init; }

    /// <summary>Bytes of all weights: what a pass reads.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>The shapes of the outputs by their names; −1 is a length that the graph leaves open.</summary>
    public required ImmutableDictionary<string, ImmutableArray<int>> Outputs { get; init; }

    /// <summary>The nodes.</summary>
    public required IReadOnlyList<GraphNode> Nodes { get; init; }

    /// <summary>The tensors that it keeps, by their names.</summary>
    public required IReadOnlyDictionary<string, GraphTensor> Tensors { get; init; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="UnusableException">The file is damaged.</exception>
    public static unsafe OnnxGraph Read(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length > int.MaxValue)
            {
                throw new InvalidDataException("it is larger than 2 GiB, which ONNX files cannot be");
            }

            using var file = MemoryMappedFile.CreateFromFile(
                RegularFile.Open(path), null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            using var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            byte* start = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            try
            {
                return ReadModel(new ReadOnlySpan<byte>(start + view.PointerOffset, (int)length));
            }
            finally
            {
                view.SafeMemoryMappedViewHandle.ReleasePointer();
            }
        }
        catch (InvalidDataException exception)
        {
            throw new UnusableException(path, exception.Message, "Fetch the graph again", exception);
        }
    }

    private static OnnxGraph ReadModel(ReadOnlySpan<byte> bytes)
    {
        var tables = new Dictionary<string, int>(StringComparer.Ordinal);
        var nodes = new List<GraphNode>();
        var tensors = new Dictionary<string, GraphTensor>(StringComparer.Ordinal);
        var weightBytes = 0L;
        var outputs = ImmutableDictionary.CreateBuilder<string, ImmutableArray<int>>(StringComparer.Ordinal);
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
                switch (graph.Field)
                {
                    case 1:
                        nodes.Add(GraphNode.Parse(graph.Bytes));
                        break;
                    case 5:
                        var tensor = GraphTensor.Parse(graph.Bytes);
                        tensors[tensor.Name] = tensor;
                        tables[tensor.Name] = tensor.Dimensions is [var length, ..] ? (int)length : 0;
                        weightBytes += tensor.Bytes;
                        break;
                    case 12:
                        var output = GraphOutput.Parse(graph.Bytes);
                        outputs[output.Name] = output.Shape;
                        break;
                }
            }
        }

        // A table that is kept in another precision is a fixed table too.
        foreach (var node in nodes)
        {
            if (node is { Operation: Cast, Inputs: [var input, ..], Outputs: [var cast, ..] }
                && tables.TryGetValue(input, out var castRows))
            {
                tables[cast] = castRows;
            }
        }

        return new()
        {
            Attention = [.. nodes.Where(static node => node.Operation == GroupQueryAttention).Select(node => new AttentionNode(
                (int)node.Integer("local_window_size", -1),
                node.Integer("do_rotary", 0) == 1,
                tables.TryGetValue(node.Inputs.ElementAtOrDefault(CosineInput) ?? "", out var rows) ? rows : null))],
            WeightBytes = weightBytes,
            Outputs = outputs.ToImmutable(),
            Nodes = nodes,
            Tensors = tensors,
        };
    }
}
