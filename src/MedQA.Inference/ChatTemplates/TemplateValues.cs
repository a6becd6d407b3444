using System.Globalization;

namespace MedQA.Inference.ChatTemplates;

/// <summary>The value of a name that nothing was assigned to. It prints as nothing; any other use is an error.</summary>
internal sealed class UndefinedValue(string name)
{
    public string Name { get; } = name;
}

/// <summary>A dictionary or namespace: members in the order in which they were added.</summary>
internal sealed class TemplateMap(bool isNamespace = false)
{
    private readonly OrderedDictionary<object, object?> _members = [];

    /// <summary>Whether templates may assign its members.</summary>
    public bool IsNamespace { get; } = isNamespace;

    public int Count => _members.Count;

    public IEnumerable<object> Keys => _members.Keys;

    public IEnumerable<object?> Values => _members.Values;

    public IEnumerable<KeyValuePair<object, object?>> Members => _members;

    public object? this[object key]
    {
        set => _members[key] = value;
    }

    public bool TryGet(object key, out object? value) => _members.TryGetValue(key, out value);

    /// <summary>Adds members whose names the template sees as texts.</summary>
    public TemplateMap With(string name, object? value)
    {
        _members[MarkedText.Template(name)] = value;
        return this;
    }
}

/// <summary>
/// Python's view of values: null is None, and there are bool, long, double, <see cref="MarkedText"/>, lists, <see cref="TemplateMap"/> and
/// <see cref="UndefinedValue"/>.
/// </summary>
internal static class TemplateValues
{
    private const int DeepestNesting = 50;
    private const int MaxComparisons = 1_000_000;
    private const int MaxRepresentationLength = 1_000_000;

    public static bool IsTrue(object? value) => value switch
    {
        null or UndefinedValue => false,
        bool flag => flag,
        long integer => integer != 0,
        double real => real != 0,
        MarkedText text => text.Length > 0,
        List<object?> list => list.Count > 0,
        TemplateMap { IsNamespace: false } map => map.Count > 0,
        _ => true,
    };

    /// <summary>Returns the text of a value as Python's str gives it.</summary>
    public static MarkedText Text(object? value) => value switch
    {
        MarkedText text => text,
        UndefinedValue => MarkedText.Empty,
        null => MarkedText.Template("None"),
        List<object?> or TemplateMap => Representation(value),
        bool flag => MarkedText.Template(flag ? "True" : "False"),
        long integer => MarkedText.Template(integer.ToString(CultureInfo.InvariantCulture)),
        double real => MarkedText.Template(Real(real)),
        _ => throw new TemplateException("a function or macro where a text is expected"),
    };

    /// <summary>
    /// Returns a floating-point number as Python writes it: the shortest digits that give it back, never without a point or exponent.
    /// </summary>
    public static string Real(double value)
    {
        if (double.IsNaN(value))
        {
            return "nan";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "inf" : "-inf";
        }

        var size = Math.Abs(value);
        if (size != 0 && (size < 1e-4 || size >= 1e16))
        {
            var scientific = value.ToString("E16", CultureInfo.InvariantCulture);
            var shortest = value.ToString("R", CultureInfo.InvariantCulture);
            if (!shortest.Contains('E', StringComparison.Ordinal))
            {
                return scientific;
            }

            var parts = shortest.Split('E');
            var exponent = int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            return $"{parts[0]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        var plain = value.ToString("R", CultureInfo.InvariantCulture);
        if (plain.Contains('E', StringComparison.Ordinal))
        {
            plain = ((decimal)value).ToString(CultureInfo.InvariantCulture);
        }

        return plain.Contains('.', StringComparison.Ordinal) ? plain : plain + ".0";
    }

    public static string KindOf(object? value) => value switch
    {
        null => "none",
        UndefinedValue undefined => $"{undefined.Name}, which is not defined,",
        bool => "a truth value",
        long => "a whole number",
        double => "a number",
        MarkedText => "a text",
        List<object?> => "a list",
        TemplateMap { IsNamespace: true } => "a namespace",
        TemplateMap => "a dictionary",
        _ => "a function or macro",
    };

    public static new bool Equals(object? left, object? right)
    {
        var comparisons = MaxComparisons;
        return Equals(left, right, DeepestNesting, ref comparisons);
    }

    /// <summary>Orders two numbers, two texts or two lists as Python does.</summary>
    public static int Compare(object? left, object? right) => Compare(left, right, DeepestNesting);

    private static int Compare(object? left, object? right, int depth)
    {
        if (depth == 0)
        {
            throw new TemplateException("lists nested too deeply");
        }

        switch (left, right)
        {
            case (MarkedText a, MarkedText b):
                return CompareCodePoints(a.Text, b.Text);
            case (List<object?> a, List<object?> b):
                for (var i = 0; i < Math.Min(a.Count, b.Count); i++)
                {
                    if (!Equals(a[i], b[i]))
                    {
                        return Compare(a[i], b[i], depth - 1);
                    }
                }

                return a.Count.CompareTo(b.Count);
            case (long a, long b):
                return a.CompareTo(b);
        }

        return Number(left) is { } x && Number(right) is { } y
            ? x.CompareTo(y)
            : throw new TemplateException($"a comparison of {KindOf(left)} with {KindOf(right)}");
    }

    /// <summary>Returns the number that a value is (true is 1), or <see langword="null"/>.</summary>
    public static double? Number(object? value) => value switch
    {
        bool flag => flag ? 1 : 0,
        long integer => integer,
        double real => real,
        _ => null,
    };

    public static long Integer(object? value) => value switch
    {
        bool flag => flag ? 1 : 0,
        long integer => integer,
        _ => throw new TemplateException($"{KindOf(value)} where a whole number is expected"),
    };

    public static MarkedText AsText(object? value) =>
        value as MarkedText ?? throw new TemplateException($"{KindOf(value)} where a text is expected");

    /// <summary>Returns what a loop goes over: the items of a list, the characters of a text, the keys of a dictionary.</summary>
    public static List<object?> Items(object? value) => value switch
    {
        List<object?> list => list,
        UndefinedValue => [],
        MarkedText text => Characters(text),
        TemplateMap { IsNamespace: false } map => [.. map.Keys],
        _ => throw new TemplateException($"{KindOf(value)} where a list is expected"),
    };

    public static List<object?> Characters(MarkedText text)
    {
        var characters = new List<object?>(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var units = UnitsAt(text.Text, at);
            characters.Add(text.Slice(at, units));
            at += units;
        }

        return characters;
    }

    /// <summary>Python counts a text in code points.</summary>
    public static long Length(object? value) => value switch
    {
        MarkedText text => CodePoints(text.Text),
        List<object?> list => list.Count,
        UndefinedValue => 0,
        TemplateMap { IsNamespace: false } map => map.Count,
        _ => throw new TemplateException($"the length of {KindOf(value)}"),
    };

    public static int CodePoints(string text)
    {
        var count = 0;
        for (var at = 0; at < text.Length; at += UnitsAt(text, at))
        {
            count++;
        }

        return count;
    }

    /// <summary>Returns where in UTF-16 units the code point of an index begins.</summary>
    public static int OffsetOf(string text, long codePoint)
    {
        var at = 0;
        for (; codePoint > 0 && at < text.Length; codePoint--)
        {
            at += UnitsAt(text, at);
        }

        return at;
    }

    private static int UnitsAt(string text, int at) =>
        char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;

    private static int CompareCodePoints(string left, string right)
    {
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            if (left[i] == right[i])
            {
                continue;
            }

            // Surrogates stand for code points above all others of the basic plane.
            var (a, b) = (char.IsSurrogate(left[i]), char.IsSurrogate(right[i]));
            return a == b ? left[i].CompareTo(right[i]) : a ? 1 : -1;
        }

        return left.Length.CompareTo(right.Length);
    }

