using System.Collections.Immutable;

namespace MedQA.Inference.ChatTemplates;

/// <summary>Reads a template's statements; whatever is not known is refused here, before anything is rendered.</summary>
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
        var parser = new TemplateParser(TemplateLexer.Tokenize(source));
        var body = parser.Body([]);
        parser._expressions.CheckNames();
        return body;
    }

    /// <summary>Statements up to a tag of one of the names (left for the caller, its name taken) or, without names, the end of the template.</summary>
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
                    if (ends.Length > 0) throw new TemplateException($"a block without its {ends[^1]}", line: token.Line);
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
            case "generation":
                EndTag();
                var generated = Body(["endgeneration"]);
                EndTag();
                return new GroupStatement(line, generated);
            case "break" or "continue" when _loops > 0:
                EndTag();
                return name == "break" ? new BreakStatement(line) : new ContinueStatement(line);
            case "elif" or "else" or "endif" or "endfor" or "endset" or "endmacro" or "endgeneration" or "break" or "continue":
                throw new TemplateException($"{{% {name} %}} where nothing is open that it belongs to", line: line);
            default:
                throw new TemplateException($"the statement {{% {name} %}}", isUnknown: true, line);
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
        var targets = Targets();
        _tokens.ExpectName("in");
        var items = _expressions.ParseWithTuple(conditional: false);
        var filter = _tokens.TakeName("if") ? _expressions.Parse() : null;
        if (_tokens.TakeName("recursive")) throw new TemplateException("a recursive loop", isUnknown: true, line);
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
        return new(line, targets, items, filter, body, otherwise);
    }

    private TemplateStatement Set(int line)
    {
        var first = _tokens.ExpectName();
        _expressions.Declare(first);
        if (_tokens.TakeOperator("."))
        {
            var member = _tokens.ExpectName();
            return _tokens.TakeOperator("=") ? Assigned([first], member) : SetBlock(line, first, member);
        }

        var targets = ImmutableArray.CreateBuilder<string>();
        targets.Add(first);
        while (_tokens.TakeOperator(","))
        {
            targets.Add(_tokens.ExpectName());
            _expressions.Declare(targets[^1]);
        }

        if (_tokens.TakeOperator("=")) return Assigned(targets.ToImmutable(), null);
        return targets.Count == 1 ? SetBlock(line, first, null) : throw new TemplateException("a set of several names without =", line: line);

        SetStatement Assigned(ImmutableArray<string> names, string? member)
        {
            var value = _expressions.ParseWithTuple();
            EndTag();
            return new(line, names, member, value);
        }
    }

    private SetBlockStatement SetBlock(int line, string target, string? member)
    {
        var filters = ImmutableArray.CreateBuilder<string>();
        var arguments = ImmutableArray.CreateBuilder<CallArguments>();
        while (_tokens.TakeOperator("|"))
        {
            var (name, given) = _expressions.Filter();
            filters.Add(name);
            arguments.Add(given);
        }

        EndTag();
        var body = Body(["endset"]);
        EndTag();
        return new(line, target, member, body, arguments.ToImmutable(), filters.ToImmutable());
    }

    private MacroStatement Macro(int line)
    {
        var name = _tokens.ExpectName();
        _expressions.Declare(name);
        _tokens.ExpectOperator("(");
        var parameters = ImmutableArray.CreateBuilder<(string, TemplateExpression?)>();
        while (!_tokens.TakeOperator(")"))
        {
            if (parameters.Count > 0) _tokens.ExpectOperator(",");
            var parameter = _tokens.ExpectName();
            _expressions.Declare(parameter);
            parameters.Add((parameter, _tokens.TakeOperator("=") ? _expressions.Parse() : null));
        }

        EndTag();
        var loops = _loops;
        _loops = 0;
        var body = Body(["endmacro"]);
        _loops = loops;
        EndTag();
        return new(line, name, parameters.ToImmutable(), body);
    }

    private ImmutableArray<string> Targets()
    {
        var bracketed = _tokens.TakeOperator("(");
        var targets = ImmutableArray.CreateBuilder<string>();
        do
        {
            targets.Add(_tokens.ExpectName());
            _expressions.Declare(targets[^1]);
        }
        while (_tokens.TakeOperator(","));

        if (bracketed) _tokens.ExpectOperator(")");
        return targets.ToImmutable();
    }
}
