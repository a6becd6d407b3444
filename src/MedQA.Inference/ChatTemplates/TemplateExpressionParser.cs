using System.Collections.Immutable;
using System.Globalization;

namespace MedQA.Inference.ChatTemplates;

/// <summary>Reads a template's expressions with Jinja's precedence.</summary>
internal sealed class TemplateExpressionParser(TemplateTokens tokens)
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>How often the name <c>caller</c> was read so far.</summary>
    public int Callers { get; private set; }

    /// <summary>Reads an expression; several with commas between are a list.</summary>
    public TemplateExpression ParseWithTuple(bool conditional = true)
    {
        var line = tokens.Line;
        var first = conditional ? Parse() : Or();
        if (!tokens.Current.IsOperator(","))
        {
            return first;
        }

        var items = ImmutableArray.CreateBuilder<TemplateExpression>();
        items.Add(first);
        while (tokens.TakeOperator(","))
        {
            if (tokens.Current.Kind is TemplateTokenKind.BlockEnd or TemplateTokenKind.OutputEnd)
            {
                break;
            }

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

    /// <summary>Reads a filter's name and arguments, after the bar.</summary>
    public TemplateFilter Filter() => new(DottedName(), tokens.TakeOperator("(") ? Arguments() : CallArguments.None);

    /// <summary>Reads what a value may be assigned to; several with commas between are unpacked.</summary>
    public TemplateTarget Target(bool members)
    {
        var first = SingleTarget(members);
        if (!tokens.Current.IsOperator(","))
        {
            return first;
        }

        var targets = ImmutableArray.CreateBuilder<TemplateTarget>();
        targets.Add(first);
        while (tokens.TakeOperator(","))
        {
            if (tokens.Current.IsOperator("=") || tokens.Current.IsOperator(")") || tokens.Current.IsName("in"))
            {
                break;
            }

            targets.Add(SingleTarget(members));
        }

        return new ListTarget(targets.ToImmutable());
    }

    /// <summary>One thing that a value may be assigned to.</summary>
    /// <param name="members">Whether it may be a namespace's member.</param>
    public TemplateTarget SingleTarget(bool members)
    {
        tokens.Enter();
        TemplateTarget target;
        if (tokens.TakeOperator("("))
        {
            target = Target(members);
            tokens.ExpectOperator(")");
        }
        else
        {
            var name = tokens.ExpectName();
            target = members && tokens.TakeOperator(".") ? new MemberTarget(name, tokens.ExpectName()) : new NameTarget(name);
        }

        tokens.Leave();
        return target;
    }

    private string DottedName()
    {
        var name = tokens.ExpectName();
        while (tokens.TakeOperator("."))
        {
            name += "." + tokens.ExpectName();
        }

        return name;
    }

    private TemplateExpression Or() => LeftToRight("or", And);

    private TemplateExpression And() => LeftToRight("and", Not);

    private TemplateExpression LeftToRight(string word, Func<TemplateExpression> operand)
    {
        var line = tokens.Line;
        var left = operand();
        while (tokens.TakeName(word))
        {
            left = new BinaryExpression(line, word, left, operand());
        }

        return left;
    }

    private TemplateExpression Not()
    {
        var line = tokens.Line;
        if (!tokens.TakeName("not"))
        {
            return Compare();
        }

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
            if (tokens.Current.Kind == TemplateTokenKind.Operator && Comparisons.Contains(tokens.Current.Text))
            {
                rest.Add((tokens.Take().Text, Sum()));
            }
            else if (tokens.TakeName("in"))
            {
                rest.Add(("in", Sum()));
            }
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
        while (tokens.Current.Kind == TemplateTokenKind.Operator && operators.Contains(tokens.Current.Text))
        {
            left = new BinaryExpression(line, tokens.Take().Text, left, operand());
        }

        return left;
    }

    private TemplateExpression Unary(bool withFilters)
    {
        tokens.Enter();
        var line = tokens.Line;
        TemplateExpression expression;
        if (tokens.TakeOperator("-"))
        {
            expression = new UnaryExpression(line, "-", Unary(withFilters: false));
        }
        else if (tokens.TakeOperator("+"))
        {
            expression = new UnaryExpression(line, "+", Unary(withFilters: false));
        }
        else
        {
            expression = Primary();
        }

        expression = Postfix(expression);
        if (withFilters)
        {
            expression = Filtered(expression);
        }

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
                    "if" or "else" or "in" or "is" or "and" or "or" or "not" =>
                        throw new TemplateException($"\"{token.Text}\" where a value is expected", line: token.Line),
                    var name => Name(token.Line, name),
                };
            case TemplateTokenKind.String:
                var text = token.Text;
                while (tokens.Current.Kind == TemplateTokenKind.String)
                {
                    text += tokens.Take().Text;
                }

                return new LiteralExpression(token.Line, MarkedText.Template(text));
            case TemplateTokenKind.Integer:
                return long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var integer)
                    ? new LiteralExpression(token.Line, integer)
                    : new UnknownExpression(token.Line, $"the number {token.Text}");
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

    private NameExpression Name(int line, string name)
    {
        if (name == "caller")
        {
            Callers++;
        }

        return new(line, name);
    }

    private TemplateExpression Bracketed(int line)
    {
        if (tokens.TakeOperator(")"))
        {
            return new ListExpression(line, []);
        }

        var first = Parse();
        if (tokens.TakeOperator(")"))
        {
            return first;
        }

        tokens.ExpectOperator(",");
        return new ListExpression(line, [first, .. Items(")")]);
    }

    private ImmutableArray<TemplateExpression> Items(string close)
    {
        var items = ImmutableArray.CreateBuilder<TemplateExpression>();
        while (!tokens.TakeOperator(close))
        {
            items.Add(Parse());
            if (!tokens.Current.IsOperator(close))
            {
                tokens.ExpectOperator(",");
            }
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
            if (!tokens.Current.IsOperator("}"))
            {
                tokens.ExpectOperator(",");
            }
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
                expression = new CallExpression(line, expression, Arguments());
            }
            else
            {
                return expression;
            }
        }
    }

    private MemberExpression Member(TemplateExpression target, int line) => new(line, target, tokens.ExpectName());

    private TemplateExpression Subscript(TemplateExpression target, int line)
    {
        TemplateExpression? start = null;
        if (!tokens.Current.IsOperator(":"))
        {
            start = Parse();
            if (tokens.TakeOperator("]"))
            {
                return new IndexExpression(line, target, start);
            }
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
            var line = tokens.Line;
            if (tokens.TakeOperator("*"))
            {
                positional.Add(new SpreadExpression(line, Parse()));
                if (!tokens.Current.IsOperator(")"))
                {
                    tokens.ExpectOperator(",");
                }

                continue;
            }

            if (tokens.TakeOperator("**"))
            {
                named.Add(("**", new SpreadExpression(line, Parse())));
                if (!tokens.Current.IsOperator(")"))
                {
                    tokens.ExpectOperator(",");
                }

                continue;
            }

            var value = Parse();
            if (value is NameExpression name && tokens.TakeOperator("="))
            {
                named.Add((name.Name, Parse()));
            }
            else if (named.Count > 0)
            {
                throw new TemplateException("an unnamed argument after a named one", line: tokens.Line);
            }
            else
            {
                positional.Add(value);
            }

            if (!tokens.Current.IsOperator(")"))
            {
                tokens.ExpectOperator(",");
            }
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
                expression = new FilterExpression(line, expression, Filter());
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
        var name = DottedName();
        var arguments = CallArguments.None;
        if (tokens.TakeOperator("("))
        {
            arguments = Arguments();
        }
        else if (tokens.Current.Kind is TemplateTokenKind.String or TemplateTokenKind.Integer or TemplateTokenKind.Float
            || (tokens.Current.Kind == TemplateTokenKind.Name
                && tokens.Current.Text is not ("else" or "or" or "and" or "if" or "is" or "in" or "not" or "recursive"))
            || tokens.Current.IsOperator("[") || tokens.Current.IsOperator("{"))
        {
            arguments = new([Postfix(Primary())], []);
        }

        return new(line, value, name, arguments, negated);
    }
}
