using System.Globalization;

namespace MedQA.Benchmarks.Load;

/// <summary>Something that people and programs read of runs.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Share">How often it is read in a mix, in relation to the others; 0 where it is only timed alone.</param>
/// <param name="Address">Where: of a run, a number that looks drawn, and all runs from the smallest up.</param>
/// <param name="Accept">The format.</param>
internal sealed record Reading(string Name, int Share, Func<MeasuredRun, int, IReadOnlyList<MeasuredRun>, string> Address, string Accept = "application/json")
{
    /// <summary>All of them.</summary>
    public static Reading[] All { get; } =
    [
        new("list of runs", 10, static (_, _, _) => "api/runs"),
        new("run", 15, static (run, _, _) => $"api/runs/{run.Result.Run}"),
        new("first page, all", 10, static (run, _, _) => Answers(run, "")),
        new("first page, wrong", 8, static (run, _, _) => Answers(run, "?filter=wrong")),
        new("first page, correct", 2, static (run, _, _) => Answers(run, "?filter=correct")),
        new("first page, tie", 4, static (run, _, _) => Answers(run, "?filter=tie")),
        new("first page, forced", 4, static (run, _, _) => Answers(run, "?filter=forced")),
        new("first page, low agreement", 4, static (run, _, _) => Answers(run, "?filter=lowAgreement")),
        new("first page, agreement below 0.3", 3, static (run, _, _) => Answers(run, "?agreementBelow=0.3")),
        new("first page, wrong and agreement below 0.9", 2, static (run, _, _) => Answers(run, "?filter=wrong&agreementBelow=0.9")),
        new("search for a common word", 3, static (run, _, _) => Answers(run, "?search=warfarin")),
        new("search for three words", 2, static (run, _, _) => Answers(run, "?search=biopsy%20warfarin%20lithium")),
        new("search for a rare word", 3, static (run, number, _) => Answers(run, string.Create(CultureInfo.InvariantCulture, $"?search=case-{number % run.Size:D7}"))),
        new("search for a word that is nowhere", 1, static (run, _, _) => Answers(run, "?search=xylophone")),
        new("one question by its id", 12, static (run, number, _) => string.Create(CultureInfo.InvariantCulture, $"api/runs/{run.Result.Run}/answers/case-{number % run.Size:D7}")),
        new("one question by its place", 8, static (run, number, _) => string.Create(CultureInfo.InvariantCulture, $"api/runs/{run.Result.Run}/answers/{number % run.Size}?by=ordinal")),
        new("report, JSON", 6, static (run, _, _) => $"api/runs/{run.Result.Run}/report"),
        new("report, HTML", 4, static (run, _, _) => $"api/runs/{run.Result.Run}/report", "text/html"),
        new("comparison of the two smallest", 2, static (_, _, all) => $"api/compare?runs={all[0].Result.Run},{all[Math.Min(1, all.Count - 1)].Result.Run}"),
    ];

    private static string Answers(MeasuredRun run, string query) => $"api/runs/{run.Result.Run}/answers{query}";
}
