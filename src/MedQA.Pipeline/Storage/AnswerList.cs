using System.Buffers.Binary;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// The answers of a result that pass a filter, as lists show them: <c>index/{filter}.jsonl</c> has a line for each in the order of the
/// ordinals, with the beginning of its question, and <c>index/{filter}.list</c> for each four bytes of ordinal and eight of where its line
/// begins, little-endian. So a page is two reads, however long the list and however few of the run's questions are in it.
/// </summary>
internal sealed class AnswerList(ResultFiles files, AnswerFilter filter)
{
    /// <summary>Reads a list from storage.</summary>
    public AnswerList(RunStorage storage, RunId run, AnswerFilter filter)
        : this(new ResultFiles(storage, run), filter)
    {
    }

    /// <summary>The length of an entry of the file of places.</summary>
    public const int Entry = sizeof(int) + sizeof(long);

    /// <summary>So many places between two wanted ones are read along: cheaper than asking again.</summary>
    private const int PlacesAlong = 256;

    /// <summary>So many bytes of rows between two wanted ones are read along.</summary>
    private const int BytesAlong = 128 * 1024;

    /// <summary>So many stretches are looked up one by one; for more, the file of places is read whole.</summary>
    private const int MaxApart = 8;

    private readonly string _name = NameOf(filter);

    /// <summary>The file of places.</summary>
    public static string PlacesName(AnswerFilter filter) => $"{NameOf(filter)}.list";

    /// <summary>The file of rows.</summary>
    public static string RowsName(AnswerFilter filter) => $"{NameOf(filter)}.jsonl";

    /// <summary>A part of the list.</summary>
    /// <param name="skip">Rows before it.</param>
    /// <param name="take">Its rows, at most.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns>The rows, the ordinal of the next one where there is one, and the length of the whole list; <see langword="null"/> where
    /// there is no such list.</returns>
    public async Task<(List<AnswerRow> Rows, int? Next, int Length)?> ReadAsync(int skip, int take, CancellationToken cancellationToken)
    {
        if (await ReadPlacesAsync(skip, take + 1, cancellationToken) is not var (places, length))
        {
            return null;
        }

        var end = Math.Min(take, places.Count);
        return (await ReadRowsAsync(places, 0, end, null, cancellationToken), end < places.Count ? places[end].Ordinal : null, length);
    }

    /// <summary>The ordinals of the list, ascending; <see langword="null"/> where there is no such list.</summary>
    public async Task<int[]?> OrdinalsAsync(CancellationToken cancellationToken) =>
        await ReadPlacesAsync(0, null, cancellationToken) is var (places, _) ? [.. places.Select(static place => place.Ordinal)] : null;

    /// <summary>Rows of the list by their ordinals; those that are not in it are left out.</summary>
    /// <param name="ordinals">Ascending.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task<List<AnswerRow>> FindAsync(IReadOnlyList<int> ordinals, CancellationToken cancellationToken)
    {
        var spans = new List<List<int>>();
        foreach (var ordinal in ordinals)
        {
            if (spans.Count > 0 && ordinal - spans[^1][^1] <= PlacesAlong)
            {
                spans[^1].Add(ordinal);
            }
            else
            {
                spans.Add([ordinal]);
            }
        }

        var wanted = ordinals.ToHashSet();
        var parts = await Task.WhenAll(spans.Count <= MaxApart
            ? spans.Select(async span => await ReadStretchesAsync(await FindPlacesAsync(span[0], span[^1], cancellationToken), span))
            : [ReadStretchesAsync(await ReadPlacesAsync(0, null, cancellationToken) is var (all, _) ? all : [], ordinals)]);
        return [.. parts.SelectMany(static part => part)];

        async Task<IEnumerable<AnswerRow>> ReadStretchesAsync(List<(int Ordinal, long At)> places, IEnumerable<int> ofThese) =>
            (await Task.WhenAll(
                Stretches(places, ofThese)
                    .Select(stretch => ReadRowsAsync(places, stretch.Begin, stretch.End, wanted, cancellationToken)))).SelectMany(
                        static rows => rows);
    }

    /// <summary>The whole list, read as a stream; nothing where there is no such list.</summary>
    public IAsyncEnumerable<AnswerRow> AllAsync(CancellationToken cancellationToken) =>
        files.Blob(RowsName(filter)).ReadLinesAsync(PipelineJson.Compact.AnswerRow, cancellationToken);

    /// <summary>Whether there is such a list.</summary>
    public async Task<bool> ExistsAsync(CancellationToken cancellationToken) =>
        await files.Blob(PlacesName(filter)).ExistsAsync(cancellationToken);

    /// <summary>
    /// The places of a range of ordinals, and the next one. In a list that leaves nothing out each ordinal is its own place; that is tried
    /// first.
    /// </summary>
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

    private async Task<(List<(int Ordinal, long At)> Places, int Length)?> ReadPlacesAsync(
        int skip, int? take, CancellationToken cancellationToken)
    {
        if (await files.FindRangeAsync($"{_name}.list", (long)skip * Entry, (long?)take * Entry, cancellationToken)
            is not var (bytes, length))
        {
            return null;
        }

        var places = new List<(int Ordinal, long At)>(bytes.Length / Entry);
        for (var at = 0; at + Entry <= bytes.Length; at += Entry)
        {
            places.Add(
                (BinaryPrimitives.ReadInt32LittleEndian(bytes.Span[at..]),
                    BinaryPrimitives.ReadInt64LittleEndian(bytes.Span[(at + sizeof(int))..])));
        }

        return (places, (int)(length / Entry));
    }

    /// <summary>The parts of the list that are read at once for the ordinals that are in it.</summary>
    private static List<(int Begin, int End)> Stretches(List<(int Ordinal, long At)> places, IEnumerable<int> ordinals)
    {
        var stretches = new List<(int Begin, int End)>();
        foreach (var ordinal in ordinals)
        {
            var place = PlaceOf(places, ordinal);
            if (place == places.Count || places[place].Ordinal != ordinal)
            {
                continue;
            }

            if (stretches.Count > 0 && places[place].At - places[stretches[^1].End].At <= BytesAlong)
            {
                stretches[^1] = (stretches[^1].Begin, place + 1);
            }
            else
            {
                stretches.Add((place, place + 1));
            }
        }

        return stretches;
    }

    /// <param name="places">Places of the list, with the next one behind those of the rows where there is one.</param>
    /// <param name="begin">The place of the first row.</param>
    /// <param name="end">The place behind the last one.</param>
    /// <param name="only">The ordinals that are wanted of what is read; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    private async Task<List<AnswerRow>> ReadRowsAsync(
        List<(int Ordinal, long At)> places, int begin, int end, HashSet<int>? only, CancellationToken cancellationToken)
    {
        var rows = new List<AnswerRow>();
        if (begin == end)
        {
            return rows;
        }

        var from = places[begin].At;
        var found = await files.Blob($"{_name}.jsonl").FindRangeAsync(
            from, end < places.Count ? places[end].At - from : null, cancellationToken);
        var bytes = found?.Content ?? [];
        for (var place = begin; place < end; place++)
        {
            var (at, behind) =
                ((int)(places[place].At - from), place + 1 < places.Count ? (int)(places[place + 1].At - from) : bytes.Length);
            if (behind <= bytes.Length
                && only?.Contains(places[place].Ordinal) != false
                && BlobReading.ParseLine(bytes.AsMemory(at, behind - at), PipelineJson.Compact.AnswerRow) is { } row)
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
