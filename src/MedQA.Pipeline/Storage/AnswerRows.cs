using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Questions;
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

    private readonly StoredTable _table = new(storage.AnswerTable);

    /// <summary>The row of an answer.</summary>
    public static StoredAnswerRow RowOf(AnsweredQuestion answered, BatchId batch, long offset, int length) => new()
    {
        Ordinal = answered.Ordinal,
        Id = answered.Id,
        Dataset = answered.Dataset,
        Topic = answered.Topic,
        Options = answered.OptionCount,
        Gold = LetterOf(answered.Gold),
        Answer = LetterOf(answered.Answer),
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
    public async IAsyncEnumerable<AnswerRow> FromAsync(
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

    private static char? LetterOf(int? option) => option is { } index ? OptionLetter.Of(index) : null;

    private static StoredRow ToRow(RunId run, StoredAnswerRow row)
    {
        var entity = new StoredRow(PartitionOf(run, row.Ordinal), KeyOf(row.Ordinal))
        {
            ["Id"] = row.Id,
            ["Dataset"] = row.Dataset,
            ["Options"] = row.Options,
            ["Agreement"] = row.Agreement,
            ["ForcedVotes"] = row.ForcedVotes,
            ["Tie"] = row.Tie,
            ["Samples"] = row.Samples,
            ["PromptTokens"] = row.PromptTokens,
            ["GeneratedTokens"] = row.GeneratedTokens,
            ["Seconds"] = row.Seconds,
            ["Batch"] = row.Batch,
            ["Offset"] = row.Offset,
            ["Length"] = row.Length,
        };
        foreach (var (column, value) in ((string, object?)[])
            [
                ("Topic", row.Topic),
                ("Gold", row.Gold?.ToString()),
                ("Answer", row.Answer?.ToString()),
                ("Correct", row.Correct),
                ("Failure", row.Failure)
            ])
        {
            entity.SetWhereKnown(column, value);
        }

        return entity;
    }

    private static StoredAnswerRow From(StoredRow entity) => new()
    {
        Ordinal = int.Parse(entity.Key, System.Globalization.CultureInfo.InvariantCulture),
        Id = entity.GetString("Id"),
        Dataset = entity.GetString("Dataset"),
        Topic = entity.GetString("Topic"),
        Options = entity.GetInt32("Options") ?? 0,
        Gold = entity.GetString("Gold")?[0],
        Answer = entity.GetString("Answer")?[0],
        Correct = entity.GetBoolean("Correct"),
        Agreement = entity.GetDouble("Agreement") ?? 0,
        ForcedVotes = entity.GetInt32("ForcedVotes") ?? 0,
        Tie = entity.GetBoolean("Tie") ?? false,
        Samples = entity.GetInt32("Samples") ?? 0,
        PromptTokens = entity.GetInt32("PromptTokens") ?? 0,
        GeneratedTokens = entity.GetInt32("GeneratedTokens") ?? 0,
        Seconds = entity.GetDouble("Seconds") ?? 0,
        Failure = entity.GetString("Failure"),
        Batch = entity.GetString("Batch"),
        Offset = entity.GetInt64("Offset") ?? 0,
        Length = entity.GetInt32("Length") ?? 0,
    };
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
}
