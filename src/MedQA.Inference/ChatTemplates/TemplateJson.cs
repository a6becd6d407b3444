using System.Globalization;

namespace MedQA.Inference.ChatTemplates;

/// <summary>transformers' <c>tojson</c>: Python's json.dumps without ASCII escapes, optionally indented.</summary>
internal static class TemplateJson
{
    private const int DeepestNesting = 50;
    private const int LongestText = 1_000_000;

    public static MarkedText Write(object? value, int? indent, TemplateBudget budget)
    {
        var builder = new MarkedTextBuilder();
        Append(builder, value, indent, 0);
        budget.Build(builder.Length);
        return builder.Build();
    }

    private static void Append(MarkedTextBuilder builder, object? value, int? indent, int depth)
    {
        if (builder.Length > LongestText) throw new TemplateException("lists whose text grows too long");
        if (depth > DeepestNesting) throw new TemplateException("lists nested too deeply");
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
                Append(builder, text);
                break;
            case List<object?> list:
                Append(builder, '[', ']', list, indent, depth, (item, at) => Append(builder, item, indent, at));
                break;
            case TemplateMap map:
                Append(builder, '{', '}', map.Members.ToList(), indent, depth, (member, at) =>
                {
                    Append(builder, TemplateValues.Text(member.Key));
                    builder.Append(": ", isContent: false);
                    Append(builder, member.Value, indent, at);
                });
                break;
            default:
                throw new TemplateException($"{TemplateValues.KindOf(value)} in tojson");
        }
    }

    private static void Append<T>(MarkedTextBuilder builder, char open, char close, List<T> items, int? indent, int depth, Action<T, int> item)
    {
        builder.Append([open], isContent: false);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0) builder.Append(indent is null ? ", " : ",", isContent: false);
            NewLine(builder, indent, depth + 1);
            item(items[i], depth + 1);
        }

        if (items.Count > 0) NewLine(builder, indent, depth);
        builder.Append([close], isContent: false);
    }

    private static void NewLine(MarkedTextBuilder builder, int? indent, int depth)
    {
        if (indent is { } width) builder.Append("\n" + new string(' ', width * depth), isContent: false);
    }

    private static void Append(MarkedTextBuilder builder, MarkedText text)
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
                default: builder.Append([character], isContent); break;
            }
        }

        builder.Append("\"", isContent: false);
    }
}
