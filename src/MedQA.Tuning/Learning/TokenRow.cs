using MedQA.Tuning.Exemplars;

namespace MedQA.Tuning.Learning;

/// <summary>A row of tokens for the model, with the tokens whose probabilities are wanted at its positions.</summary>
/// <param name="Tokens">At least one.</param>
/// <param name="Wanted">
/// The index of the preceding token; the token whose probability is wanted; and the index of the sum for its logarithm.
/// </param>
internal sealed record TokenRow(int[] Tokens, IReadOnlyList<(int Place, int Token, int Sum)> Wanted)
{
    /// <summary>Creates the row of a continuation after a context, with one sum.</summary>
    public static TokenRow Of(int[] context, int[] continuation, int sum) =>
        new([.. context, .. continuation[..^1]], [.. continuation.Select((token, index) => (context.Length - 1 + index, token, sum))]);

    /// <summary>Creates the row of an exemplar's answer.</summary>
    public static TokenRow Of(TuningExample example, int sum) => Of(example.Prompt, example.Answer, sum);

    /// <summary>
    /// Groups rows of similar length into batches with a maximum number of tokens, including padding; a longer row is a batch of its own.
    /// </summary>
    public static IEnumerable<TokenRow[]> Divide(IEnumerable<TokenRow> rows, int mostTokens)
    {
        var batch = new List<TokenRow>();
        foreach (var row in rows.OrderBy(static row => row.Tokens.Length))
        {
            // Rows are sorted by length, so the last is the longest.
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
