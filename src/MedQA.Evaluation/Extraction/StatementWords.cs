using MedQA.Evaluation.Extraction.Words;
using System.Collections.Frozen;
using System.Collections.Immutable;

namespace MedQA.Evaluation.Extraction;

/// <summary>The words by which statements of an answer are recognized, of all languages.</summary>
internal static class StatementWords
{
    /// <summary>How many languages there are.</summary>
    public const int Languages = 6;

    private static readonly LanguageWords[] All = [EnglishWords.All, SpanishWords.All, GermanWords.All, FrenchWords.All, ChineseWords.All,
        JapaneseWords.All];

    private static readonly FrozenDictionary<string, Word> Known = Read();

    private static readonly FrozenDictionary<string,
        Word>.AlternateLookup<ReadOnlySpan<char>> KnownBySpan = Known.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly ImmutableArray<FrozenDictionary<string,
        ImmutableArray<Phrase>>> Phrases = [.. All.Select(static words => words.Phrases
        .Select(static phrase => new Phrase([.. phrase.Words.Split(' ')], phrase.Roles))
        .GroupBy(static phrase => phrase.Words[0])
        .ToFrozenDictionary(static same => same.Key, static same =>
            same.OrderByDescending(static phrase => phrase.Words.Length).ToImmutableArray()))];

    private static readonly int LongestIdeographic = Known.Keys.Where(static word => Token.IsIdeographic(word[0])).Max(static word =>
        word.Length);

    /// <summary>A word in lower-case letters and what it does in each language.</summary>
    /// <param name="Text">The word.</param>
    /// <param name="Roles">Its roles by language.</param>
    internal sealed record Word(string Text, WordRoles[] Roles);

    /// <summary>Words that together have roles.</summary>
    private sealed record Phrase(ImmutableArray<string> Words, WordRoles Roles);

    /// <summary>Returns a word in lower-case letters, or <see langword="null"/>.</summary>
    public static Word? Find(ReadOnlySpan<char> word) => KnownBySpan.TryGetValue(word, out var known) ? known : null;

    /// <summary>
    /// Returns the longest word that a text without spaces begins with and that has a role in its language; else <see langword="null"/>.
    /// </summary>
    public static Word? FindAtStart(ReadOnlySpan<char> text, Language language)
    {
        for (var length = Math.Min(LongestIdeographic, text.Length); length > 0; length--)
        {
            if (KnownBySpan.TryGetValue(text[..length], out var known) && known.Roles[(int)language] != WordRoles.None)
            {
                return known;
            }
        }

        return null;
    }

    /// <summary>Returns what a word does in a language: as that has it, else as English has it.</summary>
    public static WordRoles RolesOf(Word word, Language language) => word.Roles[(int)language] is not WordRoles.None and var roles ? roles
        : word.Roles[(int)Language.English];

    /// <summary>Gives the words of phrases the roles that they have together.</summary>
    public static void MarkPhrases(Span<Token> tokens, Language language)
    {
        for (var at = 0; at < tokens.Length; at++)
        {
            if (tokens[at].Has(WordRoles.PhraseStart) && (PhraseAt(tokens[at..], language) ?? PhraseAt(tokens[at..],
                Language.English)) is { } phrase)
            {
                for (var word = 0; word < phrase.Words.Length; word++)
                {
                    tokens[at + word] = tokens[at + word] with { Roles = phrase.Roles };
                }

                at += phrase.Words.Length - 1;
            }
        }
    }

    private static Phrase? PhraseAt(ReadOnlySpan<Token> tokens, Language language)
    {
        if (Phrases[(int)language].TryGetValue(tokens[0].Text, out var candidates))
        {
            foreach (var phrase in candidates)
            {
                var length = 1;
                while (length < phrase.Words.Length && length < tokens.Length && tokens[length].Text == phrase.Words[length])
                {
                    length++;
                }

                if (length == phrase.Words.Length)
                {
                    return phrase;
                }
            }
        }

        return null;
    }

    private static FrozenDictionary<string, Word> Read()
    {
        var words = new Dictionary<string, Word>();
        for (var language = 0; language < Languages; language++)
        {
            var all = All[language].Roles.SelectMany(static role => role.Value.Split(' ').Select(word => (Text: word, role.Key)))
                .Concat(All[language].Phrases.Select(static phrase => (Text: phrase.Words.Split(' ')[0], Key: WordRoles.PhraseStart)));
            foreach (var (text, role) in all)
            {
                if (!words.TryGetValue(text, out var word))
                {
                    words.Add(text, word = new Word(text, new WordRoles[Languages]));
                }

                word.Roles[language] |= role;
            }
        }

        return words.ToFrozenDictionary();
    }
}
