namespace MedQA.Evaluation.Statistics;

/// <summary>A mean with its standard error.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="StandardError">Its standard error.</param>
public readonly record struct MeanWithError(double Mean, double StandardError)
{
    /// <summary>
    /// Returns the mean, give or take as many standard errors as Student's distribution asks for: for values that are not shares of right
    /// answers.
    /// </summary>
    /// <param name="freedom">Degrees of freedom of the standard error: one less than there are values; at least 1.</param>
    /// <param name="confidence">Between 0 and 1, both excluded.</param>
    public Interval IntervalAt(int freedom, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(freedom, 1);
        var half = StudentT.TwoSidedQuantile(confidence, freedom) * StandardError;
        return new Interval(Mean - half, Mean + half);
    }
}

/// <summary>Standard errors of means over questions (Miller, "Adding error bars to evals", arXiv 2411.00640).</summary>
public static class StandardErrors
{
    /// <summary>Returns the mean of values that are independent of each other: root of the mean squared deviation, over root n.</summary>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public static MeanWithError Independent(ReadOnlySpan<double> values)
    {
        var mean = Mean(values);
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += (value - mean) * (value - mean);
        }

        return new MeanWithError(mean, Math.Sqrt(sum) / values.Length);
    }

    /// <summary>
    /// Returns the mean of values of which those of one cluster (equal questions, questions on one passage) may depend on each other: the
    /// sandwich estimator without a small-sample factor (section 2.2).
    /// </summary>
    /// <param name="values">The values.</param>
    /// <param name="clusters">The cluster of each.</param>
    /// <exception cref="ArgumentException">There is no value, or the lengths differ.</exception>
    public static MeanWithError Clustered<TCluster>(ReadOnlySpan<double> values, ReadOnlySpan<TCluster> clusters)
        where TCluster : notnull
    {
        CheckLengths(values.Length, clusters.Length);
        var mean = Mean(values);
        var deviations = new Dictionary<TCluster, double>();
        for (var i = 0; i < values.Length; i++)
        {
            deviations[clusters[i]] = deviations.GetValueOrDefault(clusters[i]) + values[i] - mean;
        }

        return new MeanWithError(mean, Math.Sqrt(deviations.Values.Sum(static deviation => deviation * deviation)) / values.Length);
    }

    /// <summary>
    /// Returns the factor that corrects a sandwich for a small number of clusters: √(m / (m − 1)). 1 for a single cluster, of which nothing
    /// is known.
    /// </summary>
    /// <param name="clusters">How many clusters there are, m.</param>
    public static double SmallSample(int clusters) => clusters < 2 ? 1 : Math.Sqrt(clusters / (clusters - 1.0));

    /// <summary>
    /// Returns the mean difference of pairs (first less second), with the sample standard deviation (n − 1) of the differences over root n
    /// (section 4.2).
    /// </summary>
    /// <exception cref="ArgumentException">There are fewer than two pairs, or the lengths differ.</exception>
    public static MeanWithError Paired(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        CheckLengths(first.Length, second.Length);
        if (first.Length < 2)
        {
            throw new ArgumentException("A standard error of differences needs at least two pairs.", nameof(first));
        }

        var differences = new double[first.Length];
        for (var i = 0; i < differences.Length; i++)
        {
            differences[i] = first[i] - second[i];
        }

        var (mean, error) = Independent(differences);
        return new MeanWithError(mean, error * Math.Sqrt(differences.Length / (differences.Length - 1.0)));
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty)
        {
            throw new ArgumentException("A mean needs at least one value.", nameof(values));
        }

        var sum = 0.0;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }

    private static void CheckLengths(int first, int second)
    {
        if (first != second)
        {
            throw new ArgumentException(
                $"There are {first} values on one side and {second} on the other: they must be of the same questions.", nameof(second));
        }
    }
}
