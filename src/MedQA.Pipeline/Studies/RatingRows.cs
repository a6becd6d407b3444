using System.Globalization;
using System.Runtime.CompilerServices;
using MedQA.Evaluation;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Studies;

/// <summary>
/// The table of ratings. A rater's partition holds the rater's own row and a row per click. Clicks are written together with a change of
/// the rater's row as it was read, in one transaction: once the rater
/// has ended or is deleted, no click can come after. A removal is marked in that row first, so that it
/// can be resumed: <see cref="UnfinishedRemovalsAsync"/>.
/// </summary>
/// <param name="storage">The storage.</param>
internal sealed class RatingRows(RunStorage storage)
{
    /// <summary>The most clicks of a call: a transaction has 100 rows, and one is the rater's.</summary>
    public const int MaxClicks = 99;

    private const string ClickPrefix = "click-";
    private const string BehindClicks = "click.";

    /// <summary>Says in a rater's row that the rater is being deleted.</summary>
    private const string Deleting = "Deleting";

    private static readonly StoredColumns<RatingClick> Columns = new()
    {
        { "Place", static click => click.Place, static (click, value) => click with { Place = value } },
        {
            "Kind",
            static click => click.Kind.ToString(),
            static (click, value) => click with { Kind = EnumNames.Stored<ClickKind>(value) }
        },
        { "Axis", static click => click.Axis, static (click, value) => click with { Axis = value } },
        { "Choice", static click => click.Choice, static (click, value) => click with { Choice = value } },
        { "Comment", static click => click.Comment, static (click, value) => click with { Comment = value } },
        { "Skipped", static click => click.Skipped, static (click, value) => click with { Skipped = value } },
        { "Seconds", static click => click.Seconds, static (click, value) => click with { Seconds = value } },
        { "Received", static click => click.Received, static (click, value) => click with { Received = value } },
    };

    private readonly StoredTable _table = StoredTable.OfRatings(storage);

    /// <summary>Returns the rater, or <see langword="null"/> if there is none of that name.</summary>
    public async Task<Rater?> FindAsync(StudyId study, string rater, CancellationToken cancellationToken) =>
        await _table.FindAsync(PartitionOf(study, rater), Rater.RowKey, cancellationToken) is { } row
            && row.GetBoolean(Deleting) is not true
            ? Rater.From(rater, row)
            : null;

    /// <summary>Writes a rater of a study that is being made.</summary>
    public Task CreateAsync(StudyId study, Rater rater, CancellationToken cancellationToken) =>
        _table.PutAsync(rater.ToRow(PartitionOf(study, rater.Name)), cancellationToken);

    /// <summary>Writes a rater that there may be already, who then stays unchanged.</summary>
    public Task TryAddRaterAsync(StudyId study, Rater rater, CancellationToken cancellationToken) =>
        _table.TryAddAsync(rater.ToRow(PartitionOf(study, rater.Name)), cancellationToken);

    /// <summary>Returns the names of a study's judges, those that are being deleted included, in order.</summary>
    public IAsyncEnumerable<string> JudgesAsync(StudyId study, CancellationToken cancellationToken)
    {
        var (first, behind) = ($"{study}-j", $"{study}-k");
        return _table.QueryAsync(
            $"RowKey eq {Rater.RowKey} and PartitionKey gt {first} and PartitionKey lt {behind}",
            cancellationToken,
            columns: ["PartitionKey", "RowKey"]).Select(row => row.Partition[(first.Length - 1)..]);
    }

    /// <summary>Whether there is a click at a place of a rater's queue.</summary>
    public async Task<bool> HasClickAsync(StudyId study, string rater, int place, CancellationToken cancellationToken)
    {
        var partition = PartitionOf(study, rater);
        return await _table.QueryAsync(
            $"PartitionKey eq {partition} and RowKey gt {ClickPrefix} and RowKey lt {BehindClicks} and Place eq {place}",
            cancellationToken,
            columns: ["PartitionKey", "RowKey"]).AnyAsync(cancellationToken);
    }

    /// <summary>Writes a changed rater.</summary>
    /// <returns>Whether it was written; otherwise the row was changed or removed since it was read.</returns>
    public async Task<bool> TryUpdateAsync(StudyId study, Rater rater, CancellationToken cancellationToken) =>
        await _table.TryReplaceAsync(rater.ToRow(PartitionOf(study, rater.Name)), rater.ETag, cancellationToken) is not null;

