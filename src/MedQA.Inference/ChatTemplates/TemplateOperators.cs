namespace MedQA.Inference.ChatTemplates;

/// <summary>Python's arithmetic and membership over template values.</summary>
internal static class TemplateOperators
{
    private const int MaxRepeatLength = 1_000_000;

    public static object? Binary(string symbol, object? left, object? right, TemplateBudget budget)
    {
        if (left is UndefinedValue || right is UndefinedValue)
        {
            throw new TemplateException($"{TemplateValues.KindOf(left is UndefinedValue ? left : right)} in {symbol}");
        }

        switch (symbol)
        {
            case "+" when left is MarkedText a && right is MarkedText b:
                return Join(a, b, budget);
            case "+" when left is List<object?> a && right is List<object?> b:
                budget.Build(a.Count + b.Count);
                return (List<object?>)[.. a, .. b];
            case "*" when left is MarkedText or List<object?> && right is long or bool:
                return Repeat(left, TemplateValues.Integer(right), budget);
            case "*" when right is MarkedText or List<object?> && left is long or bool:
                return Repeat(right!, TemplateValues.Integer(left), budget);
        }

        if (TemplateValues.Number(left) is not { } x || TemplateValues.Number(right) is not { } y)
        {
            throw new TemplateException($"{TemplateValues.KindOf(left)} {symbol} {TemplateValues.KindOf(right)}");
        }

        try
        {
            return left is double || right is double
                ? Real(symbol, x, y)
                : Whole(symbol, TemplateValues.Integer(left), TemplateValues.Integer(right));
        }
        catch (OverflowException)
        {
            throw new TemplateException("a whole number of more than 64 bits");
        }
    }

    public static MarkedText Join(MarkedText left, MarkedText right, TemplateBudget budget)
    {
        budget.Build(left.Length + right.Length);
        if (left.Length == 0)
        {
            return right;
        }

        if (right.Length == 0)
        {
            return left;
        }

        var builder = new MarkedTextBuilder();
        builder.Append(left);
        builder.Append(right);
        return builder.Build();
    }

    public static bool Contains(object? container, object? value) => container switch
    {
        MarkedText text => text.Text.Contains(TemplateValues.AsText(value).Text, StringComparison.Ordinal),
        List<object?> list => list.Exists(item => TemplateValues.Equals(item, value)),
        TemplateMap { IsNamespace: false } map => value is not null && map.TryGet(value, out _),
        UndefinedValue => false,
        _ => throw new TemplateException($"a search in {TemplateValues.KindOf(container)}"),
    };

    public static object Negate(object? value) => value switch
    {
        long integer => integer == long.MinValue ? throw new TemplateException("a whole number of more than 64 bits") : (object)-integer,
        double real => -real,
        bool flag => flag ? -1L : 0L,
        _ => throw new TemplateException($"the negative of {TemplateValues.KindOf(value)}"),
    };

    private static object Whole(string symbol, long left, long right) => symbol switch
    {
        "+" => checked(left + right),
        "-" => checked(left - right),
        "*" => checked(left * right),
        "/" => (double)left / NotZero(right),
        "//" => (long)Math.Floor((decimal)left / NotZero(right)),
        "%" => right == -1 ? 0L : checked((left % NotZero(right) + right) % right),
        "**" => Power(left, right),
        _ => throw new TemplateException($"the operator {symbol}", isUnknown: true),
    };

    private static object Real(string symbol, double left, double right) => symbol switch
    {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" => left / NotZero(right),
        "//" => Math.Floor(left / NotZero(right)),
        "%" => left - right * Math.Floor(left / NotZero(right)),
        "**" => Math.Pow(left, right),
        _ => throw new TemplateException($"the operator {symbol}", isUnknown: true),
    };

    private static object Power(long value, long exponent)
    {
        if (exponent < 0)
        {
            return Math.Pow(value, exponent);
        }

        if (value is 0 or 1 or -1)
        {
            return exponent == 0 || value == 1 ? 1L : value == 0 ? 0L : exponent % 2 == 0 ? 1L : -1L;
        }

        var product = 1L;
        for (; exponent > 0; exponent--)
        {
            product = checked(product * value);
        }

        return product;
    }

    private static T NotZero<T>(T divisor)
        where T : System.Numerics.INumber<T> => divisor != T.Zero ? divisor : throw new TemplateException("a division by zero");

    private static object Repeat(object value, long count, TemplateBudget budget)
    {
        count = Math.Max(count, 0);
        if (count > MaxRepeatLength)
        {
            throw new TemplateException($"a repetition of {count:N0} times");
        }

        if (value is List<object?> list)
        {
            budget.Build(list.Count * count);
            var repeated = new List<object?>();
            for (; count > 0; count--)
            {
                repeated.AddRange(list);
            }

            return repeated;
        }

        var text = (MarkedText)value;
        budget.Build(text.Length * count);
        var builder = new MarkedTextBuilder();
        for (; count > 0; count--)
        {
            builder.Append(text);
        }

        return builder.Build();
    }
}
