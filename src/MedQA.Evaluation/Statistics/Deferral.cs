using System.Collections.Immutable;

namespace MedQA.Evaluation.Statistics;

/// <summary>What is gained when the least confident answers are left to a person (selective prediction; Med-PaLM, Nature 620, figure "deferral").</summary>
public static class Deferral
{
    /// <summary>So near to a whole number of answers, a fraction of them means that number: (1 − 0.7) · 100 is 30.</summary>
    private const double RoundingOfFractions = 1e-9;

    /// <summary>
    /// The accuracy of the answers kept when a fraction f of all n is deferred, the least confident first: of m = (1 − f)·n kept ones those above the threshold
    /// count as they are, and the rest of m comes from the level at the threshold at that level's accuracy, as if drawn from it at random.
    /// </summary>
    /// <param name="table">The answers.</param>
    /// <param name="deferredFraction">f, from 0 to below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is outside its range.</exception>
    /// <exception cref="ArgumentException">The table is empty.</exception>
    public static DeferralPoint At(ConfidenceTable table, double deferredFraction)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (!(deferredFraction is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(deferredFraction), deferredFraction, "A deferred fraction is at least 0 and below 1.");
        }

        if (table.Count == 0)
        {
            throw new ArgumentException("Deferral needs at least one answer.", nameof(table));
        }

        var kept = (1 - deferredFraction) * table.Count;
        var (above, right) = (0, 0);
        for (var i = table.Levels.Length - 1; i > 0; i--)
        {
            var level = table.Levels[i];
            if (above + level.Count >= kept - RoundingOfFractions)
            {
                return Point(level);
            }

            above += level.Count;
            right += level.Right;
        }

        return Point(table.Levels[0]);

        DeferralPoint Point(ConfidenceLevel level) => new(deferredFraction, kept, level.Confidence, (right + ((kept - above) * level.Accuracy)) / kept);
    }

    /// <summary>The accuracy of the answers with at least each confidence that occurs, from the highest down: the risk-coverage curve's exact points.</summary>
    public static ImmutableArray<RiskCoveragePoint> RiskCoverage(ConfidenceTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var points = ImmutableArray.CreateBuilder<RiskCoveragePoint>(table.Levels.Length);
        var (kept, right) = (0, 0);
        for (var i = table.Levels.Length - 1; i >= 0; i--)
        {
            kept += table.Levels[i].Count;
            right += table.Levels[i].Right;
            points.Add(new RiskCoveragePoint(table.Levels[i].Confidence, kept, right, (double)kept / table.Count, (double)right / kept));
        }

        return points.MoveToImmutable();
    }
}

/// <summary>The accuracy when a fraction of the answers is deferred.</summary>
/// <param name="Deferred">The fraction deferred.</param>
/// <param name="Kept">How many answers are kept: a fraction of the number of answers, not always whole.</param>
/// <param name="Threshold">The confidence below which everything is deferred; of the answers at it some are.</param>
/// <param name="Accuracy">Expected share of right ones among the kept.</param>
public sealed record DeferralPoint(double Deferred, double Kept, double Threshold, double Accuracy);

/// <summary>The answers whose confidence is at least a threshold.</summary>
/// <param name="Threshold">The confidence.</param>
/// <param name="Kept">How many answers have at least it.</param>
/// <param name="Right">How many of them are right.</param>
/// <param name="Coverage"><paramref name="Kept"/> over all answers.</param>
/// <param name="Accuracy"><paramref name="Right"/> / <paramref name="Kept"/>; the risk is 1 less this.</param>
public sealed record RiskCoveragePoint(double Threshold, int Kept, int Right, double Coverage, double Accuracy);
