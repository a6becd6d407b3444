using MedQA.Inference.Sessions;

namespace MedQA.Inference.Decoding;

/// <summary>
/// How the samples of a request are drawn: in one packed row or a row each, and how many together. Made from the graph, the request
/// and the memory budget alone, never from load, since it decides the passes and so the bits of the samples.
/// </summary>
/// <param name="IsPacked">Whether the samples of a group share a row.</param>
/// <param name="GroupSizes">How many samples are drawn together, group after group.</param>
internal sealed record SamplePlan(bool IsPacked, IReadOnlyList<int> GroupSizes)
{
    // Nanoseconds on two cores with AVX-512, measured on the default model (docs/performance.md): only their ratios matter here. A
    // pass costs so much for each byte of weights, and again for each of its tokens; attention so much for each number of a key that
    // a token looks at: less where all tokens of a pass look at the same cells, more where every row has its own.
    private const double PassPerWeightByte = 0.08;
    private const double TokenPerWeightByte = 0.012;
    private const double PackedPerNumber = 0.058;
    private const double RowPerNumber = 0.16;

    /// <summary>Returns the cheapest plan.</summary>
    /// <param name="layout">The graph's inputs and outputs.</param>
    /// <param name="weightBytes">Bytes of the graph's weights.</param>
    /// <param name="canPack">Whether packed rows may be used.</param>
    /// <param name="promptLength">Tokens of the prompt.</param>
    /// <param name="samples">Samples to draw.</param>
    /// <param name="maxTokens">The most tokens of a sample.</param>
    /// <param name="memoryBudget">The most bytes of a group's cache.</param>
    /// <exception cref="InvalidOperationException">Not even one sample fits the memory budget.</exception>
    public static SamplePlan For(
        DecoderLayout layout, long weightBytes, bool canPack, int promptLength, int samples, int maxTokens, long memoryBudget)
    {
        SamplePlan? best = null;
        var least = double.PositiveInfinity;
        foreach (var isPacked in canPack ? (ReadOnlySpan<bool>)[true, false] : [false])
        {
            for (var groups = 1; groups <= samples; groups++)
            {
                var largest = (samples + groups - 1) / groups;
                var cells = CellsOf(isPacked, promptLength, largest, maxTokens);
                if (cells > (layout.MostCells ?? int.MaxValue)
                    || KeyValueCache.BytesOf(layout, isPacked ? 1 : largest, cells) > memoryBudget)
                {
                    continue;
                }

                var cost = groups * CostOf(layout, weightBytes, isPacked, promptLength, (double)samples / groups, maxTokens);
                if (cost < least)
                {
                    (best, least) = (new(isPacked, Split(samples, groups)), cost);
                }
            }
        }

        return best ?? throw new InvalidOperationException(
            $"One sample of {maxTokens} tokens after a prompt of {promptLength} needs "
                + $"{KeyValueCache.BytesOf(layout, 1, promptLength + maxTokens):N0} bytes of cache; MemoryBudget is {memoryBudget:N0}. "
                + "Set MemoryBudget higher.");
    }

    /// <summary>Cells of a row: the last token of a sample needs none.</summary>
    public static int CellsOf(bool isPacked, int promptLength, int samples, int maxTokens) =>
        checked(promptLength + ((isPacked ? samples : 1) * (maxTokens - 1)));

    private static double CostOf(DecoderLayout layout, long weightBytes, bool isPacked, int promptLength, double samples, int maxTokens)
    {
        // Numbers of the keys of a cell, over all layers; values take as many again and are part of the measured factor.
        var numbers = (double)layout.AttentionNumbersPerCell;
        var meanCells = promptLength + ((isPacked ? samples : 1) * maxTokens / 2.0);
        var step = (PassPerWeightByte * weightBytes) + (samples * TokenPerWeightByte * weightBytes)
            + (samples * meanCells * numbers * (isPacked ? PackedPerNumber : RowPerNumber));
        return maxTokens * step;
    }

    private static int[] Split(int samples, int groups) =>
        [.. Enumerable.Range(0, groups).Select(group => ((samples * (group + 1)) / groups) - ((samples * group) / groups))];
}
