namespace MedQA.Cli.Hosting;

/// <summary>Describes what happens to runs when a process stops working on them: they continue elsewhere, or are paused.</summary>
internal static class StoppedWork
{
    /// <summary>Describes what happens to some runs.</summary>
    /// <param name="storage">Their storage, on which this process no longer works.</param>
    /// <param name="model">The fingerprint of their model.</param>
    /// <param name="runs">The unfinished runs; at least one.</param>
    public static string Of(LocalStorage storage, string model, IReadOnlyList<string> runs)
    {
        var (names, go, are) = runs.Count == 1
            ? ($"Run {runs[0]}", "continues", "is")
            : ($"Runs {string.Join(", ", runs)}", "continue", "are");
        var (resume, cancel) = runs.Count == 1
            ? ($"`medqa resume {runs[0]}`", $"`medqa cancel {runs[0]}` stops it")
            : ("`medqa resume`", "`medqa cancel RUN` stops one");
        if (Elsewhere(storage, model) is { } elsewhere)
        {
            return $"{names} {go} in {elsewhere}, which also works on {storage.Place}; {cancel}.";
        }

        if (storage.AtWork is null)
        {
            var there = $"If another process or a service works on {storage.Place}, {Lower(names)} {go} there";
            return $"No answers are lost. {there}; otherwise use {resume}.";
        }

        return OtherModel(storage) is { Length: > 0 } other
            ? $"No answers are lost. {names} {(runs.Count == 1 ? "waits" : "wait")} for a medqa with the same model: continue with "
                + $"{resume}.{other}"
            : $"{names} {are} paused; no answers are lost. Continue with {resume}.";
    }

    /// <summary>Describes what happens to all unfinished runs.</summary>
    /// <param name="storage">Their storage, on which this process no longer works.</param>
    /// <param name="models">The fingerprints of the models that this process had.</param>
    public static string OfAny(LocalStorage storage, IReadOnlyList<string> models) =>
        models.Select(model => Elsewhere(storage, model)).ToList() is [{ } elsewhere, .. var others] && !others.Contains(null)
        ? $"Unfinished runs continue in {elsewhere}, which also works on {storage.Place}."
        : storage.AtWork is null
            ? $"If another process or a service works on {storage.Place}, unfinished runs continue there; otherwise at the next start."
            : $"Unfinished runs are paused and continue at the next start.{OtherModel(storage)}";

    /// <summary>
    /// Returns the process that continues runs of a model: one that advances runs with it, or, if another process answers with it, any that
    /// advances runs.
    /// </summary>
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
