namespace MedQA.Inference.Tokenization;

/// <summary>
/// A text on its way to the vocabulary, and the pieces that it is cut into so far. Merges never cross a border of pieces.
/// </summary>
internal sealed class PieceList
{
    public string Text { get; set; } = "";

    /// <summary>Whether the text begins what was given to the tokenizer, with nothing in front.</summary>
    public bool AtStart { get; set; }

    public List<(int Start, int End)> Pieces { get; } = [];

    public List<(int Start, int End)> Spare { get; } = [];

    public List<(int Start, int End)> Matches { get; } = [];
}

/// <summary>One component of the tokenizer's <c>pre_tokenizer</c>.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Cuts the pieces further.</summary>
    public abstract void Apply(PieceList list);
}

/// <summary>What happens with the places where a Split's pattern matches.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>Cuts pieces where a pattern matches: the components Split and Digits, and ByteLevel's own pattern.</summary>
internal sealed class PatternPreTokenizer(SplitPattern pattern, SplitBehavior behavior, bool invert) : PreTokenizer
{
    public override void Apply(PieceList list)
    {
        list.Spare.Clear();
        list.Spare.AddRange(list.Pieces);
        list.Pieces.Clear();
        foreach (var (start, end) in list.Spare)
        {
            list.Matches.Clear();
            pattern.FindAll(list.Text.AsSpan(start, end - start), list.Matches);
            var pieces = list.Pieces;
            var first = pieces.Count;
            var lastIsMatch = false;
            var at = start;
            foreach (var (from, to) in list.Matches)
            {
                if (start + from > at)
                {
                    Add(pieces, first, at, start + from, isMatch: invert, ref lastIsMatch);
                }

                Add(pieces, first, start + from, start + to, isMatch: !invert, ref lastIsMatch);
                at = start + to;
            }

            if (at < end)
            {
                Add(pieces, first, at, end, isMatch: invert, ref lastIsMatch);
            }
        }
    }

    private void Add(List<(int Start, int End)> pieces, int first, int start, int end, bool isMatch, ref bool lastIsMatch)
    {
        var hasLast = pieces.Count > first;
        var joins = hasLast && behavior switch
        {
            SplitBehavior.Contiguous => isMatch == lastIsMatch,
            SplitBehavior.MergedWithPrevious => isMatch && !lastIsMatch,
            SplitBehavior.MergedWithNext => lastIsMatch && !isMatch,
            _ => false,
        };
        if (joins)
        {
            pieces[^1] = (pieces[^1].Start, end);
        }
        else if (behavior != SplitBehavior.Removed || !isMatch)
        {
            pieces.Add((start, end));
        }

        lastIsMatch = isMatch;
    }
}

/// <summary>ByteLevel's <c>add_prefix_space</c>: a piece that does not begin with a space gets one.</summary>
internal sealed class PrefixSpacePreTokenizer : PreTokenizer
{
    public override void Apply(PieceList list)
    {
        if (list.Pieces.TrueForAll(piece => list.Text[piece.Start] == ' '))
        {
            return;
        }

        var text = new System.Text.StringBuilder(list.Text.Length + list.Pieces.Count);
        for (var i = 0; i < list.Pieces.Count; i++)
        {
            var (start, end) = list.Pieces[i];
            var from = text.Length;
            if (list.Text[start] != ' ')
            {
                text.Append(' ');
            }

            text.Append(list.Text, start, end - start);
            list.Pieces[i] = (from, text.Length);
        }

        list.Text = text.ToString();
    }
}

/// <summary>When Metaspace puts a mark in front.</summary>
internal enum PrependScheme
{
    Always,
    First,
    Never,
}

/// <summary>Metaspace: writes spaces as a mark (▁), puts one in front, and cuts before each.</summary>
internal sealed class MetaspacePreTokenizer(char mark, PrependScheme prepend, bool splits) : PreTokenizer
{
    private readonly PatternPreTokenizer _cut = new(SplitPattern.OfText(mark.ToString()), SplitBehavior.MergedWithNext, invert: false);

    public override void Apply(PieceList list)
    {
        var text = new System.Text.StringBuilder(list.Text.Length + list.Pieces.Count);
        for (var i = 0; i < list.Pieces.Count; i++)
        {
            var (start, end) = list.Pieces[i];
            var from = text.Length;
            var wanted = prepend == PrependScheme.Always || (prepend == PrependScheme.First && list.AtStart && i == 0);
            if (wanted && list.Text[start] is var first && first != ' ' && first != mark)
            {
                text.Append(mark);
            }

            text.Append(list.Text, start, end - start).Replace(' ', mark, from, text.Length - from);
            list.Pieces[i] = (from, text.Length);
        }

        list.Text = text.ToString();
        if (splits)
        {
            _cut.Apply(list);
        }
    }
}
