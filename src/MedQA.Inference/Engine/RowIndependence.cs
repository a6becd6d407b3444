using System.Runtime.InteropServices;
using MedQA.Inference.Decoding;
using MedQA.Inference.Sessions;
using MedQA.Inference.SoftPrompts;
using Microsoft.ML.OnnxRuntime;

namespace MedQA.Inference.Engine;

/// <summary>
/// Checks whether the bits of a row's logits are those that the row gives alone, whatever other rows share its steps: of any number and
/// length, at any place, joining and leaving. Only then may samples of several questions share a step.
/// </summary>
internal static class RowIndependence
{
    private const int Steps = 3;

    // Some below and some above the sizes at which attention kernels change their blocks.
    private static readonly int[] Lengths = [5, 64, 131, 300];

    /// <summary>Compares rows in batches of up to a number of rows with each row alone.</summary>
    /// <param name="session">A graph.</param>
    /// <param name="maxRows">The most rows of a batch, at least 2.</param>
    /// <returns>
    /// Whether every bit is the same; <see langword="false"/> also for a graph that cannot have rows of different length.
    /// </returns>
    public static bool Holds(DecoderSession session, int maxRows)
    {
        if (session.Layout is not { Cache: CacheKind.Shared, HasMask: true } layout
            || layout.MostCells < Lengths[^1] + Steps)
        {
            return false;
        }

        var prompts = new List<KeyValueCache>();
        try
        {
            foreach (var length in Lengths)
            {
                prompts.Add(session.CreateCache());
                prompts[^1].Reshape(1, length);
                prompts[^1].Fill(Noise(layout, length));
            }

            var alone = prompts.Select((prompt, index) => Alone(session, prompt, index)).ToArray();
            return Together(session, prompts, alone, maxRows);
        }
        catch (OnnxRuntimeException)
        {
            // Such as a graph that was exported for one row.
            return false;
        }
        finally
        {
            prompts.ForEach(static prompt => prompt.Dispose());
        }
    }

    /// <summary>
    /// The logits after each step of a row that has the batch to itself: a packed row, where the graph can have such.
    /// </summary>
    private static float[][] Alone(DecoderSession session, KeyValueCache prompt, int index)
    {
        using var cache = session.CreateCache();
        cache.Reshape(1, prompt.Length + Steps);
        cache.Fill(prompt, prompt.Length);
        SampleBatch batch = session.Layout.CanPack ? new PackedBatch(session, cache) : new RowBatch(session, cache);
        var logits = new float[Steps][];
        for (var step = 0; step < Steps; step++)
        {
            batch.Step([0], [TokenAt(session, index, step)]);
            logits[step] = batch.LogitsOf(0).ToArray();
        }

        return logits;
    }

    /// <summary>
    /// Lets rows join one or two at a time and leave after their last step, until every number of rows up to the most was there.
    /// </summary>
    private static bool Together(DecoderSession session, List<KeyValueCache> prompts, float[][][] alone, int maxRows)
    {
        using var rows = new RaggedRows(session);
        rows.Reserve(maxRows, Lengths[^1] + Steps);
        Poison(session, rows);
        var held = new List<(int Prompt, int Step)>();
        var joined = 0;
        for (var target = 1; target <= maxRows || held.Count > 0; target++)
        {
            // Of rows of three steps about a third leaves each time, so that the number grows by one.
            while (held.Count < Math.Min(target, maxRows) && target <= maxRows + Steps)
            {
                var prompt = ((joined * 3) + (joined / prompts.Count)) % prompts.Count;
                rows.Add(prompts[prompt]);
                held.Add((prompt, 0));
                joined++;
            }

            rows.Step([.. held.Select(row => TokenAt(session, row.Prompt, row.Step))]);
            for (var row = 0; row < held.Count; row++)
            {
                var (prompt, step) = held[row];
                if (!MemoryMarshal.AsBytes(rows.LogitsOf(row)).SequenceEqual(MemoryMarshal.AsBytes<float>(alone[prompt][step])))
                {
                    return false;
                }

                held[row] = (prompt, step + 1);
            }

            for (var row = held.Count - 1; row >= 0; row--)
            {
                if (held[row].Step == Steps)
                {
                    rows.RemoveAt(row);
                    held[row] = held[^1];
                    held.RemoveAt(held.Count - 1);
                }
            }
        }

        return true;
    }

    /// <summary>Leaves what is no number in every cell, so that a cell that should not count would be seen.</summary>
    private static void Poison(DecoderSession session, RaggedRows rows)
    {
        using var poison = session.CreateCache();
        poison.Reshape(1, rows.CellsPerRow);
        poison.Fill(KeyValues(session.Layout, rows.CellsPerRow, static () => float.NaN));
        while (rows.Count < rows.Capacity)
        {
            rows.Add(poison);
        }

        rows.Clear();
    }

    // Any finite keys and values serve, the same each time; a reading of so many tokens would take seconds with a large model.
    private static SoftPromptKeyValues Noise(DecoderLayout layout, int length)
    {
        var random = new Random(length);
        return KeyValues(layout, length, () => random.NextSingle() - 0.5f);
    }

    private static SoftPromptKeyValues KeyValues(DecoderLayout layout, int length, Func<float> next)
    {
        var numbers = length * layout.KeyValueHeads * layout.HeadSize;
        return new(
            length,
            layout.KeyValueHeads,
            layout.HeadSize,
            [.. layout.CacheTensors.Select(_ => Enumerable.Range(0, numbers).Select(_ => next()).ToArray())]);
    }

    private static int TokenAt(DecoderSession session, int prompt, int step) =>
        (int)(((((prompt * Steps) + step) * 7919L) + 17) % session.Layout.VocabularySize);
}
