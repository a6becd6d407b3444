namespace MedQA.Inference.Checking;

/// <summary>Counts the results of one file's items.</summary>
internal sealed class ReferenceTally(ReferenceFile file, ReferenceKind kind, double tolerance)
{
    private int _items;
    private int _agreeing;
    private double? _largest;
    private bool _isDifferent;
    private string? _note;

    /// <summary>Counts an item.</summary>
    /// <param name="name">The item's name, for the note.</param>
    /// <param name="difference">How it differs where it does not agree; else <see langword="null"/>.</param>
    /// <param name="deviation">Its largest deviation, where something with a number was compared.</param>
    /// <param name="quantity">What deviates, for the note.</param>
    public void Add(string name, string? difference, double? deviation = null, string quantity = "")
    {
        _items++;
        if (difference is null)
        {
            _agreeing++;
        }
        else
        {
            Differs($"{name}: {difference}");
        }

        if (deviation is not { } number)
        {
            return;
        }

        // Not a number is larger than anything.
        if (!(number <= tolerance))
        {
            Differs($"{name}: {quantity} deviates by {number:G3}");
        }

        _largest = _largest is { } largest && !(number > largest) && !double.IsNaN(number) ? largest : number;
    }

    /// <summary>Returns the file's result.</summary>
    public ReferenceFileCheck Result(ReferenceAccuracy? accuracy = null) => new()
    {
        File = file.Name,
        Kind = kind,
        Outcome = _isDifferent ? ReferenceOutcome.Different : ReferenceOutcome.Equal,
        Items = _items,
        Agreeing = _agreeing,
        LargestDeviation = _largest,
        Accuracy = accuracy,
        Note = _note,
    };

    private void Differs(string note)
    {
        _isDifferent = true;
        _note ??= note;
    }
}
