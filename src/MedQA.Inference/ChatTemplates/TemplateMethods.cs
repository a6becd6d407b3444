namespace MedQA.Inference.ChatTemplates;

/// <summary>The methods of Python's texts, lists and dictionaries that chat templates call.</summary>
internal static class TemplateMethods
{
    private static readonly TemplateParameters Nothing = new(0);
    private static readonly TemplateParameters One = new(1);

    private static readonly Dictionary<string, TemplateParameters> Known = new(StringComparer.Ordinal)
    {
        ["strip"] = One, ["lstrip"] = One, ["rstrip"] = One, ["split"] = new(2, "sep", "maxsplit"), ["rsplit"] = new(2, "sep", "maxsplit"),
        ["splitlines"] = Nothing,
        ["startswith"] = One, ["endswith"] = One, ["upper"] = Nothing, ["lower"] = Nothing, ["title"] = Nothing, ["capitalize"] = Nothing,
        ["replace"] = new(3, "count"), ["join"] = One, ["find"] = One, ["rfind"] = One, ["index"] = One, ["count"] = One,
        ["removeprefix"] = One, ["removesuffix"] = One,
        ["isdigit"] = Nothing, ["isalpha"] = Nothing, ["isspace"] = Nothing, ["isupper"] = Nothing, ["islower"] = Nothing,
        ["get"] = new(2), ["items"] = Nothing, ["keys"] = Nothing, ["values"] = Nothing, ["append"] = One, ["extend"] = One,
    };

    /// <summary>Returns whether a dictionary has a method of that name, which goes before a member of it.</summary>
    public static bool IsOfMap(string name) => name is "get" or "items" or "keys" or "values";

    public static object? Call(object? target, string name, TemplateArguments arguments, TemplateBudget budget)
    {
        budget.Step();
        if (!Known.TryGetValue(name, out var parameters))
        {
            throw new TemplateException($"the method {name}", isUnknown: true);
        }

        parameters.Check($"the method {name}", arguments);
        switch (target)
        {
            case MarkedText text:
                budget.Build(text.Length);
                return OfText(text, name, arguments, budget) ?? throw Missing(target, name);
            case List<object?> list:
                return name switch
                {
                    "append" => Extend(list, [arguments.Need(0, "object")], budget),
                    "extend" => Extend(list, TemplateValues.Items(arguments.Need(0, "iterable")), budget),
                    "index" =>
                        list.FindIndex(item => TemplateValues.Equals(item, arguments.Need(0, "value"))) is >= 0 and var at
                            ? (long)at
                            : throw new TemplateException("the index of a value that the list does not have"),
                    "count" => (long)list.Count(item => TemplateValues.Equals(item, arguments.Need(0, "value"))),
                    _ => throw Missing(target, name),
                };
            case TemplateMap { IsNamespace: false } map:
                return name switch
                {
                    "get" => map.TryGet(arguments.Need(0, "key") ?? "", out var value) ? value : arguments.Get(1, "default"),
                    "items" => map.Members.Select(static member => (object?)new List<object?> { member.Key, member.Value }).ToList(),
                    "keys" => map.Keys.ToList<object?>(),
                    "values" => map.Values.ToList(),
                    _ => throw Missing(target, name),
                };
            default:
                throw Missing(target, name);
        }
    }

    /// <summary>Removes characters from the ends: white space, or those named.</summary>
    public static MarkedText Strip(MarkedText text, string? characters, bool left, bool right)
    {
        int start = 0, end = text.Length;
        while (left && start < end && Strips(text.Text[start]))
        {
            start++;
        }

        while (right && end > start && Strips(text.Text[end - 1]))
        {
            end--;
        }

        return text.Slice(start, end - start);

        bool Strips(char character) =>
            characters is null ? TemplateLexer.IsSpace(character) : characters.Contains(character, StringComparison.Ordinal);
    }

