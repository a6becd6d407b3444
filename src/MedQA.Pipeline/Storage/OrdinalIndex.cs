using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// A small sorted file that answers "which ordinal" without touching a table: the ordinals of question ids (eight bytes of hash and four of
/// ordinal, little-endian, by hash).
/// </summary>
internal static class OrdinalIndex
{
    /// <summary>The file of question ids.</summary>
    public const string IdsName = "index/ids.bin";

    private const int IdEntry = 12;

    /// <summary>Returns the hash under which an id is indexed.</summary>
    public static ulong HashOf(string id) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    /// <summary>The file over ids.</summary>
    public static BinaryData OfIds(List<(ulong Hash, int Ordinal)> ids)
    {
        ids.Sort();
        var bytes = new byte[ids.Count * IdEntry];
        for (var i = 0; i < ids.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * IdEntry), ids[i].Hash);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan((i * IdEntry) + 8), ids[i].Ordinal);
        }

        return BinaryData.FromBytes(bytes);
    }

    /// <summary>The ordinals whose id has the hash of <paramref name="id"/>: mostly one.</summary>
    /// <param name="files">The run's files.</param>
    /// <param name="id">The id.</param>
    /// <param name="entries">How many entries the file has.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public static async Task<IReadOnlyList<int>> FindAsync(ResultFiles files, string id, int entries, CancellationToken cancellationToken)
    {
        const int Window = 1024;
        var hash = HashOf(id);
        var (low, high) = (0, entries);

        // Hashes are evenly spread: the first probe is off by about the square root of the entries and mostly holds the id.
        var probe = (int)(hash / (double)ulong.MaxValue * entries) - (Window / 2);
        while (low < high)
        {
            probe = Math.Clamp(probe, low, Math.Max(low, high - Window));
            var window = await ReadIdsAsync(files, probe, Window, cancellationToken);
            if (window.Count > 0 && window[0].Hash >= hash && probe > low)
            {
                high = probe;
            }
            else if (window.Count == Window && window[^1].Hash <= hash && probe + Window < entries)
            {
                // Entries of one hash may reach over the window's end: the next one begins with them.
                low = probe + Window - Math.Max(1, Math.Min(Window - 1, window.Count(entry => entry.Hash == hash)));
            }
            else
            {
                return [.. window.Where(entry => entry.Hash == hash).Select(static entry => entry.Ordinal)];
            }

            probe = low + ((high - low - Window) / 2);
        }

        return [];
    }

    private static async Task<List<(ulong Hash, int Ordinal)>> ReadIdsAsync(
        ResultFiles files, int skip, int take, CancellationToken cancellationToken)
    {
        var found = await files.FindRangeAsync(IdsName, (long)skip * IdEntry, (long)take * IdEntry, cancellationToken);
        var bytes = found?.Content ?? default;
        var entries = new List<(ulong Hash, int Ordinal)>(bytes.Length / IdEntry);
        for (var at = 0; at + IdEntry <= bytes.Length; at += IdEntry)
        {
            var entry = bytes.Span[at..];
            entries.Add((BinaryPrimitives.ReadUInt64LittleEndian(entry), BinaryPrimitives.ReadInt32LittleEndian(entry[8..])));
        }

        return entries;
    }
}
