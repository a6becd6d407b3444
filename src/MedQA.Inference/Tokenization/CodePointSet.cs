using System.Globalization;
using System.Text;

namespace MedQA.Inference.Tokenization;

/// <summary>A set of Unicode code points: what one place of a split pattern may be.</summary>
internal sealed class CodePointSet
{
    private readonly uint _categories;
    private readonly bool _whiteSpace;
    private readonly (int First, int Last)[] _ranges;
    private readonly CodePointSet[] _parts;
    private readonly bool _negated;
    private readonly ulong _asciiLow;
    private readonly ulong _asciiHigh;

    /// <param name="categories">One bit for each <see cref="UnicodeCategory"/> whose code points are in the set.</param>
    /// <param name="whiteSpace">Whether Unicode's white space is in the set.</param>
    /// <param name="ranges">Ranges of code points, both ends included.</param>
    /// <param name="parts">Sets whose code points are in this one too.</param>
    /// <param name="negated">Whether the set is everything that the other arguments leave out.</param>
    public CodePointSet(uint categories, bool whiteSpace, (int First, int Last)[] ranges, CodePointSet[] parts, bool negated)
    {
        (_categories, _whiteSpace, _ranges, _parts, _negated) = (categories, whiteSpace, ranges, parts, negated);
        for (var ascii = 0; ascii < 128; ascii++)
        {
            if (Look(ascii) == negated)
            {
                continue;
            }

            if (ascii < 64)
            {
                _asciiLow |= 1UL << ascii;
            }
            else
            {
                _asciiHigh |= 1UL << (ascii - 64);
            }
        }
    }

    /// <summary>Unicode's White_Space.</summary>
    public static CodePointSet WhiteSpace { get; } = new(0, whiteSpace: true, [], [], negated: false);

    public static CodePointSet OfCategories(bool negated, params ReadOnlySpan<UnicodeCategory> categories)
    {
        var bits = 0u;
        foreach (var category in categories)
        {
            bits |= 1u << (int)category;
        }

        return new(bits, whiteSpace: false, [], [], negated);
    }

    public static CodePointSet Of(params (int First, int Last)[] ranges) => new(0, whiteSpace: false, ranges, [], negated: false);

    public CodePointSet Complement() => new(0, whiteSpace: false, [], [this], negated: true);

    public bool Contains(int codePoint) => codePoint switch
    {
        < 64 => (_asciiLow >> codePoint & 1) != 0,
        < 128 => (_asciiHigh >> (codePoint - 64) & 1) != 0,
        _ => Look(codePoint) != _negated,
    };

    private bool Look(int codePoint)
    {
        if (_categories != 0 && (_categories >> (int)CharUnicodeInfo.GetUnicodeCategory(codePoint) & 1) != 0)
        {
            return true;
        }

        if (_whiteSpace && IsWhiteSpace(codePoint))
        {
            return true;
        }

        foreach (var (first, last) in _ranges)
        {
            if (codePoint >= first && codePoint <= last)
            {
                return true;
            }
        }

        foreach (var part in _parts)
        {
            if (part.Contains(codePoint))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns whether a code point has Unicode's White_Space property; all of them lie in the basic plane.</summary>
    public static bool IsWhiteSpace(int codePoint) => codePoint <= char.MaxValue && char.IsWhiteSpace((char)codePoint);

    /// <summary>
    /// Returns the code point at a place, a lone surrogate read as U+FFFD (what it becomes in UTF-8), and how many UTF-16 units it has.
    /// </summary>
    public static int At(ReadOnlySpan<char> text, int position, out int units)
    {
        var unit = text[position];
        units = 1;
        if (!char.IsSurrogate(unit))
        {
            return unit;
        }

        if (char.IsHighSurrogate(unit) && position + 1 < text.Length && char.IsLowSurrogate(text[position + 1]))
        {
            units = 2;
            return char.ConvertToUtf32(unit, text[position + 1]);
        }

        return Rune.ReplacementChar.Value;
    }

    /// <summary>Returns how many UTF-16 units the code point before a place has.</summary>
    public static int UnitsBefore(ReadOnlySpan<char> text, int position) =>
        position >= 2 && char.IsLowSurrogate(text[position - 1]) && char.IsHighSurrogate(text[position - 2]) ? 2 : 1;
}