    public static MarkedText Replace(MarkedText text, MarkedText from, MarkedText to, long most, TemplateBudget budget)
    {
        var builder = new MarkedTextBuilder();
        if (from.Length == 0)
        {
            // Python puts the new text in front of every character and at the end.
            var characters = TemplateValues.Characters(text);
            for (var i = 0; i <= characters.Count; i++)
            {
                if (most < 0 || i < most)
                {
                    builder.Append(to);
                }

                if (i < characters.Count)
                {
                    builder.Append((MarkedText)characters[i]!);
                }

                budget.Build(to.Length);
            }

            return builder.Build();
        }

        var at = 0;
        for (; most != 0; most--)
        {
            var next = text.Text.IndexOf(from.Text, at, StringComparison.Ordinal);
            if (next < 0)
            {
                break;
            }

            budget.Build(next - at + to.Length);
            builder.Append(text, at, next - at);
            builder.Append(to);
            at = next + from.Length;
        }

        builder.Append(text, at, text.Length - at);
        return builder.Build();
    }

    public static MarkedText Join(MarkedText separator, IEnumerable<object?> items, bool asTexts, TemplateBudget budget)
    {
        var builder = new MarkedTextBuilder();
        var first = true;
        foreach (var item in items)
        {
            var text = asTexts ? TemplateValues.Text(item) : TemplateValues.AsText(item);
            budget.Build(separator.Length + text.Length);
            if (!first)
            {
                builder.Append(separator);
            }

            builder.Append(text);
            first = false;
        }

        return builder.Build();
    }

    /// <summary>Returns the first letter in upper case, the others in lower.</summary>
    public static MarkedText Capitalize(MarkedText text) =>
        text.Recased(static all => all.Length == 0 ? all : char.ToUpperInvariant(all[0]) + all[1..].ToLowerInvariant());

    /// <summary>Adds to the list itself, as Python does, so every holder sees it.</summary>
    /// <returns>Python's None.</returns>
    private static object? Extend(List<object?> list, List<object?> items, TemplateBudget budget)
    {
        budget.Build(items.Count);
        list.AddRange([.. items]);
        return null;
    }

    private static object? OfText(MarkedText text, string name, TemplateArguments arguments, TemplateBudget budget) => name switch
    {
        "strip" => Strip(text, Characters(arguments), left: true, right: true),
        "lstrip" => Strip(text, Characters(arguments), left: true, right: false),
        "rstrip" => Strip(text, Characters(arguments), left: false, right: true),
        "split" => Split(text, arguments),
        "rsplit" => SplitFromRight(text, arguments),
        "splitlines" => Lines(text),
        "startswith" => Affixes(arguments).Exists(affix => text.Text.StartsWith(affix, StringComparison.Ordinal)),
        "endswith" => Affixes(arguments).Exists(affix => text.Text.EndsWith(affix, StringComparison.Ordinal)),
        "upper" => text.Recased(static all => all.ToUpperInvariant()),
        "lower" => text.Recased(static all => all.ToLowerInvariant()),
        "title" => text.Recased(Title),
        "capitalize" => Capitalize(text),
        "replace" =>
            Replace(
                text,
                arguments.NeedText(0, "old"),
                arguments.NeedText(1, "new"),
                TemplateValues.Integer(arguments.Get(2, "count", -1L)),
                budget),
        "join" => Join(text, TemplateValues.Items(arguments.Need(0, "iterable")), asTexts: false, budget),
        "find" => Index(text, text.Text.IndexOf(arguments.NeedText(0, "sub").Text, StringComparison.Ordinal)),
        "rfind" => Index(text, text.Text.LastIndexOf(arguments.NeedText(0, "sub").Text, StringComparison.Ordinal)),
        "index" =>
            Index(text, text.Text.IndexOf(arguments.NeedText(0, "sub").Text, StringComparison.Ordinal)) is >= 0 and var at
                ? at
                : throw new TemplateException("the index of a text that is not there"),
        "count" => Count(text.Text, arguments.NeedText(0, "sub").Text),
        "removeprefix" =>
            arguments.NeedText(0, "prefix").Text is var prefix && text.Text.StartsWith(prefix, StringComparison.Ordinal)
                ? text.Slice(prefix.Length, text.Length - prefix.Length)
                : text,
        "removesuffix" =>
            arguments.NeedText(0, "suffix").Text is var suffix && text.Text.EndsWith(suffix, StringComparison.Ordinal)
                ? text.Slice(0, text.Length - suffix.Length)
                : text,
        "isdigit" => text.Length > 0 && text.Text.All(char.IsDigit),
        "isalpha" => text.Length > 0 && text.Text.All(char.IsLetter),
        "isspace" => text.Length > 0 && text.Text.All(TemplateLexer.IsSpace),
        "isupper" => TemplateTests.Apply("upper", text, new([], [])),
        "islower" => TemplateTests.Apply("lower", text, new([], [])),
        _ => null,
    };

