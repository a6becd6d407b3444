using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>Reads and writes totals in the columns of a row.</summary>
internal static class TotalsColumns
{
    private static readonly StoredColumns<RunTotals> Columns = new()
    {
        { "Done", static sums => sums.Done, static (sums, value) => sums with { Done = value } },
        { "Failed", static sums => sums.Failed, static (sums, value) => sums with { Failed = value } },
        { "Unaskable", static sums => sums.Unaskable, static (sums, value) => sums with { Unaskable = value } },
        { "Graded", static sums => sums.Graded, static (sums, value) => sums with { Graded = value } },
        { "Correct", static sums => sums.Correct, static (sums, value) => sums with { Correct = value } },
        { "ForcedVotes", static sums => sums.ForcedVotes, static (sums, value) => sums with { ForcedVotes = value } },
        { "Votes", static sums => sums.Votes, static (sums, value) => sums with { Votes = value } },
        { "Agreement", static sums => sums.Agreement, static (sums, value) => sums with { Agreement = value } },
        { "GeneratedTokens", static sums => sums.GeneratedTokens, static (sums, value) => sums with { GeneratedTokens = value } },
        { "Seconds", static sums => sums.Seconds, static (sums, value) => sums with { Seconds = value } },
    };

    public static void Write(StoredRow entity, RunTotals totals, string prefix = "") => Columns.Write(entity, totals, prefix);

    public static RunTotals Read(StoredRow entity, string prefix = "") => Columns.Read(entity, default, prefix);
}
