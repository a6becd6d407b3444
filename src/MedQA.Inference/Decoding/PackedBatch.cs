using MedQA.Inference.Sessions;

namespace MedQA.Inference.Decoding;

/// <summary>
/// Samples that share one row: the prompt's cells are read once for all of them, each step appends one cell a sample, and the
/// attention bias hides the cells of the others.
/// </summary>
internal sealed class PackedBatch : SampleBatch
{
    private readonly DecoderSession _session;
    private readonly KeyValueCache _cache;
    private readonly int _promptLength;
    private readonly bool _hidesOthers;

    // For each cell after the prompt, the sample that it belongs to.
    private readonly int[] _owners;
    private int _steps;

    /// <summary>Starts from a cache of one row that holds the prompt and has room for the samples.</summary>
    /// <param name="session">The graph.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="hidesOthers">Always, but for a check of what hiding does.</param>
    public PackedBatch(DecoderSession session, KeyValueCache cache, bool hidesOthers = true)
    {
        (_session, _cache, _promptLength, _hidesOthers) = (session, cache, cache.Length, hidesOthers);
        _owners = new int[cache.Capacity - cache.Length];
    }

    /// <inheritdoc/>
    public override void Step(ReadOnlySpan<int> samples, ReadOnlySpan<int> tokens)
    {
        var count = samples.Length;
        var used = _cache.Length - _promptLength;
        samples.CopyTo(_owners.AsSpan(used));
        var ids = _session.Ids(count);
        var positions = _session.Positions(count);
        for (var index = 0; index < count; index++)
        {
            ids[index] = tokens[index];
            positions[index] = _promptLength + _steps;
        }

        var bias = _session.Bias(count, _promptLength + used + count);
        var owners = _owners.AsSpan(0, used + count);
        for (var index = 0; index < count; index++)
        {
            bias.Show(index, 0, _promptLength);
            if (_hidesOthers)
            {
                bias.ShowWhere(index, _promptLength, owners, samples[index]);
            }
            else
            {
                bias.Show(index, _promptLength, owners.Length);
            }
        }

        _session.Run(_cache, count, count, isBiased: true);
        _steps++;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<float> LogitsOf(int index) => _session.LogitsOf(0, _session.LogitsPerRow - 1 - index);
}
