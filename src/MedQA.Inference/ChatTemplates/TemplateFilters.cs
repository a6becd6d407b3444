using System.Globalization;

namespace MedQA.Inference.ChatTemplates;

/// <summary>Jinja's filters: what follows a bar.</summary>
internal static class TemplateFilters
{
    private static readonly TemplateParameters Nothing = new(0);

    private static readonly Dictionary<string, TemplateParameters> Known = new(StringComparer.Ordinal)
    {
        ["trim"] = new(1, "chars"),
        ["length"] = Nothing,
        ["count"] = Nothing,
        ["tojson"] = new(4, "ensure_ascii", "indent", "separators", "sort_keys"),
        ["upper"] = Nothing,
        ["lower"] = Nothing,
        ["title"] = Nothing,
        ["capitalize"] = Nothing, ["replace"] = new(3, "old", "new", "count"), ["join"] = new(2, "d", "attribute"), ["first"] = Nothing,
        ["last"] = Nothing,
        ["default"] = new(2, "default_value", "boolean"), ["d"] = new(2, "default_value", "boolean"),
        ["map"] = new(int.MaxValue, "attribute", "default"),
        ["select"] = new(int.MaxValue), ["reject"] = new(int.MaxValue), ["selectattr"] = new(int.MaxValue),
        ["rejectattr"] = new(int.MaxValue), ["list"] = Nothing, ["string"] = Nothing,
        ["int"] = new(1, "default"), ["float"] = new(1, "default"), ["items"] = Nothing, ["dictsort"] = Nothing, ["reverse"] = Nothing,
        ["sort"] = new(3, "reverse", "case_sensitive", "attribute"),
        ["unique"] = Nothing, ["indent"] = new(3, "width", "first", "blank"), ["safe"] = Nothing, ["abs"] = Nothing,
        ["round"] = new(2, "precision", "method"), ["sum"] = new(2, "attribute", "start"),
        ["min"] = Nothing, ["max"] = Nothing,
    };

    public static object? Apply(string name, object? value, TemplateArguments arguments, TemplateBudget budget)
    {
        budget.Step();
        if (!Known.TryGetValue(name, out var parameters))
        {
            throw new TemplateException($"the filter {name}", isUnknown: true);
        }

        parameters.Check($"the filter {name}", arguments);
        if (value is MarkedText given)
        {
            budget.Build(given.Length);
        }

        switch (name)
        {
            case "trim":
                return TemplateMethods.Strip(
                    TemplateValues.Text(value),
                    arguments.Get(0, "chars") is MarkedText characters ? characters.Text : null,
                    left: true,
                    right: true);
            case "length" or "count":
                return TemplateValues.Length(value);
            case "tojson":
                return TemplateJson.Write(value, TemplateJsonStyle.Of(arguments), budget);
            case "upper":
                return TemplateValues.Text(value).Recased(static text => text.ToUpperInvariant());
            case "lower":
                return TemplateValues.Text(value).Recased(static text => text.ToLowerInvariant());
            case "title":
                return TemplateValues.Text(value).Recased(Title);
            case "capitalize":
                return TemplateMethods.Capitalize(TemplateValues.Text(value));
            case "replace":
                return TemplateMethods.Replace(
                    TemplateValues.Text(value),
                    arguments.NeedText(0, "old"),
                    arguments.NeedText(1, "new"),
                    arguments.Get(2, "count") is { } most ? TemplateValues.Integer(most) : -1,
                    budget);
            case "join":
                var items =
                    Items(value, budget).Select(item => arguments.Get(1, "attribute") is { } attribute ? Attribute(item, attribute) : item);
                return TemplateMethods.Join(TemplateValues.Text(arguments.Get(0, "d", MarkedText.Empty)), items, asTexts: true, budget);
            case "first":
                return Items(value, budget) is [var first, ..] ? first : new UndefinedValue("the first of an empty list");
            case "last":
                return Items(value, budget) is [.., var last] ? last : new UndefinedValue("the last of an empty list");
            case "default" or "d":
                var replaces =
                    value is UndefinedValue || (TemplateValues.IsTrue(arguments.Get(1, "boolean", false)) && !TemplateValues.IsTrue(value));
                return replaces ? arguments.Get(0, "default_value", MarkedText.Empty) : value;
            case "list":
                return new List<object?>(Items(value, budget));
            case "string":
                return TemplateValues.Text(value);
            case "int":
                return Integer(value, arguments.Get(0, "default", 0L));
            case "float":
                return Real(value, arguments.Get(0, "default", 0.0));
            case "safe":
                return value;
            case "indent":
                return Indent(TemplateValues.Text(value), arguments, budget);
            case "abs":
                return Size(value);
            case "round":
                return Round(value, arguments);
            default:
                return OfList(name, value, arguments, budget);
        }
    }

