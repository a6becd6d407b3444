using System.Runtime.InteropServices;
using MedQA.Evaluation.Extraction.Words;

namespace MedQA.Evaluation.Extraction;

/// <summary>Scripts of questions and answers: "Q: Is it A? A: No." There "A:" names no option.</summary>
internal static class Dialogue
{
    private const int MaxQuestionLength = 80;

    /// <summary>Gives the labels of questions and answers the roles of the words that they stand for.</summary>
    public static void MarkLabels(List<Token> tokens)
    {
        var all = CollectionsMarshal.AsSpan(tokens);
        for (var at = 1; at + 1 < all.Length; at++)
        {
            if (all[at].IsCapital && all[at].Is("a") && all[at + 1].Is(":") && QuestionBefore(tokens, at) is { } asked)
            {
                all[asked] = As(all[asked], "question");
                all[at] = As(all[at], IsOfOthers(tokens, asked, at) ? "someone" : "answer");
            }
        }
    }

    /// <summary>"Q: What would the book say?"</summary>
    private static bool IsOfOthers(List<Token> tokens, int at, int answer)
    {
        for (; at < answer; at++)
        {
            if (tokens[at].Has(WordRoles.Distance) || (tokens[at].Has(WordRoles.Hypothetical) && !tokens[at].Has(WordRoles.FirstPerson)))
            {
                return true;
            }
        }

        return false;
    }

    private static Token As(Token label, string word) =>
        label with { Text = word, Roles = StatementWords.RolesOf(StatementWords.Find(word)!, Language.English) };

    /// <summary>Returns the label of the question that ends before a token.</summary>
    private static int? QuestionBefore(List<Token> tokens, int answer)
    {
        var at = answer - 1;
        while (at > 0 && !tokens[at].IsWord && !tokens[at].Is("?"))
        {
            at--;
        }

        if (!tokens[at].Is("?"))
        {
            return null;
        }

        for (; at >= 0 && at > answer - MaxQuestionLength; at--)
        {
            if (tokens[at + 1].Is(":") && tokens[at].IsWord)
            {
                return tokens[at].Text is "q" or "f" or "p" && Clauses.BeginsSentence(tokens, at) ? at : null;
            }
        }

        return null;
    }
}
