namespace MedQA.Evaluation.Strategies.Replay;

/// <summary>What another strategy would have answered from the samples that were stored.</summary>
/// <param name="Answer">The option, or <see langword="null"/> without a vote.</param>
/// <param name="Samples">How many of the samples it would have drawn.</param>
/// <param name="Tokens">How many tokens these have.</param>
/// <param name="Tie">Whether it was chosen among options with equally many votes.</param>
/// <param name="Confidence">What the strategy's answers are deferred by: the votes' share of the samples, their share of the weights, or
/// the stopping posterior; <see langword="null"/> for a single sample.</param>
/// <param name="StoppingPosterior">P(Beta(a + 1, b + 1) &gt; 0.5) when it stopped; <see langword="null"/> if it does not stop
/// early.</param>
public sealed record ReplayedAnswer(
    int? Answer, int Samples, int Tokens, bool Tie = false, double? StoppingPosterior = null, double? Confidence = null);
