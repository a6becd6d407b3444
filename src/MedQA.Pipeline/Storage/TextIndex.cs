using System.Buffers.Binary;
using MedQA.Evaluation.Questions;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// The texts of a run's questions for lists and for a search: one JSON line each in the order of the ordinals, and a file of where each
/// line begins (eight bytes each, little-endian; one more at the end, where the last line ends), so that a page reads its own lines only.
/// </summary>
internal sealed class TextIndex(ResultFiles files)
{
    /// <summary>The file of texts.</summary>
    public const string TextsName = "index/text.jsonl";

    /// <summary>The file of where they begin.</summary>
    public const string OffsetsName = "index/text.bin";

    /// <summary>So many lines between two wanted ones are read along: cheaper than asking again.</summary>
    private const int ReadAlong = 128;

    private const int OffsetEntry = sizeof(long);

    /// <summary>The file of where lines begin.</summary>
    public static BinaryData OfOffsets(IReadOnlyList<long> offsets)
    {
        var bytes = new byte[offsets.Count * OffsetEntry];
        for (var i = 0; i < offsets.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * OffsetEntry), offsets[i]);
        }

        return BinaryData.FromBytes(bytes);
    }

    /// <summary>The texts of some questions; those without one are left out.</summary>
    /// <param name="ordinals">Ascending.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task<IReadOnlyDictionary<int, IndexedText>> ReadAsync(
        IReadOnlyList<int> ordinals, CancellationToken cancellationToken)
    {
        var spans = new List<(int First, int Last)>();
        foreach (var ordinal in ordinals)
        {
            if (spans.Count > 0 && ordinal - spans[^1].Last <= ReadAlong)
            {
                spans[^1] = (spans[^1].First, ordinal);
            }
            else
            {
                spans.Add((ordinal, ordinal));
            }
        }

        var wanted = ordinals.ToHashSet();
        var texts = await Task.WhenAll(spans.Select(span => ReadAsync(span.First, span.Last, wanted, cancellationToken)));
        return texts.SelectMany(static part => part).ToDictionary(static text => text.Ordinal);
    }

    /// <summary>Every text of the run in order, from an ordinal on.</summary>
    public async IAsyncEnumerable<IndexedText> FromAsync(
        int first, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte>? offset = first == 0
            ? default(ReadOnlyMemory<byte>)
            : (await files.FindRangeAsync(OffsetsName, (long)first * OffsetEntry, OffsetEntry, cancellationToken))?.Content;
        if (offset is not { Length: 0 or OffsetEntry } found)
        {
            yield break;
        }

        var from = found.Length == 0 ? 0 : BinaryPrimitives.ReadInt64LittleEndian(found.Span);
        await foreach (var text in files.Blob(TextsName)
            .ReadLinesAsync(PipelineJson.Compact.IndexedText, cancellationToken, from))
        {
            yield return text;
        }
    }

    private async Task<List<IndexedText>> ReadAsync(
        int first, int last, HashSet<int> wanted, CancellationToken cancellationToken)
    {
        var texts = new List<IndexedText>();
        var found = await files.FindRangeAsync(
            OffsetsName, (long)first * OffsetEntry, (last - first + 2L) * OffsetEntry, cancellationToken);
        if (found is not var (offsets, _) || offsets.Length < 2 * OffsetEntry)
        {
            return texts;
        }

        var from = BinaryPrimitives.ReadInt64LittleEndian(offsets.Span);
        var to = BinaryPrimitives.ReadInt64LittleEndian(offsets.Span[^OffsetEntry..]);
        var read = await files.Blob(TextsName).FindRangeAsync(from, to - from, cancellationToken);
        using var lines = new MemoryStream(read?.Content ?? [], writable: false);
        var ordinal = first;
        await foreach (var line in JsonLines.ReadAsync(lines, cancellationToken))
        {
            // Each ordinal has its line; of what is read along, only what was asked for is looked at.
            if (wanted.Contains(ordinal++) && BlobReading.ParseLine(line.Content, PipelineJson.Compact.IndexedText) is { } text)
            {
                texts.Add(text);
            }
        }

        return texts;
    }
}

/// <summary>A line of the index: where a search for words looks.</summary>
internal sealed record IndexedText(int Ordinal, string Id, string Dataset, string? Topic, string Text, string? Options)
{
    /// <summary>The question's metadata; <see langword="null"/> if it has none.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    private const int Shown = 300;

    /// <summary>The beginning of the text, for lists.</summary>
    public string Beginning => BeginningOf(Text);

    /// <summary>The beginning of a question's text, for lists.</summary>
    public static string BeginningOf(string text) =>
        text.Length <= Shown ? text : $"{text.AsSpan(0, char.IsHighSurrogate(text[Shown - 1]) ? Shown - 1 : Shown)}…";

    /// <summary>The line of a question.</summary>
    public static IndexedText Of(int ordinal, Question question) =>
        new(ordinal, question.Id, question.Dataset, question.Topic, question.Text, question.Options.IsEmpty
            ? null
            : string.Join('\n', question.Options))
        {
            Metadata = question.Metadata
        };

    /// <summary>Whether it contains every word, in any case.</summary>
    public bool HasAll(ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (!Has(Text, word) && !Has(Options, word) && !Has(Id, word) && !Has(Topic, word) && !Has(Dataset, word)
                && Metadata?.Values.Any(value => Has(value, word)) != true)
            {
                return false;
            }
        }

        return true;
    }

    private static bool Has(string? text, string word) => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true;
}
