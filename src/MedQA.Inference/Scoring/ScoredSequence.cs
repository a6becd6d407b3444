namespace MedQA.Inference.Scoring;

/// <summary>A continuation to score, as token ids.</summary>
/// <param name="Context">The preceding tokens: the prompt's and any in between; at least 1.</param>
/// <param name="Continuation">The tokens whose probabilities count; at least 1.</param>
internal sealed record ScoredSequence(IReadOnlyList<int> Context, IReadOnlyList<int> Continuation)
{
    /// <summary>Tokens of both.</summary>
    public int Length => Context.Count + Continuation.Count;

    /// <summary>Returns the token at a place of both, one after the other.</summary>
    public int TokenAt(int place) => place < Context.Count ? Context[place] : Continuation[place - Context.Count];
}
