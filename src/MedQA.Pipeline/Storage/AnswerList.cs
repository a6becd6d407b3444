using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MedQA.Pipeline.Reading;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// The answers of a result that pass a filter, as lists show them: <c>index/{filter}.jsonl</c> has a line for each in the order of the ordinals, with the beginning of its
/// question, and <c>index/{filter}.list</c> for each four bytes of ordinal and eight of where its line begins, little-endian. So a page is two reads, however long the list
/// and however few of the run's questions are in it.
/// </summary>
internal sealed class AnswerList(RunStorage storage, RunId run, AnswerFilter filter)
{
    /// <summary>The length of an entry of the file of places.</summary>
    public const int Entry = sizeof(int) + sizeof(long);

    /// <summary>So many rows between two wanted ones are read along: cheaper than asking again.</summary>
    private const int ReadAlong = 256;

    /// <summary>So many stretches are looked up one by one; for more, the file of places is read whole.</summary>
    private const int MostApart = 8;

    private readonly string _name = NameOf(filter);

    /// <summary>The file of places.</summary>
    public static string PlacesName(AnswerFilter filter) => $"{NameOf(filter)}.list";

    /// <summary>The file of rows.</summary>
    public static string RowsName(AnswerFilter filter) => $"{NameOf(filter)}.jsonl";

    /// <summary>A part of the list.</summary>
    /// <param name="skip">Rows before it.</param>
    /// <param name="take">Its rows, at most.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns>The rows, the ordinal of the next one where there is one, and the length of the whole list; <see langword="null"/> where there is no such list.</returns>
    public async Task<(List<AnswerRow> Rows, int? Next, int Length)?> ReadAsync(int skip, int take, CancellationToken cancellationToken)
    {
        if (await ReadPlacesAsync(skip, take + 1, cancellationToken) is not var (places, length))
        {
            return null;
        }

        if (places.Count == 0)
        {
            return ([], null, length);
        }

        var next = places.Count > take ? places[take] : default((int Ordinal, long At)?);
        return (await ReadRowsAsync(places[0].At, next?.At, null, cancellationToken), next?.Ordinal, length);
    }

    /// <summary>The ordinals of the list, ascending; <see langword="null"/> where there is no such list.</summary>
    public async Task<int[]?> OrdinalsAsync(CancellationToken cancellationToken) =>
        await ReadPlacesAsync(0, null, cancellationToken) is var (places, _) ? [.. places.Select(static place => place.Ordinal)] : null;

    /// <summary>Rows of the list by their ordinals; those that are not in it are left out.</summary>
    /// <param name="ordinals">Ascending.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task<List<AnswerRow>> FindAsync(IReadOnlyList<int> ordinals, CancellationToken cancellationToken)
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
        var parts = spans.Count <= MostApart
            ? await Task.WhenAll(spans.Select(async span => await ReadStretchAsync(await FindPlacesAsync(span.First, span.Last, cancellationToken), span)))
            : await AllAsync();
        return [.. parts.SelectMany(static part => part)];

        async Task<List<AnswerRow>[]> AllAsync()
        {
            var all = await ReadPlacesAsync(0, null, cancellationToken) is var (places, _) ? places : [];
            return await Task.WhenAll(spans.Select(span => ReadStretchAsync(all, span)));
        }

