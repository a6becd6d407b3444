using System.Buffers;
using System.Buffers.Binary;
using System.Collections;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// Which questions can hold a word, so that a search need not read every text. Of each <see cref="SegmentSize"/> questions there are two
/// files. <c>index/words-{segment}.bin</c> has every word of their texts in capital letters, the byte 255 before each and behind the last,
/// in front of all this its length (four bytes), and behind it for each word where its ordinals lie in <c>index/postings-{segment}.bin</c>
/// (offset and length, four bytes each, little-endian). A search finds parts of words, too: it looks through the words of a segment for
/// those that hold what is sought. What it gives are candidates, whose texts must be looked at.
/// </summary>
internal sealed class WordIndex(ResultFiles files)
{
    /// <summary>Reads the index from storage.</summary>
    public WordIndex(RunStorage storage, RunId run)
        : this(new ResultFiles(storage, run))
    {
    }

    /// <summary>Questions of a segment: its words are in memory at a time.</summary>
    public const int SegmentSize = 16_384;

    /// <summary>A question with a longer word than this is a candidate of every search.</summary>
    public const int MaxWordLength = 64;

    /// <summary>The separator of words: a byte that no letter's UTF-8 has.</summary>
    private const byte WordMark = 0xFF;

    /// <summary>More bytes of ordinals than this are not read for a part of a word: so common a one does not narrow the search.</summary>
    private const int MaxPostings = 128 * 1024;

    /// <summary>The file of a segment's words.</summary>
    public static string WordsName(int segment) => $"index/words-{segment:D4}.bin";

    /// <summary>The file of a segment's ordinals.</summary>
    public static string PostingsName(int segment) => $"index/postings-{segment:D4}.bin";

    /// <summary>The parts of a word that lie within words of the index: a hyphen or another sign ends one.</summary>
    public static IEnumerable<string> PartsOf(string word)
    {
        var capital = word.ToUpperInvariant();
        for (var at = 0; at < capital.Length; at++)
        {
            var begin = at;
            while (at < capital.Length && IsOfWord(capital[at]))
            {
                at++;
            }

            if (at > begin)
            {
                yield return capital[begin..at];
            }
        }
    }

    /// <summary>Whether a character (a capital one, where it has one) is part of a word.</summary>
    public static bool IsOfWord(char letter) =>
        char.IsLetterOrDigit(letter)
            || char.IsSurrogate(letter)
            || char.GetUnicodeCategory(letter) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    /// <summary>The ordinals of a segment whose questions can hold all of some words, ascending.</summary>
    /// <param name="segment">The segment, from 0.</param>
    /// <param name="words">The words, or parts of words.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns><see langword="null"/> where that narrows nothing: the words are too common, or the run has no such index.</returns>
    public async Task<IReadOnlyCollection<int>?> CandidatesAsync(
        int segment, IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        string[] parts = [.. words.SelectMany(PartsOf).Distinct()];
        if (parts.Length == 0 || await files.FindContentAsync(WordsName(segment), cancellationToken) is not { } content)
        {
            return null;
        }

        BitArray? candidates = null;
        var always = PlacesOf(content.Span, "")!;
        foreach (var part in parts)
        {
            if (PlacesOf(content.Span, part) is not { } places)
            {
                continue;
            }

            var ordinals = await ReadAsync(segment, [.. places, .. always], cancellationToken);
            candidates = candidates?.And(ordinals) ?? ordinals;
        }

        return candidates is null
            ? null
            : [.. Enumerable.Range(0, SegmentSize).Where(candidates.Get).Select(ordinal => (segment * SegmentSize) + ordinal)];
    }

