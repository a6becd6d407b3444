using MedQA.Inference.Sessions;

namespace MedQA.Inference.Decoding;

/// <summary>
/// How a sequence of tokens is cut into passes: a function of the graph and the number of tokens alone, so that the bits of a result are
/// too.
/// </summary>
internal static class ChunkPlan
{
    private const int MaxTokens = 512;
    private const int LeastTokens = 32;
    private const long MaxLogitBytes = 64L << 20;

    /// <summary>
    /// Returns the most tokens of a pass: 512, or fewer where the graph gives logits for every token and the vocabulary is large.
    /// </summary>
    public static int MostTokensOf(DecoderLayout layout) => layout.HasLogitsToKeep ? MaxTokens : MostLogitsOf(layout);

    /// <summary>Returns the most tokens of a pass that outputs logits.</summary>
    public static int MostLogitsOf(DecoderLayout layout) =>
        (int)Math.Clamp(MaxLogitBytes / ((long)sizeof(float) * layout.VocabularySize), LeastTokens, MaxTokens);

    /// <summary>Cuts tokens into chunks of nearly equal length, so that none has a single token unless there is only one.</summary>
    public static IEnumerable<(int Start, int Length)> Cut(int tokens, int most)
    {
        var chunks = (tokens + most - 1) / most;
        for (var chunk = 0; chunk < chunks; chunk++)
        {
            var start = (int)((long)tokens * chunk / chunks);
            yield return (start, (int)((long)tokens * (chunk + 1) / chunks) - start);
        }
    }
}
