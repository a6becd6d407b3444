using System.Collections.Immutable;
using System.IO.MemoryMappedFiles;
using MedQA.Inference.Models;

namespace MedQA.Inference.Sessions;

/// <summary>What an ONNX file says that a session does not: its attention nodes, and how many weights it has. Field numbers are those of onnx.proto3.</summary>
internal sealed record OnnxGraph
{
    private const string GroupQueryAttention = "GroupQueryAttention";
    private const string Cast = "Cast";
    private const int CosineInput = 7;

    /// <summary>The GroupQueryAttention nodes.</summary>
    public required ImmutableArray<AttentionNode> Attention { get; init; }

    /// <summary>Bytes of all weights: what a pass reads.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelException">The file is damaged.</exception>
    public static unsafe OnnxGraph Read(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length > int.MaxValue)
            {
                throw new InvalidDataException("it is larger than 2 GiB, which ONNX files cannot be");
            }

            using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
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
            throw new ModelException(ModelFault.DamagedFile, path, exception.Message, "Fetch the graph again", exception);
        }
    }

    private static OnnxGraph ReadModel(ReadOnlySpan<byte> bytes)
    {
        var tables = new Dictionary<string, int>(StringComparer.Ordinal);
        var nodes = new List<Node>();
        var weightBytes = 0L;
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
                    case 1 when ReadNode(graph.Bytes) is { } node:
                        nodes.Add(node);
                        break;
                    case 5:
                        var (name, rows, size) = ReadTensor(graph.Bytes);
                        tables[name] = rows;
                        weightBytes += size;
                        break;
                }
            }
        }

        // A table that is kept in another precision is a fixed table too.
        foreach (var cast in nodes.Where(static node => node.Operation == Cast))
        {
            if (tables.TryGetValue(cast.Inputs[0], out var castRows))
            {
                tables[cast.Output] = castRows;
            }
        }

        return new()
        {
            Attention = [.. nodes.Where(static node => node.Operation == GroupQueryAttention).Select(node => new AttentionNode(
                node.Integer("num_heads", 0),
                node.Integer("kv_num_heads", 0),
                node.Integer("local_window_size", -1),
                node.Integer("do_rotary", 0) == 1,
                tables.TryGetValue(node.Inputs.ElementAtOrDefault(CosineInput) ?? "", out var rows) ? rows : null))],
            WeightBytes = weightBytes,
        };
    }

    private static Node? ReadNode(ReadOnlySpan<byte> bytes)
    {
        var (operation, output) = ("", "");
        var inputs = new List<string>();
        var attributes = new Dictionary<string, long>(StringComparer.Ordinal);
        var message = new ProtocolBuffer(bytes);
        while (message.Read())
        {
            switch (message.Field)
            {
                case 1:
                    inputs.Add(message.Text);
                    break;
                case 2:
                    output = output.Length == 0 ? message.Text : output;
                    break;
                case 4:
                    operation = message.Text;
                    break;
                case 5:
                    var attribute = new ProtocolBuffer(message.Bytes);
                    var (name, value) = ("", 0L);
                    while (attribute.Read())
                    {
                        name = attribute.Field == 1 ? attribute.Text : name;
                        value = attribute.Field == 3 ? (long)attribute.Number : value;
                    }

                    attributes[name] = value;
                    break;
            }
        }

        return operation is GroupQueryAttention or Cast ? new(operation, inputs, output, attributes) : null;
    }

    private static (string Name, int Rows, long Size) ReadTensor(ReadOnlySpan<byte> bytes)
    {
        var name = "";
        var type = 0;
        var dimensions = new List<long>();
        var message = new ProtocolBuffer(bytes);
        while (message.Read())
        {
            switch (message.Field)
            {
                case 1:
                    message.AppendIntegersTo(dimensions);
                    break;
                case 2:
                    type = (int)message.Number;
                    break;
                case 8:
                    name = message.Text;
                    break;
            }
        }

        return (name, dimensions.Count > 0 ? (int)dimensions[0] : 0, dimensions.Aggregate((long)BytesOf(type), static (product, dimension) => product * dimension));
    }

    // TensorProto.DataType: FLOAT 1, UINT16 4, INT16 5, INT32 6, INT64 7, FLOAT16 10, DOUBLE 11, UINT32 12, UINT64 13, BFLOAT16 16; the rest has at most a byte.
    private static int BytesOf(int type) => type switch
    {
        7 or 11 or 13 => 8,
        1 or 6 or 12 => 4,
        4 or 5 or 10 or 16 => 2,
        _ => 1,
    };

    private sealed record Node(string Operation, List<string> Inputs, string Output, Dictionary<string, long> Attributes)
    {
        public int Integer(string name, int otherwise) => Attributes.TryGetValue(name, out var value) ? (int)value : otherwise;
    }
}
