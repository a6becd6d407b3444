using System.Collections.Immutable;

namespace MedQA.Evaluation.Statistics;

/// <summary>How well confidence says whether an answer is right.</summary>
/// <param name="ExpectedError">ECE: mean over the answers of |accuracy − mean confidence| of their bin (Guo et al., ICML 2017, equation 3);
/// 10 bins.</param>
/// <param name="MaximumError">MCE: the largest such difference (equation 5).</param>
/// <param name="Brier">Mean of (confidence − 1 if right, 0 if wrong)².</param>
/// <param name="Auroc">The probability that a right answer has more confidence than a wrong one, ties ½; <see langword="null"/> if all
/// answers are right or all are wrong.</param>
/// <param name="Aurc">Area under the risk-coverage curve: the mean, over all numbers of answers kept, of the share of wrong ones among the
/// most confident (Geifman and El-Yaniv, NeurIPS 2017); within a level of equal confidence the expectation over its orders. Lower is
/// better.</param>
/// <param name="ExcessAurc">E-AURC: <paramref name="Aurc"/> less what the best order of the same answers gives (Geifman et al., ICLR
/// 2019).</param>
public sealed record CalibrationFigures(
    double ExpectedError, double MaximumError, double Brier, double? Auroc, double Aurc, double ExcessAurc)
{
    /// <summary>Computes the figures.</summary>
    /// <exception cref="ArgumentException">The table is empty.</exception>
    public static CalibrationFigures Of(ConfidenceTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.Count == 0)
        {
            throw new ArgumentException("Calibration needs at least one answer.", nameof(table));
        }

        return Of(table.Levels.AsSpan(), Harmonic(table.Count));
    }

    /// <summary>Returns the bins that hold answers: what a calibration plot shows.</summary>
    public static ImmutableArray<CalibrationBin> BinsOf(ConfidenceTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return
        [
            .. table.Levels.GroupBy(static level => level.Bin).OrderBy(static bin => bin.Key).Select(static bin =>
            {
                var count = bin.Sum(static level => level.Count);
                return new CalibrationBin(
                    bin.Key,
                    count,
                    bin.Sum(static level => level.Confidence * level.Count) / count,
                    bin.Sum(static level => (double)level.Right) / count);
            }),
        ];
    }

    /// <param name="levels">Levels by rising confidence; levels without answers are passed over.</param>
    /// <param name="harmonic">1 + 1/2 + … + 1/i at place i, up to the number of answers.</param>
    internal static CalibrationFigures Of(ReadOnlySpan<ConfidenceLevel> levels, double[] harmonic)
    {
        var (binCounts, binConfidences, binRight) =
            (new int[ConfidenceTable.Bins], new double[ConfidenceTable.Bins], new int[ConfidenceTable.Bins]);
        var (brier, ordered, rightBelowOrHere, wrongBelow) = (0.0, 0.0, 0L, 0L);
        foreach (ref readonly var level in levels)
        {
            binCounts[level.Bin] += level.Count;
            binConfidences[level.Bin] += level.Confidence * level.Count;
            binRight[level.Bin] += level.Right;
            brier += (level.Right * (1 - level.Confidence) * (1 - level.Confidence)) + (level.Wrong * level.Confidence * level.Confidence);
            ordered += level.Right * (wrongBelow + (level.Wrong / 2.0));
            wrongBelow += level.Wrong;
            rightBelowOrHere += level.Right;
        }

        var (expected, maximum) = (0.0, 0.0);
        for (var bin = 0; bin < ConfidenceTable.Bins; bin++)
        {
            if (binCounts[bin] > 0)
            {
                var gap = Math.Abs(binRight[bin] - binConfidences[bin]);
                expected += gap;
                maximum = Math.Max(maximum, gap / binCounts[bin]);
            }
        }

        var n = (int)(rightBelowOrHere + wrongBelow);
        var aurc = AreaUnderRisk(levels, n, harmonic);
        return new CalibrationFigures(
            expected / n,
            maximum,
            brier / n,
            rightBelowOrHere == 0 || wrongBelow == 0 ? null : ordered / ((double)rightBelowOrHere * wrongBelow),
            aurc,
            aurc - LeastAreaUnderRisk(n, (int)wrongBelow, harmonic));
    }

    internal static double[] Harmonic(int count)
    {
        var sums = new double[count + 1];
        for (var i = 1; i <= count; i++)
        {
            sums[i] = sums[i - 1] + (1.0 / i);
        }

        return sums;
    }

    /// <summary>
    /// With a answers above a level, w of them wrong, the expected share of wrong ones among the first i is (w + (i − a)·r) / i inside the
    /// level, r its own share: r plus (w − a·r)/i.
    /// </summary>
    private static double AreaUnderRisk(ReadOnlySpan<ConfidenceLevel> levels, int count, double[] harmonic)
    {
        var (above, wrongAbove, sum) = (0, 0, 0.0);
        for (var i = levels.Length - 1; i >= 0; i--)
        {
            var level = levels[i];
            if (level.Count == 0)
            {
                continue;
            }

            var risk = (double)level.Wrong / level.Count;
            sum += (level.Count * risk) + ((wrongAbove - (above * risk)) * (harmonic[above + level.Count] - harmonic[above]));
            above += level.Count;
            wrongAbove += level.Wrong;
        }

        return sum / count;
    }

    /// <summary>All right answers first: the i-th of them adds no risk, then (i − right) / i.</summary>
    private static double LeastAreaUnderRisk(int count, int wrong, double[] harmonic)
    {
        var right = count - wrong;
        return (wrong - (right * (harmonic[count] - harmonic[right]))) / count;
    }
}

/// <summary>The answers whose confidence falls in one bin.</summary>
/// <param name="Bin">0 for confidences up to 0.1, 9 for those above 0.9.</param>
/// <param name="Count">How many answers.</param>
/// <param name="MeanConfidence">Their mean confidence.</param>
/// <param name="Accuracy">The share of right ones.</param>
public sealed record CalibrationBin(int Bin, int Count, double MeanConfidence, double Accuracy)
{
    /// <summary>Where answers come in clusters, the interval from them; else <see langword="null"/>.</summary>
    public Interval? OfClusters { get; init; }

    /// <summary>
    /// 95 % interval of <see cref="Accuracy"/>: <see cref="OfClusters"/>, or Clopper-Pearson's where answers stand alone.
    /// </summary>
    public Interval Interval => OfClusters ?? BinomialInterval.ClopperPearson((int)Math.Round(Accuracy * Count), Count);
}
