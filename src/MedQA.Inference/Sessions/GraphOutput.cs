using System.Collections.Immutable;

namespace MedQA.Inference.Sessions;

/// <summary>An output of a graph (ValueInfoProto of onnx.proto3).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its shape; −1 is a length that the graph leaves open. Empty where it states none.</param>
internal sealed record GraphOutput(string Name, ImmutableArray<int> Shape)
{
    /// <summary>Reads an output.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a protocol buffer or are truncated.</exception>
    public static GraphOutput Parse(ReadOnlySpan<byte> bytes)
    {
        var name = "";
        var shape = ImmutableArray.CreateBuilder<int>();
        var output = new ProtocolBuffer(bytes);
        while (output.Read())
        {
            if (output.Field == 1)
            {
                name = output.Text;
            }
            else if (output.Field == 2)
            {
                AppendShape(output.Bytes, shape);
            }
        }

        return new(name, shape.ToImmutable());
    }

    // TypeProto.tensor_type = 1, TypeProto.Tensor.shape = 2, TensorShapeProto.dim = 1, Dimension.dim_value = 1.
    private static void AppendShape(ReadOnlySpan<byte> type, ImmutableArray<int>.Builder shape)
    {
        var dimensions = FieldOf(FieldOf(type, 1), 2);
        var each = new ProtocolBuffer(dimensions);
        while (each.Read())
        {
            var length = -1;
            var dimension = new ProtocolBuffer(each.Bytes);
            while (dimension.Read())
            {
                length = dimension.Field == 1 && dimension.Number <= int.MaxValue ? (int)dimension.Number : length;
            }

            shape.Add(length);
        }
    }

    private static ReadOnlySpan<byte> FieldOf(ReadOnlySpan<byte> message, int field)
    {
        var fields = new ProtocolBuffer(message);
        while (fields.Read())
        {
            if (fields.Field == field)
            {
                return fields.Bytes;
            }
        }

        return [];
    }
}
