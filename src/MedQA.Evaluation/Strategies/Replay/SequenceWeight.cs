namespace MedQA.Evaluation.Strategies.Replay;

/// <summary>How much the vote of a reasoning counts (Wang et al., arXiv 2203.11171, table 1).</summary>
public enum SequenceWeight
{
    /// <summary>Every vote counts 1.</summary>
    None,

    /// <summary>The probability of the whole reasoning at temperature 1.</summary>
    Probability,

    /// <summary>Its geometric mean per token: exp of the mean log-probability.</summary>
    NormalizedProbability,
}
