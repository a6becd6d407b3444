using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace MedQA.Inference.ChatTemplates;

/// <summary>Evaluates a template's expressions.</summary>
/// <param name="date">What <c>strftime_now</c> sees as today.</param>
/// <param name="budget">What the rendering may still do.</param>
internal sealed class TemplateEvaluator(DateOnly date, TemplateBudget budget)
{
    /// <summary>Renders a macro; set by the renderer.</summary>
    public required Func<TemplateMacro, TemplateArguments, MarkedText> CallMacro { get; init; }

    /// <summary>Renders a recursive loop over other items; set by the renderer.</summary>
    public required Func<TemplateLoop, List<object?>, MarkedText> CallLoop { get; init; }

    public object? Evaluate(TemplateExpression expression, TemplateScope scope)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TemplateException("parts nested too deeply", line: expression.Line);
        }

        budget.Step();
        try
        {
            return Value(expression, scope);
        }
        catch (TemplateException exception) when (exception.Line == 0)
        {
            throw new TemplateException(exception.Message, exception.IsUnknown, expression.Line);
        }
    }

    public TemplateArguments Arguments(CallArguments arguments, TemplateScope scope)
    {
        var positional = ImmutableArray.CreateBuilder<object?>();
        foreach (var argument in arguments.Positional)
        {
            if (argument is SpreadExpression spread)
            {
                var items = TemplateValues.Items(Evaluate(spread.Value, scope));
                budget.Build(items.Count);
                foreach (var item in items)
                {
                    positional.Add(item);
                }
            }
            else
            {
                positional.Add(Evaluate(argument, scope));
            }
        }

        var named = ImmutableArray.CreateBuilder<(string, object?)>();
        foreach (var (name, argument) in arguments.Named)
        {
            if (argument is not SpreadExpression spread)
            {
                named.Add((name, Evaluate(argument, scope)));
                continue;
            }

            var members = Evaluate(spread.Value, scope) as TemplateMap
                ?? throw new TemplateException("** before something that is not a dictionary", line: spread.Line);
            budget.Build(members.Count);
            named.AddRange(members.Members.Select(static member => (TemplateValues.AsText(member.Key).Text, member.Value)));
        }

        return new(positional.ToImmutable(), named.ToImmutable());
    }

    /// <summary>Calls a function, macro, loop or method.</summary>
    /// <param name="call">The call.</param>
    /// <param name="scope">The names that it sees.</param>
    /// <param name="caller">The statements that a call block hands over; <see langword="null"/> for a plain call.</param>
    public object? Call(CallExpression call, TemplateScope scope, TemplateMacro? caller = null)
    {
        if (call.Callee is not MemberExpression method)
        {
            var callee = Evaluate(call.Callee, scope);
            return callee is UndefinedValue missing
                ? throw new TemplateException($"the function {missing.Name}", isUnknown: true)
                : Invoke(callee, Given());
        }

        switch (Evaluate(method.Target, scope))
        {
            case UndefinedValue undefined:
                throw new TemplateException($"the method {method.Name} of {undefined.Name}, which is not defined");
            case TemplateLoop loop:
                return loop.Call(method.Name, Given());
            case TemplateMap map
                when (map.IsNamespace || !TemplateMethods.IsOfMap(method.Name))
                    && map.TryGet(MarkedText.Template(method.Name), out var member):
                return Invoke(member, Given());
            case var target:
                return TemplateMethods.Call(target, method.Name, Given(), budget);
        }

        TemplateArguments Given()
        {
            var given = Arguments(call.Arguments, scope);
            return caller is null ? given : given with { Named = given.Named.Add((TemplateRenderer.Caller, caller)) };
        }
    }

    /// <summary>Returns a member by index or key: <c>target[key]</c>; undefined if it is not there.</summary>
    public static object? Item(object? target, object? key)
    {
        switch (target)
        {
            case UndefinedValue undefined:
                throw new TemplateException($"a member of {undefined.Name}, which is not defined");
            case TemplateMap map:
                return key is not null && map.TryGet(key, out var value) ? value : new UndefinedValue(Describe(key));
            case TemplateLoop loop when key is MarkedText name:
                return loop.Member(name.Text);
            case List<object?> list when key is long index:
                if (index < 0)
                {
                    index += list.Count;
                }

                return index >= 0 && index < list.Count ? list[(int)index] : new UndefinedValue($"item {key}");
            case MarkedText text when key is long index:
                var count = TemplateValues.CodePoints(text.Text);
                if (index < 0)
                {
                    index += count;
                }

                if (index < 0 || index >= count)
                {
                    return new UndefinedValue($"character {key}");
                }

                var start = TemplateValues.OffsetOf(text.Text, index);
                return text.Slice(start, TemplateValues.OffsetOf(text.Text[start..], 1));
            default:
                return new UndefinedValue(Describe(key));
        }
    }

    private static string Describe(object? key) => key is MarkedText or long ? TemplateValues.Text(key).Text : "a member";

    private object? Value(TemplateExpression expression, TemplateScope scope) => expression switch
    {
        LiteralExpression literal => literal.Value,
        NameExpression name => scope[name.Name],
        MemberExpression member => Item(Evaluate(member.Target, scope), MarkedText.Template(member.Name)),
        IndexExpression index => Item(Evaluate(index.Target, scope), Evaluate(index.Index, scope)),
        SliceExpression slice => Slice(slice, scope),
        CallExpression call => Call(call, scope),
        FilterExpression filter =>
            TemplateFilters.Apply(filter.Filter.Name, Evaluate(filter.Value, scope), Arguments(filter.Filter.Arguments, scope), budget),
        TestExpression test =>
            TemplateTests.Apply(test.Name, Evaluate(test.Value, scope), Arguments(test.Arguments, scope)) != test.Negated,
        UnaryExpression { Operator: "not" } unary => !TemplateValues.IsTrue(Evaluate(unary.Value, scope)),
        UnaryExpression unary =>
            Evaluate(unary.Value, scope) is var value && unary.Operator == "-" ? TemplateOperators.Negate(value) : value,
        BinaryExpression { Operator: "and" } both =>
            Evaluate(both.Left, scope) is var left && TemplateValues.IsTrue(left) ? Evaluate(both.Right, scope) : left,
        BinaryExpression { Operator: "or" } either =>
            Evaluate(either.Left, scope) is var left && TemplateValues.IsTrue(left) ? left : Evaluate(either.Right, scope),
        BinaryExpression { Operator: "~" } joined =>
            TemplateOperators.Join(
                TemplateValues.Text(Evaluate(joined.Left, scope)), TemplateValues.Text(Evaluate(joined.Right, scope)), budget),
        BinaryExpression binary =>
            TemplateOperators.Binary(binary.Operator, Evaluate(binary.Left, scope), Evaluate(binary.Right, scope), budget),
        CompareExpression compare => Compare(compare, scope),
        ConditionalExpression conditional => TemplateValues.IsTrue(Evaluate(conditional.Condition, scope))
            ? Evaluate(conditional.Then, scope)
            : conditional.Else is { } otherwise ? Evaluate(otherwise, scope) : new UndefinedValue("the value of an if without else"),
        ListExpression list => list.Items.Select(item => Evaluate(item, scope)).ToList(),
        MapExpression map => Map(map, scope),
        UnknownExpression unknown => throw new TemplateException(unknown.Problem, isUnknown: true),
        _ => throw new TemplateException("this expression", isUnknown: true),
    };

    private TemplateMap Map(MapExpression expression, TemplateScope scope)
    {
        var map = new TemplateMap();
        foreach (var (key, value) in expression.Members)
        {
            var name = Evaluate(key, scope);
            map[name is MarkedText or long or bool or double
                ? name
                : throw new TemplateException($"{TemplateValues.KindOf(name)} as a key")] = Evaluate(value, scope);
        }

        return map;
    }

    private bool Compare(CompareExpression compare, TemplateScope scope)
    {
        var left = Evaluate(compare.First, scope);
        foreach (var (symbol, expression) in compare.Rest)
        {
            var right = Evaluate(expression, scope);
            if (right is List<object?> list)
            {
                budget.Step(list.Count);
            }

            var holds = symbol switch
            {
                "==" => TemplateValues.Equals(left, right),
                "!=" => !TemplateValues.Equals(left, right),
                "<" => TemplateValues.Compare(left, right) < 0,
                "<=" => TemplateValues.Compare(left, right) <= 0,
                ">" => TemplateValues.Compare(left, right) > 0,
                ">=" => TemplateValues.Compare(left, right) >= 0,
                "in" => TemplateOperators.Contains(right, left),
                _ => !TemplateOperators.Contains(right, left),
            };
            if (!holds)
            {
                return false;
            }

            left = right;
        }

        return true;
    }

    private object? Invoke(object? callee, TemplateArguments arguments) => callee switch
    {
        TemplateMacro macro => CallMacro(macro, arguments),
        TemplateFunction function => TemplateFunctions.Call(function.Name, arguments, date, budget),
        TemplateLoop loop => CallLoop(loop, TemplateValues.Items(arguments.Need(0, "iterable"))),
        _ => throw new TemplateException($"a call of {TemplateValues.KindOf(callee)}"),
    };

    private object Slice(SliceExpression slice, TemplateScope scope)
    {
        var target = Evaluate(slice.Target, scope);
        var step = slice.Step is { } stated && Evaluate(stated, scope) is { } given ? TemplateValues.Integer(given) : 1;
        if (step == 0)
        {
            throw new TemplateException("a slice with the step 0");
        }

        if (target is not (MarkedText or List<object?>))
        {
            throw new TemplateException($"a slice of {TemplateValues.KindOf(target)}");
        }

        var count = TemplateValues.Length(target);
        budget.Step(count);
        var start = Bound(slice.Start, step > 0 ? 0 : count - 1);
        var end = Bound(slice.End, step > 0 ? count : -1);
        if (target is MarkedText text && step == 1)
        {
            var from = TemplateValues.OffsetOf(text.Text, start);
            return text.Slice(from, TemplateValues.OffsetOf(text.Text, end) - from);
        }

        var items = TemplateValues.Items(target);
        var taken = new List<object?>();
        for (var i = start; step > 0 ? i < end : i > end; i += step)
        {
            taken.Add(items[(int)i]);
        }

        return target is MarkedText ? TemplateMethods.Join(MarkedText.Empty, taken, asTexts: false, budget) : taken;

        long Bound(TemplateExpression? bound, long otherwise)
        {
            if (bound is null || Evaluate(bound, scope) is not { } value)
            {
                return otherwise;
            }

            var index = TemplateValues.Integer(value);
            if (index < 0)
            {
                index += count;
            }

            return step > 0 ? Math.Clamp(index, 0, count) : Math.Clamp(index, -1, count - 1);
        }
    }
}
