using System.Globalization;

namespace MedQA.Inference.ChatTemplates;

/// <summary>How <c>tojson</c> writes: the arguments that transformers gives it, with the meanings of Python's json.dumps.</summary>
/// <param name="Indent">Written once per level before an item; <see langword="null"/> for all on one line.</param>
/// <param name="Between">Separates items.</param>
/// <param name="AfterKey">Separates a key and its value.</param>
/// <param name="EscapesNonAscii">Whether characters beyond ASCII are written as escapes.</param>
/// <param name="SortsKeys">Whether members are written in the order of their keys.</param>
internal sealed record TemplateJsonStyle(string? Indent, string Between, string AfterKey, bool EscapesNonAscii, bool SortsKeys)
{
    private const int WidestIndent = 16;

    public static TemplateJsonStyle Of(TemplateArguments arguments)
    {
        var indent = arguments.Get(1, "indent") switch
        {
            null => null,
            MarkedText text => text.Text,
            var width => new string(' ', (int)Math.Clamp(TemplateValues.Integer(width), 0, WidestIndent)),
        };
        (string Between, string AfterKey) separators = arguments.Get(2, "separators") switch
        {
            null => (indent is null ? ", " : ",", ": "),
            List<object?> and [MarkedText between, MarkedText afterKey] => (between.Text, afterKey.Text),
            _ => throw new TemplateException("separators of tojson that are not two texts"),
        };
        return new(
            indent,
            separators.Between,
            separators.AfterKey,
            TemplateValues.IsTrue(arguments.Get(0, "ensure_ascii", false)),
            TemplateValues.IsTrue(arguments.Get(3, "sort_keys", false)));
    }
}

/// <summary>transformers' <c>tojson</c>: Python's json.dumps, by default without ASCII escapes.</summary>
internal static class TemplateJson
{
    private const int DeepestNesting = 50;
    private const int MaxTextLength = 1_000_000;

    public static MarkedText Write(object? value, TemplateJsonStyle style, TemplateBudget budget)
    {
        var builder = new MarkedTextBuilder();
        Append(builder, value, style, 0);
        budget.Build(builder.Length);
        return builder.Build();
    }

    private static void Append(MarkedTextBuilder builder, object? value, TemplateJsonStyle style, int depth)
    {
        if (builder.Length > MaxTextLength)
        {
            throw new TemplateException("lists whose text grows too long");
        }

        if (depth > DeepestNesting)
        {
            throw new TemplateException("lists nested too deeply");
        }

        switch (value)
        {
            case null:
                builder.Append("null", isContent: false);
                break;
            case bool flag:
                builder.Append(flag ? "true" : "false", isContent: false);
                break;
            case long integer:
                builder.Append(integer.ToString(CultureInfo.InvariantCulture), isContent: false);
                break;
            case double real:
                builder.Append(TemplateValues.Real(real), isContent: false);
                break;
            case MarkedText text:
                Append(builder, text, style);
                break;
            case List<object?> list:
                Append(builder, '[', ']', list, style, depth, (item, at) => Append(builder, item, style, at));
                break;
            case TemplateMap map:
                var members = style.SortsKeys
                    ? map.Members.OrderBy(static member => member.Key, Comparer<object?>.Create(TemplateValues.Compare))
                    : map.Members;
                Append(builder, '{', '}', members.ToList(), style, depth, (member, at) =>
                {
                    Append(builder, TemplateValues.Text(member.Key), style);
                    builder.Append(style.AfterKey, isContent: false);
                    Append(builder, member.Value, style, at);
                });
                break;
            default:
                throw new TemplateException($"{TemplateValues.KindOf(value)} in tojson");
        }
    }

    private static void Append<T>(
        MarkedTextBuilder builder, char open, char close, List<T> items, TemplateJsonStyle style, int depth, Action<T, int> item)
    {
        builder.Append([open], isContent: false);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                builder.Append(style.Between, isContent: false);
            }

            NewLine(builder, style.Indent, depth + 1);
            item(items[i], depth + 1);
        }

        if (items.Count > 0)
        {
            NewLine(builder, style.Indent, depth);
        }

        builder.Append([close], isContent: false);
    }

    private static void NewLine(MarkedTextBuilder builder, string? indent, int depth)
    {
        if (indent is not null)
        {
            builder.Append("\n" + string.Concat(Enumerable.Repeat(indent, depth)), isContent: false);
        }
    }

    private static void Append(MarkedTextBuilder builder, MarkedText text, TemplateJsonStyle style)
    {
        builder.Append("\"", isContent: false);
        for (var i = 0; i < text.Length; i++)
        {
            var character = text.Text[i];
            var isContent = text.IsContent(i);
            switch (character)
            {
                case '"': builder.Append("\\\"", isContent); break;
                case '\\': builder.Append(@"\\", isContent); break;
                case '\n': builder.Append(@"\n", isContent); break;
                case '\r': builder.Append(@"\r", isContent); break;
                case '\t': builder.Append(@"\t", isContent); break;
                case '\b': builder.Append(@"\b", isContent); break;
                case '\f': builder.Append(@"\f", isContent); break;
                case < ' ': builder.Append($@"\u{(int)character:x4}", isContent); break;
                case > '~' when style.EscapesNonAscii: builder.Append($@"\u{(int)character:x4}", isContent); break;
                default: builder.Append([character], isContent); break;
            }
        }

        builder.Append("\"", isContent: false);
    }
}
