using System.Collections.Immutable;

namespace MedQA.Evaluation.Strategies.Replay;

/// <summary>
/// What smaller numbers of samples would have given: exact expectations over all subsets of m of a question's n stored samples, so that no random choice of samples adds noise.
/// </summary>
public static class SubsetExpectation
{
    /// <summary>pass@m: the probability that at least one of m samples is right, 1 − C(n − c, m) / C(n, m) (Chen et al., arXiv 2107.03374, equation 1).</summary>
    /// <param name="right">How many of the samples are right, c.</param>
    /// <param name="samples">How many samples there are, n.</param>
    /// <param name="drawn">How many are drawn, m: 1 to n.</param>
    public static double PassAt(int right, int samples, int drawn)
    {
        ThrowIfOutside(samples, drawn);
        ArgumentOutOfRangeException.ThrowIfNegative(right);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(right, samples);
        var allWrong = 1.0;
        for (var i = 0; i < drawn; i++)
        {
            allWrong *= Math.Max(0, samples - right - i) / (double)(samples - i);
        }

        return 1 - allWrong;
    }

    /// <summary>maj@m: the probability that the plurality of m samples is the given option; where t options share the most votes it counts 1 / t, without any vote 0.</summary>
    /// <param name="votes">Votes per option over all samples.</param>
    /// <param name="samples">How many samples there are, n; those beyond the votes abstained.</param>
    /// <param name="option">The option whose winning is asked for (the gold one).</param>
    /// <param name="drawn">How many are drawn, m: 1 to n, at most 1,000.</param>
    public static double MajorityAt(ImmutableArray<int> votes, int samples, int option, int drawn)
    {
        ThrowIfOutside(samples, drawn);
        ArgumentOutOfRangeException.ThrowIfNegative(option);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(option, votes.Length);
        var abstentions = samples - votes.Sum();
        ArgumentOutOfRangeException.ThrowIfNegative(abstentions, nameof(samples));

        var expectation = 0.0;
        for (var winning = 1; winning <= Math.Min(votes[option], drawn); winning++)
        {
            // ways[ties][s]: in how many ways the other options take s samples, none of them more than `winning` and `ties` of them exactly so many.
            var rest = drawn - winning;
            var ways = new List<double[]> { Unit(rest) };
            for (var other = 0; other < votes.Length; other++)
            {
                if (other != option && votes[other] > 0)
                {
                    ways = WithOption(ways, votes[other], winning, rest);
                }
            }

            for (var ties = 0; ties < ways.Count; ties++)
            {
                for (var taken = 0; taken <= rest; taken++)
                {
                    if (ways[ties][taken] > 0 && rest - taken <= abstentions)
                    {
                        expectation += Choose(votes[option], winning) * ways[ties][taken] * Choose(abstentions, rest - taken) / (ties + 1) / Choose(samples, drawn);
                    }
                }
            }
        }

        return Math.Min(expectation, 1);
    }

    private static List<double[]> WithOption(List<double[]> ways, int votes, int winning, int rest)
    {
        var result = Enumerable.Range(0, ways.Count + 1).Select(_ => new double[rest + 1]).ToList();
        for (var ties = 0; ties < ways.Count; ties++)
        {
            for (var taken = 0; taken <= rest; taken++)
            {
                if (ways[ties][taken] == 0)
                {
                    continue;
                }

                for (var more = 0; more <= Math.Min(Math.Min(votes, winning), rest - taken); more++)
                {
                    result[more == winning ? ties + 1 : ties][taken + more] += ways[ties][taken] * Choose(votes, more);
                }
            }
        }

        return result;
    }

    private static double[] Unit(int rest)
    {
        var unit = new double[rest + 1];
        unit[0] = 1;
        return unit;
    }

    /// <summary>The binomial coefficient; up to n = 1,000 it is a finite double, and so is every product above, being a part of C(n, m).</summary>
    private static double Choose(int n, int k)
    {
        if (k < 0 || k > n)
        {
            return 0;
        }

        var result = 1.0;
        for (var i = 1; i <= Math.Min(k, n - k); i++)
        {
            result = result * (n - i + 1) / i;
        }

        return Math.Round(result) < 9e15 ? Math.Round(result) : result;
    }

    private static void ThrowIfOutside(int samples, int drawn)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(drawn, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(drawn, samples);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(samples, 1000);
    }
}
