using System.Collections.Frozen;
using System.Collections.Immutable;

namespace MedQA.Evaluation.Extraction;

/// <summary>The names that a text may give an option: its text, without brackets, article or what all options end in, in the singular
/// and plural, up to the letter or number that tells it from others ("hepatitis B", "type III"), and as an organism ("E. coli", "staph
/// aureus").</summary>
internal static class OptionNames
{
    private const int FewestInitials = 3;
    private const int ShortestRest = 4;
    private const int MaxMarkLength = 4;

    private static readonly FrozenDictionary<string, string> Clippings = new Dictionary<string, string>
    {
        ["staphylococcus"] = "staph",
        ["streptococcus"] = "strep",
        ["influenza"] = "flu",
        ["hepatitis"] = "hep",
        ["vitamin"] = "vit",
        ["difficile"] = "diff",
        ["fibrillation"] = "fib",
        ["gonorrhoeae"] = "gonorrhea",
    }.ToFrozenDictionary();

    private static readonly ImmutableArray<string> GenusEndings = ["us", "a", "um", "is", "es", "er", "on", "ys", "ax"];

    private static readonly ImmutableArray<string> SpeciesEndings = ["i", "ae", "us", "is", "um", "a", "ens", "es", "ans", "ile", "ax"];

    /// <summary>Returns the words of a text, of scripts without spaces the characters.</summary>
    public static ImmutableArray<string> WordsOf(string text) =>
        [.. Tokenization.Of(text, 0, text.Length).Where(static token => token.IsWord).SelectMany(static token => token.IsUnspaced
            ? token.Text.Select(static character => character.ToString()) : [token.Text])];

    /// <summary>Returns an option's names.</summary>
    /// <param name="texts">The words of all options.</param>
    /// <param name="option">Which option.</param>
    /// <param name="text">Its text.</param>
    public static List<ImmutableArray<string>> Of(ImmutableArray<ImmutableArray<string>> texts, int option, string text)
    {
        var names = new List<ImmutableArray<string>> { texts[option] };
        if (text.IndexOf('(') is > 0 and var bracket && text.TrimEnd().EndsWith(')') && text.IndexOf('(', bracket + 1) < 0)
        {
            names.Add(WordsOf(text[..bracket]));
            if (WordsOf(text[bracket..]) is { Length: > 1 } inside)
            {
                names.Add(inside);
            }
        }

        foreach (var name in names.ToList().Where(static name => name is ["a" or "an" or "the", _, ..]))
        {
            names.Add(name[1..]);
        }

        if (WithoutSharedEnd(texts, option) is { } rest)
        {
            names.Add(rest);
        }

        if (UpToMark(texts, option) is { } marked)
        {
            names.Add(marked);
        }

        names.AddRange(OrganismNames(texts[option], text));
        foreach (var name in names.ToList().Where(static name => name.Any(Clippings.ContainsKey)))
        {
            names.Add([.. name.Select(static word => Clippings.GetValueOrDefault(word, word))]);
        }

        foreach (var name in names.ToList().Where(static name => name.Length > 0 && name[^1].Length > 4
            && char.IsAsciiLetterLower(name[^1][^1])))
        {
            var last = name[^1];
            if (!last.EndsWith("ss", StringComparison.Ordinal) && !last.EndsWith("is", StringComparison.Ordinal)
                && !last.EndsWith("us", StringComparison.Ordinal))
            {
                names.Add(name.SetItem(name.Length - 1, last.EndsWith('s') ? last[..^1] : last + "s"));
            }
        }

        names.RemoveAll(static name => name.Length == 0);
        return names;
    }

    /// <summary>
    /// Returns the initials of an option of several words, in small letters: "nph"; <see langword="null"/> if it has too few.
    /// </summary>
    public static string? InitialsOf(ImmutableArray<string> words)
    {
        var initials = string.Concat(words.Where(static word => word is not ("of" or "the" or "and" or "in" or "de" or "du" or "von"))
            .Select(static word => word[0]));
        return initials.Length >= FewestInitials && initials.All(char.IsAsciiLetterLower) ? initials : null;
    }

    // "Type III hypersensitivity" among hypersensitivities.
    private static ImmutableArray<string>? WithoutSharedEnd(ImmutableArray<ImmutableArray<string>> texts, int option)
    {
        var shared = 0;
        while (texts.Length > 2 && texts.All(text => text.Length > shared + 1 && text[^(shared + 1)] == texts[0][^(shared + 1)]))
        {
            shared++;
        }

        var rest = texts[option][..^shared];
        return shared > 0 && string.Concat(rest).Length >= ShortestRest ? rest : null;
    }

    // "Hepatitis B virus": where no other option has these words.
    private static ImmutableArray<string>? UpToMark(ImmutableArray<ImmutableArray<string>> texts, int option)
    {
        var text = texts[option];
        for (var at = 1; at < text.Length - 1; at++)
        {
            if (IsMark(text[at]) && text[at - 1].Length > 2 && char.IsLetter(text[at - 1][0]))
            {
                var name = text[..(at + 1)];
                return texts.Where((_, other) => other != option).All(other => !Contains(other, name)) ? name : null;
            }
        }

        return null;
    }

    private static bool IsMark(string word) => word.Length <= MaxMarkLength
        && (word is [>= 'a' and <= 'z'] || word.Any(char.IsAsciiDigit) || word.All(static letter => letter is 'i' or 'v' or 'x'));

    private static bool Contains(ImmutableArray<string> text, ImmutableArray<string> name)
    {
        for (var at = 0; at + name.Length <= text.Length; at++)
        {
            if (text.AsSpan(at, name.Length).SequenceEqual(name.AsSpan()))
            {
                return true;
            }
        }

        return false;
    }

    // "Escherichia coli": a capital Latin noun and a small Latin word.
    private static IEnumerable<ImmutableArray<string>> OrganismNames(ImmutableArray<string> words, string text)
    {
        if (words is [{ Length: > 4 } genus, { Length: > 2 } species, ..] && text.TrimStart() is [>= 'A' and <= 'Z', ..]
            && text.Contains(' ' + species, StringComparison.Ordinal)
            && GenusEndings.Any(end => genus.EndsWith(end, StringComparison.Ordinal))
            && SpeciesEndings.Any(end => species.EndsWith(end, StringComparison.Ordinal)))
        {
            yield return [genus[..1], species];
        }
    }
}
