using System.Collections.Immutable;
using System.Globalization;

namespace MedQA.Inference.ChatTemplates;

/// <summary>Reads a template's expressions with Jinja's precedence.</summary>
internal sealed class TemplateExpressionParser(TemplateTokens tokens)
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    private readonly HashSet<string> _declared = new(StringComparer.Ordinal);
    private readonly List<NameExpression> _called = [];

    /// <summary>Notes a name that the template itself defines.</summary>
    public void Declare(string name) => _declared.Add(name);

    /// <summary>Every name that is called must be a global function or something that the template defines.</summary>
    public void CheckNames()
    {
        foreach (var name in _called)
        {
            if (!_declared.Contains(name.Name) && !TemplateFunctions.IsKnown(name.Name)) throw new TemplateException($"the function {name.Name}", isUnknown: true, name.Line);
        }
    }

    /// <summary>An expression; several with commas between are a list.</summary>
    public TemplateExpression ParseWithTuple(bool conditional = true)
    {
        var line = tokens.Line;
        var first = conditional ? Parse() : Or();
        if (!tokens.Current.IsOperator(",")) return first;
        var items = ImmutableArray.CreateBuilder<TemplateExpression>();
        items.Add(first);
        while (tokens.TakeOperator(","))
        {
            if (tokens.Current.Kind is TemplateTokenKind.BlockEnd or TemplateTokenKind.OutputEnd) break;
            items.Add(conditional ? Parse() : Or());
        }

        return new ListExpression(line, items.ToImmutable());
    }

    public TemplateExpression Parse()
    {
        tokens.Enter();
        var line = tokens.Line;
        var expression = Or();
        while (tokens.TakeName("if"))
        {
            var condition = Or();
            expression = new ConditionalExpression(line, expression, condition, tokens.TakeName("else") ? Parse() : null);
        }

        tokens.Leave();
        return expression;
    }

    /// <summary>A filter's name and arguments, behind the bar.</summary>
    public (string Name, CallArguments Arguments) Filter()
    {
        var line = tokens.Line;
        var name = tokens.ExpectName();
        if (tokens.Current.IsOperator(".") || !TemplateFilters.IsKnown(name)) throw new TemplateException($"the filter {name}", isUnknown: true, line);
        var arguments = tokens.TakeOperator("(") ? Arguments() : CallArguments.None;
        TemplateFilters.Check(name, arguments, line);
        return (name, arguments);
    }

    private TemplateExpression Or() => LeftToRight("or", And);

    private TemplateExpression And() => LeftToRight("and", Not);

    private TemplateExpression LeftToRight(string word, Func<TemplateExpression> operand)
    {
        var line = tokens.Line;
        var left = operand();
        while (tokens.TakeName(word)) left = new BinaryExpression(line, word, left, operand());
        return left;
    }

    private TemplateExpression Not()
    {
        var line = tokens.Line;
        if (!tokens.TakeName("not")) return Compare();
        tokens.Enter();
        var value = Not();
        tokens.Leave();
        return new UnaryExpression(line, "not", value);
    }

    private TemplateExpression Compare()
    {
        var line = tokens.Line;
        var first = Sum();
        var rest = ImmutableArray.CreateBuilder<(string, TemplateExpression)>();
        while (true)
        {
            if (tokens.Current.Kind == TemplateTokenKind.Operator && Comparisons.Contains(tokens.Current.Text)) rest.Add((tokens.Take().Text, Sum()));
            else if (tokens.TakeName("in")) rest.Add(("in", Sum()));
            else if (tokens.Current.IsName("not") && tokens.NextIsName("in"))
            {
                tokens.Take();
                tokens.Take();
                rest.Add(("not in", Sum()));
            }
            else
            {
                return rest.Count == 0 ? first : new CompareExpression(line, first, rest.ToImmutable());
            }
        }
    }

    private TemplateExpression Sum() => Binary(["+", "-"], Concatenation);

    private TemplateExpression Concatenation() => Binary(["~"], Product);

    private TemplateExpression Product() => Binary(["*", "/", "//", "%"], Power);

    private TemplateExpression Power() => Binary(["**"], () => Unary(withFilters: true));

    private TemplateExpression Binary(string[] operators, Func<TemplateExpression> operand)
    {
        var line = tokens.Line;
        var left = operand();
        while (tokens.Current.Kind == TemplateTokenKind.Operator && operators.Contains(tokens.Current.Text)) left = new BinaryExpression(line, tokens.Take().Text, left, operand());
        return left;
    }

    private TemplateExpression Unary(bool withFilters)
    {
        tokens.Enter();
        var line = tokens.Line;
        TemplateExpression expression;
        if (tokens.TakeOperator("-")) expression = new UnaryExpression(line, "-", Unary(withFilters: false));
        else if (tokens.TakeOperator("+")) expression = new UnaryExpression(line, "+", Unary(withFilters: false));
        else expression = Primary();
        expression = Postfix(expression);
        if (withFilters) expression = Filtered(expression);
        tokens.Leave();
        return expression;
    }

    private TemplateExpression Primary()
    {
        var token = tokens.Take();
        switch (token.Kind)
        {
            case TemplateTokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new LiteralExpression(token.Line, true),
                    "false" or "False" => new LiteralExpression(token.Line, false),
                    "none" or "None" => new LiteralExpression(token.Line, null),
                    "if" or "else" or "in" or "is" or "and" or "or" or "not" => throw new TemplateException($"\"{token.Text}\" where a value is expected", line: token.Line),
                    var name => new NameExpression(token.Line, name),
                };
            case TemplateTokenKind.String:
                var text = token.Text;
                while (tokens.Current.Kind == TemplateTokenKind.String) text += tokens.Take().Text;
                return new LiteralExpression(token.Line, MarkedText.Template(text));
            case TemplateTokenKind.Integer:
                return long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var integer)
                    ? new LiteralExpression(token.Line, integer)
                    : throw new TemplateException($"the number {token.Text}", isUnknown: true, token.Line);
            case TemplateTokenKind.Float:
                return new LiteralExpression(token.Line, double.Parse(token.Text, CultureInfo.InvariantCulture));
            case TemplateTokenKind.Operator when token.Text == "(":
                return Bracketed(token.Line);
            case TemplateTokenKind.Operator when token.Text == "[":
                return new ListExpression(token.Line, Items("]"));
            case TemplateTokenKind.Operator when token.Text == "{":
                return Map(token.Line);
            default:
                throw new TemplateException($"{token} where a value is expected", line: token.Line);
        }
    }

    private TemplateExpression Bracketed(int line)
    {
        if (tokens.TakeOperator(")")) return new ListExpression(line, []);
        var first = Parse();
        if (tokens.TakeOperator(")")) return first;
        tokens.ExpectOperator(",");
        return new ListExpression(line, [first, .. Items(")")]);
    }

    private ImmutableArray<TemplateExpression> Items(string close)
    {
        var items = ImmutableArray.CreateBuilder<TemplateExpression>();
        while (!tokens.TakeOperator(close))
        {
            items.Add(Parse());
            if (!tokens.Current.IsOperator(close)) tokens.ExpectOperator(",");
        }

        return items.ToImmutable();
    }

    private MapExpression Map(int line)
    {
        var members = ImmutableArray.CreateBuilder<(TemplateExpression, TemplateExpression)>();
        while (!tokens.TakeOperator("}"))
        {
            var key = Parse();
            tokens.ExpectOperator(":");
            members.Add((key, Parse()));
            if (!tokens.Current.IsOperator("}")) tokens.ExpectOperator(",");
        }

        return new(line, members.ToImmutable());
    }

    private TemplateExpression Postfix(TemplateExpression expression)
    {
        while (true)
        {
            var line = tokens.Line;
            if (tokens.TakeOperator("."))
            {
                expression = tokens.Current.Kind == TemplateTokenKind.Integer
                    ? new IndexExpression(line, expression, Primary())
                    : Member(expression, line);
            }
            else if (tokens.TakeOperator("["))
            {
                expression = Subscript(expression, line);
            }
            else if (tokens.TakeOperator("("))
            {
                expression = Call(expression, line);
            }
            else
            {
                return expression;
            }
        }
    }

    private MemberExpression Member(TemplateExpression target, int line) => new(line, target, tokens.ExpectName());

    private CallExpression Call(TemplateExpression callee, int line)
    {
        switch (callee)
        {
            case NameExpression name:
                _called.Add(name);
                break;
            case not MemberExpression:
                throw new TemplateException("a call of something that is neither a function nor a method", isUnknown: true, line);
        }

        var arguments = Arguments();
        if (callee is MemberExpression method && !(method.Target is NameExpression { Name: "loop" } && method.Name == "cycle")) TemplateMethods.Check(method.Name, arguments, line);
        return new(line, callee, arguments);
    }

    private TemplateExpression Subscript(TemplateExpression target, int line)
    {
        TemplateExpression? start = null;
        if (!tokens.Current.IsOperator(":"))
        {
            start = Parse();
            if (tokens.TakeOperator("]")) return new IndexExpression(line, target, start);
        }

        tokens.ExpectOperator(":");
        var end = tokens.Current.IsOperator(":") || tokens.Current.IsOperator("]") ? null : Parse();
        var step = tokens.TakeOperator(":") && !tokens.Current.IsOperator("]") ? Parse() : null;
        tokens.ExpectOperator("]");
        return new SliceExpression(line, target, start, end, step);
    }

    private CallArguments Arguments()
    {
        var positional = ImmutableArray.CreateBuilder<TemplateExpression>();
        var named = ImmutableArray.CreateBuilder<(string, TemplateExpression)>();
        while (!tokens.TakeOperator(")"))
        {
            if (tokens.Current.IsOperator("*") || tokens.Current.IsOperator("**")) throw new TemplateException("unpacked arguments", isUnknown: true, tokens.Line);
            var value = Parse();
            if (value is NameExpression name && tokens.TakeOperator("=")) named.Add((name.Name, Parse()));
            else if (named.Count > 0) throw new TemplateException("an argument without a name behind one with a name", line: tokens.Line);
            else positional.Add(value);
            if (!tokens.Current.IsOperator(")")) tokens.ExpectOperator(",");
        }

        return new(positional.ToImmutable(), named.ToImmutable());
    }

    private TemplateExpression Filtered(TemplateExpression expression)
    {
        while (true)
        {
            var line = tokens.Line;
            if (tokens.TakeOperator("|"))
            {
                var (name, arguments) = Filter();
                expression = new FilterExpression(line, expression, name, arguments);
            }
            else if (tokens.TakeName("is"))
            {
                expression = Test(expression, line);
            }
            else
            {
                return expression;
            }
        }
    }

    private TestExpression Test(TemplateExpression value, int line)
    {
        var negated = tokens.TakeName("not");
        var name = tokens.ExpectName();
        if (!TemplateTests.IsKnown(name)) throw new TemplateException($"the test {name}", isUnknown: true, line);
        var arguments = CallArguments.None;
        if (tokens.TakeOperator("("))
        {
            arguments = Arguments();
        }
        else if (tokens.Current.Kind is TemplateTokenKind.String or TemplateTokenKind.Integer or TemplateTokenKind.Float
            || (tokens.Current.Kind == TemplateTokenKind.Name && tokens.Current.Text is not ("else" or "or" or "and" or "if" or "is" or "in" or "not" or "recursive"))
            || tokens.Current.IsOperator("[") || tokens.Current.IsOperator("{"))
        {
            arguments = new([Postfix(Primary())], []);
        }

        return new(line, value, name, arguments, negated);
    }
}
