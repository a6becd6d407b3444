using MedQA.Evaluation.Randomness;

namespace MedQA.Evaluation.Statistics;

/// <summary>
/// Percentile intervals from resampling (Efron, Annals of Statistics 7, 1979): the same items drawn again with replacement, as often as
/// there are items, and the statistic computed from each such resample. Seeded: the same key gives the same interval.
/// </summary>
internal static class Bootstrap
{
    /// <summary>Resamples where nothing else is asked for.</summary>
    public const int DefaultResamples = 1000;

    /// <summary>Returns the interval of any statistic of a number of items.</summary>
    /// <param name="items">How many items there are; at least 1.</param>
    /// <param name="statistic">The statistic of a resample, given the indices of its items; NaN if a resample leaves it
    /// undefined.</param>
    /// <param name="key">Key of the random stream, as <see cref="RandomStream.KeyOf"/> makes it.</param>
    /// <param name="resamples">At least 1.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    /// <returns>The percentiles of the defined values; <see langword="null"/> if not even half of the resamples define the
    /// statistic.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    internal static Interval? Percentile(
        int items, Func<ReadOnlySpan<int>, double> statistic, ulong key, int resamples = DefaultResamples, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(statistic);
        Check(items, resamples, confidence);
        var (indices, values) = (new int[items], new double[resamples]);
        for (var resample = 0; resample < resamples; resample++)
        {
            Draw(key, resample, items, indices);
            values[resample] = statistic(indices);
        }

