namespace MedQA.Inference.ChatTemplates;

/// <summary>
/// The names that a part of a template sees: its own, then those around it. Loops, macros and set blocks have their own; conditions have
/// not.
/// </summary>
internal sealed class TemplateScope(TemplateScope? around)
{
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    public object? this[string name]
    {
        get
        {
            for (var scope = this; scope is not null; scope = scope.Around)
            {
                if (scope._values.TryGetValue(name, out var value))
                {
                    return value;
                }
            }

            return new UndefinedValue(name);
        }

        set => _values[name] = value;
    }

    private TemplateScope? Around { get; } = around;
}

/// <summary>A macro with the scope that it was defined in.</summary>
internal sealed record TemplateMacro(MacroStatement Statement, TemplateScope Scope);

/// <summary>The state of a loop: the template's <c>loop</c>.</summary>
/// <param name="items">What it goes over.</param>
/// <param name="depth">How often a recursive loop has begun itself, from 1.</param>
/// <param name="statement">The loop.</param>
/// <param name="scope">The scope around it.</param>
internal sealed class TemplateLoop(List<object?> items, int depth, ForStatement statement, TemplateScope scope)
{
    private List<object?>? _seen;

    public int Index { get; set; }

    public int Depth => depth;

    public ForStatement Statement => statement;

    public TemplateScope Scope => scope;

    public object? Member(string name) => name switch
    {
        "index" => (long)Index + 1,
        "index0" => (long)Index,
        "first" => Index == 0,
        "last" => Index == items.Count - 1,
        "length" => (long)items.Count,
        "revindex" => (long)items.Count - Index,
        "revindex0" => (long)items.Count - Index - 1,
        "previtem" => Index > 0 ? items[Index - 1] : new UndefinedValue("loop.previtem"),
        "nextitem" => Index + 1 < items.Count ? items[Index + 1] : new UndefinedValue("loop.nextitem"),
        "depth" => (long)depth,
        "depth0" => (long)depth - 1,
        _ => new UndefinedValue("loop." + name),
    };

    /// <summary>Calls <c>loop.cycle</c> or <c>loop.changed</c>.</summary>
    public object? Call(string method, TemplateArguments arguments)
    {
        List<object?> given = [.. arguments.Positional];
        switch (method)
        {
            case "cycle" when given.Count > 0:
                return given[Index % given.Count];
            case "changed":
                var changed = _seen is null || !TemplateValues.Equals(_seen, given);
                _seen = given;
                return changed;
            default:
                throw new TemplateException($"loop.{method} with {given.Count} arguments", isUnknown: true);
        }
    }
}
