using MedQA.Evaluation.Answering;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// The rows of answers: ten thousand ordinals to a partition, so that a page is one call and writing spreads over the table's servers.
/// </summary>
internal sealed class AnswerRows(RunStorage storage)
{
    /// <summary>Ordinals of a partition.</summary>
    public const int PartitionSize = 10_000;

    private const int MaxPage = 1_000;

    private static readonly StoredColumns<StoredAnswerRow> Columns = new()
    {
        { "Id", static row => row.Id, static (row, value) => row with { Id = value } },
        { "Dataset", static row => row.Dataset, static (row, value) => row with { Dataset = value } },
        { "Topic", static row => row.Topic, static (row, value) => row with { Topic = value } },
        { "Options", static row => row.Options, static (row, value) => row with { Options = value } },
        { "Gold", static row => row.Gold, static (row, value) => row with { Gold = value } },
        { "Answer", static row => row.Answer, static (row, value) => row with { Answer = value } },
        { "Correct", static row => row.Correct, static (row, value) => row with { Correct = value } },
        { "Agreement", static row => row.Agreement, static (row, value) => row with { Agreement = value } },
        { "ForcedVotes", static row => row.ForcedVotes, static (row, value) => row with { ForcedVotes = value } },
        { "Tie", static row => row.Tie, static (row, value) => row with { Tie = value } },
        { "Samples", static row => row.Samples, static (row, value) => row with { Samples = value } },
        { "PromptTokens", static row => row.PromptTokens, static (row, value) => row with { PromptTokens = value } },
        { "GeneratedTokens", static row => row.GeneratedTokens, static (row, value) => row with { GeneratedTokens = value } },
        { "Seconds", static row => row.Seconds, static (row, value) => row with { Seconds = value } },
        { "Failure", static row => row.Failure, static (row, value) => row with { Failure = value } },
        { "Batch", static row => row.Batch, static (row, value) => row with { Batch = value } },
        { "Offset", static row => row.Offset, static (row, value) => row with { Offset = value } },
        { "SeveralRight", static row => row.SeveralRight, static (row, value) => row with { SeveralRight = value } },
        { "Length", static row => row.Length, static (row, value) => row with { Length = value } },
    };

    private readonly StoredTable _table = new(storage.AnswerTable);

    /// <summary>The row of an answer.</summary>
    public static StoredAnswerRow RowOf(AnsweredQuestion answered, BatchId batch, long offset, int length) => new()
    {
        Ordinal = answered.Ordinal,
        Id = answered.Id,
        Dataset = answered.Dataset,
        Topic = answered.Topic,
        Options = answered.OptionCount,
        Gold = answered.RightOptions?.ToString(),
        Answer = answered.ChosenOptions?.ToString(),
        SeveralRight = answered.SeveralRight ? true : null,
        Correct = answered.Correct,
        Agreement = answered.Agreement,
        ForcedVotes = answered.ForcedVotes,
        Tie = answered.Tie,
        Samples = answered.SamplesAsked,
        PromptTokens = answered.PromptTokens,
        GeneratedTokens = answered.GeneratedTokens,
        Seconds = answered.Seconds,
        Failure = answered.Failure?.Code,
        Batch = batch.ToString(),
        Offset = offset,
        Length = length,
    };

    /// <summary>Writes rows, in the order of their ordinals; what stood at the same ordinals is replaced.</summary>
    public async Task WriteAsync(RunId run, IReadOnlyList<StoredAnswerRow> rows, CancellationToken cancellationToken)
    {
        foreach (var partition in rows.GroupBy(static row => row.Ordinal / PartitionSize))
        {
            await _table.PutAllAsync(partition.Select(row => ToRow(run, row)), cancellationToken);
        }
    }

    /// <summary>The row of an ordinal, or <see langword="null"/> while it is not collected.</summary>
    public async Task<StoredAnswerRow?> FindAsync(RunId run, int ordinal, CancellationToken cancellationToken) =>
        await _table.FindAsync(PartitionOf(run, ordinal), KeyOf(ordinal), cancellationToken) is { } row ? From(row) : null;

    /// <summary>Rows from an ordinal on, in order; ordinals that are not collected yet are left out.</summary>
    /// <param name="run">The run.</param>
    /// <param name="from">The first ordinal.</param>
    /// <param name="questions">The run's number of questions.</param>
    /// <param name="pageSize">How many rows to ask for in a call: as many as are wanted, at most 1,000 are used.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async IAsyncEnumerable<StoredAnswerRow> FromAsync(
        RunId run,
        int from,
        int questions,
        int pageSize,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var ordinal = from; ordinal < questions; ordinal = ((ordinal / PartitionSize) + 1) * PartitionSize)
        {
            var rows = _table.QueryAsync(
                $"PartitionKey eq {PartitionOf(run, ordinal)} and RowKey ge {KeyOf(ordinal)}",
                cancellationToken,
                Math.Clamp(pageSize, 1, MaxPage));
            await foreach (var entity in rows)
            {
                yield return From(entity);
            }
        }
    }

    /// <summary>Removes all rows of a run.</summary>
    public async Task DeleteAsync(RunId run, int questions, CancellationToken cancellationToken)
    {
        for (var ordinal = 0; ordinal < questions; ordinal += PartitionSize)
        {
            await _table.DeletePartitionAsync(PartitionOf(run, ordinal), cancellationToken);
        }
    }

    private static string PartitionOf(RunId run, int ordinal) => $"{run}|{ordinal / PartitionSize}";

    private static string KeyOf(int ordinal) => $"{ordinal:D8}";

    private static StoredRow ToRow(RunId run, StoredAnswerRow row)
    {
        var entity = new StoredRow(PartitionOf(run, row.Ordinal), KeyOf(row.Ordinal));
        Columns.Write(entity, row);
        return entity;
    }

    private static StoredAnswerRow From(StoredRow entity) => Columns.Read(
        entity,
        Activator.CreateInstance<StoredAnswerRow>() with
        {
            Ordinal = int.Parse(entity.Key, System.Globalization.CultureInfo.InvariantCulture),
        });
}

/// <summary>A row of an answer with the place of the answer itself.</summary>
internal sealed record StoredAnswerRow : AnswerRow
{
    /// <summary>The blob of the batch that answered it, for the reasonings.</summary>
    public string Batch { get; init; } = "";

    /// <summary>Where in that blob its line begins, in bytes.</summary>
    public long Offset { get; init; }

    /// <summary>The line's length in bytes, the line feed left out.</summary>
    public int Length { get; init; }

    /// <summary>The retry of the run that answered it; 0 for the first time.</summary>
    public int Retry => BatchId.TryParse(Batch, out var batch) ? batch.Retry : 0;
}