    /// <summary>
    /// Where the ordinals of all words lie that hold a part; with an empty part, those of the questions that are candidates always.
    /// <see langword="null"/> for too many.
    /// </summary>
    private static List<(int Offset, int Length)>? PlacesOf(ReadOnlySpan<byte> file, string part)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(file);
        var words = file.Slice(sizeof(int), length);
        var table = file[(sizeof(int) + length)..];
        var places = new List<(int Offset, int Length)>();
        ReadOnlySpan<byte> sought = part.Length == 0 ? [WordMark, WordMark] : Encoding.UTF8.GetBytes(part);
        var (from, word, postings) = (0, -1, 0);
        while (words[from..].IndexOf(sought) is >= 0 and var found)
        {
            // The first byte of a match identifies the word that contains it.
            word += words.Slice(from, found).Count(WordMark) + (part.Length == 0 ? 1 : 0);
            var place = (Offset: BinaryPrimitives.ReadInt32LittleEndian(
                table[(8 * word)..]), Length: BinaryPrimitives.ReadInt32LittleEndian(table[((8 * word) + 4)..]));
            places.Add(place);
            postings += place.Length;
            if (postings > MaxPostings && part.Length > 0)
            {
                return null;
            }

            from += found + 1;
            from += words[from..].IndexOf(WordMark);
        }

