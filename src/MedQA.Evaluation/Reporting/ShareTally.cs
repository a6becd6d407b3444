using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>Counts right answers by cluster, and gives the interval of their share.</summary>
internal sealed class ShareTally
{
    private readonly Dictionary<ulong, (int Count, int Right)> _clusters = [];

    public int Count { get; private set; }

    public int Right { get; private set; }

    /// <summary>How many clusters there are, where two answers or more are of one; else <see langword="null"/>.</summary>
    public int? Clusters => _clusters.Count == Count ? null : _clusters.Count;

    public void Add(ulong cluster, bool right)
    {
        var (count, before) = _clusters.GetValueOrDefault(cluster);
        _clusters[cluster] = (count + 1, before + (right ? 1 : 0));
        Count++;
        Right += right ? 1 : 0;
    }

    /// <summary>
    /// An interval: Clopper-Pearson where every answer is its own cluster, else from clusters. <see langword="null"/> without an answer.
    /// </summary>
    public Interval? Interval(double confidence = 0.95) => Count == 0 ? null
        : Clusters is null ? BinomialInterval.ClopperPearson(Right, Count, confidence)
        : ClusteredInterval.Proportion(_clusters.Values, confidence);

    /// <summary>
    /// Returns the same as a score interval, whose distance from the share acts as a standard error where intervals are combined.
    /// </summary>
    public Interval? ScoreInterval() => Count == 0 ? null
        : Clusters is null ? BinomialInterval.Wilson(Right, Count)
        : ClusteredInterval.Proportion(_clusters.Values);

    /// <summary>
    /// Root of the sum over clusters of the squared sum of their deviations from the mean, divided by the number of answers; corrected for
    /// a small number of clusters where there are any.
    /// </summary>
    public double StandardError()
    {
        var mean = (double)Right / Count;
        var sum = 0.0;
        foreach (var ((count, right), clusters) in ClusteredInterval.Makes(_clusters.Values))
        {
            var deviation = right - (count * mean);
            sum += clusters * deviation * deviation;
        }

        return Math.Sqrt(sum) / Count * (Clusters is { } number ? StandardErrors.SmallSample(number) : 1);
    }
}
