using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MedQA.Datasets.Tables;

/// <summary>
/// Reads lists and dicts as Python writes them as text: single quotes, None, True, nan, tuples, and arrays of NumPy, which have no commas.
/// </summary>
internal ref struct PythonLiteral
{
    private const int MaxDepth = 16;

    private readonly ReadOnlySpan<char> _text;
    private readonly Utf8JsonWriter _json;
    private int _at;

    private PythonLiteral(ReadOnlySpan<char> text, Utf8JsonWriter json)
    {
        _text = text;
        _json = json;
    }

    /// <summary>Returns the same value as JSON, or <see langword="null"/> if the text is not a Python value that is read here.</summary>
    public static JsonDocument? Parse(ReadOnlySpan<char> text)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        var reader = new PythonLiteral(text, json);
        if (!reader.Value(0) || reader.Peek() != '\0')
        {
            return null;
        }

        json.Flush();
        return JsonDocument.Parse(buffer.WrittenMemory);
    }

    /// <summary>Returns the next character that is not a blank; NUL at the end.</summary>
    private char Peek()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }

        return _at < _text.Length ? _text[_at] : '\0';
    }

    /// <summary>Returns the next character that is not a blank, after the prefix that Python 2 writes before texts (<c>u'x'</c>).</summary>
    private char PeekBehindPrefix()
    {
        if (Peek() is 'u' or 'U' or 'b' or 'B' && _at + 1 < _text.Length && _text[_at + 1] is '\'' or '"')
        {
            _at++;
        }

        return Peek();
    }

    private bool Value(int depth)
    {
        switch (PeekBehindPrefix())
        {
            case '[':
                return depth < MaxDepth && Items(']', depth);
            case '(':
                return depth < MaxDepth && Items(')', depth);
            case '{':
                return depth < MaxDepth && Members(depth);
            case '\'' or '"':
                if (Text() is not { } text)
                {
                    return false;
                }

                _json.WriteStringValue(text);
                return true;
            default:
                return Word(depth);
        }
    }

    private bool Items(char end, int depth)
    {
        _at++;
        _json.WriteStartArray();
        while (Peek() != end)
        {
            if (!Value(depth + 1))
            {
                return false;
            }

            if (Peek() == ',')
            {
                _at++;
            }
        }

        _at++;
        _json.WriteEndArray();
        return true;
    }

    private bool Members(int depth)
    {
        _at++;
        _json.WriteStartObject();
        while (Peek() != '}')
        {
            if ((PeekBehindPrefix() is '\'' or '"' ? Text() : Bare()) is not { Length: > 0 } name || Peek() != ':')
            {
                return false;
            }

            _at++;
            _json.WritePropertyName(name);
            if (!Value(depth + 1) || Peek() is not (',' or '}'))
            {
                return false;
            }

            _at += Peek() == ',' ? 1 : 0;
        }

        _at++;
        _json.WriteEndObject();
        return true;
    }

    private string Bare()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '.' or '-' or '+' or '_'))
        {
            _at++;
        }

        return _text[start.._at].ToString();
    }

    private bool Word(int depth)
    {
        var word = Bare();
        switch (word)
        {
            case "None" or "null" or "nan" or "NaN" or "inf" or "-inf" or "Infinity" or "-Infinity":
                _json.WriteNullValue();
                return true;
            case "True" or "False" or "true" or "false":
                _json.WriteBooleanValue(word is "True" or "true");
                return true;
            case "array" or "np.array" or "numpy.array" or "np.str_" or "numpy.str_" or "np.int64" or "np.float64" when Peek() == '(':
                _at++;
                if (depth >= MaxDepth || !Value(depth + 1))
                {
                    return false;
                }

                var close = _text[_at..].IndexOf(')');
                if (close < 0 || (Peek() != ')' && !_text.Slice(_at, close).TrimStart().StartsWith(",")))
                {
                    return false;
                }

                _at += close + 1;
                return true;
            default:
                if (!double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
                {
                    return false;
                }

                _json.WriteStringValue(word);
                return true;
        }
    }

    private string? Text()
    {
        var quote = _text[_at++];
        var text = new StringBuilder();
        while (_at < _text.Length)
        {
            var next = _text[_at++];
            if (next == quote)
            {
                return text.ToString();
            }

            if (next != '\\')
            {
                text.Append(next);
            }
            else if (!Escape(text))
            {
                return null;
            }
        }

        return null;
    }

    private bool Escape(StringBuilder text)
    {
        if (_at == _text.Length)
        {
            return false;
        }

        var kind = _text[_at++];
        var digits = kind switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0)
        {
            if (_at + digits > _text.Length
                || !int.TryParse(_text.Slice(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
                || code > 0x10FFFF)
            {
                return false;
            }

            _at += digits;
            text.Append(Rune.IsValid(code) ? new Rune(code).ToString() : Sources.SourceText.Undecodable.ToString());
            return true;
        }

        switch (kind)
        {
            case 'n' or 't' or 'r':
                text.Append(kind switch { 'n' => '\n', 't' => '\t', _ => '\r' });
                return true;
            case '\\' or '\'' or '"' or '/':
                text.Append(kind);
                return true;
            default:
                text.Append('\\').Append(kind);
                return true;
        }
    }
}
