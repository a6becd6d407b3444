using System.Collections.Immutable;

namespace MedQA.Inference.ChatTemplates;

/// <summary>Executes a template's statements, once.</summary>
internal sealed class TemplateRenderer
{
    /// <summary>What a macro calls the statements of the call block that calls it.</summary>
    public const string Caller = "caller";

    private const int DeepestCalls = 50;

    private readonly TemplateBudget _budget;
    private readonly TemplateEvaluator _evaluator;
    private int _calls;

    public TemplateRenderer(DateOnly date, TemplateBudget budget)
    {
        _budget = budget;
        _evaluator = new TemplateEvaluator(date, budget) { CallMacro = Call, CallLoop = Again };
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

            if (flow != Flow.Normal)
            {
                return flow;
            }
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
                    if (TemplateValues.IsTrue(_evaluator.Evaluate(condition, scope)))
                    {
                        return Run(body, scope, output);
                    }
                }

                return Run(choice.Else, scope, output);
            case ForStatement loop:
                Loop(loop, scope, output);
                break;
            case SetStatement set:
                Assign(set.Target, _evaluator.Evaluate(set.Value, scope), scope);
                break;
            case SetBlockStatement set:
                Assign(set.Target, Filtered(set.Body, set.Filters, scope), scope);
                break;
            case FilterStatement filter:
                Write(TemplateValues.Text(Filtered(filter.Body, filter.Filters, scope)), output);
                break;
            case WithStatement with:
                var named = new TemplateScope(scope);
                foreach (var (target, value) in with.Names)
                {
                    Assign(target, _evaluator.Evaluate(value, scope), named);
                }

                return Run(with.Body, named, output);
            case DoStatement done:
                _evaluator.Evaluate(done.Value, scope);
                break;
            case CallStatement call:
                Write(TemplateValues.Text(_evaluator.Call(call.Call, scope, new TemplateMacro(call.Caller, scope))), output);
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
            case UnknownStatement unknown:
                throw new TemplateException(unknown.Problem, isUnknown: true, unknown.Line);
        }

        return Flow.Normal;
    }

    private void Write(MarkedText text, MarkedTextBuilder output)
    {
        _budget.Build(text.Length);
        output.Append(text);
    }

    private object? Filtered(ImmutableArray<TemplateStatement> body, ImmutableArray<TemplateFilter> filters, TemplateScope scope)
    {
        object? value = Render(body, new TemplateScope(scope));
        foreach (var filter in filters)
        {
            value = TemplateFilters.Apply(filter.Name, value, _evaluator.Arguments(filter.Arguments, scope), _budget);
        }

        return value;
    }

    private void Loop(ForStatement statement, TemplateScope scope, MarkedTextBuilder output) =>
        Loop(statement, TemplateValues.Items(_evaluator.Evaluate(statement.Items, scope)), scope, depth: 1, output);

    private void Loop(ForStatement statement, List<object?> items, TemplateScope scope, int depth, MarkedTextBuilder output)
    {
        if (statement.Filter is { } filter)
        {
            items = items.FindAll(item =>
            {
                var candidate = new TemplateScope(scope);
                Assign(statement.Target, item, candidate);
                return TemplateValues.IsTrue(_evaluator.Evaluate(filter, candidate));
            });
        }

        if (items.Count == 0)
        {
            Run(statement.Else, new TemplateScope(scope), output);
            return;
        }

        var loop = new TemplateLoop(items, depth, statement, scope);
        for (var index = 0; index < items.Count; index++)
        {
            loop.Index = index;
            var inner = new TemplateScope(scope) { ["loop"] = loop };
            Assign(statement.Target, items[index], inner);
            if (Run(statement.Body, inner, output) == Flow.Break)
            {
                break;
            }
        }
    }

    /// <summary>Renders a recursive loop over other items, one level deeper.</summary>
    private MarkedText Again(TemplateLoop loop, List<object?> items)
    {
        if (!loop.Statement.IsRecursive)
        {
            throw new TemplateException("a call of a loop that is not recursive");
        }

        Enter();
        var output = new MarkedTextBuilder();
        Loop(loop.Statement, items, loop.Scope, loop.Depth + 1, output);
        _calls--;
        return output.Build();
    }

    private void Enter()
    {
        if (++_calls > DeepestCalls)
        {
            throw new TemplateException("macros or loops that call each other too deeply");
        }
    }

    private static void Assign(TemplateTarget target, object? value, TemplateScope scope)
    {
        switch (target)
        {
            case NameTarget name:
                scope[name.Name] = value;
                break;
            case MemberTarget member when scope[member.Name] is TemplateMap { IsNamespace: true } names:
                names[MarkedText.Template(member.Member)] = value;
                break;
            case MemberTarget member:
                throw new TemplateException($"a change of {member.Name}.{member.Member}, where {member.Name} is not a namespace");
            case ListTarget list:
                var parts = TemplateValues.Items(value);
                if (parts.Count != list.Targets.Length)
                {
                    throw new TemplateException($"{list.Targets.Length} names for {parts.Count} values");
                }

                for (var i = 0; i < list.Targets.Length; i++)
                {
                    Assign(list.Targets[i], parts[i], scope);
                }

                break;
        }
    }

    private MarkedText Call(TemplateMacro macro, TemplateArguments arguments)
    {
        Enter();
        var parameters = macro.Statement.Parameters;
        if (arguments.Positional.Length > parameters.Length)
        {
            throw new TemplateException($"too many arguments for the macro {macro.Statement.Name}");
        }

        foreach (var (given, _) in arguments.Named)
        {
            if (!parameters.Any(parameter => parameter.Name == given) && !(given == Caller && macro.Statement.UsesCaller))
            {
                throw new TemplateException($"the argument {given}, which the macro {macro.Statement.Name} does not have");
            }
        }

        var scope = new TemplateScope(macro.Scope);
        for (var i = 0; i < parameters.Length; i++)
        {
            var (name, standard) = parameters[i];
            scope[name] = arguments.Find(i, name, out var value) ? value
                : standard is not null ? _evaluator.Evaluate(standard, scope)
                : new UndefinedValue(name);
        }

        if (macro.Statement.UsesCaller && !parameters.Any(static parameter => parameter.Name == Caller))
        {
            scope[Caller] = arguments.Find(int.MaxValue, Caller, out var caller) ? caller : new UndefinedValue(Caller);
        }

        var rendered = Render(macro.Statement.Body, scope);
        _calls--;
        return rendered;
    }
}
