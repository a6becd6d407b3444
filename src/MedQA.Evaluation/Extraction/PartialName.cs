using System.Collections.Frozen;
using System.Collections.Immutable;
using MedQA.Evaluation.Extraction.Words;

namespace MedQA.Evaluation.Extraction;

/// <summary>Finds the one option that a few words can mean which are not its name: "a thiazide", "the ablation", "streptococcus".</summary>
internal static class PartialName
{
    private const int MaxWords = 5;
    private const int MaxTokens = 16;
    private const int ShortestWord = 3;
    private const int ShortestStem = 6;
    private const int ShortestFront = 7;

    /// <summary>Words that say of what kind an option is, and nothing of which.</summary>
    private static readonly FrozenSet<string> Kinds = FrozenSet.Create("diuretic", "therapy", "treatment", "infection", "virus", "disease",
        "syndrome", "deficiency", "drug", "agent", "inhibitor", "disorder", "toxicity", "poisoning", "test", "antibiotic", "bacteria",
        "bacterium", "organism", "surgery", "injury", "failure", "type", "acute", "chronic", "increase", "decrease", "increased",
        "decreased", "reaction", "levels", "level");

    /// <summary>Words that turn what follows them in an option into its opposite.</summary>
    private static readonly FrozenSet<string> Opposites = FrozenSet.Create("non", "anti", "no", "not", "without", "pre", "post", "sin",
        "sans", "ohne", "pseudo");

    /// <summary>Returns the only option that has all the words up to the statement's end.</summary>
    /// <param name="tokens">The text.</param>
    /// <param name="at">The first word.</param>
    /// <param name="texts">The words of each option.</param>
    /// <returns>The option and the token after the words; <see langword="null"/> if none or several options have them.</returns>
    public static (int Option, int End)? At(List<Token> tokens, int at, ImmutableArray<ImmutableArray<string>> texts)
    {
        var words = new List<string>(MaxWords);
        var limit = at + MaxTokens;
        while (at < tokens.Count && at < limit && !OptionReferences.EndsStatement(tokens, at) && words.Count <= MaxWords)
        {
            var token = tokens[at];
            if (token.IsWord && !token.Has(~(WordRoles.Articles | WordRoles.Topics | WordRoles.Connectors | WordRoles.Adverbs
                | WordRoles.Disqualifiers | WordRoles.PhraseStart)) && !token.IsUnspaced)
            {
                // "Vitamin A": after a word it is not an article.
                if (words.Count > 0 || !token.Has(WordRoles.Articles))
                {
                    words.Add(token.Text);
                }
            }
            else if (!token.IsSymbol("*_`\"'“”-"))
            {
                return null;
            }

            at++;
        }

        if (at == limit || words.Count is 0 or > MaxWords || words[0].Length < ShortestWord
            || !char.IsLetter(words[0][0]) || Kinds.Contains(words[0]))
        {
            return null;
        }

        var named = -1;
        for (var option = 0; option < texts.Length; option++)
        {
            if (HasAll(texts[option], words))
            {
                if (named >= 0)
                {
                    return null;
                }

                named = option;
            }
        }

        return named >= 0 ? (named, at) : null;
    }

    private static bool HasAll(ImmutableArray<string> text, List<string> words)
    {
        for (var word = 0; word < words.Count; word++)
        {
            var found = false;
            for (var at = 0; at < text.Length && !found; at++)
            {
                found = IsSame(text[at], words[word]) && !(at > 0 && Opposites.Contains(text[at - 1]));
            }

            if (!found && (word == 0 || !Kinds.Contains(words[word])))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsSame(string option, string word) => option == word
        || (word.Length > 3 && (option == word + "s" || word == option + "s"))
        || (word.Length >= ShortestStem && option.Length >= word.Length + ShortestFront && option.EndsWith(word, StringComparison.Ordinal));
}