    private static object? OfList(string name, object? value, TemplateArguments arguments, TemplateBudget budget)
    {
        switch (name)
        {
            case "items":
                return value is UndefinedValue
                    ? new List<object?>()
                    : TemplateMethods.Call(
                        value as TemplateMap ?? throw new TemplateException($"the items of {TemplateValues.KindOf(value)}"),
                        "items",
                        new([], []),
                        budget);
            case "dictsort":
                var pairs = (List<object?>)TemplateMethods.Call(
                    value as TemplateMap ?? throw new TemplateException($"the items of {TemplateValues.KindOf(value)}"),
                    "items",
                    new([], []),
                    budget)!;
                return Sorted(pairs, static pair => ((List<object?>)pair!)[0], ignoresCase: true);
            case "reverse":
                var reversed = new List<object?>(Items(value, budget));
                reversed.Reverse();
                return value is MarkedText ? TemplateMethods.Join(MarkedText.Empty, reversed, asTexts: false, budget) : reversed;
            case "sort":
                var sorted = Sorted(
                    Items(value, budget),
                    item => arguments.Get(2, "attribute") is { } attribute ? Attribute(item, attribute) : item,
                    !TemplateValues.IsTrue(arguments.Get(1, "case_sensitive", false)));
                if (TemplateValues.IsTrue(arguments.Get(0, "reverse", false)))
                {
                    sorted.Reverse();
                }

                return sorted;
            case "unique":
                var unique = new List<object?>();
                foreach (var item in Items(value, budget))
                {
                    budget.Step(unique.Count);
                    if (!unique.Exists(seen => TemplateValues.Equals(Folded(seen), Folded(item))))
                    {
                        unique.Add(item);
                    }
                }

                return unique;
            case "map":
                return Map(Items(value, budget), arguments, budget);
            case "select" or "reject":
                return Items(value, budget).Where(item => Passes(item, arguments, 0) == (name == "select")).ToList();
            case "selectattr" or "rejectattr":
                return Items(value, budget)
                    .Where(item => Passes(Attribute(item, arguments.Need(0, "attribute")), arguments, 1) == (name == "selectattr"))
                    .ToList();
            case "sum":
                return Items(value, budget).Select(
                    item => arguments.Get(0, "attribute") is { } attribute ? Attribute(item, attribute) : item)
                    .Aggregate(arguments.Get(1, "start", 0L), (sum, item) => TemplateOperators.Binary("+", sum, item, budget));
            case "min":
                return Sorted(Items(value, budget), static item => item, ignoresCase: true) is [var least, ..]
                    ? least
                    : new UndefinedValue("the least of an empty list");
            case "max":
                return Sorted(Items(value, budget), static item => item, ignoresCase: true) is [.., var most]
                    ? most
                    : new UndefinedValue("the greatest of an empty list");
            default:
                throw new TemplateException($"the filter {name}", isUnknown: true);
        }
    }

    /// <summary>Returns a member by name, or by a path with points between.</summary>
    public static object? Attribute(object? item, object? path)
    {
        if (path is long index)
        {
            return TemplateEvaluator.Item(item, index);
        }

        foreach (var part in TemplateValues.AsText(path).Text.Split('.'))
        {
            item = TemplateEvaluator.Item(item, MarkedText.Template(part));
        }

        return item;
    }

    private static List<object?> Items(object? value, TemplateBudget budget)
    {
        var items = TemplateValues.Items(value);
        budget.Step(items.Count);
        return items;
    }

    private static List<object?> Map(List<object?> items, TemplateArguments arguments, TemplateBudget budget)
    {
        if (arguments.Positional.Length == 0)
        {
            var attribute = arguments.Need(0, "attribute");
            return [.. items.Select(
                item => Attribute(item, attribute) is var member
                    && member is UndefinedValue
                    && arguments.Find(1, "default", out var otherwise) ? otherwise : member)];
        }

        var filter = arguments.NeedText(0, "name").Text;
        var rest = arguments with { Positional = arguments.Positional.RemoveAt(0) };
        return [.. items.Select(item => Apply(filter, item, rest, budget))];
    }

