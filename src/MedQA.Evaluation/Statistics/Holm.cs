namespace MedQA.Evaluation.Statistics;

/// <summary>Corrects p values for having asked several questions at once (Holm, Scandinavian Journal of Statistics 6, 1979).</summary>
public static class Holm
{
    /// <summary>
    /// Adjusted p values in the order given: comparing each with α keeps the chance of any false finding in the family below α.
    /// </summary>
    /// <param name="p">The p values of the whole family, each from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is not from 0 to 1.</exception>
    public static double[] Adjust(ReadOnlySpan<double> p)
    {
        foreach (var value in p)
        {
            if (!(value is >= 0 and <= 1))
            {
                throw new ArgumentOutOfRangeException(nameof(p), value, "A p value must be between 0 and 1.");
            }
        }

        var values = p.ToArray();
        var order = Enumerable.Range(0, values.Length).OrderBy(index => values[index]).ToArray();
        var adjusted = new double[values.Length];
        var highest = 0.0;
        for (var rank = 0; rank < order.Length; rank++)
        {
            highest = Math.Max(highest, Math.Min(1, (order.Length - rank) * values[order[rank]]));
            adjusted[order[rank]] = highest;
        }

        return adjusted;
    }
}
