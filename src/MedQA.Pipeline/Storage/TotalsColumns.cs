using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>Reads and writes totals in the columns of a row.</summary>
internal static class TotalsColumns
{
    public static void Write(StoredRow entity, RunTotals totals, string prefix = "")
    {
        entity[prefix + "Done"] = totals.Done;
        entity[prefix + "Failed"] = totals.Failed;
        entity[prefix + "Unaskable"] = totals.Unaskable;
        entity[prefix + "Graded"] = totals.Graded;
        entity[prefix + "Correct"] = totals.Correct;
        entity[prefix + "ForcedVotes"] = totals.ForcedVotes;
        entity[prefix + "Votes"] = totals.Votes;
        entity[prefix + "Agreement"] = totals.Agreement;
        entity[prefix + "GeneratedTokens"] = totals.GeneratedTokens;
        entity[prefix + "Seconds"] = totals.Seconds;
    }

    public static RunTotals Read(StoredRow entity, string prefix = "") => new()
    {
        Done = entity.GetInt32(prefix + "Done") ?? 0,
        Failed = entity.GetInt32(prefix + "Failed") ?? 0,
        Unaskable = entity.GetInt32(prefix + "Unaskable") ?? 0,
        Graded = entity.GetInt32(prefix + "Graded") ?? 0,
        Correct = entity.GetInt32(prefix + "Correct") ?? 0,
        ForcedVotes = entity.GetInt32(prefix + "ForcedVotes") ?? 0,
        Votes = entity.GetInt32(prefix + "Votes") ?? 0,
        Agreement = entity.GetDouble(prefix + "Agreement") ?? 0,
        GeneratedTokens = entity.GetInt64(prefix + "GeneratedTokens") ?? 0,
        Seconds = entity.GetDouble(prefix + "Seconds") ?? 0,
    };
}
