namespace MedQA.Inference.ChatTemplates;

/// <summary>A template's tokens while they are read.</summary>
internal sealed class TemplateTokens(List<TemplateToken> tokens)
{
    private const int DeepestNesting = 100;
    private int _at;
    private int _depth;

    public TemplateToken Current => tokens[_at];

    public int Line => Current.Line;

    public TemplateToken Take() => tokens[_at < tokens.Count - 1 ? _at++ : _at];

    public bool TakeOperator(string text)
    {
        if (!Current.IsOperator(text)) return false;
        _at++;
        return true;
    }

    public bool TakeName(string text)
    {
        if (!Current.IsName(text)) return false;
        _at++;
        return true;
    }

    /// <summary>Whether the token behind the current one is a name.</summary>
    public bool NextIsName(string text) => _at + 1 < tokens.Count && tokens[_at + 1].IsName(text);

    public void ExpectOperator(string text)
    {
        if (!TakeOperator(text)) throw Unexpected($"\"{text}\"");
    }

    public void ExpectName(string text)
    {
        if (!TakeName(text)) throw Unexpected($"\"{text}\"");
    }

    public string ExpectName() => Current.Kind == TemplateTokenKind.Name ? Take().Text : throw Unexpected("a name");

    public void Expect(TemplateTokenKind kind)
    {
        if (Current.Kind != kind) throw Unexpected(kind == TemplateTokenKind.BlockEnd ? "%}" : "}}");
        _at++;
    }

    public TemplateException Unexpected(string wanted) => new($"{Current} where {wanted} is expected", line: Line);

    /// <summary>Goes one level deeper: templates nest a few levels, damaged ones without end.</summary>
    public void Enter()
    {
        if (++_depth > DeepestNesting) throw new TemplateException("parts nested too deeply", isUnknown: true, Line);
    }

    public void Leave() => _depth--;
}
