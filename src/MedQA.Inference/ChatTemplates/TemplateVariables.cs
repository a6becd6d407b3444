using System.Collections.Immutable;

namespace MedQA.Inference.ChatTemplates;

/// <summary>
/// Finds the names that a template reads from outside, as Jinja's <c>meta.find_undeclared_variables</c> does: those that it reads where it
/// has not set them on every way there.
/// </summary>
internal sealed class TemplateVariables
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    private TemplateVariables()
    {
    }

    /// <summary>Returns the names.</summary>
    public static IReadOnlySet<string> Of(ImmutableArray<TemplateStatement> statements)
    {
        var variables = new TemplateVariables();
        variables.Visit(statements, []);
        return variables._read;
    }

    /// <summary>Visits statements in their order.</summary>
    /// <param name="statements">The statements.</param>
    /// <param name="set">The names that are set where they begin; those that they set are added.</param>
    private void Visit(ImmutableArray<TemplateStatement> statements, HashSet<string> set)
    {
        foreach (var statement in statements)
        {
            Visit(statement, set);
        }
    }

    private void Visit(TemplateStatement statement, HashSet<string> set)
    {
        switch (statement)
        {
            case OutputStatement printed:
                Visit(printed.Value, set);
                break;
            case IfStatement choice:
                VisitChoice(choice, set);
                break;
            case ForStatement loop:
                Visit(loop.Items, set);
                HashSet<string> body = [.. set, "loop", .. NamesOf(loop.Target)];
                Visit(loop.Filter, body);
                Visit(loop.Body, body);
                Visit(loop.Else, [.. set]);
                break;
            case SetStatement assignment:
                Visit(assignment.Value, set);
                Set(assignment.Target, set);
                break;
            case SetBlockStatement assignment:
                Visit(assignment.Body, [.. set]);
                Visit(assignment.Filters, set);
                Set(assignment.Target, set);
                break;
            case FilterStatement filter:
                Visit(filter.Body, [.. set]);
                Visit(filter.Filters, set);
                break;
            case WithStatement with:
                HashSet<string> named = [.. set];
                foreach (var (target, value) in with.Names)
                {
                    Visit(value, named);
                    Set(target, named);
                }

                Visit(with.Body, named);
                break;
            case DoStatement done:
                Visit(done.Value, set);
                break;
            case CallStatement call:
                Visit(call.Call, set);
                VisitMacro(call.Caller, set);
                break;
            case MacroStatement macro:
                set.Add(macro.Name);
                VisitMacro(macro, set);
                break;
            case GroupStatement group:
                Visit(group.Body, set);
                break;
        }
    }

    /// <summary>What only some branches set may be given from outside on the other ways.</summary>
    private void VisitChoice(IfStatement choice, HashSet<string> set)
    {
        var ways = new List<HashSet<string>>();
        foreach (var (condition, branch) in choice.Branches)
        {
            Visit(condition, set);
            ways.Add([.. set]);
            Visit(branch, ways[^1]);
        }

        ways.Add([.. set]);
        Visit(choice.Else, ways[^1]);
        set.UnionWith(ways.Aggregate(static (one, other) => [.. one.Intersect(other)]));
    }

    private void VisitMacro(MacroStatement macro, HashSet<string> set)
    {
        HashSet<string> inner = [.. set, .. macro.Parameters.Select(static parameter => parameter.Name), TemplateRenderer.Caller];
        foreach (var (_, standard) in macro.Parameters)
        {
            Visit(standard, inner);
        }

        Visit(macro.Body, inner);
    }

    private void Set(TemplateTarget target, HashSet<string> set)
    {
        if (target is MemberTarget member && !set.Contains(member.Name))
        {
            _read.Add(member.Name);
        }

        set.UnionWith(NamesOf(target));
    }

    private static IEnumerable<string> NamesOf(TemplateTarget target) => target switch
    {
        NameTarget name => [name.Name],
        ListTarget list => list.Targets.SelectMany(NamesOf),
        _ => [],
    };

    private void Visit(ImmutableArray<TemplateFilter> filters, HashSet<string> set)
    {
        foreach (var filter in filters)
        {
            Visit(filter.Arguments, set);
        }
    }

    private void Visit(CallArguments arguments, HashSet<string> set)
    {
        foreach (var argument in arguments.Positional)
        {
            Visit(argument, set);
        }

        foreach (var (_, argument) in arguments.Named)
        {
            Visit(argument, set);
        }
    }

    private void Visit(TemplateExpression? expression, HashSet<string> set)
    {
        switch (expression)
        {
            case NameExpression name:
                if (!set.Contains(name.Name))
                {
                    _read.Add(name.Name);
                }

                break;
            case ListExpression list:
                Visit(new CallArguments(list.Items, []), set);
                break;
            case MapExpression map:
                foreach (var (key, value) in map.Members)
                {
                    Visit(key, set);
                    Visit(value, set);
                }

                break;
            case MemberExpression member:
                Visit(member.Target, set);
                break;
            case IndexExpression index:
                Visit(index.Target, set);
                Visit(index.Index, set);
                break;
            case SliceExpression slice:
                Visit(slice.Target, set);
                Visit(slice.Start, set);
                Visit(slice.End, set);
                Visit(slice.Step, set);
                break;
            case CallExpression call:
                Visit(call.Callee, set);
                Visit(call.Arguments, set);
                break;
            case FilterExpression filter:
                Visit(filter.Value, set);
                Visit(filter.Filter.Arguments, set);
                break;
            case TestExpression test:
                Visit(test.Value, set);
                Visit(test.Arguments, set);
                break;
            case UnaryExpression unary:
                Visit(unary.Value, set);
                break;
            case BinaryExpression binary:
                Visit(binary.Left, set);
                Visit(binary.Right, set);
                break;
            case CompareExpression compare:
                Visit(compare.First, set);
                foreach (var (_, value) in compare.Rest)
                {
                    Visit(value, set);
                }

                break;
            case ConditionalExpression choice:
                Visit(choice.Condition, set);
                Visit(choice.Then, set);
                Visit(choice.Else, set);
                break;
            case SpreadExpression spread:
                Visit(spread.Value, set);
                break;
        }
    }
}
