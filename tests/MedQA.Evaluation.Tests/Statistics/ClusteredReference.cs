using System.Text.Json;
using MedQA.Evaluation.Statistics;
using static MedQA.Evaluation.Tests.Statistics.StatisticsReference;

namespace MedQA.Evaluation.Tests.Statistics;

/// <summary>The expected values of tests/references/clustered.json, and simulated answers.</summary>
internal static class ClusteredReference
{
    private static readonly JsonElement Root = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("tests", "references", "clustered.json"))).RootElement;

    /// <summary>Simulations behind each coverage.</summary>
    public const int Simulations = 2000;

    public static IEnumerable<JsonElement> Rows(string name) => Root.GetProperty(name).EnumerateArray();

    public static Interval Interval(this JsonElement row, string name = "interval") => new(row.Doubles(name)[0], row.Doubles(name)[1]);

    public static void AssertNear(Interval expected, Interval? actual, double tolerance = Tolerance)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Lower, actual.Value.Lower, tolerance);
        Assert.Equal(expected.Upper, actual.Value.Upper, tolerance);
    }

    /// <summary>The percentage of simulations in which an interval holds the truth.</summary>
    public static double Coverage(int seed, double truth, Func<Random, Interval> interval)
    {
        var (random, covered) = (new Random(seed), 0);
        for (var simulation = 0; simulation < Simulations; simulation++)
        {
            covered += interval(random).Contains(truth) ? 1 : 0;
        }

        return 100.0 * covered / Simulations;
    }

    /// <summary>A cluster's own rate, so that the answers of one cluster are correlated as asked.</summary>
    public static double RateOf(Random random, double share, double correlation) => correlation switch
    {
        0 => share,
        1 => random.NextDouble() < share ? 1 : 0,
        _ => MathNet.Numerics.Distributions.Beta.Sample(random, share * (1 - correlation) / correlation, (1 - share) * (1 - correlation) / correlation),
    };

    /// <summary>Clusters of 1 to 9 answers each.</summary>
    public static (int Count, int Right)[] Clusters(Random random, int clusters, double share, double correlation)
    {
        var drawn = new (int Count, int Right)[clusters];
        for (var cluster = 0; cluster < clusters; cluster++)
        {
            var (count, rate) = (random.Next(1, 10), RateOf(random, share, correlation));
            drawn[cluster] = (count, Enumerable.Range(0, count).Count(_ => random.NextDouble() < rate));
        }

        return drawn;
    }
}
