using MedQA.Evaluation;
using MedQA.Evaluation.Gating;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Queries;

/// <summary>Judges runs by policies.</summary>
public static class RunGates
{
    /// <summary>Judges a run.</summary>
    /// <param name="reader">Reads the answers.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="run">The run.</param>
    /// <param name="baseline">The run that losses are measured against; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="InputException">
    /// The policy needs a baseline, the runs did not answer the same questions, or one of them has no questions.
    /// </exception>
    public static async Task<GateReport> ReadAsync(
        RunReader reader, GatePolicy policy, RunSummary run, RunSummary? baseline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(run);
        var judged = await ReadAsync(reader, run, cancellationToken);
        return Gate.Of(policy, judged, baseline is null ? null : await ReadAsync(reader, baseline, cancellationToken));
    }

    private static async Task<GatedRun> ReadAsync(RunReader reader, RunSummary run, CancellationToken cancellationToken)
    {
        if (await reader.GetManifestAsync(run.Run, cancellationToken) is not { Protocol.Profile: { } profile } manifest)
        {
            throw new InputException($"Run {run.Run} has no questions to judge it by: {run.Reason ?? "its question set was rejected"}.");
        }

        var prices = manifest.Endpoint?.Prices;
        var judged = new GatedRun(RunComparisons.Of(run, manifest), profile)
        {
            Cost = prices is null ? null : (decimal)run.Totals.Cost,
            Currency = prices?.Currency,
            IsFree = manifest.Endpoint is null,
        };
        await foreach (var answered in reader.AllAnsweredAsync(run.Run, cancellationToken))
        {
            judged.Add(answered);
        }

        return judged;
    }
}
