using System.Buffers;
using System.Collections.Concurrent;
using System.Text;

namespace MedQA.Inference.Tokenization;

/// <summary>
/// Byte-pair encoding: joins the symbols of a word by the merge of lowest rank, leftmost first, until none is left. Words seen before come
/// from a cache.
/// </summary>
internal sealed class BytePairEncoding
{
    private const int MaxCachedWordLength = 48;
    private const int MaxCachedWords = 1 << 16;
    private const int MaxScannedWordLength = 48;

    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _vocabularyBySpan;
    private readonly Dictionary<long, (int Rank, int Id)> _merges;
    private readonly ConcurrentDictionary<string, int[]> _words = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _wordsBySpan;
    private readonly int[] _byteSymbols = new int[256];
    private readonly bool _byteLevel;
    private readonly bool _byteFallback;
    private readonly bool _ignoreMerges;
    private readonly bool _fuseUnknown;
    private readonly int _unknown;
    private int _cachedWords;

    /// <param name="vocabulary">Token text (in the byte alphabet, for byte-level models) to id.</param>
    /// <param name="merges">Pairs of ids, in the order of their ranks, and the id that each makes.</param>
    /// <param name="byteLevel">Whether a word's symbols are its UTF-8 bytes, rather than its characters.</param>
    /// <param name="byteFallback">Whether an unknown character becomes tokens of its bytes (&lt;0x0A&gt;).</param>
    /// <param name="ignoreMerges">Whether a word that is in the vocabulary is one token, whatever the merges say.</param>
    /// <param name="fuseUnknown">Whether unknown characters in a row are one unknown token.</param>
    /// <param name="unknown">The id of the unknown token, or −1 for none: unknown symbols are then left out, as in Hugging Face's
    /// tokenizers.</param>
    public BytePairEncoding(
        Dictionary<string, int> vocabulary,
        Dictionary<long, (int Rank, int Id)> merges,
        bool byteLevel,
        bool byteFallback,
        bool ignoreMerges,
        bool fuseUnknown,
        int unknown)
    {
        _vocabularyBySpan = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _wordsBySpan = _words.GetAlternateLookup<ReadOnlySpan<char>>();
        _merges = merges;
        (_byteLevel, _byteFallback, _ignoreMerges, _fuseUnknown, _unknown) = (byteLevel, byteFallback, ignoreMerges, fuseUnknown, unknown);
        for (var value = 0; value < 256; value++)
        {
            var name = byteLevel ? ByteAlphabet.Character((byte)value).ToString() : ByteTokenName((byte)value);
            _byteSymbols[value] = vocabulary.TryGetValue(name, out var id) ? id : -1;
        }
    }

    /// <summary>Returns the key of a pair in the table of merges.</summary>
    public static long Pair(int left, int right) => (long)left << 32 | (uint)right;

    /// <summary>Returns the text of the token of one byte in models with byte fallback.</summary>
    public static string ByteTokenName(byte value) => $"<0x{value:X2}>";

    /// <summary>Appends a word's tokens.</summary>
    public void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        if (word.Length <= MaxCachedWordLength && _wordsBySpan.TryGetValue(word, out var known))
        {
            ids.AddRange(known);
            return;
        }

        var first = ids.Count;
        if (!_ignoreMerges || !WholeWord(word, ids))
        {
            Merge(word, ids);
        }

