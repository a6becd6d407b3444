using MedQA.Inference.Caching;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Decoding;

/// <summary>Samples that have a row of a batch each, every row with its own copy of the prompt's cells.</summary>
internal sealed class RowBatch : SampleBatch
{
    private readonly DecoderSession _session;
    private readonly KeyValueCache _cache;

    // The sample in each row, and the row of each sample of the last step.
    private readonly List<int> _samples;
    private readonly int[] _rows;

    /// <summary>Starts from a cache whose rows all hold the prompt; row n is sample n.</summary>
    public RowBatch(DecoderSession session, KeyValueCache cache)
    {
        (_session, _cache) = (session, cache);
        _samples = [.. Enumerable.Range(0, cache.Rows)];
        _rows = new int[cache.Rows];
    }

    /// <inheritdoc/>
    public override void Step(ReadOnlySpan<int> samples, ReadOnlySpan<int> tokens)
    {
        for (var row = _samples.Count - 1; row >= 0; row--)
        {
            if (!samples.Contains(_samples[row]))
            {
                _cache.RemoveRow(row);
                _samples[row] = _samples[^1];
                _samples.RemoveAt(_samples.Count - 1);
            }
        }

        var ids = _session.Ids(samples.Length);
        _session.Positions(samples.Length).Fill(_cache.Length);
        for (var row = 0; row < samples.Length; row++)
        {
            var index = samples.IndexOf(_samples[row]);
            _rows[index] = row;
            ids[row] = tokens[index];
        }

        _session.Run(_cache, tokens: 1, logits: 1);
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<float> LogitsOf(int index) => _session.LogitsOf(_rows[index], 0);
}
