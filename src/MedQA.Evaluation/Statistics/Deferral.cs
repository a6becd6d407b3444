using System.Collections.Immutable;

namespace MedQA.Evaluation.Statistics;

/// <summary>
/// What is gained when the least confident answers are left to a person (selective prediction; Med-PaLM, Nature 620, figure "deferral").
/// </summary>
internal static class Deferral
{
    /// <summary>A fraction this close to a whole number of answers means that number: (1 − 0.7) · 100 is 30.</summary>
    private const double RoundingOfFractions = 1e-9;

    /// <summary>
    /// Returns the accuracy of the answers kept when a fraction f of all n is deferred, the least confident first: of m = (1 − f)·n kept
    /// ones those above the threshold count as they are, and the rest of m comes from the level at the threshold at that level's accuracy,
    /// as if drawn from it at random.
    /// </summary>
    /// <param name="table">The answers.</param>
    /// <param name="clustered">The same answers one by one; <see langword="null"/> if each stands alone.</param>
    /// <param name="deferredFraction">f, from 0 to below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is outside its range.</exception>
    /// <exception cref="ArgumentException">The table is empty.</exception>
    internal static DeferralPoint At(ConfidenceTable table, ClusteredConfidences? clustered, double deferredFraction)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (!(deferredFraction is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(deferredFraction), deferredFraction, "A deferred fraction is at least 0 and below 1.");
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
                return Point(i);
            }

            above += level.Count;
            right += level.Right;
        }

        return Point(0);

        DeferralPoint Point(int place)
        {
            var level = table.Levels[place];
            var accuracy = (right + ((kept - above) * level.Accuracy)) / kept;
            var share = level.Count == 0 ? 0 : (kept - above) / level.Count;
            return new(deferredFraction, kept, level.Confidence, accuracy)
            {
                Interval = IntervalOf(table, clustered, place, share, kept, accuracy)
            };
        }
    }

    /// <summary>
    /// Returns a score interval with the variance that the accuracy has because the threshold is found on the same answers: an answer
    /// pushes it by how far it differs from the accuracy at the threshold, since one more kept answer pushes one out there.
    /// </summary>
    private static Interval IntervalOf(
        ConfidenceTable table, ClusteredConfidences? clustered, int place, double share, double kept, double accuracy)
    {
        var atThreshold = table.Levels[place].Accuracy;
        var (sum, squares) = (0.0, 0.0);
        for (var level = place; level < table.Levels.Length; level++)
        {
            var (right, wrong) = (Push(level, true), Push(level, false));
            sum += (table.Levels[level].Right * right) + (table.Levels[level].Wrong * wrong);
            squares += (table.Levels[level].Right * right * right) + (table.Levels[level].Wrong * wrong * wrong);
        }

        var variance = (squares - (sum * sum / table.Count)) / (kept * kept);
        var (spread, quantile) = (accuracy * (1 - accuracy), Normal.TwoSidedQuantile(0.95));
        var worth = variance > 0 && spread > 0 ? Math.Min(table.Count, spread / variance) : kept;
        if (clustered is not null)
        {
            if (clustered.Count < 2)
            {
                return new Interval(0, 1);
            }

            var effect = variance > 0 && spread > 0 ? DesignEffect.Of(clustered.Sums(Push))
                : Math.Max(1, kept / clustered.LeastEffective(level => level >= place));
            quantile = DesignEffect.Quantile(0.95, effect, clustered.Count);
            worth /= effect;
        }

        return BinomialInterval.Score(accuracy * worth, worth, quantile);

        double Push(int level, bool right) => level < place ? 0 : (level == place ? share : 1) * ((right ? 1 : 0) - atThreshold);
    }

    /// <summary>
    /// Returns the accuracy of the answers with at least each confidence that occurs, from the highest down: the risk-coverage curve's
    /// exact points.
    /// </summary>
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
public sealed record DeferralPoint(double Deferred, double Kept, double Threshold, double Accuracy)
{
    /// <summary>
    /// 95 % interval of <see cref="Accuracy"/> on new questions of which the same fraction is deferred; <see langword="null"/> in reports
    /// under version 1 of the rules.
    /// </summary>
    public Interval? Interval { get; init; }
}

/// <summary>The answers whose confidence is at least a threshold.</summary>
/// <param name="Threshold">The confidence.</param>
/// <param name="Kept">How many answers have at least it.</param>
/// <param name="Right">How many of them are right.</param>
/// <param name="Coverage"><paramref name="Kept"/> over all answers.</param>
/// <param name="Accuracy"><paramref name="Right"/> / <paramref name="Kept"/>; the risk is 1 less this.</param>
public sealed record RiskCoveragePoint(double Threshold, int Kept, int Right, double Coverage, double Accuracy);
