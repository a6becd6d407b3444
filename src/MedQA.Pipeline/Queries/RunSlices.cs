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
    /// <exception cref="InputException">No question has metadata of a name, or a name has too many values.</exception>
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

        var known = (await reader.GetManifestAsync(run, cancellationToken))?.Metadata ?? [];
        var accumulator = new MetadataSlicesAccumulator(
            [.. names.Select(name => MetadataNames.Find(known, name)).Distinct(StringComparer.Ordinal)]);
        await foreach (var (answered, row) in reader.AllAnsweredTextsAsync(run, cancellationToken))
        {
            accumulator.Add(row.Metadata, answered);
        }

        return accumulator.Build();
    }
}
