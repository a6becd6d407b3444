using System.Globalization;
using System.Text;

namespace MedQA.Datasets.Spreadsheets;

/// <summary>
/// Writes a cell's number as a spreadsheet program shows it, for the number formats of ECMA-376 (part 1, 18.8.30 and 18.8.31) without
/// conditions, in US English.
/// </summary>
internal sealed class NumberFormat
{
    private static readonly Dictionary<int, string> BuiltIn = new()
    {
        [1] = "0", [2] = "0.00", [3] = "#,##0", [4] = "#,##0.00", [5] = "$#,##0;($#,##0)", [6] = "$#,##0;($#,##0)",
        [7] = "$#,##0.00;($#,##0.00)",
        [8] = "$#,##0.00;($#,##0.00)", [9] = "0%", [10] = "0.00%", [11] = "0.00E+00", [12] = "# ?/?", [13] = "# ??/??", [14] = "m/d/yyyy",
        [15] = "d-mmm-yy",
        [16] = "d-mmm", [17] = "mmm-yy", [18] = "h:mm AM/PM", [19] = "h:mm:ss AM/PM", [20] = "h:mm", [21] = "h:mm:ss",
        [22] = "m/d/yyyy h:mm",
        [37] = "#,##0;(#,##0)", [38] = "#,##0;(#,##0)", [39] = "#,##0.00;(#,##0.00)", [40] = "#,##0.00;(#,##0.00)",
        [41] = "#,##0;(#,##0);-", [42] = "$#,##0;($#,##0);$-",
        [43] = "#,##0.00;(#,##0.00);-", [44] = "$#,##0.00;($#,##0.00);$-", [45] = "mm:ss", [46] = "[h]:mm:ss", [47] = "mm:ss.0", [49] = "@",
    };

    private readonly IReadOnlyList<IReadOnlyList<Token>>? _sections;

    private NumberFormat(string code)
    {
        Code = code;
        _sections = Sections(code);
    }

    /// <summary>The format of a cell that has none.</summary>
    public static NumberFormat General { get; } = new("General");

    /// <summary>The format as it is written.</summary>
    public string Code { get; }

    /// <summary>Returns a format by its number in a workbook.</summary>
    /// <param name="id">The number.</param>
    /// <param name="code">What the workbook says it is, or <see langword="null"/> for one that every program knows.</param>
    public static NumberFormat Of(int id, string? code) =>
        code is not null ? new NumberFormat(code)
        : BuiltIn.TryGetValue(id, out var known) ? new NumberFormat(known)
        : id is (>= 27 and <= 36) or (>= 50 and <= 81) ? new NumberFormat("[$date]")
        : General;

    /// <summary>
    /// Returns a number's text; <see langword="null"/> if the format is none that is read here, or cannot show the number.
    /// </summary>
    /// <param name="value">The number.</param>
    /// <param name="from1904">Whether the workbook counts days from 1904 rather than 1900.</param>
    public string? Text(double value, bool from1904)
    {
        if (_sections is null || !double.IsFinite(value))
        {
            return null;
        }

        var place = value < 0 && _sections.Count > 1 ? 1 : value == 0 && _sections.Count > 2 ? 2 : 0;
        var section = _sections[place];
        value = place == 1 ? -value : value;
        if (section.Any(static token => token.Kind == 'G'))
        {
            return section.Count == 1 ? Number(value) : null;
        }

        return section.Any(static token => token.Kind == 'D') ? Date(section, value, from1904)
            : section.Any(static token => token.Kind == 'N') ? Digits(section, value)
            : Literals(section, 0, section.Count);
    }

    /// <summary>Returns a number with the 15 digits that spreadsheet programs keep.</summary>
    private static string Number(double value) =>
        Math.Abs(value) is 0 or (>= 1e-9 and < 1e15)
            ? ((decimal)value).ToString("0.#############################", CultureInfo.InvariantCulture)
            : value.ToString("G15", CultureInfo.InvariantCulture);

