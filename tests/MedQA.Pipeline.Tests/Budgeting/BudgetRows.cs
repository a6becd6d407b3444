using Azure.Data.Tables;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Tests.Budgeting;

/// <summary>What the ledger has written, as it lies in the table.</summary>
internal static class BudgetRows
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The sums of every day: of the whole service where the caller is empty.</summary>
    public static async Task<List<(string Day, string Caller, BudgetUse Use)>> SumsAsync(RunStorage storage) =>
        [.. (await RowsAsync(storage, "day-")).Select(static row => (row.RowKey[4..14], row.GetString("Caller"), UseOf(row)))];

    /// <summary>The sums of the whole service, day by day.</summary>
    public static async Task<List<(string Day, long Tokens, double Seconds)>> DaysAsync(RunStorage storage) =>
    [
        .. (await SumsAsync(storage))
            .Where(static sum => sum.Caller.Length == 0)
            .Select(static sum => (sum.Day, sum.Use.Tokens, sum.Use.Seconds))
            .OrderBy(static sum => sum.Day, StringComparer.Ordinal),
    ];

    /// <summary>The tokens that a caller's runs have on all days; those of the whole service for an empty caller.</summary>
    public static async Task<long> TokensAsync(RunStorage storage, string caller = "") =>
        (await SumsAsync(storage)).Where(sum => sum.Caller == caller).Sum(static sum => sum.Use.Tokens);

    /// <summary>Who pays for a run; <see langword="null"/> where that is not decided.</summary>
    public static async Task<string?> CallerAsync(RunStorage storage, RunId run) =>
        (await RowsAsync(storage, $"run-{run}")).SingleOrDefault()?.GetString("Caller");

    /// <summary>The rows whose keys begin with a text.</summary>
    public static async Task<List<TableEntity>> RowsAsync(RunStorage storage, string beginning = "")
    {
        var rows = storage.RunTable.QueryAsync<TableEntity>("PartitionKey eq 'budget'", cancellationToken: Cancel);
        return (await rows.ToListAsync(Cancel)).FindAll(row => row.RowKey.StartsWith(beginning, StringComparison.Ordinal));
    }

    private static BudgetUse UseOf(TableEntity row) => new(row.GetInt64("Tokens")!.Value, row.GetDouble("Seconds")!.Value);
}
