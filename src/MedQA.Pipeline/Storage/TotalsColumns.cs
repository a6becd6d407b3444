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
        { "Requests", static sums => sums.Requests, static (sums, value) => sums with { Requests = value } },
        { "LostRequests", static sums => sums.LostRequests, static (sums, value) => sums with { LostRequests = value } },
        {
            "CountedPromptTokens",
            static sums => sums.CountedPromptTokens,
            static (sums, value) => sums with { CountedPromptTokens = value }
        },
        {
            "CountedCompletionTokens",
            static sums => sums.CountedCompletionTokens,
            static (sums, value) => sums with { CountedCompletionTokens = value }
        },
        { "Cost", static sums => sums.Cost, static (sums, value) => sums with { Cost = value } },
        { "Seconds", static sums => sums.Seconds, static (sums, value) => sums with { Seconds = value } },
    };

    public static void Write(StoredRow entity, RunTotals totals, string prefix = "") => Columns.Write(entity, totals, prefix);

    public static RunTotals Read(StoredRow entity, string prefix = "") => Columns.Read(entity, default, prefix);
}
