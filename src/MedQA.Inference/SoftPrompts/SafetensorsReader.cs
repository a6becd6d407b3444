using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;
using MedQA.Evaluation;
using MedQA.Files;

namespace MedQA.Inference.SoftPrompts;

/// <summary>
/// Reads tensors of a safetensors file (an 8-byte length, a JSON header, then the tensors' bytes, little-endian): the header at once, a
/// tensor when it is asked for. The header is checked whole, so that no tensor is outside the file or overlaps another. Not safe for
/// concurrent use.
/// </summary>
internal sealed class SafetensorsReader : IDisposable
{
    /// <summary>The most bytes of a header; that of a model with thousands of tensors has less than one million.</summary>
    public const int MaxHeaderBytes = 16 << 20;

    private const int LengthBytes = sizeof(ulong);
    private const int PieceBytes = 1 << 20;
    private const string Metadata = "__metadata__";

    private static readonly JsonDocumentOptions HeaderOptions = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    private readonly Stream _stream;
    private readonly string _file;
    private readonly string _remedy;
    private readonly long _dataStart;

    /// <summary>Reads the header.</summary>
    /// <param name="stream">The file, seekable, at its start; disposed of with the reader.</param>
    /// <param name="file">Its name in messages.</param>
    /// <param name="remedy">The remedy in messages about a damaged one.</param>
    /// <exception cref="UnusableException">The header is damaged.</exception>
    public SafetensorsReader(Stream stream, string file, string remedy)
    {
        ArgumentNullException.ThrowIfNull(stream);
        (_stream, _file, _remedy) = (stream, file, remedy);
        var header = ReadHeader();
        _dataStart = LengthBytes + header.Length;
        Tensors = Parse(header);
        CheckPlaces();
    }

