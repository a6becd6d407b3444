using System.Collections.Immutable;

namespace MedQA.Inference.ChatTemplates;

/// <summary>
/// Reads a template's statements. What is not Jinja is refused here; what is not known becomes a part that is refused once it is reached.
/// </summary>
internal sealed class TemplateParser
{
    private readonly TemplateTokens _tokens;
    private readonly TemplateExpressionParser _expressions;
    private int _loops;

    private TemplateParser(List<TemplateToken> tokens)
    {
        _tokens = new TemplateTokens(tokens);
        _expressions = new TemplateExpressionParser(_tokens);
    }

    public static ImmutableArray<TemplateStatement> Parse(string source)
    {
        return new TemplateParser(TemplateLexer.Tokenize(source)).Body([]);
    }

    /// <summary>
    /// Statements up to a tag of one of the names (left for the caller, its name taken) or, without names, the end of the template.
    /// </summary>
    private ImmutableArray<TemplateStatement> Body(ReadOnlySpan<string> ends)
    {
        _tokens.Enter();
        var body = ImmutableArray.CreateBuilder<TemplateStatement>();
        while (true)
        {
            var token = _tokens.Take();
            switch (token.Kind)
            {
                case TemplateTokenKind.End:
                    if (ends.Length > 0)
                    {
                        throw new TemplateException($"a block without its {ends[^1]}", line: token.Line);
                    }

                    _tokens.Leave();
                    return body.ToImmutable();
                case TemplateTokenKind.Data:
                    body.Add(new TextStatement(token.Line, MarkedText.Template(token.Text)));
                    break;
                case TemplateTokenKind.OutputStart:
                    body.Add(new OutputStatement(token.Line, _expressions.ParseWithTuple()));
                    _tokens.Expect(TemplateTokenKind.OutputEnd);
                    break;
                default:
                    var name = _tokens.ExpectName();
                    if (ends.Contains(name))
                    {
                        _tokens.Leave();
                        EndedBy = name;
                        return body.ToImmutable();
                    }

                    body.Add(Statement(name, token.Line));
                    break;
            }
        }
    }

    /// <summary>The name of the tag that ended the last body.</summary>
    private string EndedBy { get; set; } = "";

    private TemplateStatement Statement(string name, int line)
    {
        switch (name)
        {
            case "if":
                return If(line);
            case "for":
                return For(line);
            case "set":
                return Set(line);
            case "macro":
                return Macro(line);
            case "call":
                return Call(line);
            case "filter":
                return Filter(line);
            case "with":
                return With(line);
            case "do":
                var done = _expressions.ParseWithTuple();
                EndTag();
                return new DoStatement(line, done);
            case "generation":
                EndTag();
                var generated = Body(["endgeneration"]);
                EndTag();
                return new GroupStatement(line, generated);
            case "break" or "continue" when _loops > 0:
                EndTag();
                return name == "break" ? new BreakStatement(line) : new ContinueStatement(line);
            case "elif" or "else" or "endif" or "endfor" or "endset" or "endmacro" or "endcall" or "endfilter" or "endwith"
                or "endgeneration" or "break" or "continue":
                throw new TemplateException($"{{% {name} %}} where nothing is open that it belongs to", line: line);
            default:
                _tokens.SkipStatement();
                return new UnknownStatement(line, $"the statement {{% {name} %}}");
        }
    }

    private void EndTag() => _tokens.Expect(TemplateTokenKind.BlockEnd);

    private IfStatement If(int line)
    {
        var branches = ImmutableArray.CreateBuilder<(TemplateExpression, ImmutableArray<TemplateStatement>)>();
        ImmutableArray<TemplateStatement> otherwise = [];
        do
        {
            var condition = _expressions.ParseWithTuple();
            EndTag();
            branches.Add((condition, Body(["elif", "else", "endif"])));
        }
        while (EndedBy == "elif");

        if (EndedBy == "else")
        {
            EndTag();
            otherwise = Body(["endif"]);
        }

        EndTag();
        return new(line, branches.ToImmutable(), otherwise);
    }

