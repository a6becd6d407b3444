using System.Globalization;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Optimization;

/// <summary>A tensor that a graph keeps: where its bytes are.</summary>
internal sealed record GraphTensor(string Name, int Type, long[] Dimensions, string Location, long Offset, long Length, byte[] Raw, byte[] Field)
{
    private const int Float32 = 1;
    private const int Float16 = 10;

    /// <summary>Reads an initializer (TensorProto).</summary>
    public static GraphTensor Parse(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> field)
    {
        var (name, type, location, offset, length) = ("", 0, "", 0L, 0L);
        var dimensions = new List<long>();
        byte[] raw = [];
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
                    raw = message.Bytes.ToArray();
                    break;
                case 13:
                    var entry = new ProtocolBuffer(message.Bytes);
                    var (key, value) = ("", "");
                    while (entry.Read())
                    {
                        (key, value) = entry.Field == 1 ? (entry.Text, value) : (key, entry.Text);
                    }

                    location = key == "location" ? value : location;
                    offset = key == "offset" ? long.Parse(value, CultureInfo.InvariantCulture) : offset;
                    length = key == "length" ? long.Parse(value, CultureInfo.InvariantCulture) : length;
                    break;
            }
        }

        return new(name, type, [.. dimensions], location, offset, length, raw, field.ToArray());
    }

    /// <summary>Its bytes.</summary>
    public byte[] Read(string folder)
    {
        if (Location.Length == 0)
        {
            return Raw;
        }

        using var file = File.OpenRead(Models.ModelFile.Inside(folder, Location, "the graph"));
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
            Float32 => [.. System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes)],
            Float16 => [.. System.Runtime.InteropServices.MemoryMarshal.Cast<byte, Half>(bytes).ToArray().Select(static half => (float)half)],
            _ => throw new InvalidDataException($"the tensor {Name} has the type {Type.ToString(CultureInfo.InvariantCulture)}, where float32 or float16 is expected"),
        };
    }
}
