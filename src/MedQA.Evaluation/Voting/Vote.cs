namespace MedQA.Evaluation.Voting;

/// <summary>The vote of one reasoning.</summary>
/// <param name="Option">The option voted for, 0-based.</param>
/// <param name="Weight">exp of the reasoning's mean log-probability per token at temperature 1, 0 to 1: it decides between options with
/// equally many votes.</param>
/// <param name="Forced">Whether the answer was forced.</param>
internal readonly record struct Vote(int Option, double Weight, bool Forced = false)
{
    /// <summary>Returns the weight of a reasoning.</summary>
    /// <param name="logLikelihood">Sum of the natural-log probabilities of its tokens at temperature 1.</param>
    /// <param name="tokens">How many tokens that sum has.</param>
    public static double WeightOf(double logLikelihood, int tokens) => tokens == 0 ? 1 : Math.Exp(logLikelihood / tokens);
}
