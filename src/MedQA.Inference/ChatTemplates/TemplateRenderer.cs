using System.Collections.Immutable;

namespace MedQA.Inference.ChatTemplates;

/// <summary>Carries out a template's statements, once.</summary>
internal sealed class TemplateRenderer
{
    private const int DeepestCalls = 50;

    private readonly TemplateBudget _budget;
    private readonly TemplateEvaluator _evaluator;
    private int _calls;
    private int _loops;

    public TemplateRenderer(DateOnly date, TemplateBudget budget)
    {
        _budget = budget;
        _evaluator = new TemplateEvaluator(date, budget) { CallMacro = Call };
    }

    /// <summary>How a statement list ended.</summary>
    private enum Flow
    {
        Normal,
        Break,
        Continue,
    }

    public MarkedText Render(ImmutableArray<TemplateStatement> statements, TemplateScope scope)
    {
        var output = new MarkedTextBuilder();
        Run(statements, scope, output);
        return output.Build();
    }

    private Flow Run(ImmutableArray<TemplateStatement> statements, TemplateScope scope, MarkedTextBuilder output)
    {
        foreach (var statement in statements)
        {
            _budget.Step();
            Flow flow;
            try
            {
                flow = Run(statement, scope, output);
            }
            catch (TemplateException exception) when (exception.Line == 0)
            {
                throw new TemplateException(exception.Message, exception.IsUnknown, statement.Line);
            }

            if (flow != Flow.Normal) return flow;
        }

        return Flow.Normal;
    }

    private Flow Run(TemplateStatement statement, TemplateScope scope, MarkedTextBuilder output)
    {
        switch (statement)
        {
            case TextStatement text:
                Write(text.Text, output);
                break;
            case OutputStatement printed:
                Write(TemplateValues.Text(_evaluator.Evaluate(printed.Value, scope)), output);
                break;
            case IfStatement choice:
                foreach (var (condition, body) in choice.Branches)
                {
                    if (TemplateValues.IsTrue(_evaluator.Evaluate(condition, scope))) return Run(body, scope, output);
                }

                return Run(choice.Else, scope, output);
            case ForStatement loop:
                Loop(loop, scope, output);
                break;
            case SetStatement set:
                Assign(set, scope);
                break;
            case SetBlockStatement set:
                object? captured = Render(set.Body, new TemplateScope(scope));
                for (var i = 0; i < set.Filters.Length; i++) captured = TemplateFilters.Apply(set.Filters[i], captured, _evaluator.Arguments(set.FilterArguments[i], scope), _budget);
                Assign(set.Target, set.Member, captured, scope);
                break;
            case MacroStatement macro:
                scope[macro.Name] = new TemplateMacro(macro, scope);
                break;
            case GroupStatement group:
                return Run(group.Body, scope, output);
            case BreakStatement:
                return Flow.Break;
            case ContinueStatement:
                return Flow.Continue;
        }

        return Flow.Normal;
    }

    private void Write(MarkedText text, MarkedTextBuilder output)
    {
        _budget.Build(text.Length);
        output.Append(text);
    }

    private void Loop(ForStatement statement, TemplateScope scope, MarkedTextBuilder output)
    {
        var items = TemplateValues.Items(_evaluator.Evaluate(statement.Items, scope));
        if (statement.Filter is { } filter)
        {
            items = items.FindAll(item =>
            {
                var candidate = new TemplateScope(scope);
                Bind(statement.Targets, item, candidate);
                return TemplateValues.IsTrue(_evaluator.Evaluate(filter, candidate));
            });
        }

        if (items.Count == 0)
        {
            Run(statement.Else, new TemplateScope(scope), output);
            return;
        }

        _loops++;
        var loop = new TemplateLoop(items, _loops);
        for (var index = 0; index < items.Count; index++)
        {
            loop.Index = index;
            var inner = new TemplateScope(scope) { ["loop"] = loop };
            Bind(statement.Targets, items[index], inner);
            if (Run(statement.Body, inner, output) == Flow.Break) break;
        }

        _loops--;
    }

    private static void Bind(ImmutableArray<string> targets, object? item, TemplateScope scope)
    {
        if (targets.Length == 1)
        {
            scope[targets[0]] = item;
            return;
        }

        var parts = TemplateValues.Items(item);
        if (parts.Count != targets.Length) throw new TemplateException($"{targets.Length} names for {parts.Count} values");
        for (var i = 0; i < parts.Count; i++) scope[targets[i]] = parts[i];
    }

    private void Assign(SetStatement set, TemplateScope scope)
    {
        var value = _evaluator.Evaluate(set.Value, scope);
        if (set.Targets.Length == 1) Assign(set.Targets[0], set.Member, value, scope);
        else Bind(set.Targets, value, scope);
    }

    private static void Assign(string target, string? member, object? value, TemplateScope scope)
    {
        if (member is null) scope[target] = value;
        else if (scope[target] is TemplateMap { IsNamespace: true } names) names[MarkedText.Template(member)] = value;
        else throw new TemplateException($"a change of {target}.{member}, where {target} is no namespace");
    }

    private MarkedText Call(TemplateMacro macro, TemplateArguments arguments)
    {
        if (++_calls > DeepestCalls) throw new TemplateException("macros that call each other too deeply");
        var parameters = macro.Statement.Parameters;
        if (arguments.Positional.Length > parameters.Length) throw new TemplateException($"too many arguments for the macro {macro.Statement.Name}");
        foreach (var (given, _) in arguments.Named)
        {
            if (!parameters.Any(parameter => parameter.Name == given)) throw new TemplateException($"the argument {given}, which the macro {macro.Statement.Name} does not have");
        }

        var scope = new TemplateScope(macro.Scope);
        for (var i = 0; i < parameters.Length; i++)
        {
            var (name, standard) = parameters[i];
            scope[name] = arguments.Find(i, name, out var value) ? value
                : standard is not null ? _evaluator.Evaluate(standard, scope)
                : new UndefinedValue(name);
        }

        var rendered = Render(macro.Statement.Body, scope);
        _calls--;
        return rendered;
    }
}
