using MedQA.Tuning.Exemplars;

namespace MedQA.Tuning.Learning;

/// <summary>A row of tokens that the model reads, and which tokens' probabilities are wanted after which of them.</summary>
/// <param name="Tokens">At least one.</param>
/// <param name="Wanted">The token in front, by its place in the row; the token whose probability is wanted; and the sum that its logarithm
/// belongs to.</param>
internal sealed record TokenRow(int[] Tokens, IReadOnlyList<(int Place, int Token, int Sum)> Wanted)
{
    /// <summary>The row of a continuation after a context, all in one sum.</summary>
    public static TokenRow Of(int[] context, int[] continuation, int sum) =>
        new([.. context, .. continuation[..^1]], [.. continuation.Select((token, index) => (context.Length - 1 + index, token, sum))]);

    /// <summary>The row of an exemplar's answer.</summary>
    public static TokenRow Of(TuningExample example, int sum) => Of(example.Prompt, example.Answer, sum);

    /// <summary>
    /// Divides rows into batches of similar length whose tokens, padding included, are at most so many; a longer row stands alone.
    /// </summary>
    public static IEnumerable<TokenRow[]> Divide(IEnumerable<TokenRow> rows, int mostTokens)
    {
        var batch = new List<TokenRow>();
        foreach (var row in rows.OrderBy(static row => row.Tokens.Length))
        {
            // The rows come with growing length: the last one is the longest.
            if (batch.Count > 0 && (batch.Count + 1) * row.Tokens.Length > mostTokens)
            {
                yield return [.. batch];
                batch.Clear();
            }

            batch.Add(row);
        }

        if (batch.Count > 0)
        {
            yield return [.. batch];
        }
    }
}
