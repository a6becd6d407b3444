using MedQA.Evaluation;
using MedQA.Evaluation.Reporting;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Queries;

/// <summary>Reads what changes with the group in questions that come in pairs.</summary>
public static class RunPairs
{
    /// <summary>Compares the members of a run's pairs, as far as their batches are finished.</summary>
    /// <param name="reader">Reads the answers.</param>
    /// <param name="run">The run.</param>
    /// <param name="pair">The metadata that names the pair; <see langword="null"/> for the usual one.</param>
    /// <param name="group">The metadata that names the group; <see langword="null"/> for the usual one.</param>
    /// <param name="reference">The group that the others are compared with; <see langword="null"/> for the usual one.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="InputException">
    /// The questions have no such metadata, there is no such group, or the run stopped early.
    /// </exception>
    public static async Task<CounterfactualPairs> ReadAsync(
        RunReader reader, RunSummary run, string? pair, string? group, string? reference, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(run);
        var manifest = await reader.GetManifestAsync(run.Run, cancellationToken);
        RunSlices.CheckNotStopped(run.Run, manifest);
        var (pairColumn, groupColumn) = CounterfactualPairs.ColumnsIn(manifest?.Metadata ?? [], pair, group);
        var accumulator = new CounterfactualPairsAccumulator(pairColumn, groupColumn);
        await foreach (var (answered, row) in reader.AllAnsweredTextsAsync(run.Run, cancellationToken))
        {
            accumulator.Add(answered, row.Metadata, row.OptionTexts);
        }

        return accumulator.Build(reference, run.State.IsProvisional());
    }
}
