using System.Globalization;
using Azure;
using Azure.Data.Tables;
using MedQA.Evaluation;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Rating;

/// <summary>
/// The table of ratings. A rater's partition holds the rater's own row and a row per click. Clicks are written together with a change of the rater's row, in one transaction: where that row is gone,
/// because the rater was deleted, no click can come after.
/// </summary>
/// <param name="table">The table.</param>
internal sealed class RatingRows(TableClient table)
{
    /// <summary>The most clicks of a call: a transaction has 100 rows, and one is the rater's.</summary>
    public const int MostClicks = 99;

    private const string ClickPrefix = "click-";
    private const string BehindClicks = "click.";

    /// <summary>The rater, or <see langword="null"/> where there is none of that name, or not any more.</summary>
    public async Task<Rater?> FindAsync(StudyId study, string rater, CancellationToken cancellationToken)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(PartitionOf(study, rater), Rater.RowKey, cancellationToken: cancellationToken);
        return found.HasValue ? Rater.From(rater, found.Value!) : null;
    }

    /// <summary>Writes a new rater.</summary>
    public Task CreateAsync(StudyId study, Rater rater, CancellationToken cancellationToken) => table.AddEntityAsync(rater.ToEntity(PartitionOf(study, rater.Name)), cancellationToken);

    /// <summary>Writes a changed rater.</summary>
    /// <returns>Whether it was written; else somebody has changed or removed the row since it was read.</returns>
    public async Task<bool> TryUpdateAsync(StudyId study, Rater rater, CancellationToken cancellationToken)
    {
        try
        {
            await table.UpdateEntityAsync(rater.ToEntity(PartitionOf(study, rater.Name)), rater.ETag, TableUpdateMode.Replace, cancellationToken);
            return true;
        }
        catch (RequestFailedException fault) when (fault.IsConflict() || fault.IsMissing())
        {
            return false;
        }
    }

    /// <summary>Adds clicks; those that stand already stay as they are.</summary>
    /// <returns>Whether they were added; else the rater was removed.</returns>
    public async Task<bool> AddAsync(StudyId study, string rater, IReadOnlyCollection<RatingClick> clicks, CancellationToken cancellationToken)
    {
        var partition = PartitionOf(study, rater);
        var touched = new TableEntity(partition, Rater.RowKey) { ["LastClick"] = clicks.Max(static click => click.Received) };
        try
        {
            await table.SubmitTransactionAsync(
                clicks.Select(click => new TableTransactionAction(TableTransactionActionType.UpsertReplace, ToEntity(partition, click)))
                    .Prepend(new TableTransactionAction(TableTransactionActionType.UpdateMerge, touched, ETag.All)),
                cancellationToken);
            return true;
        }
        catch (RequestFailedException fault) when (fault.IsMissing())
        {
            return false;
        }
    }

    /// <summary>Every click of a rater, in the order in which they were made.</summary>
    public IAsyncEnumerable<RatingClick> ClicksAsync(StudyId study, string rater, CancellationToken cancellationToken) => table
        .QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {PartitionOf(study, rater)} and RowKey gt {ClickPrefix} and RowKey lt {BehindClicks}"), cancellationToken: cancellationToken)
        .Select(From);

    /// <summary>Removes a rater: the rater's own row first, so that nothing comes after, and then everything else.</summary>
    public async Task DeleteAsync(StudyId study, string rater, CancellationToken cancellationToken)
    {
        await table.DeleteEntityAsync(PartitionOf(study, rater), Rater.RowKey, ETag.All, cancellationToken);
        await table.DeletePartitionAsync(PartitionOf(study, rater), cancellationToken);
    }

    /// <summary>Removes the clicks of a rater who stays.</summary>
    public async Task DeleteClicksAsync(StudyId study, string rater, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {PartitionOf(study, rater)} and RowKey gt {ClickPrefix} and RowKey lt {BehindClicks}");
        await foreach (var page in table.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey"], cancellationToken: cancellationToken).AsPages(pageSizeHint: 100))
        {
            if (page.Values.Count > 0)
            {
                await table.SubmitTransactionAsync(page.Values.Select(static row => new TableTransactionAction(TableTransactionActionType.Delete, row, ETag.All)), cancellationToken);
            }
        }
    }

    private static string PartitionOf(StudyId study, string rater) => $"{study}-{rater}";

    private static TableEntity ToEntity(string partition, RatingClick click)
    {
        var entity = new TableEntity(partition, string.Create(CultureInfo.InvariantCulture, $"{ClickPrefix}{click.At.UtcTicks:D19}-{click.Id}"))
        {
            ["Place"] = click.Place,
            ["Kind"] = click.Kind.ToString(),
            ["Skipped"] = click.Skipped,
            ["Seconds"] = click.Seconds,
            ["At"] = click.At,
            ["Received"] = click.Received,
        };
        foreach (var (name, text) in ((string, string?)[])[("Axis", click.Axis), ("Choice", click.Choice), ("Comment", click.Comment)])
        {
            if (text is not null)
            {
                entity[name] = text;
            }
        }

        return entity;
    }

    private static RatingClick From(TableEntity entity)
    {
        var key = entity.RowKey.AsSpan(ClickPrefix.Length);
        return new RatingClick
        {
            Id = key[20..].ToString(),
            At = new DateTimeOffset(long.Parse(key[..19], NumberStyles.None, CultureInfo.InvariantCulture), TimeSpan.Zero),
            Place = entity.GetInt32("Place") ?? 0,
            Kind = EnumNames.Stored<ClickKind>(entity.GetString("Kind")),
            Axis = entity.GetString("Axis"),
            Choice = entity.GetString("Choice"),
            Comment = entity.GetString("Comment"),
            Skipped = entity.GetBoolean("Skipped") ?? false,
            Seconds = entity.GetDouble("Seconds") ?? 0,
            Received = entity.GetDateTimeOffset("Received") ?? default,
        };
    }
}
