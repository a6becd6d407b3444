using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Reporting;
using MedQA.Pipeline.Results;
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
    /// <param name="atHand">
    /// Models of which size and family are known, for runs that were made before these were stored: those of the same fingerprint count.
    /// </param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="InputException">They do not answer the same questions, or not yet.</exception>
    public static async Task<RunComparison> ReadAsync(
        RunReader reader,
        IReadOnlyList<RunSummary> runs,
        bool againstFirst,
        bool anytime,
        IEnumerable<ModelDescription> atHand,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(runs);
        var (compared, models) = (new List<ComparedRun>(), atHand.ToList());
        foreach (var run in runs)
        {
            var manifest = await reader.GetManifestAsync(run.Run, cancellationToken);
            var facts = manifest?.ModelFacts is null
                ? models.FirstOrDefault(model => model.Fingerprint == run.ModelFingerprint)?.Facts
                : null;
            var one = Of(run, manifest, manifest?.ModelFacts ?? facts, facts is not null, manifest?.BatchSize ?? 0);
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
    /// <param name="manifest">
    /// Its manifest, which has the version of its rules and how it stopped; <see langword="null"/> if unknown.
    /// </param>
    /// <param name="facts">The model's size and family.</param>
    /// <param name="areOfModelAtHand">Whether these are of a model at hand.</param>
    /// <param name="batchSize">How many questions a batch has at most; 0 where it is not known.</param>
    internal static ComparedRun Of(
        RunSummary run, RunManifest? manifest, ModelFacts? facts = null, bool areOfModelAtHand = false, int batchSize = 0) =>
        new($"{run.Profile} on {run.Model} ({run.Run})")
    {
        ModelFacts = facts,
        HasFactsOfModelAtHand = areOfModelAtHand,
        Provisional = run.State.IsProvisional(),
        BatchSize = batchSize,
        Stopped = manifest is null || run.State.IsProvisional() ? null : RunFinish.StoppedOf(manifest),
        Rules = manifest?.Rules,
        Run = run.Run.ToString(),
        Profile = run.Profile,
        Strategy = run.Strategy,
        Model = run.Model,
    };
}