        return places;
    }

    /// <summary>The ordinals at some places of the segment's file, from its first on; neighbours are read together.</summary>
    private async Task<BitArray> ReadAsync(int segment, List<(int Offset, int Length)> places, CancellationToken cancellationToken)
    {
        const int ReadAlong = 64 * 1024;
        places.Sort();
        var spans = new List<List<(int Offset, int Length)>>();
        foreach (var place in places)
        {
            if (spans.Count > 0 && place.Offset - (spans[^1][^1].Offset + spans[^1][^1].Length) <= ReadAlong)
            {
                spans[^1].Add(place);
            }
            else
            {
                spans.Add([place]);
            }
        }

        var read = await Task.WhenAll(
            spans.Select(
                span => files.FindRangeAsync(
                    PostingsName(segment), span[0].Offset, span[^1].Offset + span[^1].Length - span[0].Offset, cancellationToken)));
        var ordinals = new BitArray(SegmentSize);
        for (var i = 0; i < spans.Count; i++)
        {
            foreach (var (offset, length) in spans[i])
            {
                AddTo(ordinals, (read[i]?.Content ?? default).Span.Slice(offset - spans[i][0].Offset, length));
            }
        }

        return ordinals;
    }

    /// <summary>Ordinals as distances from the one before, seven bits to a byte, the highest bit set where more follow.</summary>
    private static void AddTo(BitArray ordinals, ReadOnlySpan<byte> postings)
    {
        var (ordinal, distance, shift) = (-1, 0, 0);
        foreach (var part in postings)
        {
            distance |= (part & 0x7F) << shift;
            if ((part & 0x80) != 0)
            {
                shift += 7;
                continue;
            }

            ordinal += distance;
            ordinals.Set(ordinal, true);
            (distance, shift) = (0, 0);
        }
    }

    /// <summary>Writes the index while questions are split; holds the words of one segment.</summary>
    internal sealed class Writer(RunStorage storage, RunId run)
    {
        private readonly Dictionary<string, Postings> _words = new(StringComparer.Ordinal);
        private readonly char[] _word = new char[MaxWordLength];
        private int _segment;

        /// <summary>Adds a question; ordinals come in order.</summary>
        public async ValueTask AddAsync(IndexedText text, CancellationToken cancellationToken)
        {
            if (text.Ordinal / SegmentSize != _segment)
            {
                await FlushAsync(cancellationToken);
                _segment = text.Ordinal / SegmentSize;
            }

            foreach (var field in (string?[])[text.Text, text.Options, text.Id, text.Topic, text.Dataset, .. text.Metadata?.Values ?? []])
            {
                Add(field, text.Ordinal);
            }
        }

        /// <summary>Writes what is left.</summary>
        public Task CompleteAsync(CancellationToken cancellationToken) => FlushAsync(cancellationToken);

        private void Add(ReadOnlySpan<char> field, int ordinal)
        {
            var lookup = _words.GetAlternateLookup<ReadOnlySpan<char>>();
            var length = 0;
            for (var at = 0; at <= field.Length; at++)
            {
                var letter = at < field.Length ? char.ToUpperInvariant(field[at]) : ' ';
                if (IsOfWord(letter))
                {
                    // A surrogate pair's capital letter, where it has one, is not found letter by letter: such a word is a candidate
                    // always.
                    length = length > MaxWordLength || char.IsSurrogate(letter) ? MaxWordLength + 1 : length + 1;
                    if (length <= MaxWordLength)
                    {
                        _word[length - 1] = letter;
                    }
                }
                else if (length > 0)
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(lookup, length > MaxWordLength ? "" : _word.AsSpan(0, length), out _)
                        .Add(ordinal % SegmentSize);
                    length = 0;
                }
            }
        }

        private async Task FlushAsync(CancellationToken cancellationToken)
        {
            if (_words.Count == 0)
            {
                return;
            }

            // The empty word, of the candidates for everything, comes first and leaves two marks side by side.
            var postings = new ArrayBufferWriter<byte>(_words.Values.Sum(static ordinals => ordinals.Length));
            var (words, table) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>(2 * sizeof(int) * _words.Count));
            foreach (var (word, ordinals) in _words.Where(static entry => entry.Key.Length == 0)
                .Concat(_words.Where(static entry => entry.Key.Length > 0)))
            {
                words.Write([WordMark]);
                words.Write(Encoding.UTF8.GetBytes(word));
                WriteNumber(table, postings.WrittenCount);
                WriteNumber(table, ordinals.Length);
                ordinals.WriteTo(postings);
            }

            words.Write([WordMark]);
            var file = new ArrayBufferWriter<byte>(sizeof(int) + words.WrittenCount + table.WrittenCount);
            WriteNumber(file, words.WrittenCount);
            file.Write(words.WrittenSpan);
            file.Write(table.WrittenSpan);
            _words.Clear();
            await storage.Blob(run, PostingsName(_segment))
                .PutAsync(BinaryData.FromBytes(postings.WrittenMemory), "application/octet-stream", cancellationToken);
            await storage.Blob(run, WordsName(_segment))
                .PutAsync(BinaryData.FromBytes(file.WrittenMemory), "application/octet-stream", cancellationToken);
        }

        private static void WriteNumber(ArrayBufferWriter<byte> file, int number)
        {
            BinaryPrimitives.WriteInt32LittleEndian(file.GetSpan(sizeof(int)), number);
            file.Advance(sizeof(int));
        }
    }

    /// <summary>The ordinals of a word, from the segment's first on. Most words come once: the first ordinal needs no array.</summary>
    private struct Postings
    {
        private byte[]? _more;
        private int _first;
        private int _last;
        private int _length;
        private bool _any;

        /// <summary>How many bytes they are.</summary>
        public readonly int Length => !_any ? 0 : LengthOf(_first + 1) + _length;

        public void Add(int ordinal)
        {
            if (!_any)
            {
                (_any, _first, _last) = (true, ordinal, ordinal);
            }
            else if (ordinal != _last)
            {
                var (distance, length) = (ordinal - _last, LengthOf(ordinal - _last));
                if (_more is null || _length + length > _more.Length)
                {
                    Array.Resize(ref _more, Math.Max(4, 2 * _length));
                }

                Write(_more.AsSpan(_length), distance);
                _length += length;
                _last = ordinal;
            }
        }

        public readonly void WriteTo(ArrayBufferWriter<byte> file)
        {
            var length = LengthOf(_first + 1);
            Write(file.GetSpan(length), _first + 1);
            file.Advance(length);
            file.Write(_more.AsSpan(0, _length));
        }

        private static int LengthOf(int distance) => distance < 0x80 ? 1 : distance < 0x4000 ? 2 : 3;

        private static void Write(Span<byte> bytes, int distance)
        {
            var at = 0;
            for (; distance >= 0x80; distance >>= 7)
            {
                bytes[at++] = (byte)((distance & 0x7F) | 0x80);
            }

            bytes[at] = (byte)distance;
        }
    }
}
