namespace MedQA.Cli.Hosting;

/// <summary>What becomes of runs when a process stops working on them: they go on elsewhere, or are paused.</summary>
internal static class StoppedWork
{
    /// <summary>What becomes of some runs, in sentences for people.</summary>
    /// <param name="storage">Where they are. This process is not at work there any more.</param>
    /// <param name="model">The fingerprint of their model.</param>
    /// <param name="runs">The runs that have not ended; at least one.</param>
    public static string Of(LocalStorage storage, string model, IReadOnlyList<string> runs)
    {
        var (names, go, are) = runs.Count == 1 ? ($"Run {runs[0]}", "goes on", "is") : ($"Runs {string.Join(", ", runs)}", "go on", "are");
        var (resume, cancel) = runs.Count == 1
            ? ($"`medqa resume {runs[0]}`", $"`medqa cancel {runs[0]}` stops it")
            : ("`medqa resume`", "`medqa cancel RUN` stops one");
        if (Elsewhere(storage, model) is { } elsewhere)
        {
            return $"{names} {go} in {elsewhere}, which works on {storage.Place} too; {cancel}.";
        }

        if (storage.AtWork is null)
        {
            var there = $"Where another process or a service works on {storage.Place}, {Lower(names)} {go} there";
            return $"Nothing that was answered is lost. {there}; else with {resume}.";
        }

        return OtherModel(storage) is { Length: > 0 } other
            ? $"Nothing that was answered is lost. {names} {(runs.Count == 1 ? "waits" : "wait")} for a medqa with the model of before: "
                + $"go on with {resume}.{other}"
            : $"{names} {are} paused; nothing that was answered is lost. Go on with {resume}.";
    }

    /// <summary>What becomes of whatever runs there are.</summary>
    public static string OfAny(LocalStorage storage, string model) => Elsewhere(storage, model) is { } elsewhere
        ? $"Unfinished runs go on in {elsewhere}, which works on {storage.Place} too."
        : storage.AtWork is null
            ? $"Where another process or a service works on {storage.Place}, unfinished runs go on there; else with the next start."
            : $"Unfinished runs are paused, and go on with the next start.{OtherModel(storage)}";

    /// <summary>Who goes on with runs of a model: another that advances runs with it, or any that does where one answers with it.</summary>
    private static WorkingProcess? Elsewhere(LocalStorage storage, string model)
    {
        var processes = storage.AtWork?.Processes() ?? [];
        return processes.FirstOrDefault(process => process.Drives && process.Model == model)
            ?? (processes.Any(process => process.Model == model) ? processes.FirstOrDefault(static process => process.Drives) : null);
    }

    private static string OtherModel(LocalStorage storage) =>
        storage.AtWork?.Processes().FirstOrDefault(static process => process.Drives) is { } other
        ? $" {other} works on the same runs, but with another model."
        : "";

    private static string Lower(string names) => char.ToLowerInvariant(names[0]) + names[1..];
}
