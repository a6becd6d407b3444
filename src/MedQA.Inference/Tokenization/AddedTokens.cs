using static System.Globalization.UnicodeCategory;

namespace MedQA.Inference.Tokenization;

/// <summary>A token outside the learned vocabulary that is cut out of a text before anything else reads it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="Special">Whether the tokenizer's file flags it as special.</param>
/// <param name="Normalized">Whether it is sought in the normalized text.</param>
/// <param name="StripsLeft">Whether it absorbs the white space before it.</param>
/// <param name="StripsRight">Whether it absorbs the white space after it.</param>
/// <param name="SingleWord">Whether it counts only where no letter, mark, digit or underscore touches it.</param>
internal sealed record AddedToken(int Id, string Content, bool Special, bool Normalized, bool StripsLeft, bool StripsRight, bool SingleWord)
{
    /// <summary>
    /// Whether the token steers the model (it is special, or the chat template writes it): never recognized in what people wrote.
    /// </summary>
    public bool Control { get; init; } = Special;
}

/// <summary>Which added tokens are recognized in a text.</summary>
internal enum AddedTokenRecognition
{
    /// <summary>All but those that steer the model.</summary>
    Text,

    /// <summary>All, as Hugging Face does.</summary>
    All,

    /// <summary>Those that steer the model only where the chat template wrote all of their characters.</summary>
    Template,
}

/// <summary>Finds added tokens in texts: at the leftmost place the longest one.</summary>
internal sealed class AddedTokens
{
    /// <summary>What Rust's \w matches: letters, marks, digits, connectors and the two joiners.</summary>
    private static readonly CodePointSet Word = new(0, whiteSpace: false, [(0x200C, 0x200D)],
        [CodePointSet.OfCategories(
            negated: false,
            UppercaseLetter,
            LowercaseLetter,
            TitlecaseLetter,
            ModifierLetter,
            OtherLetter,
            NonSpacingMark,
            SpacingCombiningMark,
            EnclosingMark,
            DecimalDigitNumber,
            LetterNumber,
            ConnectorPunctuation)], negated: false);

    private readonly Dictionary<(int Node, char Next), int> _edges = [];
    private readonly List<AddedToken?> _tokens = [null];
    private readonly System.Buffers.SearchValues<char> _firsts;

    public AddedTokens(IEnumerable<AddedToken> tokens)
    {
        var firsts = new HashSet<char>();
        foreach (var token in tokens)
        {
            if (token.Content.Length == 0)
            {
                continue;
            }

            firsts.Add(token.Content[0]);
            var node = 0;
            foreach (var next in token.Content)
            {
                if (!_edges.TryGetValue((node, next), out var child))
                {
                    child = _tokens.Count;
                    _edges.Add((node, next), child);
                    _tokens.Add(null);
                }

                node = child;
            }

            _tokens[node] = token;
        }

        _firsts = System.Buffers.SearchValues.Create([.. firsts]);
    }

    public bool IsEmpty => _edges.Count == 0;

    /// <summary>Cuts a text at its added tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="recognition">Which tokens count.</param>
    /// <param name="fromTemplate">For <see cref="AddedTokenRecognition.Template"/>: which characters the template wrote; else
    /// empty.</param>
    /// <param name="pieces">Receives the pieces in order, none empty: tokens, and with a null token the text between.</param>
    public void Cut(
        ReadOnlySpan<char> text,
        AddedTokenRecognition recognition,
        ReadOnlySpan<bool> fromTemplate,
        List<(int Start, int End, AddedToken? Token)> pieces)
    {
        var done = 0;
        for (var at = 0; at < text.Length;)
        {
            var skip = text[at..].IndexOfAny(_firsts);
            if (skip < 0)
            {
                break;
            }

            at += skip;
            if (Longest(text, at, recognition, fromTemplate) is not { } token)
            {
                at++;
                continue;
            }

            var start = at;
            var end = at + token.Content.Length;
            at = end;
            if (token.SingleWord && TouchesWord(text, start, end))
            {
                continue;
            }

            if (token.StripsLeft)
            {
                while (start > done && CodePointSet.IsWhiteSpace(text[start - 1]))
                {
                    start--;
                }
            }

            if (token.StripsRight)
            {
                // The white space taken may hold another added token, which is found too: as in Hugging Face's tokenizers.
                while (end < text.Length && CodePointSet.IsWhiteSpace(text[end]))
                {
                    end++;
                }
            }

            if (start > done)
            {
                pieces.Add((done, start, null));
            }

            pieces.Add((start, end, token));
            done = end;
        }

        if (done < text.Length)
        {
            pieces.Add((done, text.Length, null));
        }
    }

    private AddedToken? Longest(ReadOnlySpan<char> text, int start, AddedTokenRecognition recognition, ReadOnlySpan<bool> fromTemplate)
    {
        AddedToken? longest = null;
        var ownedByTemplate = true;
        for (int at = start, node = 0; at < text.Length && _edges.TryGetValue((node, text[at]), out node); at++)
        {
            ownedByTemplate &= recognition == AddedTokenRecognition.Template && fromTemplate[at];
            if (_tokens[node] is { } token && (!token.Control || recognition == AddedTokenRecognition.All || ownedByTemplate))
            {
                longest = token;
            }
        }

        return longest;
    }

    private static bool TouchesWord(ReadOnlySpan<char> text, int start, int end) =>
        (start > 0 && IsWord(CodePointSet.At(text, start - CodePointSet.UnitsBefore(text, start), out _)))
            || (end < text.Length && IsWord(CodePointSet.At(text, end, out _)));

    private static bool IsWord(int codePoint) => Word.Contains(codePoint);
}
