using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Rating;

/// <summary>How many of the answers that a judge rates people must rate, too.</summary>
public static class PredictionPoweredSize
{
    /// <summary>
    /// Returns the fewest answers that people must rate for a corrected share whose 95 % interval is expected to be no longer than asked.
    /// </summary>
    /// <param name="width">The longest interval, between 0 and 1.</param>
    /// <param name="answers">Answers that the judge rates; those that people do not rate are the further ones.</param>
    /// <param name="share">People's favourable share, between 0 and 1.</param>
    /// <param name="sensitivity">Of favourable answers, the share that the judge finds favourable, from 0 to 1.</param>
    /// <param name="specificity">Of the others, the share that the judge does not find favourable, from 0 to 1.</param>
    /// <returns>At least the number from which on intervals can be trusted; <see langword="null"/> if all answers are too few.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A figure is outside its range.</exception>
    public static int? RatedFor(double width, int answers, double share, double sensitivity, double specificity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(width, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(share, 1);
        var (few, enough) = (PredictionPowered.FewestRated - 1, answers);
        if (answers <= few || WidthOf(answers) > width)
        {
            return null;
        }

        while (enough - few > 1)
        {
            var middle = few + ((enough - few) / 2);
            (few, enough) = WidthOf(middle) <= width ? (few, middle) : (middle, enough);
        }

        return enough;

        double WidthOf(int rated) => PredictionPowered.ExpectedWidth(share, sensitivity, specificity, rated, answers - rated);
    }
}
