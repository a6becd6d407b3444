using System.Buffers;
using System.Text;

namespace MedQA.Inference.Tokenization;

/// <summary>
/// Turns tokens into text one at a time: what <see cref="Append"/> and <see cref="Finish"/> return, joined, is what
/// <see cref="Tokenizer.Decode(ReadOnlySpan{int}, bool)"/> gives for all of them. A character whose bytes lie in several tokens waits until
/// it is whole. Not safe for concurrent use; one for each sample.
/// </summary>
internal sealed class StreamingDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecial;
    private byte[] _bytes = new byte[64];
    private char[] _text = new char[64];
    private int _byteCount;
    private int _textLength;
    private int _stripLeft;
    private bool _first = true;

    /// <summary>Begins a text.</summary>
    /// <param name="tokenizer">Whose tokens come.</param>
    /// <param name="skipSpecial">Whether special tokens are left out.</param>
    public StreamingDecoder(Tokenizer tokenizer, bool skipSpecial = true)
    {
        _tokenizer = tokenizer;
        _skipSpecial = skipSpecial;
        _stripLeft = tokenizer.Decoding.StrippedInFront;
    }

    /// <summary>Whether the bytes that wait are a character whose end has not come.</summary>
    public bool IsWithinCharacter => _byteCount > 0
        && Rune.DecodeLastFromUtf8(_bytes.AsSpan(0, _byteCount), out _, out _) == OperationStatus.NeedMoreData;

    /// <summary>Takes the next token.</summary>
    /// <returns>The text that is whole now and was not returned before; perhaps empty. Valid until the next call.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The id is negative or beyond the vocabulary.</exception>
    public ReadOnlySpan<char> Append(int id)
    {
        _textLength = 0;
        if (_skipSpecial && _tokenizer.IsSpecial(id))
        {
            return [];
        }

        var bytes = _tokenizer.BytesOf(id);
        if (_tokenizer.Decoding.ByteLevel)
        {
            Take(bytes);
            WriteWhole(atEnd: false);
        }
        else if (_tokenizer.IsByteToken(id))
        {
            // What a run of byte tokens becomes is known only at its end.
            Take(bytes);
        }
        else
        {
            FlushRun();
            WriteToken(id, bytes);
        }

        _first = false;
        return Strip();
    }

    /// <summary>Ends the text: what waits and will not become whole is U+FFFD, as Python decodes with errors replaced.</summary>
    public ReadOnlySpan<char> Finish()
    {
        _textLength = 0;
        if (_tokenizer.Decoding.ByteLevel)
        {
            WriteWhole(atEnd: true);
        }
        else
        {
            FlushRun();
        }

        return Strip();
    }

    private ReadOnlySpan<char> Strip()
    {
        var text = _text.AsSpan(0, _textLength);
        while (_stripLeft > 0 && text.Length > 0)
        {
            if (text[0] != _tokenizer.Decoding.StrippedCharacter)
            {
                _stripLeft = 0;
                break;
            }

            text = text[1..];
            _stripLeft--;
        }

        return text;
    }

    private void WriteToken(int id, ReadOnlySpan<byte> bytes)
    {
        var decoding = _tokenizer.Decoding;
        if (decoding.Mark is { } && decoding.DropsFirstMark && _first)
        {
            Write(_tokenizer.TextOf(id).Replace(decoding.Mark.Value.ToString(), "", StringComparison.Ordinal));
            return;
        }

        EnsureText(bytes.Length);
        _textLength += Encoding.UTF8.GetChars(bytes, _text.AsSpan(_textLength));
    }

    private void Write(ReadOnlySpan<char> text)
    {
        EnsureText(text.Length);
        text.CopyTo(_text.AsSpan(_textLength));
        _textLength += text.Length;
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        if (_byteCount + bytes.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _byteCount + bytes.Length));
        }

        bytes.CopyTo(_bytes.AsSpan(_byteCount));
        _byteCount += bytes.Length;
    }

    /// <summary>Writes the characters that are whole; invalid sequences become one U+FFFD for each maximal part.</summary>
    private void WriteWhole(bool atEnd)
    {
        ReadOnlySpan<byte> left = _bytes.AsSpan(0, _byteCount);
        EnsureText(left.Length * 2);
        while (!left.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(left, out var rune, out var consumed);
            if (status == OperationStatus.NeedMoreData && !atEnd)
            {
                break;
            }

            _textLength += rune.EncodeToUtf16(_text.AsSpan(_textLength));
            left = left[consumed..];
        }

        left.CopyTo(_bytes);
        _byteCount = left.Length;
    }

    private void FlushRun()
    {
        if (_byteCount == 0)
        {
            return;
        }

        var run = _bytes.AsSpan(0, _byteCount);
        EnsureText(run.Length * 2);
        if (System.Text.Unicode.Utf8.IsValid(run))
        {
            _textLength += Encoding.UTF8.GetChars(run, _text.AsSpan(_textLength));
        }
        else
        {
            for (var i = 0; i < run.Length; i++)
            {
                _text[_textLength++] = '\uFFFD';
            }
        }

        _byteCount = 0;
    }

    private void EnsureText(int more)
    {
        if (_textLength + more > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(_text.Length * 2, _textLength + more));
        }
    }
}