    private static string? Characters(TemplateArguments arguments) =>
        arguments.Get(0, "chars") is { } characters ? TemplateValues.AsText(characters).Text : null;

    private static List<string> Affixes(TemplateArguments arguments) => arguments.Need(0, "prefix") is List<object?> several
        ? [.. several.Select(static affix => TemplateValues.AsText(affix).Text)]
        : [arguments.NeedText(0, "prefix").Text];

    private static long Index(MarkedText text, int at) => at < 0 ? -1 : TemplateValues.CodePoints(text.Text[..at]);

    private static long Count(string text, string part)
    {
        if (part.Length == 0)
        {
            return TemplateValues.CodePoints(text) + 1;
        }

        var count = 0L;
        for (var at = 0; (at = text.IndexOf(part, at, StringComparison.Ordinal)) >= 0; at += part.Length)
        {
            count++;
        }

        return count;
    }

    private static string Title(string text)
    {
        var changed = text.ToCharArray();
        for (var i = 0; i < changed.Length; i++)
        {
            changed[i] = i > 0 && char.IsLetter(changed[i - 1]) ? char.ToLowerInvariant(changed[i]) : char.ToUpperInvariant(changed[i]);
        }

        return new(changed);
    }

    private static List<object?> Split(MarkedText text, TemplateArguments arguments)
    {
        var most = TemplateValues.Integer(arguments.Get(1, "maxsplit", -1L));
        var parts = new List<object?>();
        if (arguments.Get(0, "sep") is { } given)
        {
            var separator = Separator(given);
            var from = 0;
            for (; most != 0; most--)
            {
                var next = text.Text.IndexOf(separator, from, StringComparison.Ordinal);
                if (next < 0)
                {
                    break;
                }

                parts.Add(text.Slice(from, next - from));
                from = next + separator.Length;
            }

            parts.Add(text.Slice(from, text.Length - from));
            return parts;
        }

        for (var at = 0; ;)
        {
            while (at < text.Length && TemplateLexer.IsSpace(text.Text[at]))
            {
                at++;
            }

            if (at == text.Length)
            {
                return parts;
            }

            var end = at;
            while (end < text.Length && !TemplateLexer.IsSpace(text.Text[end]))
            {
                end++;
            }

            if (most-- == 0)
            {
                parts.Add(Strip(text.Slice(at, text.Length - at), null, left: false, right: true));
                return parts;
            }

            parts.Add(text.Slice(at, end - at));
            at = end;
        }
    }

    private static List<object?> SplitFromRight(MarkedText text, TemplateArguments arguments)
    {
        if (arguments.Get(0, "sep") is not { } given)
        {
            throw new TemplateException("rsplit without a separator", isUnknown: true);
        }

        var separator = Separator(given);
        var most = TemplateValues.Integer(arguments.Get(1, "maxsplit", -1L));
        var parts = new List<object?>();
        var end = text.Length;
        for (; most != 0 && end >= separator.Length; most--)
        {
            var next = text.Text.AsSpan(0, end).LastIndexOf(separator, StringComparison.Ordinal);
            if (next < 0)
            {
                break;
            }

            parts.Add(text.Slice(next + separator.Length, end - next - separator.Length));
            end = next;
        }

        parts.Add(text.Slice(0, end));
        parts.Reverse();
        return parts;
    }

    private static string Separator(object? given) =>
        TemplateValues.AsText(given).Text is { Length: > 0 } separator
            ? separator
            : throw new TemplateException("a split at an empty text");

    private static List<object?> Lines(MarkedText text)
    {
        var lines = new List<object?>();
        for (var at = 0; at < text.Length;)
        {
            var length = text.Text.AsSpan(at).IndexOfAny('\n', '\r');
            if (length < 0)
            {
                length = text.Length - at;
            }

            lines.Add(text.Slice(at, length));
            at += length;
            at += at + 1 < text.Length && text.Text[at] == '\r' && text.Text[at + 1] == '\n' ? 2 : 1;
        }

        return lines;
    }

    private static TemplateException Missing(object? target, string name) =>
        new($"the method {name} of {TemplateValues.KindOf(target)}", isUnknown: true);
}
