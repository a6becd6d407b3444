namespace MedQA.Evaluation.Statistics;

/// <summary>
/// What a question would have scored with fewer samples: the exact expectation over all subsets of m of the k samples that were drawn,
/// without drawing any again.
/// </summary>
internal static class SubsetExpectations
{
    /// <summary>The most samples for which the numbers of subsets stay within the range of a double.</summary>
    public const int MaxSamples = 1000;

    /// <summary>
    /// pass@m: the probability that at least one of m samples is right, 1 − C(k − c, m) / C(k, m) (Chen et al., arXiv 2107.03374, equation
    /// 1).
    /// </summary>
    /// <param name="right">How many of the samples are right, c.</param>
    /// <param name="samples">How many samples there are, k; 1 to <see cref="MaxSamples"/>.</param>
    /// <returns>k values: the first for m = 1, the last for m = k.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    public static double[] PassAt(int right, int samples)
    {
        CheckSamples(samples);
        ArgumentOutOfRangeException.ThrowIfNegative(right);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(right, samples);
        var pass = new double[samples];
        var noneRight = 1.0;
        for (var m = 1; m <= samples; m++)
        {
            noneRight *= Math.Max(0, samples - right - m + 1) / (double)(samples - m + 1);
            pass[m - 1] = 1 - noneRight;
        }

        return pass;
    }

    /// <summary>
    /// maj@m: the expected score of the plurality vote of m samples, where an answer that shares the most votes with others scores its part
    /// (1/2 of two, 1/3 of three), and a subset without any vote scores 0.
    /// </summary>
    /// <param name="votes">Votes of each option among all samples.</param>
    /// <param name="gold">The index of the right option.</param>
    /// <param name="samples">How many samples there are, k; those beyond the sum of <paramref name="votes"/> gave no vote. 1 to
    /// <see cref="MaxSamples"/>.</param>
    /// <returns>k values: the first for m = 1, the last for m = k.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    public static double[] MajorityAt(ReadOnlySpan<int> votes, int gold, int samples)
    {
        CheckSamples(samples);
        ArgumentOutOfRangeException.ThrowIfNegative(gold);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(gold, votes.Length);
        var abstentions = samples;
        foreach (var count in votes)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(count, nameof(votes));
            abstentions -= count;
        }

        ArgumentOutOfRangeException.ThrowIfNegative(abstentions, nameof(samples));

        // Subsets in which gold has exactly j votes and no option more, counted by their size and by how many options share the j votes.
        var credited = new double[samples + 1];
        for (var j = 1; j <= votes[gold]; j++)
        {
            var counts = new SubsetCounts(samples, votes.Length);
            counts.TakeExactly(j, votes[gold]);
            for (var option = 0; option < votes.Length; option++)
            {
                if (option != gold && votes[option] > 0)
                {
                    counts.TakeUpTo(j, votes[option]);
                }
            }

            counts.TakeAny(abstentions);
            counts.AddCredit(credited);
        }

        var all = Choose(samples);
        var majority = new double[samples];
        for (var m = 1; m <= samples; m++)
        {
            majority[m - 1] = credited[m] / all[m];
        }

        return majority;
    }

    /// <summary>C(n, i) for i from 0 to n.</summary>
    private static double[] Choose(int n)
    {
        var row = new double[n + 1];
        row[0] = 1;
        for (var i = 1; i <= n; i++)
        {
            // Rounded: the values are whole numbers, exact as long as they stay below 2^53.
            row[i] = Math.Round(row[i - 1] * (n - i + 1) / i);
        }

        return row;
    }

    private static void CheckSamples(int samples)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(samples, MaxSamples);
    }

    /// <summary>
    /// A generating function: how many subsets there are of each size, for each number of options that tie with gold.
    /// </summary>
    private sealed class SubsetCounts
    {
        private readonly int _samples;
        private double[][] _bySizePerTies;
        private int _largest;

        public SubsetCounts(int samples, int options)
        {
            _samples = samples;
            _bySizePerTies = [.. Enumerable.Range(0, options).Select(_ => new double[samples + 1])];
        }

        public void TakeExactly(int taken, int of)
        {
            _bySizePerTies[0][taken] = Choose(of)[taken];
            _largest = taken;
        }

        public void TakeUpTo(int most, int of)
        {
            var choose = Choose(of);
            var next = _bySizePerTies.Select(_ => new double[_samples + 1]).ToArray();
            for (var ties = 0; ties < _bySizePerTies.Length; ties++)
            {
                for (var size = 0; size <= _largest; size++)
                {
                    var subsets = _bySizePerTies[ties][size];
                    if (subsets == 0)
                    {
                        continue;
                    }

                    for (var taken = 0; taken <= Math.Min(most - 1, of); taken++)
                    {
                        next[ties][size + taken] += subsets * choose[taken];
                    }

                    if (of >= most)
                    {
                        next[ties + 1][size + most] += subsets * choose[most];
                    }
                }
            }

            _bySizePerTies = next;
            _largest = Math.Min(_samples, _largest + Math.Min(most, of));
        }

        public void TakeAny(int of) => TakeUpTo(of + 1, of);

        public void AddCredit(double[] credited)
        {
            for (var ties = 0; ties < _bySizePerTies.Length; ties++)
            {
                for (var size = 0; size <= _largest; size++)
                {
                    credited[size] += _bySizePerTies[ties][size] / (ties + 1);
                }
            }
        }
    }
}
