using System.Collections.Immutable;
using MedQA.Evaluation.Randomness;

namespace MedQA.Evaluation.Rating;

/// <summary>Draws the questions of a study.</summary>
public static class StudySampling
{
    /// <summary>
    /// Draws questions of data sets without replacement. Each question's chance comes from its own stream: the draw does not depend on
    /// the order of the questions, and a larger draw of the same seed has the smaller one in it.
    /// </summary>
    /// <param name="questions">Data set and id of each question.</param>
    /// <param name="strata">The number of questions from each data set, in the order of the result.</param>
    /// <param name="seed">The seed of the draw.</param>
    /// <returns>The places of the drawn questions, by stratum and within it as drawn; fewer where a data set has fewer.</returns>
    public static ImmutableArray<int> Draw(
        IReadOnlyList<(string Dataset, string Id)> questions, IReadOnlyList<(string Dataset, int Count)> strata, long seed)
    {
        ArgumentNullException.ThrowIfNull(questions);
        ArgumentNullException.ThrowIfNull(strata);
        return
        [
            .. strata.SelectMany(stratum => Enumerable.Range(0, questions.Count)
                .Where(place => questions[place].Dataset == stratum.Dataset)
                .OrderBy(place => RandomStream.For("study-sample", seed, stratum.Dataset, questions[place].Id).Uniform(0))
                .ThenBy(place => questions[place].Id, StringComparer.Ordinal)
                .Take(stratum.Count)),
        ];
    }
}
