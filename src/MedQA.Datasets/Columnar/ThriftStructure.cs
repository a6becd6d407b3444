using System.Buffers.Binary;

namespace MedQA.Datasets.Columnar;

/// <summary>
/// Walks the compact Thrift of Parquet's metadata before the Parquet library does. The library trusts it: where it breaks off, the library
/// reads on forever, and it allocates what a length says. The walk takes the same steps over the same bytes (apache/parquet-format,
/// parquet.thrift) and fails where they end.
/// </summary>
internal ref struct ThriftStructure(ReadOnlySpan<byte> bytes)
{
    private const int MaxDepth = 16;

    /// <summary>
    /// Fields by number: i = varint, b = length and bytes, o = truth value in the field's type, y = byte, d = eight bytes, [ = a list, else
    /// the structure's name. Encryption is left out, and so refused.
    /// </summary>
    private static readonly Dictionary<string, string?[]> Structures = new()
    {
        ["FileMetaData"] = Fields("i [SchemaElement i [RowGroup [KeyValue b [ColumnOrder"),
        ["SchemaElement"] = Fields("i i i b i i i i i LogicalType"),
        ["LogicalType"] = Fields("Empty Empty Empty Empty Two Empty Time Time - Int Empty Empty Empty Empty Empty Byte Text Geography"),
        ["Two"] = Fields("i i"),
        ["Time"] = Fields("o TimeUnit"),
        ["TimeUnit"] = Fields("Empty Empty Empty"),
        ["Int"] = Fields("y o"),
        ["Byte"] = Fields("y"),
        ["Text"] = Fields("b"),
        ["Geography"] = Fields("b i"),
        ["Empty"] = [],
        ["RowGroup"] = Fields("[ColumnChunk i i [SortingColumn i i i"),
        ["KeyValue"] = Fields("b b"),
        ["ColumnOrder"] = Fields("Empty"),
        ["ColumnChunk"] = Fields("b i ColumnMetaData i i i i"),
        ["SortingColumn"] = Fields("i o o"),
        ["ColumnMetaData"] = Fields("i [i [b i i i i [KeyValue i i i Statistics [Three i i SizeStatistics GeospatialStatistics"),
        ["Three"] = Fields("i i i"),
        ["Statistics"] = Fields("b b i i b b o o"),
        ["SizeStatistics"] = Fields("i [i [i"),
        ["GeospatialStatistics"] = Fields("BoundingBox [i"),
        ["BoundingBox"] = Fields("d d d d d d d d"),
        ["PageHeader"] = Fields("i i i i DataPageHeader Empty DictionaryPageHeader DataPageHeaderV2"),
        ["DataPageHeader"] = Fields("i i i i Statistics"),
        ["DictionaryPageHeader"] = Fields("i i o"),
        ["DataPageHeaderV2"] = Fields("i i i i i i o Statistics"),
    };

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly Dictionary<(string Structure, int Field), long> _numbers = [];

    /// <summary>How many bytes were walked.</summary>
    public int Length { get; private set; }

    /// <summary>Returns the last value of a number of a structure, or <see langword="null"/> if it has none.</summary>
    public readonly long? Number(string structure, int field) => _numbers.TryGetValue((structure, field), out var value) ? value : null;

    /// <summary>Walks one structure.</summary>
    /// <exception cref="InvalidDataException">The bytes end too early, or hold something that is not known.</exception>
    public void Walk(string structure, int depth = 0)
    {
        if (depth > MaxDepth)
        {
            throw new InvalidDataException("Structures are nested too deep.");
        }

        var fields = Structures[structure];
        var last = 0;
        while (Byte() is not 0 and var header)
        {
            var field = header >> 4 == 0 ? (short)Zigzag(Varint()) : last + (header >> 4);
            last = field;
            var type = header & 15;
            if (field >= 1 && field <= fields.Length && fields[field - 1] is { } kind)
            {
                Value(structure, field, kind, depth);
            }
            else
            {
                Skip(type);
            }
        }
    }

    private void Value(string structure, int field, string kind, int depth)
    {
        if (kind[0] != '[')
        {
            One(structure, field, kind, depth);
            return;
        }

        for (var count = ListLength(out _); count > 0; count--)
        {
            One(structure, field, kind[1..], depth);
        }
    }

    private void One(string structure, int field, string kind, int depth)
    {
        switch (kind)
        {
            case "i":
                _numbers[(structure, field)] = Zigzag(Varint());
                break;
            case "b":
                Take((long)Varint());
                break;
            case "y":
                Take(1);
                break;
            case "d":
                Take(sizeof(double));
                break;
            case "o":
                break;
            default:
                Walk(kind, depth + 1);
                break;
        }
    }

    /// <summary>A field that the library does not know; it cannot pass over structures and maps.</summary>
    private void Skip(int type)
    {
        switch (type)
        {
            case 1 or 2:
                break;
            case 3:
                Take(1);
                break;
            case 4 or 5 or 6:
                Varint();
                break;
            case 7:
                Take(sizeof(double));
                break;
            case 8:
                Take((long)Varint());
                break;
            case 9:
                for (var count = ListLength(out var element); count > 0; count--)
                {
                    Skip(element is 9 ? throw new InvalidDataException("A list of lists is not supported.") : element);
                }

                break;
            default:
                throw new InvalidDataException($"The field type {type} is unknown.");
        }
    }

    private long ListLength(out int element)
    {
        var header = Byte();
        element = header & 15;
        var count = header >> 4 == 15 ? (long)Varint() : header >> 4;
        return count <= _bytes.Length - Length ? count : throw new InvalidDataException("A list is longer than the bytes that follow.");
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7F) << shift;
            if ((part & 0x80) == 0)
            {
                return value;
            }
        }

        throw new InvalidDataException("A number has too many bytes.");
    }

    private static long Zigzag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    private byte Byte()
    {
        Take(1);
        return _bytes[Length - 1];
    }

    private void Take(long count)
    {
        if (count < 0 || count > _bytes.Length - Length)
        {
            throw new InvalidDataException("The metadata ends too early.");
        }

        Length += (int)count;
    }

    private static string?[] Fields(string kinds) => [.. kinds.Split(' ').Select(static kind => kind == "-" ? null : kind)];

    /// <summary>Returns the length of a file's metadata, from its last eight bytes.</summary>
    public static int FooterLength(ReadOnlySpan<byte> tail) =>
        tail.Length == 8 && tail[4..].SequenceEqual("PAR1"u8) ? BinaryPrimitives.ReadInt32LittleEndian(tail) : -1;
}
