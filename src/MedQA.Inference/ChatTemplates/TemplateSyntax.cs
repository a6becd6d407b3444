using System.Collections.Immutable;

namespace MedQA.Inference.ChatTemplates;

/// <summary>A statement of a template, with the line that it begins in.</summary>
internal abstract record TemplateStatement(int Line);

internal sealed record TextStatement(int Line, MarkedText Text) : TemplateStatement(Line);

internal sealed record OutputStatement(int Line, TemplateExpression Value) : TemplateStatement(Line);

internal sealed record IfStatement(int Line, ImmutableArray<(TemplateExpression Condition, ImmutableArray<TemplateStatement> Body)> Branches, ImmutableArray<TemplateStatement> Else) : TemplateStatement(Line);

internal sealed record ForStatement(
    int Line, ImmutableArray<string> Targets, TemplateExpression Items, TemplateExpression? Filter, ImmutableArray<TemplateStatement> Body, ImmutableArray<TemplateStatement> Else) : TemplateStatement(Line);

/// <param name="Line">Its line.</param>
/// <param name="Targets">The names to assign; one, or several that a list is unpacked into.</param>
/// <param name="Member">The namespace's member to assign, or <see langword="null"/> for the name itself.</param>
/// <param name="Value">What to assign.</param>
internal sealed record SetStatement(int Line, ImmutableArray<string> Targets, string? Member, TemplateExpression Value) : TemplateStatement(Line);

internal sealed record SetBlockStatement(int Line, string Target, string? Member, ImmutableArray<TemplateStatement> Body, ImmutableArray<CallArguments> FilterArguments, ImmutableArray<string> Filters) : TemplateStatement(Line);

internal sealed record MacroStatement(int Line, string Name, ImmutableArray<(string Name, TemplateExpression? Default)> Parameters, ImmutableArray<TemplateStatement> Body) : TemplateStatement(Line);

/// <summary>Statements that are rendered as they stand: transformers' <c>generation</c> block.</summary>
internal sealed record GroupStatement(int Line, ImmutableArray<TemplateStatement> Body) : TemplateStatement(Line);

internal sealed record BreakStatement(int Line) : TemplateStatement(Line);

internal sealed record ContinueStatement(int Line) : TemplateStatement(Line);

/// <summary>An expression of a template, with the line that it begins in.</summary>
internal abstract record TemplateExpression(int Line);

internal sealed record LiteralExpression(int Line, object? Value) : TemplateExpression(Line);

internal sealed record NameExpression(int Line, string Name) : TemplateExpression(Line);

internal sealed record ListExpression(int Line, ImmutableArray<TemplateExpression> Items) : TemplateExpression(Line);

internal sealed record MapExpression(int Line, ImmutableArray<(TemplateExpression Key, TemplateExpression Value)> Members) : TemplateExpression(Line);

internal sealed record MemberExpression(int Line, TemplateExpression Target, string Name) : TemplateExpression(Line);

internal sealed record IndexExpression(int Line, TemplateExpression Target, TemplateExpression Index) : TemplateExpression(Line);

internal sealed record SliceExpression(int Line, TemplateExpression Target, TemplateExpression? Start, TemplateExpression? End, TemplateExpression? Step) : TemplateExpression(Line);

internal sealed record CallExpression(int Line, TemplateExpression Callee, CallArguments Arguments) : TemplateExpression(Line);

internal sealed record FilterExpression(int Line, TemplateExpression Value, string Name, CallArguments Arguments) : TemplateExpression(Line);

internal sealed record TestExpression(int Line, TemplateExpression Value, string Name, CallArguments Arguments, bool Negated) : TemplateExpression(Line);

internal sealed record UnaryExpression(int Line, string Operator, TemplateExpression Value) : TemplateExpression(Line);

internal sealed record BinaryExpression(int Line, string Operator, TemplateExpression Left, TemplateExpression Right) : TemplateExpression(Line);

internal sealed record CompareExpression(int Line, TemplateExpression First, ImmutableArray<(string Operator, TemplateExpression Value)> Rest) : TemplateExpression(Line);

internal sealed record ConditionalExpression(int Line, TemplateExpression Then, TemplateExpression Condition, TemplateExpression? Else) : TemplateExpression(Line);

/// <summary>The arguments of a call, filter or test.</summary>
internal sealed record CallArguments(ImmutableArray<TemplateExpression> Positional, ImmutableArray<(string Name, TemplateExpression Value)> Named)
{
    public static CallArguments None { get; } = new([], []);
}
