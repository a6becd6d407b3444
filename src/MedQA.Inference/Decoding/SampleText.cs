using System.Collections.Immutable;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Decoding;

/// <summary>The text of one sample as it grows, and whether a stop text has come, also where it began in an earlier token.</summary>
internal sealed class SampleText(Tokenizer tokenizer, ImmutableArray<string> stops)
{
    private readonly StreamingDecoder _decoder = new(tokenizer);
    private readonly int _longestStop = stops.IsEmpty ? 0 : stops.Max(static stop => stop.Length);
    private char[] _text = new char[256];
    private int _length;

    /// <summary>Whether a stop text has come; the text then ends before it.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>The text so far.</summary>
    public ReadOnlySpan<char> Text => _text.AsSpan(0, _length);

    /// <summary>How long it is so far.</summary>
    public int Length => _length;

    /// <summary>Whether the last character is not complete: the rest of its bytes is in the next tokens.</summary>
    public bool IsWithinCharacter => _decoder.IsWithinCharacter;

    /// <summary>Takes a token.</summary>
    public void Append(int token) => Append(_decoder.Append(token));

    /// <summary>Returns the bytes of a token.</summary>
    public ReadOnlySpan<byte> BytesOf(int token) => tokenizer.BytesOf(token);

    /// <summary>Returns the whole text; nothing may be appended afterwards.</summary>
    public string Finish()
    {
        if (!IsStopped)
        {
            Append(_decoder.Finish());
        }

        return new(_text, 0, _length);
    }

    private void Append(ReadOnlySpan<char> piece)
    {
        if (piece.IsEmpty)
        {
            return;
        }

        if (_length + piece.Length > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(2 * _text.Length, _length + piece.Length));
        }

        piece.CopyTo(_text.AsSpan(_length));
        var searched = Math.Max(0, _length - _longestStop + 1);
        _length += piece.Length;
        var found = -1;
        foreach (var stop in stops)
        {
            var index = _text.AsSpan(searched, _length - searched).IndexOf(stop, StringComparison.Ordinal);
            found = index >= 0 && (found < 0 || index < found) ? index : found;
        }

        if (found >= 0)
        {
            _length = searched + found;
            IsStopped = true;
        }
    }
}
