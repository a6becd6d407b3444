using MedQA.Evaluation.Extraction;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Inference.Decoding;

/// <summary>
/// The thoughts of one sample while it is drawn. Counts their tokens, and closes a thought whose budget is spent with the model's own mark,
/// unless the next token that the model draws begins that mark anyway or ends the sample: so a thought of just as many tokens is the same
/// as without a budget. Depends on this sample alone.
/// </summary>
internal sealed class ThoughtsInProgress
{
    /// <summary>So many tokens more a thought may have to finish a character: the bytes of a character are 4 at most.</summary>
    private const int MostForCharacter = 3;

    /// <summary>The most characters of a mark that opens a thought.</summary>
    private const int LongestOpening = 32;

    private readonly ThoughtBudget _budget;
    private readonly List<InsertedMark> _closed = [];
    private readonly List<(int Token, int TextStart)> _thought = [];
    private ThoughtMarker? _open;
    private int[] _closing = [];
    private int _spent;
    private int _textFrom;
    private int? _channelName;
    private bool _isClosing;
    private bool _isForced;
    private int _written;

    public ThoughtsInProgress(ThoughtBudget budget)
    {
        _budget = budget;
        if (budget.Opened is { } opened)
        {
            Open(opened, 0);
        }
    }

    /// <summary>What was thought so far.</summary>
    public Thinking Thinking => new(_spent, [.. _closed]);

    /// <summary>Returns the token that comes in place of a drawn one, or <see langword="null"/> if the drawn one may come.</summary>
    /// <param name="drawn">What the model drew.</param>
    /// <param name="ends">Whether that ends the sample.</param>
    /// <param name="isWithinCharacter">Whether the bytes of a character are not complete.</param>
    public int? Replacing(int drawn, bool ends, bool isWithinCharacter)
    {
        if (_open is null)
        {
            return null;
        }

        if (!_isClosing)
        {
            if (_spent < _budget.Tokens || (isWithinCharacter && _spent < _budget.Tokens + MostForCharacter))
            {
                return null;
            }

            _isClosing = true;
            _written = BegunMark();
            _spent -= _written;
        }

        return !_isForced && (ends || drawn == _closing[_written]) ? null : _closing[_written];
    }

    /// <summary>Takes the token that came.</summary>
    /// <param name="token">The token.</param>
    /// <param name="place">Its place among the sample's tokens.</param>
    /// <param name="isInserted">Whether it came in place of a drawn one.</param>
    /// <param name="text">The sample's text with it.</param>
    /// <param name="textStart">The length of the text without it.</param>
    public void Add(int token, int place, bool isInserted, ReadOnlySpan<char> text, int textStart)
    {
        if (_isClosing)
        {
            AddToMark(place, isInserted, text.Length);
        }
        else if (_open is not null)
        {
            AddToThought(token, text, textStart);
        }
        else
        {
            AddSpoken(token, text);
        }
    }

    private void AddToMark(int place, bool isInserted, int textLength)
    {
        if (isInserted)
        {
            if (_isForced)
            {
                _closed[^1] = _closed[^1] with { Length = _closed[^1].Length + 1 };
            }
            else
            {
                _closed.Add(new InsertedMark(place, 1));
            }

            _isForced = true;
        }

        if (++_written == _closing.Length)
        {
            Close(textLength);
        }
    }

    private void AddToThought(int token, ReadOnlySpan<char> text, int textStart)
    {
        if (_budget.Marks.IsClose(token))
        {
            Close(text.Length);
            return;
        }

        _thought.Add((token, textStart));
        _spent++;
        if (!_budget.Marks.IsClosedByText(_open!))
        {
            return;
        }

        var from = Math.Max(_textFrom, textStart - _open!.Close.Length);
        var mark = text[from..].IndexOf(_open.Close, StringComparison.OrdinalIgnoreCase);
        if (mark >= 0)
        {
            _spent -= _thought.Count(token => token.TextStart >= from + mark);
            Close(text.Length);
        }
    }

    private void AddSpoken(int token, ReadOnlySpan<char> text)
    {
        var marks = _budget.Marks;
        if (marks.OpenedBy(token) is { } opened)
        {
            Open(opened, text.Length);
        }
        else if (marks.IsChannel(token))
        {
            _channelName = text.Length;
        }
        else if (marks.IsMessage(token))
        {
            if (_channelName is { } name && !text[name..].TrimStart().StartsWith(ThoughtMarkers.AnswerChannel, StringComparison.Ordinal))
            {
                Open(new ThoughtMarker(ThoughtMarkers.ChannelStart, ThoughtMarkers.ChannelClose), text.Length);
            }

            _channelName = null;
        }
        else if (marks.OpenedBy(text[Math.Max(_textFrom, text.Length - LongestOpening)..]) is { } written)
        {
            Open(written, text.Length);
        }
    }

    private void Open(ThoughtMarker marker, int textLength) =>
        (_open, _closing, _textFrom) = (marker, _budget.Marks.ClosingOf(marker), textLength);

    private void Close(int textLength)
    {
        (_open, _isClosing, _isForced, _textFrom) = (null, false, false, textLength);
        _thought.Clear();
    }

    /// <summary>Returns how many tokens of the mark the thought ends in: the model was writing it when the budget was spent.</summary>
    private int BegunMark()
    {
        for (var length = Math.Min(_closing.Length - 1, _thought.Count); length > 0; length--)
        {
            if (_thought.TakeLast(length).Select(static token => token.Token).SequenceEqual(_closing.Take(length)))
            {
                return length;
            }
        }

        return 0;
    }
}