    private static List<List<Token>>? Sections(string code)
    {
        var sections = new List<List<Token>> { new() };
        for (var at = 0; at < code.Length; at++)
        {
            var section = sections[^1];
            var letter = code[at];
            switch (letter)
            {
                case ';':
                    sections.Add([]);
                    break;
                case '"':
                    var close = code.IndexOf('"', at + 1);
                    close = close < 0 ? code.Length : close;
                    section.Add(new Token('L', code[(at + 1)..close]));
                    at = close;
                    break;
                case '\\' when at + 1 < code.Length:
                    section.Add(new Token('L', code[++at].ToString()));
                    break;
                case '_' or '*':
                    at++;
                    break;
                case '[':
                    var end = code.IndexOf(']', at);
                    if (end < 0 || Bracket(code[(at + 1)..end]) is not { } inner)
                    {
                        return null;
                    }

                    if (inner.Text.Length > 0)
                    {
                        section.Add(inner);
                    }

                    at = end;
                    break;
                case 'G' or 'g' when code.AsSpan(at).StartsWith("General", StringComparison.OrdinalIgnoreCase):
                    section.Add(new Token('G', "General"));
                    at += 6;
                    break;
                case 'A' or 'a'
                    when code.AsSpan(at).StartsWith("AM/PM", StringComparison.OrdinalIgnoreCase)
                        || code.AsSpan(at).StartsWith("A/P", StringComparison.OrdinalIgnoreCase):
                    section.Add(new Token('D', code.AsSpan(at).StartsWith("A/P", StringComparison.OrdinalIgnoreCase) ? "A/P" : "AM/PM"));
                    at += section[^1].Text.Length - 1;
                    break;
                case 'y' or 'Y' or 'm' or 'M' or 'd' or 'D' or 'h' or 'H' or 's' or 'S':
                    var length = code.AsSpan(at).IndexOfAnyExcept(char.ToLowerInvariant(letter), char.ToUpperInvariant(letter));
                    length = length < 0 ? code.Length - at : length;
                    section.Add(new Token('D', new string(char.ToLowerInvariant(letter), length)));
                    at += length - 1;
                    break;
                case '0' or '#' or '?' or '.' or ',' or '%' or '/':
                    section.Add(new Token('N', letter.ToString()));
                    break;
                case 'E' or 'e' when at + 1 < code.Length && code[at + 1] is '+' or '-':
                    section.Add(new Token('N', code.Substring(at++, 2)));
                    break;
                case >= '1' and <= '9' when section.Any(static token => token is { Kind: 'N', Text: "/" }):
                    section.Add(new Token('N', letter.ToString()));
                    break;
                case '@':
                    section.Add(new Token('G', "General"));
                    break;
                case >= 'a' and <= 'z' or >= 'A' and <= 'Z':
                    return null;
                default:
                    section.Add(new Token('L', letter.ToString()));
                    break;
            }
        }

        return sections.Count <= 4 ? sections : null;
    }

    /// <summary>
    /// Returns the text in brackets: a time that continues above its unit, a currency, or a colour, which shows nothing. Conditions are not
    /// read.
    /// </summary>
    private static Token? Bracket(string inner)
    {
        var lower = inner.ToLowerInvariant();
        return lower.Length > 0
            && (lower.All(static c => c == 'h') || lower.All(static c => c == 'm') || lower.All(static c => c == 's')) ? new Token(
                'D', $"[{lower}]")
            : inner.StartsWith('$') && inner != "$date" ? new Token('L', inner[1..].Split('-')[0])
            : lower is "black" or "blue" or "cyan" or "green" or "magenta" or "red" or "white" or "yellow"
                || lower.StartsWith("color", StringComparison.Ordinal) ? new Token('L', "")
            : null;
    }

