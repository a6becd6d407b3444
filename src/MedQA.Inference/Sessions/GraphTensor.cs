using System.Globalization;
using System.Runtime.InteropServices;
using MedQA.Files;
using MedQA.Inference.Models;

namespace MedQA.Inference.Sessions;

/// <summary>A tensor that a graph keeps (TensorProto of onnx.proto3): where its bytes are.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">TensorProto.DataType.</param>
/// <param name="Dimensions">Its shape.</param>
/// <param name="Location">The file that has its bytes, seen from the graph's folder; empty if they are in its message.</param>
/// <param name="Offset">Where they begin in that file or message.</param>
/// <param name="Length">How many they are.</param>
internal sealed record GraphTensor(string Name, int Type, long[] Dimensions, string Location, long Offset, long Length)
{
    private const int Float32 = 1;
    private const int Float16 = 10;

    /// <summary>Its message, if the reader keeps it; else empty: loading a model does not copy its weights.</summary>
    public byte[] Message { get; init; } = [];

    /// <summary>Bytes of its numbers, a part of a byte counted as one.</summary>
    public long Bytes => Dimensions.Aggregate((long)BytesOf(Type), static (product, dimension) => product * dimension);

    /// <summary>Reads an initializer.</summary>
    public static GraphTensor Parse(ReadOnlySpan<byte> bytes)
    {
        var (name, type, location, offset, length) = ("", 0, "", 0L, 0L);
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
                case 9:
                    bytes.Overlaps(message.Bytes, out var start);
                    (offset, length) = (start, message.Bytes.Length);
                    break;
                case 13:
                    var entry = new ProtocolBuffer(message.Bytes);
                    var (key, value) = ("", "");
                    while (entry.Read())
                    {
                        (key, value) = entry.Field == 1 ? (entry.Text, value) : (key, entry.Text);
                    }

                    location = key == "location" ? value : location;
                    offset = key == "offset" ? Number(key, value) : offset;
                    length = key == "length" ? Number(key, value) : length;
                    break;
            }
        }

        return new(name, type, [.. dimensions], location, offset, length);
    }

    private static long Number(string key, string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidDataException(
                $"a tensor's {key} in its data file is \"{(value.Length > 40 ? value[..40] + "…" : value)}\", where a number of bytes is "
                    + "expected");

    /// <summary>Its bytes.</summary>
    public byte[] Read(string folder)
    {
        if (Location.Length == 0)
        {
            return Message.AsSpan((int)Offset, (int)Length).ToArray();
        }

        using var file = RegularFile.Open(ModelFile.Inside(folder, Location, "the graph"));
        file.Position = Offset;
        var bytes = new byte[Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Its numbers, of float32 or float16.</summary>
    public float[] ReadNumbers(string folder)
    {
        var bytes = Read(folder);
        return Type switch
        {
            Float32 => [.. MemoryMarshal.Cast<byte, float>(bytes)],
            Float16 => [.. MemoryMarshal.Cast<byte, Half>(bytes).ToArray().Select(static half => (float)half)],
            _ => throw new InvalidDataException(
                $"the tensor {Name} has the type {Type.ToString(CultureInfo.InvariantCulture)}, where float32 or float16 is expected"),
        };
    }

    // FLOAT 1, UINT16 4, INT16 5, INT32 6, INT64 7, FLOAT16 10, DOUBLE 11, UINT32 12, UINT64 13, BFLOAT16 16; the rest has at most a byte.
    private static int BytesOf(int type) => type switch
    {
        7 or 11 or 13 => 8,
        1 or 6 or 12 => 4,
        4 or 5 or 10 or 16 => 2,
        _ => 1,
    };
}
