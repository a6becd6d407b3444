namespace MedQA.Inference.Sampling;

/// <summary>
/// Leaves out unlikely tokens: top-k, then top-p (nucleus sampling; Holtzman et al., ICLR 2020) among those, then min-p (Nguyen et
/// al., ICLR 2025). Among equally likely tokens the lowest ids stay. Not safe for concurrent use.
/// </summary>
internal sealed class TokenTruncation
{
    // Weights lie in (0, 1], so the upper bits of their representation order them; 12 bits tell 2 parts of an octave from the next.
    private const int BucketShift = 19;
    private const int Buckets = (0x3F800000 >> BucketShift) + 1;

    private readonly double[] _bucketSums = new double[Buckets];
    private readonly int[] _bucketCounts = new int[Buckets];
    private (float Weight, int Id)[] _candidates = [];

    /// <summary>Sets the weights of the tokens that are left out to 0.</summary>
    /// <param name="weights">Weight of each id, the greatest of them 1.</param>
    /// <param name="rule">What stays.</param>
    /// <param name="sum">The sum of all weights.</param>
    public void Apply(Span<float> weights, SamplingRule rule, double sum)
    {
        if (rule.TopK > 0 && rule.TopK < weights.Length)
        {
            KeepFirst(weights, count: rule.TopK, share: double.PositiveInfinity);
            sum = SumOf(weights);
        }

        if (rule.TopP < 1)
        {
            KeepFirst(weights, count: int.MaxValue, share: rule.TopP * sum);
        }

        if (rule.MinP > 0)
        {
            var least = (float)rule.MinP;
            for (var id = 0; id < weights.Length; id++)
            {
                weights[id] = weights[id] < least ? 0 : weights[id];
            }
        }
    }

    /// <summary>
    /// Keeps the most likely tokens: at most <paramref name="count"/>, and only until their sum reaches <paramref name="share"/> (that
    /// token included).
    /// </summary>
    private void KeepFirst(Span<float> weights, int count, double share)
    {
        Array.Clear(_bucketSums);
        Array.Clear(_bucketCounts);
        foreach (var weight in weights)
        {
            var bucket = BucketOf(weight);
            _bucketSums[bucket] += weight;
            _bucketCounts[bucket]++;
        }

        // The bucket in which the limit is reached; all above it stay, all below go.
        var limit = Buckets - 1;
        var (counted, summed) = (0, 0.0);
        while (limit > 0 && counted + _bucketCounts[limit] < count && summed + _bucketSums[limit] < share)
        {
            counted += _bucketCounts[limit];
            summed += _bucketSums[limit];
            limit--;
        }

        var kept = KeptOfBucket(weights, limit, count - counted, share - summed);
        for (var id = 0; id < weights.Length; id++)
        {
            if (BucketOf(weights[id]) <= limit)
            {
                weights[id] = 0;
            }
        }

        foreach (var (weight, id) in kept)
        {
            weights[id] = weight;
        }
    }

    private ReadOnlySpan<(float Weight, int Id)> KeptOfBucket(ReadOnlySpan<float> weights, int bucket, int count, double share)
    {
        var size = _bucketCounts[bucket];
        if (_candidates.Length < size)
        {
            _candidates = new (float, int)[Math.Max(size, 2 * _candidates.Length)];
        }

        var next = 0;
        for (var id = 0; id < weights.Length; id++)
        {
            if (BucketOf(weights[id]) == bucket)
            {
                _candidates[next++] = (weights[id], id);
            }
        }

        var candidates = _candidates.AsSpan(0, size);
        candidates.Sort(
            static (left, right) => left.Weight != right.Weight ? right.Weight.CompareTo(left.Weight) : left.Id.CompareTo(right.Id));
        var (kept, summed) = (0, 0.0);
        while (kept < size && kept < count && summed < share)
        {
            summed += candidates[kept].Weight;
            kept++;
        }

        return candidates[..kept];
    }

    private static int BucketOf(float weight) => BitConverter.SingleToInt32Bits(weight) >> BucketShift;

    private static double SumOf(ReadOnlySpan<float> weights)
    {
        var sum = 0.0;
        foreach (var weight in weights)
        {
            sum += weight;
        }

        return sum;
    }
}