    private static string? Digits(IReadOnlyList<Token> section, double number)
    {
        var first = section.TakeWhile(static token => token.Kind != 'N' || token.Text is "%").Count();
        var last = section.Count - section.Reverse().TakeWhile(static token => token.Kind != 'N' || token.Text is "%").Count();
        if (Math.Abs(number) >= 1e15)
        {
            return null;
        }

        var value = (decimal)number;
        var percents = section.Count(static token => token is { Kind: 'N', Text: "%" });
        for (var i = 0; i < percents; i++)
        {
            value *= 100;
        }

        var pattern =
            string.Concat(section.Take(last).Skip(first).Select(static token => token.Kind == 'N' ? token.Text : $"'{token.Text}"));
        var shown =
            pattern.Contains('/', StringComparison.Ordinal) ? Fraction(pattern.Replace("'", "", StringComparison.Ordinal), Math.Abs(value))
                : pattern.Contains('\'', StringComparison.Ordinal) ? null
                : pattern.Contains('E', StringComparison.OrdinalIgnoreCase) ? Scientific(pattern, Math.Abs(value))
                : Fixed(pattern, Math.Abs(value));
        var sign = value < 0 && shown is not null && shown.AsSpan().ContainsAnyInRange('1', '9') ? "-" : "";
        return shown is null ? null : $"{sign}{Literals(section, 0, first)}{shown}{Literals(section, last, section.Count)}".Trim();
    }

    private static string? Fixed(string pattern, decimal value)
    {
        var parts = pattern.Split('.');
        if (parts.Length > 2 || pattern.Contains('%', StringComparison.Ordinal))
        {
            return null;
        }

        var whole = parts[0].TrimEnd(',');
        for (var thousands = parts[^1].Length - parts[^1].TrimEnd(',').Length; thousands > 0; thousands--)
        {
            value /= 1000;
        }

        var decimals = parts.Length == 2 ? parts[1].TrimEnd(',') : "";
        if (decimals.Length > 20)
        {
            return null;
        }

        value = Math.Round(value, decimals.Length, MidpointRounding.AwayFromZero);
        var format = (whole.Contains(',', StringComparison.Ordinal) ? "#,#" : "#") + new string('0', whole.Count(static c => c == '0'));
        var shown = value.ToString($"{format}.{decimals.Replace('?', '#')}", CultureInfo.InvariantCulture);
        return parts.Length == 2 && !shown.Contains('.', StringComparison.Ordinal) ? shown + "." : shown;
    }

    private static string? Scientific(string pattern, decimal value)
    {
        var at = pattern.IndexOfAny(['E', 'e']);
        var mantissa = pattern[..at];
        return mantissa.Split('.')[0].Length == 1 && !mantissa.Contains(',', StringComparison.Ordinal)
            ? ((double)value).ToString(pattern.ToUpperInvariant().Replace('?', '0'), CultureInfo.InvariantCulture)
            : null;
    }

    /// <summary>
    /// Returns a whole number and the nearest fraction whose denominator has as many digits as the pattern, or is the one that it gives.
    /// </summary>
    private static string? Fraction(string pattern, decimal value)
    {
        var parts = pattern.Split('/');
        var denominator = parts[^1].Trim();
        if (parts.Length != 2 || denominator.Length is 0 or > 3 || pattern.AsSpan().ContainsAny(".,%E"))
        {
            return null;
        }

        var hasWhole = parts[0].TrimEnd().Contains(' ', StringComparison.Ordinal);
        var whole = hasWhole ? decimal.Floor(value) : 0;
        var rest = value - whole;
        var (least, most) = int.TryParse(denominator, CultureInfo.InvariantCulture, out var given) && given > 0
            ? (given, given)
            : (1, (int)Math.Pow(10, denominator.Length) - 1);
        var (top, bottom, off) = (0m, 1, decimal.MaxValue);
        for (var tried = least; tried <= most; tried++)
        {
            var nearest = Math.Round(rest * tried, MidpointRounding.AwayFromZero);
            if (Math.Abs(rest - (nearest / tried)) is var distance && distance < off)
            {
                (top, bottom, off) = (nearest, tried, distance);
            }
        }

        return (hasWhole, top) switch
        {
            (true, 0) => Text(whole),
            (true, _) when top == bottom => Text(whole + 1),
            (true, _) when whole > 0 => $"{Text(whole)} {Text(top)}/{bottom}",
            _ => $"{Text(top)}/{bottom}",
        };

        static string Text(decimal number) => number.ToString("0", CultureInfo.InvariantCulture);
    }

