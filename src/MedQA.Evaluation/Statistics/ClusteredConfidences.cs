using System.Collections.Immutable;

namespace MedQA.Evaluation.Statistics;

/// <summary>The answers of a <see cref="ConfidenceTable"/> one by one, where some of them belong to one cluster.</summary>
internal sealed class ClusteredConfidences
{
    private readonly ImmutableArray<ImmutableArray<(int Level, bool Right)>> _clusters;

    /// <param name="table">The table of the same answers.</param>
    /// <param name="answers">Each answer's level in the table, whether it is right, and its cluster.</param>
    public ClusteredConfidences(ConfidenceTable table, IEnumerable<(int Level, bool Right, ulong Cluster)> answers)
    {
        Table = table;
        _clusters =
        [
            .. answers.GroupBy(static answer => answer.Cluster)
                .Select(static cluster => cluster.Select(static answer => (answer.Level, answer.Right)).ToImmutableArray()),
        ];
    }

    public ConfidenceTable Table { get; }

    /// <summary>How many clusters there are.</summary>
    public int Count => _clusters.Length;

    /// <summary>For each cluster, the cells of its answers: twice the level, and one more where the answer is wrong.</summary>
    public ImmutableArray<int[]> Cells() =>
        [.. _clusters.Select(static cluster => cluster.Select(static answer => (2 * answer.Level) + (answer.Right ? 0 : 1)).ToArray())];

    /// <summary>
    /// Returns the 95 % interval of the share of right ones among the answers that a rule keeps; <see langword="null"/> if it keeps none.
    /// </summary>
    public Interval? Kept(Func<int, bool> keeps)
    {
        var counts = CountsOf(keeps);
        return counts.Count == 0 ? null : ClusteredInterval.Proportion(counts);
    }

    /// <summary>
    /// Returns how many independent answers those are worth that a rule keeps, if in each cluster all were right or wrong together.
    /// </summary>
    public double LeastEffective(Func<int, bool> keeps) =>
        DesignEffect.LeastEffective(CountsOf(keeps).Select(static cluster => cluster.Count));

    /// <summary>Returns what a design effect needs to know where each answer has a value.</summary>
    /// <param name="valueOf">The value of an answer of a level, right or wrong.</param>
    public IReadOnlyCollection<ClusterSums> Sums(Func<int, bool, double> valueOf)
    {
        var values = _clusters.Select(cluster => cluster.Select(answer => valueOf(answer.Level, answer.Right)).ToArray()).ToArray();
        var common = values.SelectMany(static cluster => cluster).GroupBy(static value => value)
            .MaxBy(static value => value.Count())?.Key ?? 0;
        return
        [
            .. values.Select(cluster => new ClusterSums(
                cluster.Length,
                cluster.Sum(),
                cluster.Sum(static value => value * value),
                cluster.Contains(common),
                cluster.Any(value => value != common))),
        ];
    }

    private List<(int Count, int Right)> CountsOf(Func<int, bool> keeps) =>
    [
        .. _clusters.Select(
            cluster => (cluster.Count(answer => keeps(answer.Level)), cluster.Count(answer => keeps(answer.Level) && answer.Right)))
            .Where(static cluster => cluster.Item1 > 0),
    ];
}
