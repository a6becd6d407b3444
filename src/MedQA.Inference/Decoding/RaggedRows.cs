using MedQA.Inference.Sessions;

namespace MedQA.Inference.Decoding;

/// <summary>
/// Rows of one batch that hold prompts of any length, join between steps and leave between steps. Only for a graph that appends in place
/// and has an attention mask, which tells it how many cells of each row count. Not safe for concurrent use.
/// </summary>
internal sealed class RaggedRows(DecoderSession session) : IDisposable
{
    private readonly KeyValueCache _cache = session.CreateCache();

    // How many tokens each row holds, in the order of the cache's rows.
    private readonly List<int> _tokens = [];

    /// <summary>How many rows there are.</summary>
    public int Count => _tokens.Count;

    /// <summary>How many rows there is room for.</summary>
    public int Capacity { get; private set; }

    /// <summary>Cells that each row has room for.</summary>
    public int CellsPerRow { get; private set; }

    /// <summary>Makes room for rows; only while there are none.</summary>
    /// <param name="rows">How many, at least 1.</param>
    /// <param name="cells">Cells of each, at least 1.</param>
    public void Reserve(int rows, int cells)
    {
        if (Count > 0)
        {
            throw new InvalidOperationException($"{Count} rows are in use.");
        }

        // Where memory lacks, there is room for none.
        (Capacity, CellsPerRow) = (0, 0);
        _cache.Reserve(rows, cells);
        (Capacity, CellsPerRow) = (rows, cells);
    }

    /// <summary>Adds a row, the last, that holds a prompt's cells.</summary>
    public void Add(KeyValueCache prompt)
    {
        if (Count == Capacity)
        {
            throw new InvalidOperationException($"There is room for {Capacity} rows.");
        }

        _cache.AddRow(prompt);
        _tokens.Add(prompt.Length);
    }

    /// <summary>Removes a row; the last row takes its place.</summary>
    public void RemoveAt(int row)
    {
        _cache.RemoveRow(row);
        _tokens[row] = _tokens[^1];
        _tokens.RemoveAt(_tokens.Count - 1);
        _cache.Truncate(_tokens.DefaultIfEmpty().Max());
    }

    /// <summary>Removes every row.</summary>
    public void Clear()
    {
        while (Count > 0)
        {
            RemoveAt(Count - 1);
        }
    }

    /// <summary>Appends a token to each row.</summary>
    /// <param name="tokens">One for each row, in the order of the rows.</param>
    public void Step(ReadOnlySpan<int> tokens)
    {
        var ids = session.Ids(Count);
        var positions = session.Positions(Count);
        var cells = _cache.Length + 1;
        var mask = session.Mask(Count * cells);
        mask.Clear();
        for (var row = 0; row < Count; row++)
        {
            (ids[row], positions[row]) = (tokens[row], _tokens[row]);
            _tokens[row]++;
            mask.Slice(row * cells, _tokens[row]).Fill(1);
        }

        session.Run(_cache, tokens: 1, logits: 1, isMasked: true);
    }

    /// <summary>Returns the logits after a row's last token; valid until the next pass.</summary>
    public ReadOnlySpan<float> LogitsOf(int row) => session.LogitsOf(row, 0);

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();
}
