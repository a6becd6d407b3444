using MedQA.Inference.Sessions;

namespace MedQA.Inference.Decoding;

/// <summary>
/// Samples that have a row of a batch each, every row with its own copy of its prompt's cells. The prompts may differ in length.
/// </summary>
internal sealed class RowBatch : SampleBatch
{
    private readonly DecoderSession _session;
    private readonly KeyValueCache _cache;
    private readonly bool _isRagged;

    // The sample in each row and how many tokens the row holds; and the row of each sample of the last step.
    private readonly List<(int Sample, int Tokens)> _rowsInUse;
    private readonly int[] _rows;

    /// <summary>Starts from a cache whose rows all hold the prompt; row n is sample n.</summary>
    public RowBatch(DecoderSession session, KeyValueCache cache)
        : this(session, cache, [.. Enumerable.Repeat(cache.Length, cache.Rows)])
    {
    }

    /// <summary>Starts from a cache of which row n holds the prompt of sample n.</summary>
    /// <param name="session">The graph.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="lengths">Tokens of each row's prompt. They may differ only where the graph has an attention mask.</param>
    public RowBatch(DecoderSession session, KeyValueCache cache, IReadOnlyList<int> lengths)
    {
        (_session, _cache) = (session, cache);
        _isRagged = lengths.Any(length => length != cache.Length);
        if (_isRagged && !session.Layout.HasMask)
        {
            throw new ArgumentException(
                "The graph has no attention mask, so the prompts of a batch must have the same length.", nameof(lengths));
        }

        _rowsInUse = [.. lengths.Select(static (length, row) => (row, length))];
        _rows = new int[cache.Rows];
    }

    /// <inheritdoc/>
    public override void Step(ReadOnlySpan<int> samples, ReadOnlySpan<int> tokens)
    {
        for (var row = _rowsInUse.Count - 1; row >= 0; row--)
        {
            if (!samples.Contains(_rowsInUse[row].Sample))
            {
                _cache.RemoveRow(row);
                _rowsInUse[row] = _rowsInUse[^1];
                _rowsInUse.RemoveAt(_rowsInUse.Count - 1);
            }
        }

        var ids = _session.Ids(samples.Length);
        var positions = _session.Positions(samples.Length);
        for (var row = 0; row < samples.Length; row++)
        {
            var (sample, length) = _rowsInUse[row];
            var index = samples.IndexOf(sample);
            _rows[index] = row;
            ids[row] = tokens[index];
            positions[row] = length;
            _rowsInUse[row] = (sample, length + 1);
        }

        if (_isRagged)
        {
            WriteMask();
        }

        _session.Run(_cache, tokens: 1, logits: 1, isMasked: _isRagged);
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<float> LogitsOf(int index) => _session.LogitsOf(_rows[index], 0);

    private void WriteMask()
    {
        // As the cells are after the pass.
        var cells = _cache.Length + 1;
        var mask = _session.Mask(_rowsInUse.Count * cells);
        mask.Clear();
        for (var row = 0; row < _rowsInUse.Count; row++)
        {
            var held = _rowsInUse[row].Tokens;
            mask.Slice((row * cells) + _cache.StartOf(held - 1), held).Fill(1);
        }
    }
}
