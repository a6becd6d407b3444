namespace MedQA.Inference.Decoding;

/// <summary>Samples of one prompt that grow together, one token each per step.</summary>
internal abstract class SampleBatch
{
    /// <summary>Appends a token to each sample that continues.</summary>
    /// <param name="samples">The samples' places in the batch, ascending; a sample that is left out once has left for good.</param>
    /// <param name="tokens">The token of each.</param>
    public abstract void Step(ReadOnlySpan<int> samples, ReadOnlySpan<int> tokens);

    /// <summary>Returns the logits after the token of the n-th sample of the last step; valid until the next.</summary>
    public abstract ReadOnlySpan<float> LogitsOf(int index);
}