    private static string? Date(IReadOnlyList<Token> section, double serial, bool from1904)
    {
        // Day 60 of the count from 1900 is a 29 February that never was.
        if (serial < 0 || serial >= 2_958_466 || (!from1904 && (int)serial == 60))
        {
            return null;
        }

        var seconds = Math.Round(serial * 86_400, 3);
        var start = from1904 ? new DateTime(1904, 1, 1) : serial < 60 ? new DateTime(1899, 12, 31) : new DateTime(1899, 12, 30);
        var when = start.AddMilliseconds(Math.Round(seconds * 1000));
        var half = section.Any(static token => token.Text is "AM/PM" or "A/P");
        var text = new StringBuilder();
        var before = ' ';
        for (var i = 0; i < section.Count; i++)
        {
            var (kind, code) = section[i];
            if (kind == 'L' || (kind == 'N' && code is "/" or "," or "."))
            {
                if (code == "." && i + 1 < section.Count && section[i + 1] is { Kind: 'N', Text: "0" })
                {
                    var digits = section.Skip(i + 1).TakeWhile(static token => token is { Kind: 'N', Text: "0" }).Count();
                    if (digits > 3)
                    {
                        return null;
                    }

                    text.Append('.').Append(when.ToString("fff", CultureInfo.InvariantCulture).AsSpan(0, digits));
                    i += digits;
                    continue;
                }

                text.Append(code);
                continue;
            }

            var next = section.Skip(i + 1).FirstOrDefault(static token => token.Kind == 'D').Text ?? "";
            var isMinute = code[0] == 'm' && code.Length <= 2 && (before == 'h' || next.StartsWith('s') || next == "[s]");
            if (kind != 'D' || Part(code, isMinute, half, when, seconds) is not { } part)
            {
                return null;
            }

            text.Append(part);
            before = code.TrimStart('[')[0];
        }

        return text.ToString().Trim();
    }

    private static string? Part(string code, bool isMinute, bool half, DateTime when, double seconds)
    {
        var hour = half ? ((when.Hour + 11) % 12) + 1 : when.Hour;
        return code switch
        {
            "AM/PM" => when.Hour < 12 ? "AM" : "PM",
            "A/P" => when.Hour < 12 ? "A" : "P",
            "y" or "yy" => when.ToString("yy", CultureInfo.InvariantCulture),
            "yyy" or "yyyy" => when.ToString("yyyy", CultureInfo.InvariantCulture),
            "m" or "mm" when isMinute => Padded(when.Minute, code.Length),
            "m" or "mm" => Padded(when.Month, code.Length),
            "mmm" or "mmmm" or "ddd" or "dddd" => when.ToString(code.Replace('m', 'M'), CultureInfo.InvariantCulture),
            "mmmmm" => when.ToString("MMM", CultureInfo.InvariantCulture)[..1],
            "d" or "dd" => Padded(when.Day, code.Length),
            "h" or "hh" => Padded(hour, code.Length),
            "s" or "ss" => Padded(when.Second, code.Length),
            ['[', 'h', ..] => Padded((long)(seconds / 3600), code.Length - 2),
            ['[', 'm', ..] => Padded((long)(seconds / 60), code.Length - 2),
            ['[', 's', ..] => Padded((long)seconds, code.Length - 2),
            _ => null,
        };

        static string Padded(long number, int length) => number.ToString(CultureInfo.InvariantCulture).PadLeft(length, '0');
    }

    private static string Literals(IReadOnlyList<Token> section, int from, int to) =>
        string.Concat(
            section.Take(to).Skip(from).Where(static token => token.Kind == 'L' || token.Text == "%").Select(static token => token.Text));

    /// <summary>A piece of a format: L a text, N of a number, D of a date or time, G the number as it is.</summary>
    private readonly record struct Token(char Kind, string Text);
}