    private static bool Equals(object? left, object? right, int depth, ref int comparisons)
    {
        if (depth == 0 || --comparisons < 0)
        {
            throw new TemplateException("lists nested too deeply");
        }

        switch (left, right)
        {
            case (MarkedText a, MarkedText b):
                return a.Equals(b);
            case (UndefinedValue, UndefinedValue):
                return true;
            case (List<object?> a, List<object?> b):
                if (a.Count != b.Count)
                {
                    return false;
                }

                for (var i = 0; i < a.Count; i++)
                {
                    if (!Equals(a[i], b[i], depth - 1, ref comparisons))
                    {
                        return false;
                    }
                }

                return true;
            case (TemplateMap a, TemplateMap b):
                if (ReferenceEquals(a, b))
                {
                    return true;
                }

                if (a.Count != b.Count)
                {
                    return false;
                }

                foreach (var (key, value) in a.Members)
                {
                    if (!b.TryGet(key, out var other) || !Equals(value, other, depth - 1, ref comparisons))
                    {
                        return false;
                    }
                }

                return true;
            default:
                return Number(left) is { } x && Number(right) is { } y ? x == y : object.Equals(left, right);
        }
    }

    /// <summary>Returns the text of a value as Python's repr gives it.</summary>
    private static MarkedText Representation(object? value, int depth = 0)
    {
        if (depth > DeepestNesting)
        {
            throw new TemplateException("lists nested too deeply");
        }

        var builder = new MarkedTextBuilder();
        switch (value)
        {
            case MarkedText text:
                var quote =
                    text.Text.Contains('\'', StringComparison.Ordinal) && !text.Text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
                builder.Append([quote], isContent: false);
                for (var i = 0; i < text.Length; i++)
                {
                    var character = text.Text[i];
                    builder.Append(character switch
                    {
                        '\\' => @"\\",
                        '\n' => @"\n",
                        '\r' => @"\r",
                        '\t' => @"\t",
                        _ when character == quote => @"\" + character,
                        < ' ' or '\u007F' => $@"\x{(int)character:x2}",
                        _ => character.ToString(),
                    }, text.IsContent(i));
                }

                builder.Append([quote], isContent: false);
                break;
            case List<object?> list:
                builder.Append("[", isContent: false);
                for (var i = 0; i < list.Count; i++)
                {
                    if (i > 0)
                    {
                        builder.Append(", ", isContent: false);
                    }

                    builder.Append(Representation(list[i], depth + 1));
                }

                builder.Append("]", isContent: false);
                break;
            case TemplateMap map:
                builder.Append("{", isContent: false);
                var first = true;
                foreach (var (key, member) in map.Members)
                {
                    if (!first)
                    {
                        builder.Append(", ", isContent: false);
                    }

                    first = false;
                    builder.Append(Representation(key, depth + 1));
                    builder.Append(": ", isContent: false);
                    builder.Append(Representation(member, depth + 1));
                }

                builder.Append("}", isContent: false);
                break;
            case UndefinedValue:
                return MarkedText.Template("Undefined");
            default:
                return Text(value);
        }

        return builder.Length <= MaxRepresentationLength ? builder.Build() : throw new TemplateException("lists whose text grows too long");
    }
}