        async Task<List<AnswerRow>> ReadStretchAsync(List<(int Ordinal, long At)> places, (int First, int Last) span)
        {
            // Of what is read along, only what was asked for is looked at.
            var (begin, end) = (PlaceOf(places, span.First), PlaceOf(places, span.Last + 1));
            var lines = places[begin..end].Where(place => wanted.Contains(place.Ordinal)).Select(static place => place.At).ToHashSet();
            return lines.Count == 0 ? [] : await ReadRowsAsync(places[begin].At, end < places.Count ? places[end].At : null, lines, cancellationToken);
        }
    }

    /// <summary>The whole list, read as a stream; nothing where there is no such list.</summary>
    public async IAsyncEnumerable<AnswerRow> AllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await storage.Blob(run, RowsName(filter)).FindStreamAsync(cancellationToken) is not { } blob)
        {
            yield break;
        }

        await using var content = blob.Content;
        await foreach (var line in JsonLines.ReadAsync(content, cancellationToken))
        {
            if (BlobReading.ParseLine(line.Content, PipelineJson.Compact.AnswerRow) is { } row)
            {
                yield return row;
            }
        }
    }

    /// <summary>Whether there is such a list.</summary>
    public async Task<bool> ExistsAsync(CancellationToken cancellationToken) => await storage.Blob(run, PlacesName(filter)).ExistsAsync(cancellationToken);

    /// <summary>The places of a range of ordinals, and the next one. In a list that leaves nothing out each ordinal is its own place; that is tried first.</summary>
    private async Task<List<(int Ordinal, long At)>> FindPlacesAsync(int first, int last, CancellationToken cancellationToken)
    {
        var near = await ReadPlacesAsync(first, last - first + 2, cancellationToken) is var (places, _) ? places : [];
        return near.Count > last - first && near[0].Ordinal == first && near[last - first].Ordinal == last ? near
            : await ReadPlacesAsync(0, null, cancellationToken) is var (all, _) ? all : [];
    }

    /// <summary>The first place whose ordinal is at least so great.</summary>
    private static int PlaceOf(List<(int Ordinal, long At)> places, int ordinal)
    {
        var place = places.BinarySearch((ordinal, -1));
        return place < 0 ? ~place : place;
    }

    private static string NameOf(AnswerFilter filter) => $"index/{char.ToLowerInvariant(filter.ToString()[0])}{filter.ToString()[1..]}";

    private async Task<(List<(int Ordinal, long At)> Places, int Length)?> ReadPlacesAsync(int skip, int? take, CancellationToken cancellationToken)
    {
        if (await OrdinalIndex.ReadPartAsync(storage.Blob(run, $"{_name}.list"), (long)skip * Entry, (long?)take * Entry, cancellationToken) is not var (bytes, length))
        {
            return null;
        }

        var places = new List<(int Ordinal, long At)>(bytes.Length / Entry);
        for (var at = 0; at + Entry <= bytes.Length; at += Entry)
        {
            places.Add((BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at)), BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at + sizeof(int)))));
        }

        return (places, (int)(length / Entry));
    }

    /// <param name="from">Where the first line begins.</param>
    /// <param name="to">Where the line behind the last begins; <see langword="null"/> for the end.</param>
    /// <param name="only">Where the wanted lines begin; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    private async Task<List<AnswerRow>> ReadRowsAsync(long from, long? to, HashSet<long>? only, CancellationToken cancellationToken)
    {
        var bytes = await OrdinalIndex.ReadRangeAsync(storage.Blob(run, $"{_name}.jsonl"), from, to - from, cancellationToken) ?? [];
        var rows = new List<AnswerRow>();
        using var lines = new MemoryStream(bytes, writable: false);
        await foreach (var line in JsonLines.ReadAsync(lines, cancellationToken))
        {
            if (only?.Contains(from + line.Offset) != false && BlobReading.ParseLine(line.Content, PipelineJson.Compact.AnswerRow) is { } row)
            {
                rows.Add(row);
            }
        }

        return rows;
    }
}

/// <summary>Writes an <see cref="AnswerList"/>, row by row.</summary>
internal sealed class AnswerListWriter(RunStorage storage, RunId run, AnswerFilter filter)
{
    private const int BlockLength = 1024 * 1024;

    private readonly BlobWriter _rows = new(storage.Blob(run, AnswerList.RowsName(filter)), "application/x-ndjson", BlockLength);
    private readonly BlobWriter _places = new(storage.Blob(run, AnswerList.PlacesName(filter)), "application/octet-stream", BlockLength);
    private readonly byte[] _place = new byte[AnswerList.Entry];
    private long _at;

    /// <summary>Adds a row, if it passes the list's filter.</summary>
    /// <param name="row">The row.</param>
    /// <param name="line">The row as JSON with a line feed behind it.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async ValueTask AddAsync(AnswerRow row, ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        if (!filter.Passes(row))
        {
            return;
        }

        BinaryPrimitives.WriteInt32LittleEndian(_place, row.Ordinal);
        BinaryPrimitives.WriteInt64LittleEndian(_place.AsSpan(sizeof(int)), _at);
        _at += line.Length;
        await _places.WriteAsync(_place, cancellationToken);
        await _rows.WriteAsync(line, cancellationToken);
    }

    /// <summary>Makes the list whole; places last, since they say that it is there.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await _rows.CompleteAsync(cancellationToken);
        await _places.CompleteAsync(cancellationToken);
    }
}