    /// <summary>The tensors by name.</summary>
    public ImmutableSortedDictionary<string, SafetensorsTensor> Tensors { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="UnusableException">The file cannot be read, or its header is damaged.</exception>
    public static SafetensorsReader Open(string path, string remedy)
    {
        FileStream stream;
        try
        {
            stream = RegularFile.Open(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UnusableException(path, $"it cannot be read ({exception.Message.TrimEnd('.')})", remedy, exception);
        }

        try
        {
            return new(stream, path, remedy);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Returns the shape of a tensor.</summary>
    /// <exception cref="UnusableException">There is no such tensor.</exception>
    public SafetensorsTensor Find(string name) => Tensors.GetValueOrDefault(name) ?? throw Damaged($"it has no tensor \"{name}\"");

    /// <summary>Reads a tensor of float32, float16 or bfloat16 numbers as float32, row-major.</summary>
    /// <exception cref="UnusableException">There is no such tensor, its numbers are of another type, or it cannot be read.</exception>
    public float[] ReadSingles(string name)
    {
        var tensor = Find(name);
        var numberBytes = tensor.Type switch
        {
            "F32" => sizeof(float),
            "F16" or "BF16" => sizeof(ushort),
            _ => throw Damaged($"its tensor \"{name}\" has numbers of type {tensor.Type}; F32, F16 and BF16 can be read"),
        };
        if (tensor.Count > Array.MaxLength)
        {
            throw Damaged($"its tensor \"{name}\" has {tensor.Count:N0} numbers, too many to read at once");
        }

        var numbers = new float[tensor.Count];
        _stream.Position = _dataStart + tensor.Start;
        var piece = new byte[(int)Math.Min(PieceBytes, tensor.Bytes)];
        for (var read = 0; read < numbers.Length;)
        {
            var count = Math.Min(piece.Length / numberBytes, numbers.Length - read);
            ReadExactly(piece.AsSpan(0, count * numberBytes));
            Widen(tensor.Type, piece.AsSpan(0, count * numberBytes), numbers.AsSpan(read, count));
            read += count;
        }

        return numbers;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static void Widen(string type, ReadOnlySpan<byte> bytes, Span<float> numbers)
    {
        switch (type)
        {
            case "F32":
                for (var index = 0; index < numbers.Length; index++)
                {
                    numbers[index] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(index * sizeof(float))..]);
                }

                break;
            case "F16" when BitConverter.IsLittleEndian:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), numbers);
                break;
            case "F16":
                for (var index = 0; index < numbers.Length; index++)
                {
                    numbers[index] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(index * sizeof(ushort))..]);
                }

                break;
            default:
                // bfloat16 is the upper half of a float32.
                for (var index = 0; index < numbers.Length; index++)
                {
                    numbers[index] =
                        BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes[(index * sizeof(ushort))..]) << 16);
                }

                break;
        }
    }

    private static int? BitsOf(string type) => type switch
    {
        "F64" or "I64" or "U64" => 64,
        "F32" or "I32" or "U32" => 32,
        "F16" or "BF16" or "I16" or "U16" => 16,
        "I8" or "U8" or "BOOL" or "F8_E4M3" or "F8_E5M2" => 8,
        _ => null,
    };

    private byte[] ReadHeader()
    {
        Span<byte> size = stackalloc byte[LengthBytes];
        if (_stream.Length < LengthBytes)
        {
            throw Damaged($"it has {_stream.Length} bytes, fewer than the length of a header takes");
        }

        ReadExactly(size);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(size);
        if (length > MaxHeaderBytes)
        {
            throw Damaged($"its header claims {length:N0} bytes; a safetensors file's has at most {MaxHeaderBytes:N0}, so it is not one");
        }

        if ((long)length > _stream.Length - LengthBytes)
        {
            throw Damaged($"its header claims {length:N0} bytes, but the file has only {_stream.Length:N0}: it was cut off");
        }

        var header = new byte[length];
        ReadExactly(header);
        return header;
    }

    private ImmutableSortedDictionary<string, SafetensorsTensor> Parse(byte[] header)
    {
        try
        {
            using var document = JsonDocument.Parse(header, HeaderOptions);
            var tensors = ImmutableSortedDictionary.CreateBuilder<string, SafetensorsTensor>(StringComparer.Ordinal);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (member.Name != Metadata)
                {
                    tensors.Add(member.Name, Parse(member.Name, member.Value));
                }
            }

            return tensors.ToImmutable();
        }
        catch (Exception exception)
            when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Damaged("its header is not the JSON of a safetensors file", exception);
        }
    }

    private SafetensorsTensor Parse(string name, JsonElement value)
    {
        var type = value.GetProperty("dtype").GetString() ?? "";
        ImmutableArray<long> shape = [.. value.GetProperty("shape").EnumerateArray().Select(static dimension => dimension.GetInt64())];
        var places = value.GetProperty("data_offsets");
        if (places.GetArrayLength() != 2)
        {
            throw new JsonException("A place has a start and an end.");
        }

        var (start, end) = (places[0].GetInt64(), places[1].GetInt64());
        var bits = BitsOf(type) ?? throw Damaged($"its tensor \"{name}\" has numbers of the unknown type \"{type}\"");
        var bytes = (Int128)bits / 8;
        foreach (var dimension in shape)
        {
            // Never more than a file can have: the product of two such numbers cannot overflow.
            bytes = dimension < 0 || bytes > long.MaxValue
                ? throw Damaged($"its tensor \"{name}\" has the impossible shape [{string.Join(", ", shape)}]")
                : bytes * dimension;
        }

        return start >= 0 && end >= start && end <= _stream.Length - _dataStart && bytes == end - start
            ? new(name, type, shape, start, end - start)
            : throw Damaged(
                $"its tensor \"{name}\", {type} [{string.Join(", ", shape)}], cannot have the bytes from {start:N0} to {end:N0} of "
                    + $"{_stream.Length - _dataStart:N0}: it was cut off or is damaged");
    }

    private void CheckPlaces()
    {
        var end = 0L;
        foreach (var tensor in Tensors.Values.OrderBy(static tensor => tensor.Start).ThenBy(static tensor => tensor.Bytes))
        {
            if (tensor.Start != end)
            {
                throw Damaged($"its tensor \"{tensor.Name}\" begins at byte {tensor.Start:N0} where the one before ends at {end:N0}");
            }

            end += tensor.Bytes;
        }

        if (end != _stream.Length - _dataStart)
        {
            throw Damaged($"its tensors have {end:N0} bytes, but {_stream.Length - _dataStart:N0} follow its header");
        }
    }

    private void ReadExactly(Span<byte> buffer)
    {
        try
        {
            _stream.ReadExactly(buffer);
        }
        catch (IOException exception)
        {
            throw Damaged($"it cannot be read ({exception.Message.TrimEnd('.')})", exception);
        }
    }

    private UnusableException Damaged(string problem, Exception? inner = null) => new(_file, problem, _remedy, inner);
}
