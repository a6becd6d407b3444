using System.Globalization;
using static System.Globalization.UnicodeCategory;

namespace MedQA.Inference.Tokenization;

/// <summary>
/// Reads the regular expression of a Split pre-tokenizer, in Oniguruma's syntax as far as tokenizers use it, into a program for
/// <see cref="SplitPattern"/>. .NET's own expressions work on UTF-16 units and would miss letters and digits beyond the basic plane.
/// </summary>
internal ref struct SplitPatternParser
{
    private const int DeepestNesting = 50;
    private const int MaxProgramLength = 20_000;
    private const int MaxRepeats = 1_000;

    private readonly ReadOnlySpan<char> _pattern;
    private int _position;
    private int _depth;
    private bool _ignoreCase;

    private SplitPatternParser(ReadOnlySpan<char> pattern) => _pattern = pattern;

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="FormatException">It has a construct that is not understood; the message names it and its place.</exception>
    public static PatternStep[] Parse(string pattern)
    {
        var parser = new SplitPatternParser(pattern);
        var program = parser.Alternatives();
        if (parser._position < pattern.Length)
        {
            throw parser.Unknown("an unmatched )");
        }

        program.Add(new PatternStep { Kind = PatternStepKind.Match });
        return [.. program];
    }

    private List<PatternStep> Alternatives()
    {
        if (++_depth > DeepestNesting)
        {
            throw Unknown("groups nested too deeply");
        }

        var ignoreCase = _ignoreCase;
        var branches = new List<List<PatternStep>> { Sequence() };
        while (Take('|'))
        {
            branches.Add(Sequence());
        }

        _ignoreCase = ignoreCase;
        _depth--;

        var program = branches[^1];
        for (var i = branches.Count - 2; i >= 0; i--)
        {
            var branch = branches[i];
            List<PatternStep> joined =
            [
                new() { Kind = PatternStepKind.Split, First = 1, Second = branch.Count + 2 },
                .. branch,
                new() { Kind = PatternStepKind.Jump, First = program.Count + 1 },
                .. program,
            ];
            program = Checked(joined);
        }

        return program;
    }

    private List<PatternStep> Sequence()
    {
        var program = new List<PatternStep>();
        while (_position < _pattern.Length && _pattern[_position] is not ('|' or ')'))
        {
            var atom = Atom();
            program.AddRange(Repeated(atom));
            Checked(program);
        }

        return program;
    }

    private List<PatternStep> Checked(List<PatternStep> program) =>
        program.Count <= MaxProgramLength ? program : throw Unknown("a pattern of this size");

    private List<PatternStep> Atom()
    {
        var first = _pattern[_position];
        switch (first)
        {
            case '(':
                _position++;
                return Group();
            case '[':
                _position++;
                return [Single(Class())];
            case '.':
                _position++;
                return [Single(CodePointSet.Of(('\n', '\n')).Complement())];
            case '^':
                _position++;
                return [new() { Kind = PatternStepKind.LineStart }];
            case '$':
                _position++;
                return [new() { Kind = PatternStepKind.LineEnd }];
            case '\\' when _position + 1 < _pattern.Length && _pattern[_position + 1] is 'A' or 'z':
                _position += 2;
                return [new() { Kind = _pattern[_position - 1] == 'A' ? PatternStepKind.TextStart : PatternStepKind.TextEnd }];
            case '\\':
                return [Single(Escape(out var literal) ?? Literal(literal))];
            case '*' or '+' or '?':
                throw Unknown($"a {first} that repeats nothing");
            default:
                var codePoint = CodePointSet.At(_pattern, _position, out var units);
                _position += units;
                return [Single(Literal(codePoint))];
        }
    }

    private static PatternStep Single(CodePointSet set) => new() { Kind = PatternStepKind.Set, Set = set };

    private List<PatternStep> Group()
    {
        var outerCase = _ignoreCase;
        var kind = PatternStepKind.Match;
        var negated = false;
        if (Take("?"))
        {
            if (Take("="))
            {
                kind = PatternStepKind.LookAhead;
            }
            else if (Take("!"))
            {
                (kind, negated) = (PatternStepKind.LookAhead, true);
            }
            else if (Take("<="))
            {
                kind = PatternStepKind.LookBehind;
            }
            else if (Take("<!"))
            {
                (kind, negated) = (PatternStepKind.LookBehind, true);
            }
            else if (Take(">"))
            {
                kind = PatternStepKind.Atomic;
            }
            else if (Take("i:"))
            {
                _ignoreCase = true;
            }
            else if (Take("-i:"))
            {
                _ignoreCase = false;
            }
            else if (!Take(":"))
            {
                throw Unknown("this kind of group");
            }
        }

        var body = Alternatives();
        if (!Take(')'))
        {
            throw Unknown("a group without its )");
        }

        _ignoreCase = outerCase;
        if (kind == PatternStepKind.Match)
        {
            return body;
        }

        if (kind == PatternStepKind.LookBehind && body is not [{ Kind: PatternStepKind.Set }])
        {
            throw Unknown("a look-behind of more than one character");
        }

        return [new()
        {
            Kind = kind,
            Negated = negated,
            Set = kind == PatternStepKind.LookBehind ? body[0].Set : null,
            Body = [.. body, new() { Kind = PatternStepKind.Match }]
        }];
    }

    private List<PatternStep> Repeated(List<PatternStep> atom)
    {
        int least, most;
        var counted = false;
        if (Take('?'))
        {
            (least, most) = (0, 1);
        }
        else if (Take('*'))
        {
            (least, most) = (0, int.MaxValue);
        }
        else if (Take('+'))
        {
            (least, most) = (1, int.MaxValue);
        }
        else if (_position < _pattern.Length && _pattern[_position] == '{')
        {
            (least, most, counted) = (Counts(out var upper), upper, true);
        }
        else
        {
            return atom;
        }

        var greed = Take('?') ? PatternGreed.Lazy : Take('+') ? PatternGreed.Possessive : PatternGreed.Greedy;
        if (counted && greed != PatternGreed.Greedy)
        {
            throw Unknown("a lazy or possessive count in braces");
        }

        if (_position < _pattern.Length && _pattern[_position] is '*' or '+' or '?' or '{')
        {
            throw Unknown("a repetition of a repetition");
        }

        if (atom is [{ Kind: PatternStepKind.Set } single])
        {
            return [single with { Kind = PatternStepKind.SetLoop, First = least, Second = most, Greed = greed }];
        }

        if (CanBeEmpty(atom))
        {
            throw Unknown("a repetition of something that may be empty");
        }

        List<PatternStep> program = [];
        for (var i = 0; i < least; i++)
        {
            Checked(program).AddRange(atom);
        }

        if (most == int.MaxValue)
        {
            // split(body, after); body; jump back
            program.Add(Branch(1, atom.Count + 2, greed));
            program.AddRange(atom);
            program.Add(new() { Kind = PatternStepKind.Jump, First = -atom.Count - 1 });
        }
        else
        {
            for (var left = most - least; left > 0; left--)
            {
                Checked(program).Add(Branch(1, left * (atom.Count + 1), greed));
                program.AddRange(atom);
            }
        }

        if (greed != PatternGreed.Possessive)
        {
            return program;
        }

        return [new() { Kind = PatternStepKind.Atomic, Body = [.. program, new() { Kind = PatternStepKind.Match }] }];
    }

    private static PatternStep Branch(int into, int past, PatternGreed greed) => greed == PatternGreed.Lazy
        ? new() { Kind = PatternStepKind.Split, First = past, Second = into }
        : new() { Kind = PatternStepKind.Split, First = into, Second = past };

    private static bool CanBeEmpty(List<PatternStep> program)
    {
        // Reachable from the start without consuming anything: a walk over the steps that consume nothing.
        var seen = new HashSet<int>();
        var open = new Stack<int>([0]);
        while (open.TryPop(out var at))
        {
            if (at >= program.Count)
            {
                return true;
            }

            if (!seen.Add(at))
            {
                continue;
            }

            var step = program[at];
            switch (step.Kind)
            {
                case PatternStepKind.Set:
                case PatternStepKind.SetLoop when step.First > 0:
                    break;
                case PatternStepKind.Jump:
                    open.Push(at + step.First);
                    break;
                case PatternStepKind.Split:
                    open.Push(at + step.First);
                    open.Push(at + step.Second);
                    break;
                case PatternStepKind.Atomic when !CanBeEmpty([.. step.Body![..^1]]):
                    break;
                default:
                    open.Push(at + 1);
                    break;
            }
        }

        return false;
    }

    private int Counts(out int most)
    {
        _position++;
        var least = Number() ?? throw Unknown("a brace that is not a count");
        most = least;
        if (Take(','))
        {
            most = Number() ?? int.MaxValue;
        }

        if (!Take('}') || most < least)
        {
            throw Unknown("a brace that is not a count");
        }

        if (least > MaxRepeats || (most != int.MaxValue && most > MaxRepeats))
        {
            throw Unknown($"a count above {MaxRepeats}");
        }

        return least;
    }

    private int? Number()
    {
        var start = _position;
        while (_position < _pattern.Length && char.IsAsciiDigit(_pattern[_position]) && _position - start < 6)
        {
            _position++;
        }

        return _position == start ? null : int.Parse(_pattern[start.._position], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private CodePointSet Class()
    {
        if (++_depth > DeepestNesting)
        {
            throw Unknown("classes nested too deeply");
        }

        var negated = Take('^');
        var ranges = new List<(int, int)>();
        var parts = new List<CodePointSet>();
        for (var first = true; ; first = false)
        {
            if (_position >= _pattern.Length)
            {
                throw Unknown("a class without its ]");
            }

            if (_pattern[_position] == ']' && !first)
            {
                break;
            }

            if (_pattern[_position..].StartsWith("&&"))
            {
                throw Unknown("&& within a class");
            }

            if (_pattern[_position] == '[')
            {
                if (_pattern[_position..].StartsWith("[:"))
                {
                    throw Unknown("a POSIX class");
                }

                _position++;
                parts.Add(Class());
                continue;
            }

            if (ClassMember(out var low) is { } set)
            {
                parts.Add(set);
                continue;
            }

            var high = low;
            if (_position + 1 < _pattern.Length && _pattern[_position] == '-' && _pattern[_position + 1] != ']')
            {
                _position++;
                if (ClassMember(out high) is not null || high < low)
                {
                    throw Unknown("a range whose ends are out of order");
                }
            }

            if (_ignoreCase && high - low < 0x400)
            {
                for (var codePoint = low; codePoint <= high; codePoint++)
                {
                    parts.Add(Literal(codePoint));
                }
            }
            else
            {
                ranges.Add((low, high));
            }
        }

        _position++;
        _depth--;
        return new(0, whiteSpace: false, [.. ranges], [.. parts], negated);
    }

    private CodePointSet? ClassMember(out int literal)
    {
        if (_pattern[_position] == '\\')
        {
            return Escape(out literal);
        }

        literal = CodePointSet.At(_pattern, _position, out var units);
        _position += units;
        return null;
    }

    /// <summary>Reads what follows a backslash: a set, or a literal.</summary>
    private CodePointSet? Escape(out int literal)
    {
        literal = 0;
        if (_position + 1 >= _pattern.Length)
        {
            throw Unknown("a backslash at the end");
        }

        var letter = _pattern[_position + 1];
        switch (letter)
        {
            case 's' or 'S' or 'd' or 'D' or 'w' or 'W':
                _position += 2;
                var set = char.ToLowerInvariant(letter) switch
                {
                    's' => CodePointSet.WhiteSpace,
                    'd' => CodePointSet.OfCategories(negated: false, DecimalDigitNumber),
                    _ => CodePointSet.OfCategories(
                        negated: false, [.. Letters, .. Marks, DecimalDigitNumber, LetterNumber, ConnectorPunctuation]),
                };
                return char.IsUpper(letter) ? set.Complement() : set;
            case 'p' or 'P':
                return Property();
            case 'x' or 'u':
                literal = Hexadecimal();
                return null;
        }

        literal = letter switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'f' => '\f',
            'v' => '\v',
            _ when char.IsAsciiLetterOrDigit(letter) => throw Unknown($"\\{letter}"),
            _ => CodePointSet.At(_pattern, _position + 1, out _),
        };
        _position += literal > char.MaxValue ? 3 : 2;
        return null;
    }

    private static ReadOnlySpan<UnicodeCategory> Letters =>
        [UppercaseLetter, LowercaseLetter, TitlecaseLetter, ModifierLetter, OtherLetter];

    private static ReadOnlySpan<UnicodeCategory> Marks => [NonSpacingMark, SpacingCombiningMark, EnclosingMark];

    private CodePointSet Property()
    {
        var complement = _pattern[_position + 1] == 'P';
        var start = _position + 3;
        if (start > _pattern.Length || _pattern[start - 1] != '{' || _pattern[start..].IndexOf('}') is not (>= 0 and var length))
        {
            throw Unknown("a property without braces");
        }

        var name = _pattern.Slice(start, length);
        if (name.StartsWith("^"))
        {
            name = name[1..];
            complement = !complement;
        }

        var set = name switch
        {
            "L" or "Letter" => CodePointSet.OfCategories(complement, Letters),
            "Lu" => CodePointSet.OfCategories(complement, UppercaseLetter),
            "Ll" => CodePointSet.OfCategories(complement, LowercaseLetter),
            "Lt" => CodePointSet.OfCategories(complement, TitlecaseLetter),
            "Lm" => CodePointSet.OfCategories(complement, ModifierLetter),
            "Lo" => CodePointSet.OfCategories(complement, OtherLetter),
            "M" or "Mark" => CodePointSet.OfCategories(complement, Marks),
            "Mn" => CodePointSet.OfCategories(complement, NonSpacingMark),
            "Mc" => CodePointSet.OfCategories(complement, SpacingCombiningMark),
            "Me" => CodePointSet.OfCategories(complement, EnclosingMark),
            "N" or "Number" => CodePointSet.OfCategories(complement, DecimalDigitNumber, LetterNumber, OtherNumber),
            "Nd" => CodePointSet.OfCategories(complement, DecimalDigitNumber),
            "Nl" => CodePointSet.OfCategories(complement, LetterNumber),
            "No" => CodePointSet.OfCategories(complement, OtherNumber),
            "P" or "Punctuation" =>
                CodePointSet.OfCategories(
                    complement,
                    ConnectorPunctuation,
                    DashPunctuation,
                    OpenPunctuation,
                    ClosePunctuation,
                    InitialQuotePunctuation,
                    FinalQuotePunctuation,
                    OtherPunctuation),
            "S" or "Symbol" => CodePointSet.OfCategories(complement, MathSymbol, CurrencySymbol, ModifierSymbol, OtherSymbol),
            "Sm" => CodePointSet.OfCategories(complement, MathSymbol),
            "Sc" => CodePointSet.OfCategories(complement, CurrencySymbol),
            "Sk" => CodePointSet.OfCategories(complement, ModifierSymbol),
            "So" => CodePointSet.OfCategories(complement, OtherSymbol),
            "Z" or "Separator" => CodePointSet.OfCategories(complement, SpaceSeparator, LineSeparator, ParagraphSeparator),
            "Zs" => CodePointSet.OfCategories(complement, SpaceSeparator),
            "C" or "Other" => CodePointSet.OfCategories(complement, Control, Format, Surrogate, PrivateUse, OtherNotAssigned),
            "Cc" => CodePointSet.OfCategories(complement, Control),
            _ => throw Unknown($"the property {name}"),
        };
        _position = start + length + 1;
        return set;
    }

    private int Hexadecimal()
    {
        var braced = _position + 2 < _pattern.Length && _pattern[_position + 2] == '{';
        var start = _position + (braced ? 3 : 2);
        var length = braced ? _pattern[start..].IndexOf('}') : _pattern[_position + 1] == 'u' ? 4 : 2;
        if (length is < 1 or > 8 || start + length > _pattern.Length
            || !int.TryParse(
                _pattern.Slice(start, length),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var value) || value is < 0 or > 0x10FFFF)
        {
            throw Unknown("an invalid code point");
        }

        _position = start + length + (braced ? 1 : 0);
        return value;
    }

    /// <summary>
    /// Returns a literal, with its other cases where case is ignored: simple folding, which joins ſ to s and the Kelvin sign to k.
    /// </summary>
    private readonly CodePointSet Literal(int codePoint)
    {
        if (!_ignoreCase || codePoint > char.MaxValue)
        {
            return CodePointSet.Of((codePoint, codePoint));
        }

        int lower = char.ToLowerInvariant((char)codePoint);
        int upper = char.ToUpperInvariant((char)codePoint);
        var more = lower switch { 's' => 0x17F, 'k' => 0x212A, _ => codePoint };
        return CodePointSet.Of((codePoint, codePoint), (lower, lower), (upper, upper), (more, more));
    }

    private bool Take(char wanted)
    {
        if (_position >= _pattern.Length || _pattern[_position] != wanted)
        {
            return false;
        }

        _position++;
        return true;
    }

    private bool Take(string wanted)
    {
        if (!_pattern[_position..].StartsWith(wanted, StringComparison.Ordinal))
        {
            return false;
        }

        _position += wanted.Length;
        return true;
    }

    private readonly FormatException Unknown(string what) => new($"{what} (at character {_position + 1})");
}
