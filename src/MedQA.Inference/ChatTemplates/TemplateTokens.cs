namespace MedQA.Inference.ChatTemplates;

/// <summary>A template's tokens while they are read.</summary>
internal sealed class TemplateTokens(List<TemplateToken> tokens)
{
    private const int DeepestNesting = 100;
    private int _at;
    private int _depth;
    private Dictionary<int, int>? _ends;

    public TemplateToken Current => tokens[_at];

    public int Line => Current.Line;

    public TemplateToken Take() => tokens[_at < tokens.Count - 1 ? _at++ : _at];

    public bool TakeOperator(string text)
    {
        if (!Current.IsOperator(text))
        {
            return false;
        }

        _at++;
        return true;
    }

    public bool TakeName(string text)
    {
        if (!Current.IsName(text))
        {
            return false;
        }

        _at++;
        return true;
    }

    /// <summary>Returns whether the token after the current one is a name.</summary>
    public bool NextIsName(string text) => _at + 1 < tokens.Count && tokens[_at + 1].IsName(text);

    public void ExpectOperator(string text)
    {
        if (!TakeOperator(text))
        {
            throw Unexpected($"\"{text}\"");
        }
    }

    public void ExpectName(string text)
    {
        if (!TakeName(text))
        {
            throw Unexpected($"\"{text}\"");
        }
    }

    public string ExpectName() => Current.Kind == TemplateTokenKind.Name ? Take().Text : throw Unexpected("a name");

    public void Expect(TemplateTokenKind kind)
    {
        if (Current.Kind != kind)
        {
            throw Unexpected(kind == TemplateTokenKind.BlockEnd ? "%}" : "}}");
        }

        _at++;
    }

    public TemplateException Unexpected(string wanted) => new($"{Current} where {wanted} is expected", line: Line);

    /// <summary>Goes one level deeper: templates nest a few levels, damaged ones without end.</summary>
    public void Enter()
    {
        if (++_depth > DeepestNesting)
        {
            throw new TemplateException("parts nested too deeply", isUnknown: true, Line);
        }
    }

    public void Leave() => _depth--;

    /// <summary>Moves past the statement whose name was just taken: its tag and, where it has one, its body and end tag.</summary>
    public void SkipStatement()
    {
        _ends ??= Ends();
        if (_ends.TryGetValue(_at - 1, out var end))
        {
            _at = end;
        }

        while (Current.Kind is not (TemplateTokenKind.BlockEnd or TemplateTokenKind.End))
        {
            _at++;
        }

        Expect(TemplateTokenKind.BlockEnd);
    }

    /// <summary>For each tag that has an end tag, the position of its name and of its end tag's name.</summary>
    private Dictionary<int, int> Ends()
    {
        const string Prefix = "end";
        var ends = new Dictionary<int, int>();
        var open = new Dictionary<string, Stack<int>>(StringComparer.Ordinal);
        for (var at = 1; at < tokens.Count; at++)
        {
            if (tokens[at - 1].Kind != TemplateTokenKind.BlockStart || tokens[at].Kind != TemplateTokenKind.Name)
            {
                continue;
            }

            var name = tokens[at].Text;
            if (name.StartsWith(Prefix, StringComparison.Ordinal)
                && open.TryGetValue(name[Prefix.Length..], out var begun) && begun.TryPop(out var start))
            {
                ends[start] = at;
            }
            else if (open.TryGetValue(name, out var others))
            {
                others.Push(at);
            }
            else
            {
                open[name] = new([at]);
            }
        }

        return ends;
    }
}
