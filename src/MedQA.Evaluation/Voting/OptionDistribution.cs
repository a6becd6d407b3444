using System.Collections.Immutable;

namespace MedQA.Evaluation.Voting;

/// <summary>Probabilities of a question's options.</summary>
internal static class OptionDistribution
{
    /// <summary>
    /// Returns the softmax of log-likelihoods: what a model believes if one of the options must follow. Uniform where none is possible at
    /// all.
    /// </summary>
    /// <param name="logLikelihoods">Natural-log likelihood per option; at least one.</param>
    public static ImmutableArray<double> Of(IReadOnlyList<double> logLikelihoods)
    {
        ArgumentNullException.ThrowIfNull(logLikelihoods);
        var highest = logLikelihoods.Max();
        if (double.IsNegativeInfinity(highest))
        {
            return [.. logLikelihoods.Select(_ => 1.0 / logLikelihoods.Count)];
        }

        var weights = logLikelihoods.Select(logLikelihood => Math.Exp(logLikelihood - highest)).ToList();
        var sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }

    /// <summary>Returns the mean of distributions over the same options.</summary>
    /// <param name="distributions">At least one; all equally long.</param>
    public static ImmutableArray<double> Mean(IReadOnlyCollection<ImmutableArray<double>> distributions)
    {
        ArgumentNullException.ThrowIfNull(distributions);
        var options = distributions.First().Length;
        return [.. Enumerable.Range(0, options)
            .Select(option => distributions.Sum(distribution => distribution[option]) / distributions.Count)];
    }
}
