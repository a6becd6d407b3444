using System.Runtime.CompilerServices;
using System.Text;
using MedQA.Evaluation.Reporting;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>The rows of scores: one per slice and metric, for tools that read tables.</summary>
internal static class ScoreRows
{
    private const string DatasetPrefix = "dataset ";

    /// <summary>Writes the rows of a report over those of the one before.</summary>
    public static Task WriteAsync(RunStorage storage, RunId run, RunReport report, CancellationToken cancellationToken) =>
        new StoredTable(storage.ScoreTable).PutAllAsync(Of(run, report), cancellationToken);

    /// <summary>Removes the rows of a run.</summary>
    public static Task DeleteAsync(RunStorage storage, RunId run, CancellationToken cancellationToken) =>
        new StoredTable(storage.ScoreTable).DeletePartitionAsync(run.ToString(), cancellationToken);

    /// <summary>The accuracy of each data set as last written, in the order of their keys.</summary>
    public static async IAsyncEnumerable<(string Dataset, NoticeAccuracy Accuracy)> DatasetsAsync(
        RunStorage storage, RunId run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // '!' follows the space.
        FormattableString filter =
            $"PartitionKey eq {run.ToString()} and RowKey ge {DatasetPrefix} and RowKey lt {"dataset!"} and Metric eq {"accuracy"}";
        await foreach (var row in new StoredTable(storage.ScoreTable).QueryAsync(filter, cancellationToken))
        {
            if (row.GetDouble("Value") is { } value)
            {
                yield return (
                    row.GetString("Slice")[DatasetPrefix.Length..],
                    new NoticeAccuracy(value, row.GetDouble("Low"), row.GetDouble("High"), row.GetInt32("N") ?? 0));
            }
        }
    }

    private static IEnumerable<StoredRow> Of(RunId run, RunReport report)
    {
        foreach (var row in Figures(run, report))
        {
            row["Provisional"] = report.Provisional;
            yield return row;
        }
    }

    private static IEnumerable<StoredRow> Figures(RunId run, RunReport report)
    {
        yield return Row(
            run,
            "all",
            "accuracy",
            report.Accuracy.Value,
            report.Accuracy.Interval?.Lower,
            report.Accuracy.Interval?.Upper,
            report.Accuracy.Scored);
        if (report.MacroAccuracy is { } macro)
        {
            yield return Row(run, "all", "macro-accuracy", macro.Value, macro.Interval?.Lower, macro.Interval?.Upper, macro.Datasets);
        }

        foreach (var slice in report.Datasets.Concat(report.Topics))
        {
            var name = slice.Topic is null ? $"{DatasetPrefix}{slice.Dataset}" : $"topic {slice.Dataset}: {slice.Topic}";
            yield return Row(
                run,
                name,
                "accuracy",
                slice.Accuracy.Value,
                slice.Accuracy.Interval?.Lower,
                slice.Accuracy.Interval?.Upper,
                slice.Accuracy.Scored);
            yield return Row(run, name, "agreement", slice.MeanAgreement, null, null, slice.Questions);
        }
    }

    private static StoredRow Row(RunId run, string slice, string metric, double? value, double? low, double? high, int count)
    {
        var entity = new StoredRow(run.ToString(), $"{KeyOf(slice)}|{metric}") { ["Slice"] = slice, ["Metric"] = metric, ["N"] = count };
        foreach (var (column, figure) in ((string, double?)[])[("Value", value), ("Low", low), ("High", high)])
        {
            entity.SetWhereKnown(column, figure);
        }

        return entity;
    }

    /// <summary>
    /// A slice's name as part of a row's key, from which the service bars some characters: those are written as their code.
    /// </summary>
    private static string KeyOf(string slice)
    {
        var key = new StringBuilder();
        foreach (var letter in slice)
        {
            key.Append(letter is '/' or '\\' or '#' or '?' or '|' or '%' or '_' || char.IsControl(letter) ? $"_{(int)letter:x4}" : letter);
        }

        // Keys have at most 1 KiB (512 UTF-16 units); longer ones are cut off and made unique by a hash.
        return key.Length <= 400 ? key.ToString() : $"{key.ToString(0, 380)}_{OrdinalIndex.HashOf(slice):x16}";
    }
}
