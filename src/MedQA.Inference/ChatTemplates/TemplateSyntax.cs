using System.Collections.Immutable;

namespace MedQA.Inference.ChatTemplates;

/// <summary>A statement of a template, with the line that it begins in.</summary>
internal abstract record TemplateStatement(int Line);

internal sealed record TextStatement(int Line, MarkedText Text) : TemplateStatement(Line);

internal sealed record OutputStatement(int Line, TemplateExpression Value) : TemplateStatement(Line);

internal sealed record IfStatement(
    int Line,
    ImmutableArray<(TemplateExpression Condition, ImmutableArray<TemplateStatement> Body)> Branches,
    ImmutableArray<TemplateStatement> Else) : TemplateStatement(Line);

/// <param name="Line">Its line.</param>
/// <param name="Target">What each item is assigned to.</param>
/// <param name="Items">What the loop goes over.</param>
/// <param name="Filter">Which of them it takes, or <see langword="null"/> for all.</param>
/// <param name="IsRecursive">Whether <c>loop(items)</c> may begin it again inside itself.</param>
/// <param name="Body">What is rendered for each item.</param>
/// <param name="Else">What is rendered where there is no item.</param>
internal sealed record ForStatement(
    int Line,
    TemplateTarget Target,
    TemplateExpression Items,
    TemplateExpression? Filter,
    bool IsRecursive,
    ImmutableArray<TemplateStatement> Body,
    ImmutableArray<TemplateStatement> Else) : TemplateStatement(Line);

internal sealed record SetStatement(int Line, TemplateTarget Target, TemplateExpression Value) : TemplateStatement(Line);

internal sealed record SetBlockStatement(
    int Line,
    TemplateTarget Target,
    ImmutableArray<TemplateStatement> Body,
    ImmutableArray<TemplateFilter> Filters) : TemplateStatement(Line);

/// <summary>Statements whose text goes through filters: <c>{% filter upper %}</c>.</summary>
internal sealed record FilterStatement(
    int Line, ImmutableArray<TemplateStatement> Body, ImmutableArray<TemplateFilter> Filters) : TemplateStatement(Line);

/// <summary>Statements with names of their own: <c>{% with a = 1 %}</c>.</summary>
internal sealed record WithStatement(
    int Line,
    ImmutableArray<(TemplateTarget Target, TemplateExpression Value)> Names,
    ImmutableArray<TemplateStatement> Body) : TemplateStatement(Line);

/// <summary>An expression evaluated for its effect: <c>{% do list.append(1) %}</c>.</summary>
internal sealed record DoStatement(int Line, TemplateExpression Value) : TemplateStatement(Line);

/// <param name="Line">Its line.</param>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">Its parameters and their defaults.</param>
/// <param name="Body">What it renders.</param>
/// <param name="UsesCaller">Whether it reads <c>caller</c>: only then a call block may call it.</param>
internal sealed record MacroStatement(
    int Line,
    string Name,
    ImmutableArray<(string Name, TemplateExpression? Default)> Parameters,
    ImmutableArray<TemplateStatement> Body,
    bool UsesCaller) : TemplateStatement(Line);

/// <summary>A call that is given statements as the macro <c>caller</c>: <c>{% call f() %}</c>.</summary>
internal sealed record CallStatement(int Line, MacroStatement Caller, CallExpression Call) : TemplateStatement(Line);

/// <summary>Statements that are rendered unchanged: transformers' <c>generation</c> block.</summary>
internal sealed record GroupStatement(int Line, ImmutableArray<TemplateStatement> Body) : TemplateStatement(Line);

internal sealed record BreakStatement(int Line) : TemplateStatement(Line);

internal sealed record ContinueStatement(int Line) : TemplateStatement(Line);

/// <summary>A statement that is not known: an error once it is reached, and none in a branch that is not.</summary>
/// <param name="Line">Its line.</param>
/// <param name="Problem">What it is, completing "it uses …".</param>
internal sealed record UnknownStatement(int Line, string Problem) : TemplateStatement(Line);

/// <summary>What a value is assigned to.</summary>
internal abstract record TemplateTarget;

internal sealed record NameTarget(string Name) : TemplateTarget;

/// <summary>A namespace's member.</summary>
internal sealed record MemberTarget(string Name, string Member) : TemplateTarget;

/// <summary>Several that a list is unpacked into.</summary>
internal sealed record ListTarget(ImmutableArray<TemplateTarget> Targets) : TemplateTarget;

/// <summary>A filter's name and arguments.</summary>
internal sealed record TemplateFilter(string Name, CallArguments Arguments);

/// <summary>An expression of a template, with the line that it begins in.</summary>
internal abstract record TemplateExpression(int Line);

internal sealed record LiteralExpression(int Line, object? Value) : TemplateExpression(Line);

internal sealed record NameExpression(int Line, string Name) : TemplateExpression(Line);

internal sealed record ListExpression(int Line, ImmutableArray<TemplateExpression> Items) : TemplateExpression(Line);

internal sealed record MapExpression(
    int Line, ImmutableArray<(TemplateExpression Key, TemplateExpression Value)> Members) : TemplateExpression(Line);

internal sealed record MemberExpression(int Line, TemplateExpression Target, string Name) : TemplateExpression(Line);

internal sealed record IndexExpression(int Line, TemplateExpression Target, TemplateExpression Index) : TemplateExpression(Line);

internal sealed record SliceExpression(
    int Line,
    TemplateExpression Target,
    TemplateExpression? Start,
    TemplateExpression? End,
    TemplateExpression? Step) : TemplateExpression(Line);

internal sealed record CallExpression(int Line, TemplateExpression Callee, CallArguments Arguments) : TemplateExpression(Line);

internal sealed record FilterExpression(int Line, TemplateExpression Value, TemplateFilter Filter) : TemplateExpression(Line);

internal sealed record TestExpression(
    int Line, TemplateExpression Value, string Name, CallArguments Arguments, bool Negated) : TemplateExpression(Line);

internal sealed record UnaryExpression(int Line, string Operator, TemplateExpression Value) : TemplateExpression(Line);

internal sealed record BinaryExpression(
    int Line, string Operator, TemplateExpression Left, TemplateExpression Right) : TemplateExpression(Line);

internal sealed record CompareExpression(
    int Line, TemplateExpression First, ImmutableArray<(string Operator, TemplateExpression Value)> Rest) : TemplateExpression(Line);

internal sealed record ConditionalExpression(
    int Line, TemplateExpression Then, TemplateExpression Condition, TemplateExpression? Else) : TemplateExpression(Line);

/// <summary>An expression that is not known: an error once its value is needed, and none in a branch that is not reached.</summary>
/// <param name="Line">Its line.</param>
/// <param name="Problem">What it is, completing "it uses …".</param>
internal sealed record UnknownExpression(int Line, string Problem) : TemplateExpression(Line);

/// <summary>Arguments that a list or a dictionary holds: <c>*list</c>, <c>**dictionary</c>.</summary>
internal sealed record SpreadExpression(int Line, TemplateExpression Value) : TemplateExpression(Line);

/// <summary>The arguments of a call, filter or test; <see cref="SpreadExpression"/> stands for several.</summary>
internal sealed record CallArguments(
    ImmutableArray<TemplateExpression> Positional, ImmutableArray<(string Name, TemplateExpression Value)> Named)
{
    public static CallArguments None { get; } = new([], []);
}
