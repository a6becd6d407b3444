using System.Collections.Immutable;
using System.Globalization;

namespace MedQA.Inference.ChatTemplates;

/// <summary>A global function as a value: templates ask whether one is defined.</summary>
internal sealed record TemplateFunction(string Name);

/// <summary>The global functions of chat templates: Jinja's and those that transformers adds.</summary>
internal static class TemplateFunctions
{
    private const int MaxRangeLength = 100_000;

    public static ImmutableArray<string> Names { get; } = ["range", "namespace", "dict", "raise_exception", "strftime_now"];

    public static object? Call(string name, TemplateArguments arguments, DateOnly date, TemplateBudget budget)
    {
        switch (name)
        {
            case "range":
                return Range(arguments, budget);
            case "namespace" or "dict":
                var map = new TemplateMap(isNamespace: name == "namespace");
                if (arguments.Positional is [TemplateMap source])
                {
                    foreach (var (key, value) in source.Members)
                    {
                        map[key] = value;
                    }
                }

                foreach (var (key, value) in arguments.Named)
                {
                    map.With(key, value);
                }

                return map;
            case "raise_exception":
                throw new TemplateRejectionException(TemplateValues.Text(arguments.Need(0, "message")).Text);
            case "strftime_now":
                return MarkedText.Template(Format(arguments.NeedText(0, "format").Text, date));
            default:
                throw new TemplateException($"the function {name}", isUnknown: true);
        }
    }

    private static List<object?> Range(TemplateArguments arguments, TemplateBudget budget)
    {
        var numbers = arguments.Positional.Select(TemplateValues.Integer).ToArray();
        if (numbers.Length is < 1 or > 3)
        {
            throw new TemplateException("a range without its end");
        }

        var (start, end) = numbers.Length == 1 ? (0L, numbers[0]) : (numbers[0], numbers[1]);
        var step = numbers.Length == 3 ? numbers[2] : 1;
        if (step == 0)
        {
            throw new TemplateException("a range with the step 0");
        }

        var count = Math.Ceiling(((decimal)end - start) / step);
        if (count > MaxRangeLength)
        {
            throw new TemplateException($"a range of more than {MaxRangeLength} numbers");
        }

        var range = new List<object?>();
        budget.Step(Math.Max(0, (long)count));
        for (var i = 0; i < count; i++)
        {
            range.Add(start + i * step);
        }

        return range;
    }

    /// <summary>Python's strftime for a date at midnight, in English.</summary>
    private static string Format(string format, DateOnly date)
    {
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            var directive = format[++i];
            var bare = directive == '-' && i + 1 < format.Length;
            if (bare)
            {
                directive = format[++i];
            }

            var value = directive switch
            {
                'd' => date.ToString("dd", CultureInfo.InvariantCulture),
                'e' => date.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
                'm' => date.ToString("MM", CultureInfo.InvariantCulture),
                'b' or 'h' => date.ToString("MMM", CultureInfo.InvariantCulture),
                'B' => date.ToString("MMMM", CultureInfo.InvariantCulture),
                'y' => date.ToString("yy", CultureInfo.InvariantCulture),
                'Y' => date.Year.ToString(CultureInfo.InvariantCulture),
                'a' => date.ToString("ddd", CultureInfo.InvariantCulture),
                'A' => date.ToString("dddd", CultureInfo.InvariantCulture),
                'j' => date.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
                'F' => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                'H' or 'M' or 'S' => "00",
                '%' => "%",
                _ => throw new TemplateException($"the date format %{directive}", isUnknown: true),
            };
            text.Append(bare ? value.TrimStart('0', ' ') : value);
        }

        return text.ToString();
    }
}
