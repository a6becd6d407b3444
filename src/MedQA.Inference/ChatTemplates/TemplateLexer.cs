using System.Globalization;
using System.Numerics;
using System.Text;

namespace MedQA.Inference.ChatTemplates;

/// <summary>
/// Cuts a template into tokens by Jinja's rules with the settings of transformers: <c>trim_blocks</c> (a newline after a block tag goes)
/// and <c>lstrip_blocks</c> (white space before a block tag at the start of a line goes); one newline at the very end goes too.
/// </summary>
internal sealed class TemplateLexer
{
    private const int MaxNumberLength = 100;

    private static readonly string[] Operators =
        [
            "**",
            "//",
            "==",
            "!=",
            "<=",
            ">=",
            "+",
            "-",
            "*",
            "/",
            "%",
            "~",
            "<",
            ">",
            "=",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            ".",
            "|",
            ";"
        ];

    private readonly string _source;
    private readonly List<TemplateToken> _tokens = [];
    private int _at;
    private int _line = 1;
    private bool _lineStarting = true;

    private TemplateLexer(string source)
    {
        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        _source = source.EndsWith('\n') ? source[..^1] : source;
    }

    public static List<TemplateToken> Tokenize(string source)
    {
        var lexer = new TemplateLexer(source);
        while (lexer._at < lexer._source.Length)
        {
            lexer.Root();
        }

        lexer.Add(TemplateTokenKind.End, "", lexer._line);
        return lexer._tokens;
    }

    /// <summary>Returns whether Python counts a character as white space; four separators more than .NET.</summary>
    public static bool IsSpace(char character) => char.IsWhiteSpace(character) || character is >= '\u001C' and <= '\u001F';

    private void Root()
    {
        var tag = _at;
        while ((tag = _source.IndexOf('{', tag)) >= 0 && (tag + 1 >= _source.Length || _source[tag + 1] is not ('{' or '%' or '#')))
        {
            tag++;
        }

        if (tag < 0)
        {
            Data(_at, _source.Length);
            _at = _source.Length;
            return;
        }

        var kind = _source[tag + 1];
        var sign = tag + 2 < _source.Length && _source[tag + 2] is '-' or '+' ? _source[tag + 2] : '\0';
        Data(_at, StripBefore(_at, tag, kind, sign));
        Advance(tag + 2 + (sign == '\0' ? 0 : 1));
        switch (kind)
        {
            case '#':
                Comment();
                break;
            case '%' when RawEnd() is { } raw:
                Advance(raw);
                Raw();
                break;
            case '%':
                Add(TemplateTokenKind.BlockStart, "{%", _line);
                Code("%}", TemplateTokenKind.BlockEnd);
                break;
            default:
                Add(TemplateTokenKind.OutputStart, "{{", _line);
                Code("}}", TemplateTokenKind.OutputEnd);
                break;
        }
    }

    /// <summary>Returns where the text in front of a tag ends once white space is stripped.</summary>
    private int StripBefore(int start, int tag, char kind, char sign)
    {
        var end = tag;
        if (sign == '-')
        {
            while (end > start && IsSpace(_source[end - 1]))
            {
                end--;
            }

            return end;
        }

        if (sign == '+' || kind == '{')
        {
            return tag;
        }

        while (end > start && _source[end - 1] != '\n' && IsSpace(_source[end - 1]))
        {
            end--;
        }

        var startsLine = end > start ? _source[end - 1] == '\n' : _lineStarting;
        return startsLine ? end : tag;
    }

    private void Data(int start, int end)
    {
        if (end > start)
        {
            Add(TemplateTokenKind.Data, _source[start..end], _line);
        }
    }

    private void Comment()
    {
        var end = _source.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new TemplateException("a comment without its #}", line: _line);
        }

