using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MedQA.Inference.Sampling;

/// <summary>A token and how likely it was.</summary>
/// <param name="Id">The token.</param>
/// <param name="LogProbability">Its natural-log probability at temperature 1 over the whole vocabulary.</param>
internal readonly record struct DrawnToken(int Id, double LogProbability);

/// <summary>
/// Draws tokens from logits. A draw is the inverse of the cumulative distribution over ids in ascending order at one uniform
/// number; sums are in double precision in an order that does not depend on the processor's vector width, so the same logits and
/// the same number give the same token everywhere. Not safe for concurrent use: each thread has its own.
/// </summary>
internal sealed class TokenSampler
{
    // Sums are over blocks of this many ids; within a block over 16 lanes, then over the lanes in order.
    private const int BlockLength = 512;
    private const int Lanes = 16;

    private readonly float[] _weights;
    private readonly double[] _blockSums;
    private readonly float[] _rest = new float[Lanes];
    private readonly TokenTruncation _truncation = new();

    /// <summary>For a vocabulary of a size.</summary>
    public TokenSampler(int vocabularySize)
    {
        var blocks = (vocabularySize + BlockLength - 1) / BlockLength;
        _weights = new float[blocks * BlockLength];
        _blockSums = new double[blocks];
    }

    /// <summary>Returns the token at a uniform number in [0, 1); the number is not used at temperature 0.</summary>
    /// <exception cref="InvalidOperationException">The logits are not a distribution: one is not a number or +∞, or all are −∞.</exception>
    public DrawnToken Draw(ReadOnlySpan<float> logits, SamplingRule rule, double uniform)
    {
        var greatest = GreatestOf(logits);
        var logSum = Math.Log(WeighAll(logits, greatest, 1f));
        var id = rule.Temperature == 0 ? logits.IndexOf(greatest) : DrawAt(logits, greatest, rule, uniform);
        return new(id, (double)logits[id] - greatest - logSum);
    }

    /// <summary>Returns the natural logarithm of the sum of e^logit: what a logit less is a log-probability.</summary>
    /// <param name="logits">One per id.</param>
    /// <param name="mostLikely">The most likely token, the lowest id among equals.</param>
    /// <exception cref="InvalidOperationException">The logits are not a distribution.</exception>
    public double LogSumOfExponentials(ReadOnlySpan<float> logits, out int mostLikely)
    {
        var greatest = GreatestOf(logits);
        mostLikely = logits.IndexOf(greatest);
        return greatest + Math.Log(WeighAll(logits, greatest, 1f));
    }

    private static float GreatestOf(ReadOnlySpan<float> logits)
    {
        var greatest = TensorPrimitives.Max(logits);
        return float.IsFinite(greatest)
            ? greatest
            : throw new InvalidOperationException(
                $"The model's logits are not a distribution: the greatest is {greatest}. The graph overflows or its weights are "
                    + "damaged; a float16 graph may need float32.");
    }

    private int DrawAt(ReadOnlySpan<float> logits, float greatest, SamplingRule rule, double uniform)
    {
        var sum = WeighAll(logits, greatest, (float)(1 / rule.Temperature));
        if (rule.IsTruncated)
        {
            _truncation.Apply(_weights.AsSpan(0, logits.Length), rule, sum);
            sum = SumBlocks(logits.Length);
        }

        return FindAt(uniform * sum, logits.Length);
    }

    /// <summary>Returns the first id at which the running sum of weights exceeds the target.</summary>
    private int FindAt(double target, int length)
    {
        var running = 0.0;
        var last = -1;
        for (var block = 0; block < BlocksOf(length); block++)
        {
            if (_blockSums[block] == 0)
            {
                continue;
            }

            if (running + _blockSums[block] > target)
            {
                return FindInBlock(block * BlockLength, running, target);
            }

            running += _blockSums[block];
            last = block;
        }

        // Rounding let the target reach the whole sum: the last id that has any weight.
        return LastWithWeight(last * BlockLength);
    }

    private int FindInBlock(int start, double running, double target)
    {
        for (var id = start; id < start + BlockLength; id++)
        {
            running += _weights[id];
            if (running > target)
            {
                return id;
            }
        }

        return LastWithWeight(start);
    }

    private int LastWithWeight(int start) => start + _weights.AsSpan(start, BlockLength).LastIndexOfAnyExcept(0f);

    /// <summary>Fills the weights e^((logit − greatest) · scale) and their block sums.</summary>
    /// <returns>The sum of all weights.</returns>
    private double WeighAll(ReadOnlySpan<float> logits, float greatest, float scale)
    {
        var blocks = BlocksOf(logits.Length);
        var offset = Vector512.Create(greatest);
        var factor = Vector512.Create(scale);
        ref var source = ref MemoryMarshal.GetReference(logits);
        ref var weights = ref MemoryMarshal.GetArrayDataReference(_weights);
        var sum = 0.0;
        for (var block = 0; block < blocks; block++)
        {
            var start = block * BlockLength;
            var whole = Math.Min(BlockLength, logits.Length - start) / Lanes * Lanes;
            var (low, high) = (Vector512<double>.Zero, Vector512<double>.Zero);
            for (var index = start; index < start + whole; index += Lanes)
            {
                var weight = Exponential.OfNonPositive((Vector512.LoadUnsafe(ref source, (nuint)index) - offset) * factor);
                weight.StoreUnsafe(ref weights, (nuint)index);
                low += Vector512.WidenLower(weight);
                high += Vector512.WidenUpper(weight);
            }

            if (whole < BlockLength)
            {
                // The last ids of the vocabulary: the missing ones have no weight.
                _weights.AsSpan(start + whole, BlockLength - whole).Clear();
                var rest = logits[(start + whole)..];
                if (rest.Length > 0)
                {
                    _rest.AsSpan().Fill(float.NegativeInfinity);
                    rest.CopyTo(_rest);
                    var weight = Exponential.OfNonPositive((Vector512.Create(_rest) - offset) * factor);
                    weight.StoreUnsafe(ref weights, (nuint)(start + whole));
                    low += Vector512.WidenLower(weight);
                    high += Vector512.WidenUpper(weight);
                }
            }

            _blockSums[block] = SumLanes(low, high);
            sum += _blockSums[block];
        }

        return sum;
    }

    private double SumBlocks(int length)
    {
        ref var weights = ref MemoryMarshal.GetArrayDataReference(_weights);
        var sum = 0.0;
        for (var block = 0; block < BlocksOf(length); block++)
        {
            var (low, high) = (Vector512<double>.Zero, Vector512<double>.Zero);
            for (var index = block * BlockLength; index < (block + 1) * BlockLength; index += Lanes)
            {
                var weight = Vector512.LoadUnsafe(ref weights, (nuint)index);
                low += Vector512.WidenLower(weight);
                high += Vector512.WidenUpper(weight);
            }

            _blockSums[block] = SumLanes(low, high);
            sum += _blockSums[block];
        }

        return sum;
    }

    private static int BlocksOf(int length) => (length + BlockLength - 1) / BlockLength;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double SumLanes(Vector512<double> low, Vector512<double> high)
    {
        var sum = 0.0;
        for (var lane = 0; lane < Vector512<double>.Count; lane++)
        {
            sum += low[lane];
        }

        for (var lane = 0; lane < Vector512<double>.Count; lane++)
        {
            sum += high[lane];
        }

        return sum;
    }
}