    private ForStatement For(int line)
    {
        var target = _expressions.Target(members: false);
        _tokens.ExpectName("in");
        var items = _expressions.ParseWithTuple(conditional: false);
        var filter = _tokens.TakeName("if") ? _expressions.Parse() : null;
        var isRecursive = _tokens.TakeName("recursive");
        EndTag();
        _loops++;
        var body = Body(["else", "endfor"]);
        _loops--;
        ImmutableArray<TemplateStatement> otherwise = [];
        if (EndedBy == "else")
        {
            EndTag();
            otherwise = Body(["endfor"]);
        }

        EndTag();
        return new(line, target, items, filter, isRecursive, body, otherwise);
    }

    private TemplateStatement Set(int line)
    {
        var target = _expressions.Target(members: true);
        if (_tokens.TakeOperator("="))
        {
            var value = _expressions.ParseWithTuple();
            EndTag();
            return new SetStatement(line, target, value);
        }

        if (target is ListTarget)
        {
            throw new TemplateException("a set of several names without =", line: line);
        }

        var filters = ImmutableArray.CreateBuilder<TemplateFilter>();
        while (_tokens.TakeOperator("|"))
        {
            filters.Add(_expressions.Filter());
        }

        EndTag();
        var body = Body(["endset"]);
        EndTag();
        return new SetBlockStatement(line, target, body, filters.ToImmutable());
    }

    private FilterStatement Filter(int line)
    {
        var filters = ImmutableArray.CreateBuilder<TemplateFilter>();
        do
        {
            filters.Add(_expressions.Filter());
        }
        while (_tokens.TakeOperator("|"));

        EndTag();
        var body = Body(["endfilter"]);
        EndTag();
        return new(line, body, filters.ToImmutable());
    }

    private WithStatement With(int line)
    {
        var names = ImmutableArray.CreateBuilder<(TemplateTarget, TemplateExpression)>();
        while (_tokens.Current.Kind != TemplateTokenKind.BlockEnd)
        {
            if (names.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            var target = _expressions.SingleTarget(members: false);
            _tokens.ExpectOperator("=");
            names.Add((target, _expressions.Parse()));
        }

        EndTag();
        var body = Body(["endwith"]);
        EndTag();
        return new(line, names.ToImmutable(), body);
    }

    private MacroStatement Macro(int line)
    {
        var name = _tokens.ExpectName();
        _tokens.ExpectOperator("(");
        var parameters = Parameters();
        EndTag();
        return MacroBody(line, name, parameters, "endmacro");
    }

    private CallStatement Call(int line)
    {
        var parameters = _tokens.TakeOperator("(") ? Parameters() : [];
        if (_expressions.Parse() is not CallExpression call)
        {
            throw new TemplateException("a call block that calls nothing", line: line);
        }

        EndTag();
        return new(line, MacroBody(line, "caller", parameters, "endcall"), call);
    }

    /// <summary>Reads a macro's parameters, after the opening bracket.</summary>
    private ImmutableArray<(string Name, TemplateExpression? Default)> Parameters()
    {
        var parameters = ImmutableArray.CreateBuilder<(string, TemplateExpression?)>();
        while (!_tokens.TakeOperator(")"))
        {
            if (parameters.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            parameters.Add((_tokens.ExpectName(), _tokens.TakeOperator("=") ? _expressions.Parse() : null));
        }

        return parameters.ToImmutable();
    }

    private MacroStatement MacroBody(
        int line, string name, ImmutableArray<(string Name, TemplateExpression? Default)> parameters, string end)
    {
        var loops = _loops;
        _loops = 0;
        var callers = _expressions.Callers;
        var body = Body([end]);
        _loops = loops;
        EndTag();
        return new(line, name, parameters, body, UsesCaller: _expressions.Callers > callers);
    }
}
