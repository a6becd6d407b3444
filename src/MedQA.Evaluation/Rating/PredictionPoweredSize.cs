using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Rating;

/// <summary>How many of the answers that a judge rates people must rate, too.</summary>
public static class PredictionPoweredSize
{
    /// <summary>
    /// Answers on which people and judge must be expected to differ: twice as many as the report needs, of which chance leaves it too few
    /// in about 6 of 100 studies.
    /// </summary>
    public const int FewestExpectedDifferences = 2 * PredictionPowered.FewestDifferences;

    /// <summary>Returns on how many of so many answers people and judge are expected to differ.</summary>
    /// <param name="answers">Answers that both rate.</param>
    /// <param name="share">People's favourable share, between 0 and 1.</param>
    /// <param name="sensitivity">Of favourable answers, the share that the judge finds favourable, from 0 to 1.</param>
    /// <param name="specificity">Of the others, the share that the judge does not find favourable, from 0 to 1.</param>
    public static double ExpectedDifferences(int answers, double share, double sensitivity, double specificity) =>
        answers * ((share * (1 - sensitivity)) + ((1 - share) * (1 - specificity)));

    /// <summary>
    /// Returns the fewest answers that people must rate for a corrected share whose 95 % interval is expected to be no longer than asked.
    /// </summary>
    /// <param name="width">The longest interval, between 0 and 1.</param>
    /// <param name="answers">Answers that the judge rates; those that people do not rate are the further ones.</param>
    /// <param name="share">People's favourable share, between 0 and 1.</param>
    /// <param name="sensitivity">Of favourable answers, the share that the judge finds favourable, from 0 to 1.</param>
    /// <param name="specificity">Of the others, the share that the judge does not find favourable, from 0 to 1.</param>
    /// <returns>
    /// At least the number from which on intervals can be trusted: that needs <see cref="FewestExpectedDifferences"/>, too.
    /// <see langword="null"/> if all answers are too few.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A figure is outside its range.</exception>
    public static int? RatedFor(double width, int answers, double share, double sensitivity, double specificity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(width, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(share, 1);

        // 6 / 0.12 is a little above 50 in binary fractions.
        var least = Math.Max(
            PredictionPowered.FewestRated,
            Math.Ceiling((FewestExpectedDifferences / ExpectedDifferences(1, share, sensitivity, specificity)) - 1e-9));
        if (answers < least || WidthOf(answers) > width)
        {
            return null;
        }

        var (few, enough) = ((int)least - 1, answers);
        while (enough - few > 1)
        {
            var middle = few + ((enough - few) / 2);
            (few, enough) = WidthOf(middle) <= width ? (few, middle) : (middle, enough);
        }

        return enough;

        double WidthOf(int rated) => PredictionPowered.ExpectedWidth(share, sensitivity, specificity, rated, answers - rated);
    }
}