        var sign = end > _at && _source[end - 1] is '-' or '+' ? _source[end - 1] : '\0';
        CloseTag(end + 2, sign, trims: true);
    }

    /// <summary>If a raw block begins here: where its opening tag ends, before white space control.</summary>
    private int? RawEnd()
    {
        var at = _at;
        while (at < _source.Length && IsSpace(_source[at]))
        {
            at++;
        }

        if (string.CompareOrdinal(_source, at, "raw", 0, 3) != 0)
        {
            return null;
        }

        at += 3;
        while (at < _source.Length && IsSpace(_source[at]))
        {
            at++;
        }

        if (at < _source.Length && _source[at] == '-')
        {
            at++;
        }

        return string.CompareOrdinal(_source, at, "%}", 0, 2) == 0 ? at + 2 : null;
    }

    private void Raw()
    {
        // Unlike other blocks, the opening tag keeps the newline after it.
        CloseTag(_at, _source[_at - 3] == '-' ? '-' : '\0', trims: false);
        for (var tag = _at; (tag = _source.IndexOf("{%", tag, StringComparison.Ordinal)) >= 0; tag += 2)
        {
            var at = tag + 2;
            var sign = at < _source.Length && _source[at] is '-' or '+' ? _source[at++] : '\0';
            while (at < _source.Length && IsSpace(_source[at]))
            {
                at++;
            }

            if (string.CompareOrdinal(_source, at, "endraw", 0, 6) != 0)
            {
                continue;
            }

            at += 6;
            while (at < _source.Length && IsSpace(_source[at]))
            {
                at++;
            }

            var closingSign = at < _source.Length && _source[at] is '-' or '+' ? _source[at++] : '\0';
            if (string.CompareOrdinal(_source, at, "%}", 0, 2) != 0)
            {
                continue;
            }

            Data(_at, StripBefore(_at, tag, '%', sign));
            CloseTag(at + 2, closingSign, trims: true);
            return;
        }

        throw new TemplateException("a raw block without its endraw", line: _line);
    }

    /// <summary>Moves past a closing tag and the white space stripped with it.</summary>
    private void CloseTag(int end, char sign, bool trims)
    {
        var at = end;
        if (sign == '-')
        {
            while (at < _source.Length && IsSpace(_source[at]))
            {
                at++;
            }
        }
        else if (trims && sign != '+' && at < _source.Length && _source[at] == '\n')
        {
            at++;
        }

        Advance(at);
        _lineStarting = at > end && _source[at - 1] == '\n';
    }

    private void Code(string close, TemplateTokenKind closeKind)
    {
        var brackets = new Stack<char>();
        while (true)
        {
            while (_at < _source.Length && IsSpace(_source[_at]))
            {
                Advance(_at + 1);
            }

            if (_at >= _source.Length)
            {
                throw new TemplateException($"a tag without its {close}", line: _line);
            }

            if (brackets.Count == 0 && ClosesHere(close) is { } sign)
            {
                Add(closeKind, close, _line);
                CloseTag(_at + (sign == '\0' ? 2 : 3), sign, trims: closeKind == TemplateTokenKind.BlockEnd);
                return;
            }

            Token(brackets);
        }
    }

    private char? ClosesHere(string close)
    {
        if (string.CompareOrdinal(_source, _at, close, 0, 2) == 0)
        {
            return '\0';
        }

        var signed = _source[_at] == '-' || (_source[_at] == '+' && close == "%}");
        return signed && string.CompareOrdinal(_source, _at + 1, close, 0, 2) == 0 ? _source[_at] : null;
    }

    private void Token(Stack<char> brackets)
    {
        var first = _source[_at];
        if (first is '\'' or '"')
        {
            StringLiteral(first);
        }
        else if (char.IsAsciiDigit(first))
        {
            NumberLiteral();
        }
        else if (char.IsLetter(first) || first == '_')
        {
            var end = _at + 1;
            while (end < _source.Length && (char.IsLetterOrDigit(_source[end]) || _source[end] == '_'))
            {
                end++;
            }

            Add(TemplateTokenKind.Name, _source[_at..end], _line);
            _at = end;
        }
        else
        {
            foreach (var known in Operators)
            {
                if (string.CompareOrdinal(_source, _at, known, 0, known.Length) != 0)
                {
                    continue;
                }

                if (known is "(" or "[" or "{")
                {
                    brackets.Push(known == "(" ? ')' : known == "[" ? ']' : '}');
                }

                if (known is ")" or "]" or "}" && (!brackets.TryPop(out var expected) || expected != known[0]))
                {
                    throw new TemplateException($"an unexpected {known}", line: _line);
                }

                Add(TemplateTokenKind.Operator, known, _line);
                _at += known.Length;
                return;
            }

            throw new TemplateException($"the character {first}", isUnknown: true, _line);
        }
    }

    private void NumberLiteral()
    {
        var radix = _source[_at] != '0' || _at + 2 >= _source.Length
            ? 10
            : char.ToLowerInvariant(_source[_at + 1]) switch { 'b' => 2, 'o' => 8, 'x' => 16, _ => 10 };
        if (radix != 10 && DigitsEnd(_at + 2, radix) is var radixEnd && radixEnd > _at + 2)
        {
            if (radixEnd - _at > MaxNumberLength)
            {
                throw new TemplateException($"a number of {radixEnd - _at:N0} digits", isUnknown: true, _line);
            }

            var value = _source[(_at + 2)..radixEnd].Where(static digit => digit != '_')
                .Aggregate(BigInteger.Zero, (sum, digit) => sum * radix + Convert.ToInt32(digit.ToString(), 16));
            Number(TemplateTokenKind.Integer, value.ToString(CultureInfo.InvariantCulture), radixEnd);
            return;
        }

        var end = DigitsEnd(_at, 10);
        var isFloat = false;
        // After a point comes an item's number: x.0.1 names two.
        if (_at == 0 || _source[_at - 1] != '.')
        {
            if (end < _source.Length && _source[end] == '.' && DigitsEnd(end + 1, 10) is var fractionEnd && fractionEnd > end + 1)
            {
                isFloat = true;
                end = fractionEnd;
            }

            var exponent = end + 1 < _source.Length && _source[end] is 'e' or 'E' ? end + (_source[end + 1] is '+' or '-' ? 2 : 1) : -1;
            if (exponent > 0 && DigitsEnd(exponent, 10) is var exponentEnd && exponentEnd > exponent)
            {
                isFloat = true;
                end = exponentEnd;
            }
        }

        if (end < _source.Length && char.IsLetter(_source[end]))
        {
            throw new TemplateException($"the number {_source[_at..(end + 1)]}", isUnknown: true, _line);
        }

        Number(isFloat
            ? TemplateTokenKind.Float
            : TemplateTokenKind.Integer, _source[_at..end].Replace("_", "", StringComparison.Ordinal), end);
    }

    private int DigitsEnd(int at, int radix)
    {
        while (at < _source.Length
            && (_source[at] == '_' || (char.IsAsciiHexDigit(_source[at]) && Convert.ToInt32(_source[at].ToString(), 16) < radix)))
        {
            at++;
        }

        return at;
    }

    private void Number(TemplateTokenKind kind, string text, int end)
    {
        Add(kind, text, _line);
        _at = end;
    }

    private void StringLiteral(char quote)
    {
        var line = _line;
        var value = new StringBuilder();
        for (var at = _at + 1; at < _source.Length; at++)
        {
            var next = _source[at];
            if (next == quote)
            {
                Add(TemplateTokenKind.String, value.ToString(), line);
                Advance(at + 1);
                return;
            }

            if (next != '\\')
            {
                value.Append(next);
                continue;
            }

            if (++at >= _source.Length)
            {
                break;
            }

            at += Escape(at, value);
        }

        throw new TemplateException("a text without its closing quote", line: line);
    }

    /// <summary>Reads what follows a backslash, as Python does.</summary>
    /// <returns>How many more characters belong to it.</returns>
    private int Escape(int at, StringBuilder value)
    {
        var digits = _source[at] switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0)
        {
            if (at + digits >= _source.Length
                || !int.TryParse(
                    _source.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var codePoint)
                || !Rune.IsValid(codePoint))
            {
                throw new TemplateException("a damaged escape in a text", line: _line);
            }

            value.Append(new Rune(codePoint).ToString());
            return digits;
        }

        switch (_source[at])
        {
            case 'n': value.Append('\n'); break;
            case 't': value.Append('\t'); break;
            case 'r': value.Append('\r'); break;
            case 'b': value.Append('\b'); break;
            case 'f': value.Append('\f'); break;
            case 'v': value.Append('\v'); break;
            case 'a': value.Append('\a'); break;
            case '0': value.Append('\0'); break;
            case '\n': break;
            case '\\' or '\'' or '"': value.Append(_source[at]); break;
            default: value.Append('\\').Append(_source[at]); break;
        }

        return 0;
    }

    private void Advance(int to)
    {
        _line += _source.AsSpan(_at, to - _at).Count('\n');
        _at = to;
    }

    private void Add(TemplateTokenKind kind, string text, int line) => _tokens.Add(new(kind, text, line));
}