    /// <summary>Adds clicks; existing ones are unchanged.</summary>
    /// <returns>Whether they were added; otherwise the rater was changed or removed since the row was read.</returns>
    public Task<bool> TryAddAsync(StudyId study, Rater rater, IReadOnlyCollection<RatingClick> clicks,
        CancellationToken cancellationToken)
    {
        var partition = PartitionOf(study, rater.Name);
        var touched = new StoredRow(partition, Rater.RowKey) { ["LastClick"] = clicks.Max(static click => click.Received) };
        return _table.TrySubmitAsync(
            clicks.Select(click => RowChange.Put(ToRow(partition, click))).Prepend(RowChange.Merge(touched, rater.ETag)),
            cancellationToken);
    }

    /// <summary>Every click of a rater, in the order in which they were made.</summary>
    public IAsyncEnumerable<RatingClick> ClicksAsync(StudyId study, string rater, CancellationToken cancellationToken) =>
        // A click whose client's clock is ahead gets the moment at which it is received: sent again, it is stored again.
        _table.QueryAsync(ClicksOf(PartitionOf(study, rater)), cancellationToken).Select(From).DistinctBy(static click => click.Id);

    /// <summary>
    /// Removes a rater: marks the rater's own row, so that nothing is added, then removes the clicks, and that row last. Repeating it
    /// resumes an interrupted removal.
    /// </summary>
    public Task DeleteAsync(StudyId study, string rater, CancellationToken cancellationToken) =>
        DeleteAsync(PartitionOf(study, rater), cancellationToken);

    /// <summary>Removes the clicks of a rater who stays.</summary>
    public Task DeleteClicksAsync(StudyId study, string rater, CancellationToken cancellationToken) =>
        _table.DeleteAllAsync(ClicksOf(PartitionOf(study, rater)), cancellationToken);

    /// <summary>What raters who withdrew or were deleted may have left behind, where that was cut off.</summary>
    /// <returns>For each rater the study's name, and what removes the rest.</returns>
    public async IAsyncEnumerable<(string Study, Func<Task> FinishAsync)> UnfinishedRemovalsAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (withdrawn, deleting) = (nameof(RaterState.Withdrawn), true);
        var rows = _table.QueryAsync(
            $"RowKey eq {Rater.RowKey} and (State eq {withdrawn} or Deleting eq {deleting})",
            cancellationToken,
            columns: ["PartitionKey", "RowKey", Deleting]);
        await foreach (var row in rows)
        {
            var (partition, isDeleted) = (row.Partition, row.GetBoolean(Deleting) is true);
            yield return (partition.Split('-')[0], () => isDeleted ? DeleteAsync(partition, cancellationToken)
                : _table.DeleteAllAsync(ClicksOf(partition), cancellationToken));
        }
    }

    private async Task DeleteAsync(string partition, CancellationToken cancellationToken)
    {
        // Where the row was removed before: versions that removed this row first may have left clicks.
        await _table.TryMergeAsync(new StoredRow(partition, Rater.RowKey) { [Deleting] = true }, cancellationToken);
        await _table.DeleteAllAsync(ClicksOf(partition), cancellationToken);
        await _table.DeleteAsync(partition, Rater.RowKey, cancellationToken);
    }

    private static FormattableString ClicksOf(string partition) =>
        $"PartitionKey eq {partition} and RowKey gt {ClickPrefix} and RowKey lt {BehindClicks}";

    private static string PartitionOf(StudyId study, string rater) => $"{study}-{rater}";

    private static StoredRow ToRow(string partition, RatingClick click)
    {
        var entity = new StoredRow(
            partition, string.Create(CultureInfo.InvariantCulture, $"{ClickPrefix}{click.At.UtcTicks:D19}-{click.Id}"))
        {
            ["At"] = click.At,
        };
        Columns.Write(entity, click);
        return entity;
    }

    private static RatingClick From(StoredRow entity)
    {
        var key = entity.Key.AsSpan(ClickPrefix.Length);
        return Columns.Read(entity, Activator.CreateInstance<RatingClick>() with
        {
            Id = key[20..].ToString(),
            At = new DateTimeOffset(long.Parse(key[..19], NumberStyles.None, CultureInfo.InvariantCulture), TimeSpan.Zero),
        });
    }
}