    private static bool Passes(object? item, TemplateArguments arguments, int place)
    {
        if (!arguments.Find(place, "test", out var test))
        {
            return TemplateValues.IsTrue(item);
        }

        return TemplateTests.Apply(
            TemplateValues.AsText(test).Text, item, arguments with { Positional = [.. arguments.Positional.Skip(place + 1)] });
    }

    private static List<object?> Sorted(List<object?> items, Func<object?, object?> key, bool ignoresCase)
    {
        // OrderBy is stable, as Python's sort is. It wraps what its comparison throws.
        try
        {
            return [.. items.OrderBy(
                item => ignoresCase ? Folded(key(item)) : key(item), Comparer<object?>.Create(TemplateValues.Compare))];
        }
        catch (InvalidOperationException exception) when (exception.InnerException is TemplateException fault)
        {
            throw new TemplateException(fault.Message, fault.IsUnknown);
        }
    }

    private static object? Folded(object? value) => value is MarkedText text ? MarkedText.Template(text.Text.ToLowerInvariant()) : value;

    private static object? Integer(object? value, object? otherwise) => value switch
    {
        bool or long => TemplateValues.Integer(value),
        double real when Math.Abs(real) < 9e18 => (long)real,
        MarkedText text
            when long.TryParse(text.Text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) => integer,
        MarkedText text when double.TryParse(text.Text, CultureInfo.InvariantCulture, out var real) && Math.Abs(real) < 9e18 => (long)real,
        _ => otherwise,
    };

    private static object? Real(object? value, object? otherwise) => TemplateValues.Number(value)
        ?? (value is MarkedText text && double.TryParse(text.Text, CultureInfo.InvariantCulture, out var real) ? real : otherwise);

    private static object Size(object? value) => value switch
    {
        bool => TemplateValues.Integer(value),
        long or double => TemplateValues.Number(value) < 0 ? TemplateOperators.Negate(value) : value,
        _ => throw new TemplateException($"the size of {TemplateValues.KindOf(value)}"),
    };

    private static object Round(object? value, TemplateArguments arguments)
    {
        var number = TemplateValues.Number(value) ?? throw new TemplateException($"a rounding of {TemplateValues.KindOf(value)}");
        var digits = (int)Math.Clamp(TemplateValues.Integer(arguments.Get(0, "precision", 0L)), 0, 15);
        var scale = Math.Pow(10, digits);
        return TemplateValues.Text(arguments.Get(1, "method", MarkedText.Template("common"))).Text switch
        {
            // Python rounds a whole number to a whole number.
            "common" when value is long or bool => TemplateValues.Integer(value),
            "common" => (object)Math.Round(number, digits, MidpointRounding.ToEven),
            "ceil" => Math.Ceiling(number * scale) / scale,
            "floor" => Math.Floor(number * scale) / scale,
            var method => throw new TemplateException($"the rounding method {method}", isUnknown: true),
        };
    }

    /// <summary>Jinja's own: a word begins after white space, a hyphen or an opening bracket.</summary>
    private static string Title(string text)
    {
        var changed = text.ToCharArray();
        for (var i = 0; i < changed.Length; i++)
        {
            var begins = i == 0 || changed[i - 1] is '-' or '(' or '{' or '[' or '<' || TemplateLexer.IsSpace(changed[i - 1]);
            changed[i] = begins ? char.ToUpperInvariant(changed[i]) : char.ToLowerInvariant(changed[i]);
        }

        return new(changed);
    }

    private static MarkedText Indent(MarkedText text, TemplateArguments arguments, TemplateBudget budget)
    {
        var indent = arguments.Get(0, "width", 4L) is MarkedText given
            ? given
            : MarkedText.Template(new string(' ', (int)Math.Clamp(TemplateValues.Integer(arguments.Get(0, "width", 4L)), 0, 1000)));
        var indentsFirst = TemplateValues.IsTrue(arguments.Get(1, "first", false));
        var indentsBlank = TemplateValues.IsTrue(arguments.Get(2, "blank", false));
        var builder = new MarkedTextBuilder();
        for (var at = 0; at <= text.Length;)
        {
            var length = text.Text.AsSpan(at).IndexOf('\n');
            if (length < 0)
            {
                length = text.Length - at;
            }

            var isFirst = at == 0;
            if (isFirst ? indentsFirst : indentsBlank || length > 0)
            {
                builder.Append(indent);
            }

            budget.Build(indent.Length + length);
            builder.Append(text, at, Math.Min(length + 1, text.Length - at));
            at += length + 1;
        }

        return builder.Build();
    }
}
