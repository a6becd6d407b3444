using System.Buffers.Binary;
using System.Text.Json;

namespace MedQA.Inference.SoftPrompts;

/// <summary>Writes safetensors files of float32 numbers. The same tensors give the same bytes.</summary>
internal static class SafetensorsWriter
{
    // As the format's own library pads it, so that the numbers are aligned where a file is mapped into memory.
    private const int Alignment = 8;
    private const int PieceNumbers = 1 << 16;

    /// <summary>Writes a file.</summary>
    /// <param name="target">The stream to write to.</param>
    /// <param name="tensors">Name, shape and row-major numbers of each tensor, in the order of their bytes.</param>
    /// <exception cref="ArgumentException">A tensor has more or fewer numbers than its shape says.</exception>
    public static void Write(Stream target, IReadOnlyList<(string Name, long[] Shape, ReadOnlyMemory<float> Numbers)> tensors)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(tensors);
        var header = Header(tensors);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        target.Write(length);
        target.Write(header);
        var piece = new byte[PieceNumbers * sizeof(float)];
        foreach (var (_, _, numbers) in tensors)
        {
            for (var start = 0; start < numbers.Length; start += PieceNumbers)
            {
                var part = numbers.Span[start..Math.Min(numbers.Length, start + PieceNumbers)];
                for (var index = 0; index < part.Length; index++)
                {
                    BinaryPrimitives.WriteSingleLittleEndian(piece.AsSpan(index * sizeof(float)), part[index]);
                }

                target.Write(piece.AsSpan(0, part.Length * sizeof(float)));
            }
        }
    }

    private static byte[] Header(IReadOnlyList<(string Name, long[] Shape, ReadOnlyMemory<float> Numbers)> tensors)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            var end = 0L;
            foreach (var (name, shape, numbers) in tensors)
            {
                if (shape.Aggregate(1L, static (product, dimension) => checked(product * dimension)) != numbers.Length)
                {
                    throw new ArgumentException(
                        $"The tensor \"{name}\" has {numbers.Length} numbers, which is not the shape [{string.Join(", ", shape)}].",
                        nameof(tensors));
                }

                json.WriteStartObject(name);
                json.WriteString("dtype", "F32");
                json.WriteStartArray("shape");
                foreach (var dimension in shape)
                {
                    json.WriteNumberValue(dimension);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(end);
                end += (long)numbers.Length * sizeof(float);
                json.WriteNumberValue(end);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (bytes.Length % Alignment != 0)
        {
            bytes.WriteByte((byte)' ');
        }

        return bytes.ToArray();
    }
}