        return Percentiles(values, confidence);
    }

    /// <summary>Returns the intervals of all calibration figures, from the same resamples of the answers.</summary>
    /// <inheritdoc cref="Percentile" path="//param|//exception"/>
    /// <returns><see langword="null"/> if all answers are right or all are wrong: no resample shows how it could be otherwise.</returns>
    public static CalibrationIntervals? Calibration(
        ConfidenceTable table, ulong key, int resamples = DefaultResamples, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(table);
        Check(table.Count, resamples, confidence);
        var cellOfAnswer = new int[table.Count];
        var next = 0;
        for (var level = 0; level < table.Levels.Length; level++)
        {
            cellOfAnswer.AsSpan(next, table.Levels[level].Right).Fill(2 * level);
            cellOfAnswer.AsSpan(next + table.Levels[level].Right, table.Levels[level].Wrong).Fill((2 * level) + 1);
            next += table.Levels[level].Count;
        }

        var indices = new int[table.Count];
        return Calibration(table, resamples, confidence, (resample, counts) =>
        {
            Draw(key, resample, table.Count, indices);
            foreach (var index in indices)
            {
                counts[cellOfAnswer[index]]++;
            }
        });
    }

    /// <summary>
    /// Returns the same where answers come in clusters, which are drawn whole. Percentiles of a resampling of m things are too narrow by
    /// about √((m − 1) / m) and by the normal distribution in place of Student's; both are made good (Hesterberg, The American Statistician
    /// 69, 2015).
    /// </summary>
    internal static CalibrationIntervals? Calibration(
        ClusteredConfidences answers, ulong key, int resamples = DefaultResamples, double confidence = 0.95)
    {
        Check(answers.Count, resamples, confidence);
        if (answers.Count < 2)
        {
            return null;
        }

        var (clusters, indices) = (answers.Cells(), new int[answers.Count]);
        var expanded = StandardErrors.SmallSample(answers.Count) * StudentT.TwoSidedQuantile(confidence, answers.Count - 1);
        return Calibration(answers.Table, resamples, 1 - Normal.TwoSidedTail(expanded), (resample, counts) =>
        {
            Draw(key, resample, clusters.Length, indices);
            foreach (var index in indices)
            {
                foreach (var cell in clusters[index])
                {
                    counts[cell]++;
                }
            }
        });
    }

    /// <param name="table">The answers.</param>
    /// <param name="resamples">How often to draw.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    /// <param name="draw">Counts the answers of a resample into cells: twice the level, and one more for wrong answers.</param>
    private static CalibrationIntervals? Calibration(ConfidenceTable table, int resamples, double confidence, Action<int, int[]> draw)
    {
        if (table.Levels.All(static level => level.Wrong == 0) || table.Levels.All(static level => level.Right == 0))
        {
            return null;
        }

        var harmonic = CalibrationFigures.Harmonic(table.Count);
        var (counts, levels, figures) = (new int[2 * table.Levels.Length], table.Levels.ToArray(), new CalibrationFigures[resamples]);
        for (var resample = 0; resample < resamples; resample++)
        {
            Array.Clear(counts);
            draw(resample, counts);
            for (var level = 0; level < levels.Length; level++)
            {
                levels[level] = levels[level] with { Right = counts[2 * level], Wrong = counts[(2 * level) + 1] };
            }

            // Clusters of unequal size make resamples of unequal size.
            var drawn = counts.Sum();
            harmonic = drawn < harmonic.Length ? harmonic : CalibrationFigures.Harmonic(drawn + (drawn / 8));
            figures[resample] = CalibrationFigures.Of(levels, harmonic);
        }

        return new CalibrationIntervals(
            IntervalOf(static figure => figure.ExpectedError)!.Value,
            IntervalOf(static figure => figure.MaximumError)!.Value,
            IntervalOf(static figure => figure.Brier)!.Value,
            IntervalOf(static figure => figure.Auroc ?? double.NaN),
            IntervalOf(static figure => figure.Aurc)!.Value,
            IntervalOf(static figure => figure.ExcessAurc)!.Value);

        Interval? IntervalOf(Func<CalibrationFigures, double> figure) => Percentiles([.. figures.Select(figure)], confidence);
    }

    /// <summary>
    /// Item numbers of one resample: each 32-bit word of a Philox block is one draw, so counter and resample alone decide it.
    /// </summary>
    private static void Draw(ulong key, int resample, int items, Span<int> indices)
    {
        for (var i = 0; i < indices.Length; i += 4)
        {
            var (first, second, third, fourth) = Philox4x32.Block(key, (uint)(i / 4), (uint)resample, 0, 0);
            ReadOnlySpan<uint> words = [first, second, third, fourth];
            for (var word = 0; word < Math.Min(4, indices.Length - i); word++)
            {
                indices[i + word] = (int)(((ulong)words[word] * (ulong)items) >> 32);
            }
        }
    }

    private static Interval? Percentiles(double[] values, double confidence)
    {
        var defined = values.Where(static value => !double.IsNaN(value)).Order().ToArray();
        if (2 * defined.Length < values.Length)
        {
            return null;
        }

        var tail = (1 - confidence) / 2;
        return new Interval(Quantile(defined, tail), Quantile(defined, 1 - tail));
    }

    /// <summary>
    /// Linear between the order statistics (type 7 of Hyndman and Fan, The American Statistician 50, 1996), as NumPy does.
    /// </summary>
    private static double Quantile(double[] ordered, double probability)
    {
        var place = probability * (ordered.Length - 1);
        var below = (int)Math.Floor(place);
        return below + 1 >= ordered.Length ? ordered[^1] : ordered[below] + ((place - below) * (ordered[below + 1] - ordered[below]));
    }

    private static void Check(int items, int resamples, double confidence)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(items, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 1);
        BinomialInterval.CheckConfidence(confidence);
    }
}

/// <summary>Bootstrap intervals of the figures of the same names in <see cref="CalibrationFigures"/>.</summary>
/// <param name="ExpectedError">Of the ECE. The ECE of a resample tends to be larger than that of the answers themselves: read it as an
/// upper range.</param>
/// <param name="MaximumError">Of the MCE.</param>
/// <param name="Brier">Of the Brier score.</param>
/// <param name="Auroc">Of the AUROC; <see langword="null"/> if most resamples leave it undefined.</param>
/// <param name="Aurc">Of the AURC.</param>
/// <param name="ExcessAurc">Of the E-AURC.</param>
public sealed record CalibrationIntervals(
    Interval ExpectedError, Interval MaximumError, Interval Brier, Interval? Auroc, Interval Aurc, Interval ExcessAurc);
