using System.Buffers.Binary;
using System.Text;

namespace MedQA.Tuning.Native;

/// <summary>
/// The version requirements of a 64-bit little-endian ELF library (section .gnu.version_r; Linux Standard
/// Base, "Symbol Versioning").
/// </summary>
internal static class VersionNeeds
{
    private const int LoadSegment = 1;
    private const int DynamicSegment = 2;
    private const int SegmentBytes = 56;
    private const long StringTable = 5;
    private const long Needs = 0x6ffffffe;
    private const long NeedCount = 0x6fffffff;
    private const ushort Weak = 2;

    /// <summary>
    /// Marks a version requirement as weak, so that the loader ignores it. Safe only if no symbol of that version is used.
    /// </summary>
    /// <param name="library">The library's bytes, changed in place.</param>
    /// <param name="version">The version's name, such as <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>Whether the library requires it.</returns>
    /// <exception cref="InvalidDataException">The bytes are not such a library.</exception>
    public static bool Weaken(Span<byte> library, string version)
    {
        if (library.Length < 64 || !library[..6].SequenceEqual("\u007fELF\u0002\u0001"u8))
        {
            throw new InvalidDataException("It is not a 64-bit little-endian ELF library.");
        }

        try
        {
            return WeakenNeed(library, version);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new InvalidDataException("Its tables point outside of it.", exception);
        }
    }

    private static bool WeakenNeed(Span<byte> library, string version)
    {
        var dynamic = ReadDynamic(library);
        if (!dynamic.TryGetValue(Needs, out var needs)
            || !dynamic.TryGetValue(NeedCount, out var count)
            || !dynamic.TryGetValue(StringTable, out var strings))
        {
            return false;
        }

        var (found, place, text) = (false, Place(library, needs), Place(library, strings));
        for (var need = 0L; need < count; need++)
        {
            var entry = place + (int)BinaryPrimitives.ReadUInt32LittleEndian(library[(place + 8)..]);
            for (var left = BinaryPrimitives.ReadUInt16LittleEndian(library[(place + 2)..]); left > 0; left--)
            {
                var name = library[(text + (int)BinaryPrimitives.ReadUInt32LittleEndian(library[(entry + 8)..]))..];
                if (Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]) == version)
                {
                    var flags = library[(entry + 4)..];
                    BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) | Weak));
                    found = true;
                }

                entry += (int)BinaryPrimitives.ReadUInt32LittleEndian(library[(entry + 12)..]);
            }

            place += (int)BinaryPrimitives.ReadUInt32LittleEndian(library[(place + 12)..]);
        }

        return found;
    }

    private static Dictionary<long, long> ReadDynamic(ReadOnlySpan<byte> library)
    {
        var entries = new Dictionary<long, long>();
        foreach (var (kind, offset, _, size) in Segments(library))
        {
            for (var at = 0; kind == DynamicSegment && at < size; at += 16)
            {
                var entry = library[(int)(offset + at)..];
                entries.TryAdd(BinaryPrimitives.ReadInt64LittleEndian(entry), BinaryPrimitives.ReadInt64LittleEndian(entry[8..]));
            }
        }

        return entries;
    }

    private static int Place(ReadOnlySpan<byte> library, long address)
    {
        foreach (var (kind, offset, start, size) in Segments(library))
        {
            if (kind == LoadSegment && address >= start && address < start + size)
            {
                return (int)(address - start + offset);
            }
        }

        throw new InvalidDataException("Its tables are not in a loaded segment.");
    }

    private static List<(int Kind, long Offset, long Address, long Size)> Segments(ReadOnlySpan<byte> library)
    {
        var table = (int)BinaryPrimitives.ReadInt64LittleEndian(library[32..]);
        var segments = new List<(int, long, long, long)>();
        for (var index = 0; index < BinaryPrimitives.ReadUInt16LittleEndian(library[56..]); index++)
        {
            var segment = library[(table + (index * SegmentBytes))..];
            segments.Add(
                (BinaryPrimitives.ReadInt32LittleEndian(
                    segment), BinaryPrimitives.ReadInt64LittleEndian(
                        segment[8..]), BinaryPrimitives.ReadInt64LittleEndian(
                            segment[16..]), BinaryPrimitives.ReadInt64LittleEndian(segment[32..])));
        }

        return segments;
    }
}
