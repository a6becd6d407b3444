namespace MedQA.Evaluation.Profiles;

/// <summary>The strategies that a profile can name; DESIGN section 3.</summary>
public static class StrategyNames
{
    /// <summary>A direct answer after worked examples, at temperature 0.</summary>
    public const string FewShot = "few-shot";

    /// <summary>One greedy reasoning, then the answer (Wei et al., arXiv 2201.11903).</summary>
    public const string ChainOfThought = "chain-of-thought";

    /// <summary>Several sampled reasonings and the plurality of their answers (Wang et al., arXiv 2203.11171).</summary>
    public const string SelfConsistency = "self-consistency";

    /// <summary>
    /// Self-consistency with so many samples (41 in Med-PaLM) that the share of votes is a confidence to defer by (Singhal et al., Nature
    /// 620, 2023).
    /// </summary>
    public const string Deferral = "deferral";

    /// <summary>
    /// Self-consistency in waves that stops when more samples would not change the answer (Aggarwal et al., arXiv 2305.11860).
    /// </summary>
    public const string AdaptiveSelfConsistency = "adaptive-self-consistency";

    /// <summary>The log-likelihood of each option, without sampling.</summary>
    public const string Likelihood = "likelihood";

    /// <summary>Self-consistency with the options in another order for each sample (Nori et al., arXiv 2311.16452).</summary>
    public const string ChoiceShuffle = "choice-shuffle";

    /// <summary>Reasonings, then answers that are conditioned on them (Singhal et al., Nature Medicine 31, 2025).</summary>
    public const string EnsembleRefinement = "ensemble-refinement";

    /// <summary>A free answer, for people to rate.</summary>
    public const string LongForm = "long-form";

    /// <summary>Self-consistency in which each reasoning votes with its distribution over all options.</summary>
    public const string SoftSelfConsistency = "soft-self-consistency";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        FewShot, ChainOfThought, SelfConsistency, Deferral, AdaptiveSelfConsistency, Likelihood, ChoiceShuffle, EnsembleRefinement,
        LongForm, SoftSelfConsistency,
    ];

    /// <summary>Whether a strategy takes several samples of a question.</summary>
    internal static bool TakesSamples(string strategy) =>
        strategy is SelfConsistency or Deferral or AdaptiveSelfConsistency or ChoiceShuffle or EnsembleRefinement or SoftSelfConsistency;
}
