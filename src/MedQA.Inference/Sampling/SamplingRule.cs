namespace MedQA.Inference.Sampling;

/// <summary>How a token is drawn from logits: temperature first, then top-k, then top-p among those, then min-p.</summary>
/// <param name="Temperature">0 for the most likely token, else the divisor of the logits.</param>
/// <param name="TopP">1 for all tokens.</param>
/// <param name="TopK">0 for all tokens.</param>
/// <param name="MinP">0 for all tokens.</param>
internal readonly record struct SamplingRule(double Temperature, double TopP = 1, int TopK = 0, double MinP = 0)
{
    /// <summary>Whether some tokens are left out.</summary>
    public bool IsTruncated => TopP < 1 || TopK > 0 || MinP > 0;
}
