using MedQA.Evaluation;
using MedQA.Evaluation.Reporting;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Queries;

/// <summary>Reads what a comparison of runs needs.</summary>
public static class RunComparisons
{
    /// <summary>Compares runs pairwise on the questions that they share.</summary>
    /// <param name="reader">Reads them.</param>
    /// <param name="runs">Two or more.</param>
    /// <param name="againstFirst">Whether only the first is compared with each of the others.</param>
    /// <param name="anytime">Whether each pair also gets an interval that is valid however often somebody looked.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="InputException">They do not answer the same questions, or not yet.</exception>
    public static async Task<RunComparison> ReadAsync(
        RunReader reader, IReadOnlyList<RunSummary> runs, bool againstFirst, bool anytime, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(runs);
        var compared = new List<ComparedRun>();
        foreach (var run in runs)
        {
            var one = Of(run, (await reader.GetManifestAsync(run.Run, cancellationToken))?.Rules);
            await foreach (var answered in reader.AllAnsweredAsync(run.Run, cancellationToken))
            {
                one.Add(answered);
            }

            compared.Add(one);
        }

        return RunComparison.Of(compared, againstFirst, anytime);
    }

    /// <summary>A run without its answers, named by its profile, model and id.</summary>
    /// <param name="run">The run.</param>
    /// <param name="rules">The version of its rules.</param>
    internal static ComparedRun Of(RunSummary run, string? rules) => new($"{run.Profile} on {run.Model} ({run.Run})")
    {
        Provisional = run.State.IsProvisional(),
        Rules = rules,
        Run = run.Run.ToString(),
        Profile = run.Profile,
        Strategy = run.Strategy,
        Model = run.Model,
    };
}
