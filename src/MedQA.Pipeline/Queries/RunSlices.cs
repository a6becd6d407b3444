using MedQA.Evaluation;
using MedQA.Evaluation.Reporting;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Queries;

/// <summary>Counts runs' answers by the metadata of their questions.</summary>
public static class RunSlices
{
    /// <summary>Returns the accuracy by metadata.</summary>
    /// <param name="reader">Reads the questions and answers.</param>
    /// <param name="run">The run.</param>
    /// <param name="names">The metadata's names; none to learn which there are.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="InputException">
    /// No question has metadata of a name, a name has too many values, or the run stopped early.
    /// </exception>
    public static async Task<MetadataSlices> ReadAsync(
        RunReader reader, RunId run, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count == 0)
        {
            var counted = new MetadataNames();
            await foreach (var question in reader.AllQuestionsAsync(run, cancellationToken))
            {
                counted.Add(question);
            }

            return MetadataSlices.None with { Names = counted.Build() };
        }

        var manifest = await reader.GetManifestAsync(run, cancellationToken);
        CheckNotStopped(run, manifest);
        var known = manifest?.Metadata ?? [];
        var accumulator = new MetadataSlicesAccumulator(
            [.. names.Select(name => MetadataNames.Find(known, name)).Distinct(StringComparer.Ordinal)]);
        await foreach (var (answered, row) in reader.AllAnsweredTextsAsync(run, cancellationToken))
        {
            accumulator.Add(row.Metadata, answered);
        }

        return accumulator.Build();
    }

    /// <exception cref="InputException">The run stopped early, and tests of parts of it would not hold.</exception>
    internal static void CheckNotStopped(RunId run, RunManifest? manifest)
    {
        if (manifest?.Stop is not null)
        {
            throw new InputException(
                new FaultLocation(),
                $"Run {run} stopped early, by what it saw: intervals and tests of parts of it suppose a number of questions that was fixed "
                    + "before",
                "Run the question set without --until");
        }
    }
}
