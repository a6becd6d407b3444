using System.Collections.Immutable;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Queries;

/// <summary>Whether a run's answers are as they were when its result was written.</summary>
/// <param name="Batches">How many batches were sealed.</param>
/// <param name="Differences">What is otherwise, a sentence each; empty where nothing is.</param>
public sealed record SealCheck(int Batches, ImmutableArray<string> Differences)
{
    /// <summary>Compares a stated seal with what the answers hash to now.</summary>
    /// <param name="stated">The seal that was written with the result.</param>
    /// <param name="found">What the answers hash to.</param>
    /// <param name="reportSeal">The seal that the report states, or <see langword="null"/> where it states none.</param>
    /// <param name="questionsChanged">Whether the questions hash to something else than the manifest states.</param>
    public static SealCheck Of(RunSeal stated, RunSeal found, string? reportSeal, bool questionsChanged)
    {
        ArgumentNullException.ThrowIfNull(stated);
        ArgumentNullException.ThrowIfNull(found);
        var differences = ImmutableArray.CreateBuilder<string>();
        var now = found.Batches.ToDictionary(static batch => batch.Batch, static batch => batch.Sha256, StringComparer.Ordinal);
        foreach (var batch in stated.Batches)
        {
            if (!now.Remove(batch.Batch, out var hash))
            {
                differences.Add($"the answers of batch {batch.Batch} are missing");
            }
            else if (hash != batch.Sha256)
            {
                differences.Add($"the answers of batch {batch.Batch} were changed");
            }
        }

        differences.AddRange(
            now.Keys.Order(StringComparer.Ordinal)
                .Select(static batch => $"the answers of batch {batch} were added after the result was written"));
        if (differences.Count == 0 && found.Chain != stated.Chain)
        {
            differences.Add("the run's manifest was changed");
        }

        if (questionsChanged)
        {
            differences.Add("the questions differ from those in the manifest");
        }

        if (reportSeal is not null && reportSeal != stated.Chain)
        {
            differences.Add("the report's seal differs from the one written with it");
        }

        return new(stated.Batches.Length, differences.ToImmutable());
    }
}
