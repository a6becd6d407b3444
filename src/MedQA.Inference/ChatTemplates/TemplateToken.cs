namespace MedQA.Inference.ChatTemplates;

internal enum TemplateTokenKind
{
    /// <summary>Text between tags, after white space control.</summary>
    Data,
    BlockStart,
    BlockEnd,
    OutputStart,
    OutputEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
    End,
}

/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text; of a string, its value.</param>
/// <param name="Line">Where it begins, from 1.</param>
internal readonly record struct TemplateToken(TemplateTokenKind Kind, string Text, int Line)
{
    public bool IsOperator(string text) => Kind == TemplateTokenKind.Operator && Text == text;

    public bool IsName(string text) => Kind == TemplateTokenKind.Name && Text == text;

    public override string ToString() => Kind switch
    {
        TemplateTokenKind.End => "the end of the template",
        TemplateTokenKind.BlockEnd => "%}",
        TemplateTokenKind.OutputEnd => "}}",
        TemplateTokenKind.String => $"the text '{Text}'",
        _ => Text,
    };
}
