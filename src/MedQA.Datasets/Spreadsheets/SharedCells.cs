namespace MedQA.Datasets.Spreadsheets;

/// <summary>
/// What rows share by cells that are merged over them. Only what several questions may have in common is shared: their context, topic and
/// data set, never a question, an option or an answer.
/// </summary>
internal sealed class SharedCells(IEnumerable<MergedRows> merged, IReadOnlyList<int> columns)
{
    private readonly ILookup<int, MergedRows> _starts =
        merged.Where(cells => columns.Contains(cells.Column)).ToLookup(static cells => cells.First);
    private readonly Dictionary<int, (int Last, string Text)> _open = [];

    /// <summary>
    /// Returns the cells of a row with what it shares with rows before it, where it holds anything else. Rows come in their order.
    /// </summary>
    /// <param name="row">The row's number, from 1.</param>
    /// <param name="cells">Its cells.</param>
    public IReadOnlyList<string> Filled(int row, IReadOnlyList<string> cells)
    {
        foreach (var start in _starts[row].Where(start => start.Column < cells.Count))
        {
            _open[start.Column] = (start.Last, cells[start.Column]);
        }

        if (_open.Count == 0 || cells.All(string.IsNullOrWhiteSpace))
        {
            return cells;
        }

        var filled = cells.ToArray();
        foreach (var (column, (last, text)) in _open)
        {
            if (row <= last && column < filled.Length && string.IsNullOrWhiteSpace(filled[column]))
            {
                filled[column] = text;
            }
        }

        return filled;
    }
}
