using System.Globalization;
using System.Text;

namespace MedQA.Inference.Tokenization;

/// <summary>
/// Unicode's normalization form C (UAX #15). Own code because <see cref="string.Normalize()"/> returns its argument unchanged under
/// invariant globalization, which would give other tokens than the model was trained on, silently.
/// </summary>
internal sealed class CanonicalComposition
{
    private const int FirstUnsafe = 0x300;
    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TailCount = 28, SyllableCount = LeadCount * VowelCount * TailCount;

    private static readonly Lazy<CanonicalComposition> Tables = new(static () => new CanonicalComposition());

    private readonly Dictionary<int, (int First, int Second)> _decompositions = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];
    private readonly Dictionary<int, byte> _classes = [];
    private readonly HashSet<int> _unsafe = [];

    private CanonicalComposition()
    {
        using var stream = typeof(CanonicalComposition).Assembly.GetManifestResourceStream("canonical-forms.txt")!;
        using var reader = new StreamReader(stream, Encoding.ASCII);
        while (reader.ReadLine() is { } line)
        {
            var parts = line.Split(' ');
            switch (parts[0])
            {
                case "S":
                    _decompositions.Add(Hex(parts[1]), (Hex(parts[2]), -1));
                    _unsafe.Add(Hex(parts[1]));
                    break;
                case "X":
                    _decompositions.Add(Hex(parts[1]), (Hex(parts[2]), Hex(parts[3])));
                    _unsafe.Add(Hex(parts[1]));
                    break;
                case "P":
                    _decompositions.Add(Hex(parts[1]), (Hex(parts[2]), Hex(parts[3])));
                    _compositions.Add((Hex(parts[2]), Hex(parts[3])), Hex(parts[1]));
                    _unsafe.Add(Hex(parts[3]));
                    break;
                case "C":
                    for (var codePoint = Hex(parts[1]); codePoint <= Hex(parts[2]); codePoint++)
                    {
                        _classes.Add(codePoint, byte.Parse(parts[3], CultureInfo.InvariantCulture));
                        _unsafe.Add(codePoint);
                    }

                    break;
            }
        }
    }

    /// <summary>Returns the text in form C; the same string where it is in that form already.</summary>
    public static string Compose(string text)
    {
        var at = text.AsSpan().IndexOfAnyExceptInRange('\0', (char)(FirstUnsafe - 1));
        if (at < 0)
        {
            return text;
        }

        var tables = Tables.Value;
        for (; at < text.Length;)
        {
            if (tables.IsUnsafe(CodePointSet.At(text, at, out var units)))
            {
                return tables.Recompose(text);
            }

            at += units;
        }

        return text;
    }

    private bool IsUnsafe(int codePoint) => codePoint >= FirstUnsafe
        && (_unsafe.Contains(codePoint)
            || codePoint is (>= VowelBase and < VowelBase + VowelCount) or (> TailBase and < TailBase + TailCount));

    private string Recompose(string text)
    {
        var codePoints = new List<int>(text.Length);
        for (var at = 0; at < text.Length;)
        {
            Decompose(CodePointSet.At(text, at, out var units), codePoints);
            at += units;
        }

        Reorder(codePoints);
        var composed = new StringBuilder(text.Length);
        Span<char> encoded = stackalloc char[2];
        foreach (var codePoint in Composed(codePoints))
        {
            composed.Append(encoded[..new Rune(codePoint).EncodeToUtf16(encoded)]);
        }

        return composed.ToString();
    }

    private void Decompose(int codePoint, List<int> output)
    {
        var syllable = codePoint - SyllableBase;
        if (syllable is >= 0 and < SyllableCount)
        {
            output.Add(LeadBase + syllable / (VowelCount * TailCount));
            output.Add(VowelBase + syllable % (VowelCount * TailCount) / TailCount);
            if (syllable % TailCount != 0)
            {
                output.Add(TailBase + syllable % TailCount);
            }
        }
        else if (_decompositions.TryGetValue(codePoint, out var parts))
        {
            Decompose(parts.First, output);
            if (parts.Second >= 0)
            {
                output.Add(parts.Second);
            }
        }
        else
        {
            output.Add(codePoint);
        }
    }

    /// <summary>Puts each run of marks in the order of their classes, equal ones as they came.</summary>
    private void Reorder(List<int> codePoints)
    {
        for (var start = 0; start < codePoints.Count; start++)
        {
            if (Class(codePoints[start]) == 0)
            {
                continue;
            }

            var end = start + 1;
            var sorted = true;
            for (; end < codePoints.Count && Class(codePoints[end]) != 0; end++)
            {
                sorted &= Class(codePoints[end - 1]) <= Class(codePoints[end]);
            }

            if (!sorted)
            {
                var ordered = codePoints.GetRange(start, end - start).OrderBy(Class).ToList();
                for (var i = 0; i < ordered.Count; i++)
                {
                    codePoints[start + i] = ordered[i];
                }
            }

            start = end;
        }
    }

    private List<int> Composed(List<int> codePoints)
    {
        var output = new List<int>(codePoints.Count);
        var starter = -1;
        var lastClass = -1;
        foreach (var codePoint in codePoints)
        {
            var markClass = Class(codePoint);
            if (starter >= 0 && (lastClass < markClass || lastClass < 0) && Pair(output[starter], codePoint) is { } composite)
            {
                output[starter] = composite;
                continue;
            }

            if (markClass == 0)
            {
                starter = output.Count;
                lastClass = -1;
            }
            else
            {
                lastClass = markClass;
            }

            output.Add(codePoint);
        }

        return output;
    }

    private int? Pair(int first, int second)
    {
        if (first - LeadBase is >= 0 and < LeadCount and var lead && second - VowelBase is >= 0 and < VowelCount and var vowel)
        {
            return SyllableBase + (lead * VowelCount + vowel) * TailCount;
        }

        if (first - SyllableBase is >= 0 and < SyllableCount and var syllable
            && syllable % TailCount == 0
            && second - TailBase is > 0 and < TailCount and var tail)
        {
            return first + tail;
        }

        return _compositions.TryGetValue((first, second), out var composite) ? composite : null;
    }

    private int Class(int codePoint) => codePoint < FirstUnsafe ? 0 : _classes.GetValueOrDefault(codePoint);

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