        // A full cache is not changed: it returns what would be computed.
        if (word.Length <= MaxCachedWordLength && _cachedWords < MaxCachedWords && _words.TryAdd(word.ToString(), [.. ids.Skip(first)]))
        {
            Interlocked.Increment(ref _cachedWords);
        }
    }

    private bool WholeWord(ReadOnlySpan<char> word, List<int> ids)
    {
        int id;
        if (!_byteLevel)
        {
            if (!_vocabularyBySpan.TryGetValue(word, out id))
            {
                return false;
            }
        }
        else
        {
            var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(word.Length));
            var characters = ArrayPool<char>.Shared.Rent(rented.Length);
            var count = Encoding.UTF8.GetBytes(word, rented);
            for (var i = 0; i < count; i++)
            {
                characters[i] = ByteAlphabet.Character(rented[i]);
            }

            var found = _vocabularyBySpan.TryGetValue(characters.AsSpan(0, count), out id);
            ArrayPool<byte>.Shared.Return(rented);
            ArrayPool<char>.Shared.Return(characters);
            if (!found)
            {
                return false;
            }
        }

        ids.Add(id);
        return true;
    }

    private void Merge(ReadOnlySpan<char> word, List<int> ids)
    {
        var rented = ArrayPool<int>.Shared.Rent(Math.Max(Encoding.UTF8.GetMaxByteCount(word.Length), 1));
        var count = _byteLevel ? ByteSymbols(word, rented) : CharacterSymbols(word, rented);
        var symbols = rented.AsSpan(0, count);
        if (count <= MaxScannedWordLength)
        {
            count = MergeByScan(symbols);
        }
        else
        {
            count = MergeByHeap(symbols);
        }

        ids.AddRange(symbols[..count]);
        ArrayPool<int>.Shared.Return(rented);
    }

    private int ByteSymbols(ReadOnlySpan<char> word, Span<int> symbols)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(word.Length));
        var length = Encoding.UTF8.GetBytes(word, bytes);
        var count = 0;
        foreach (var value in bytes.AsSpan(0, length))
        {
            var symbol = _byteSymbols[value] >= 0 ? _byteSymbols[value] : _unknown;
            if (symbol >= 0)
            {
                symbols[count++] = symbol;
            }
        }

        ArrayPool<byte>.Shared.Return(bytes);
        return count;
    }

    private int CharacterSymbols(ReadOnlySpan<char> word, Span<int> symbols)
    {
        var count = 0;
        var afterUnknown = false;
        Span<char> character = stackalloc char[2];
        Span<byte> bytes = stackalloc byte[4];
        for (var at = 0; at < word.Length;)
        {
            var rune = new Rune(CodePointSet.At(word, at, out var units));
            at += units;
            if (_vocabularyBySpan.TryGetValue(character[..rune.EncodeToUtf16(character)], out var id))
            {
                symbols[count++] = id;
                afterUnknown = false;
                continue;
            }

            var encoded = bytes[..rune.EncodeToUtf8(bytes)];
            if (_byteFallback && HasAll(encoded))
            {
                foreach (var value in encoded)
                {
                    symbols[count++] = _byteSymbols[value];
                }

                afterUnknown = false;
            }
            else if (_unknown >= 0 && !(afterUnknown && _fuseUnknown))
            {
                symbols[count++] = _unknown;
                afterUnknown = true;
            }
        }

        return count;
    }

    private bool HasAll(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (_byteSymbols[value] < 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>For short words: looks for the best pair again after each merge.</summary>
    private int MergeByScan(Span<int> symbols)
    {
        var count = symbols.Length;
        Span<int> ranks = stackalloc int[MaxScannedWordLength];
        Span<int> made = stackalloc int[MaxScannedWordLength];
        for (var i = 0; i + 1 < count; i++)
        {
            (ranks[i], made[i]) = Find(symbols[i], symbols[i + 1]);
        }

        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i + 1 < count; i++)
            {
                if (ranks[i] < ranks[best])
                {
                    best = i;
                }
            }

            if (ranks[best] == int.MaxValue)
            {
                break;
            }

            symbols[best] = made[best];
            symbols[(best + 2)..count].CopyTo(symbols[(best + 1)..]);
            ranks[(best + 1)..count].CopyTo(ranks[best..]);
            made[(best + 1)..count].CopyTo(made[best..]);
            count--;
            if (best > 0)
            {
                (ranks[best - 1], made[best - 1]) = Find(symbols[best - 1], symbols[best]);
            }

            if (best + 1 < count)
            {
                (ranks[best], made[best]) = Find(symbols[best], symbols[best + 1]);
            }
        }

        return count;
    }

    /// <summary>For long words: a heap of candidate pairs over a linked list, n log n.</summary>
    private int MergeByHeap(Span<int> symbols)
    {
        var count = symbols.Length;
        var next = ArrayPool<int>.Shared.Rent(count);
        var previous = ArrayPool<int>.Shared.Rent(count);
        var heap = new PriorityQueue<(int Left, int LeftSymbol, int RightSymbol, int Made), long>(count);
        for (var i = 0; i < count; i++)
        {
            next[i] = i + 1;
            previous[i] = i - 1;
        }

        for (var i = 0; i + 1 < count; i++)
        {
            Push(symbols, i, i + 1);
        }

        while (heap.TryDequeue(out var pair, out _))
        {
            var left = pair.Left;
            var right = next[left];
            if (symbols[left] != pair.LeftSymbol || right >= count || symbols[right] != pair.RightSymbol)
            {
                continue;
            }

            symbols[left] = pair.Made;
            symbols[right] = -1;
            next[left] = next[right];
            if (next[right] < count)
            {
                previous[next[right]] = left;
            }

            if (previous[left] >= 0)
            {
                Push(symbols, previous[left], left);
            }

            if (next[left] < count)
            {
                Push(symbols, left, next[left]);
            }
        }

        ArrayPool<int>.Shared.Return(next);
        ArrayPool<int>.Shared.Return(previous);
        var kept = 0;
        foreach (var symbol in symbols)
        {
            if (symbol >= 0)
            {
                symbols[kept++] = symbol;
            }
        }

        return kept;

        void Push(ReadOnlySpan<int> all, int left, int right)
        {
            var (rank, made) = Find(all[left], all[right]);
            if (rank != int.MaxValue)
            {
                heap.Enqueue((left, all[left], all[right], made), (long)rank << 32 | (uint)left);
            }
        }
    }

    private (int Rank, int Made) Find(int left, int right) =>
        _merges.TryGetValue(Pair(left, right), out var merge) ? merge : (int.MaxValue, -1);
}
