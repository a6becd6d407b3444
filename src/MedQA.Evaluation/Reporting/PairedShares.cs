using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>
/// How often each of two answers to the same thing is right, and by how much the second is right more often than the first.
/// </summary>
internal sealed record PairedShares
{
    /// <summary>Pairs of answers of which both are right.</summary>
    public required int BothRight { get; init; }

    /// <summary>Pairs of answers of which neither is right.</summary>
    public required int NeitherRight { get; init; }

    /// <summary>Clusters of the pairs, where two or more belong together; else <see langword="null"/>.</summary>
    public required int? Clusters { get; init; }

    /// <summary>Interval of the first share.</summary>
    public required Interval FirstInterval { get; init; }

    /// <summary>Interval of the second share.</summary>
    public required Interval SecondInterval { get; init; }

    /// <summary>Standard error of the second share less the first.</summary>
    public required double StandardError { get; init; }

    /// <summary>Score interval of the second share less the first (Tango), from clusters where pairs belong together.</summary>
    public required Interval Interval { get; init; }

    /// <summary>McNemar's test, over clusters where pairs belong together.</summary>
    public required McNemarTest Test { get; init; }

    /// <summary>Compares the shares.</summary>
    /// <param name="answers">For each pair, its cluster and whether each answer is right; at least one pair.</param>
    /// <param name="confidence">The confidence of the intervals.</param>
    public static PairedShares Of(IReadOnlyList<(ulong Cluster, bool First, bool Second)> answers, double confidence = 0.95)
    {
        var (both, onlyFirst, onlySecond) = (0, 0, 0);
        var (differences, clusters) = (new double[answers.Count], new ulong[answers.Count]);
        var (ofFirst, ofSecond, ofBoth) =
            (new ShareTally(), new ShareTally(), new Dictionary<ulong, (int Count, int OnlyFirst, int OnlySecond)>());
        for (var i = 0; i < answers.Count; i++)
        {
            var (cluster, right, otherRight) = answers[i];
            both += right && otherRight ? 1 : 0;
            onlyFirst += right && !otherRight ? 1 : 0;
            onlySecond += otherRight && !right ? 1 : 0;
            differences[i] = (otherRight ? 1 : 0) - (right ? 1 : 0);
            clusters[i] = cluster;
            ofFirst.Add(cluster, right);
            ofSecond.Add(cluster, otherRight);
            var (count, one, two) = ofBoth.GetValueOrDefault(cluster);
            ofBoth[cluster] = (count + 1, one + (right && !otherRight ? 1 : 0), two + (otherRight && !right ? 1 : 0));
        }

        var (alone, difference) = (ofFirst.Clusters is null, StandardErrors.Clustered<ulong>(differences, clusters));
        return new PairedShares
        {
            BothRight = both,
            NeitherRight = answers.Count - both - onlyFirst - onlySecond,
            Clusters = ofFirst.Clusters,
            FirstInterval = ofFirst.Interval(confidence)!.Value,
            SecondInterval = ofSecond.Interval(confidence)!.Value,
            StandardError = difference.StandardError * (ofFirst.Clusters is { } number ? StandardErrors.SmallSample(number) : 1),
            Interval = alone
                ? PairedInterval.Tango(onlySecond, onlyFirst, answers.Count, confidence)
                : ClusteredInterval.Difference(
                    ofBoth.Values.Select(static cluster => (cluster.Count, cluster.OnlySecond, cluster.OnlyFirst)), confidence),
            Test = alone
                ? McNemar.Test(onlyFirst, onlySecond)
                : McNemar.Test([.. ofBoth.Values.Select(static cluster => (cluster.OnlyFirst, cluster.OnlySecond))]),
        };
    }
}
