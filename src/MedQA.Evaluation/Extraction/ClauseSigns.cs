using MedQA.Evaluation.Extraction.Words;

namespace MedQA.Evaluation.Extraction;

/// <summary>Signs by which <see cref="Clauses"/> knows what is a condition, another case, or someone else's speech.</summary>
internal static class ClauseSigns
{
    /// <summary>"In vegans", "for a vegan", "when she is pregnant"; "with" and "at" say how it is in this case too.</summary>
    public static bool NamesAnotherCase(List<Token> tokens, int at) =>
        tokens[at].Text is not ("after" or "before" or "at" or "with" or "to" or "from" or "of" or "above" or "by" or "on" or "has"
            or "have")
        && at + 1 < tokens.Count && !(tokens[at + 1].Has(WordRoles.Articles) && at + 2 < tokens.Count
        && (tokens[at + 2].IsNumber || tokens[at + 2].Is("patient")));

    /// <summary>"If I had to choose, …" is a decision; "if I had to write a question" is a condition.</summary>
    public static bool IsForcedChoice(List<Token> tokens, int at) =>
        (tokens[at].Text == "had" && at > 1 && tokens[at - 1].Is("i") && tokens[at - 2].Is("if")
        || (tokens[at].Text == "if" && at + 1 < tokens.Count && tokens[at + 1].Text is "i" or "forced" && at + 2 < tokens.Count
        && tokens[at + 2].Text is "had" or "must" or "have" or "to" or "am")) && Decides(tokens, at + 1);

    /// <summary>"El Harrison diría que …": the first person's form is the third's too, and a subject precedes it.</summary>
    public static bool HasOtherSubject(List<Token> tokens, int verb)
    {
        if (!tokens[verb].Text.EndsWith("ía", StringComparison.Ordinal) || verb == 0 || !tokens[verb - 1].IsWord
            || !(IsNoun(tokens[verb - 1]) || tokens[verb - 1].Is("se")))
        {
            return false;
        }

        if (tokens[verb - 1].Is("se"))
        {
            return true;
        }

        var begin = verb - 1;
        while (begin > 0 && tokens[begin - 1].IsWord && !tokens[begin - 1].Has(WordRoles.Conclusions | WordRoles.Contrasts))
        {
            begin--;
        }

        return tokens[begin].Has(WordRoles.Articles | WordRoles.Persons) || tokens[begin].Text is "mi" or "tu" or "su"
            || (tokens[begin].IsCapital && IsNoun(tokens[begin]));
    }

    private static bool IsNoun(Token token) => token.Has(WordRoles.Persons) || (token.Roles & ~WordRoles.PhraseStart) == WordRoles.None;

    /// <summary>"He had his appendix removed": no condition.</summary>
    public static bool IsPastTense(List<Token> tokens, int at) => tokens[at].Text is "had" or "were" && at > 0
        && tokens[at - 1].Text is "he" or "she" or "it" or "they" or "who" or "patient" or "we" or "there" or "these" or "that" or "which";

    private static bool Decides(List<Token> tokens, int at)
    {
        for (var step = 0; step < 6 && at < tokens.Count && tokens[at].IsWord; step++, at++)
        {
            if (tokens[at].Has(WordRoles.Decisions | WordRoles.OwnDecisions | WordRoles.ParticleVerbs)
                || tokens[at].Text is "commit" or "decide" or "bet" or "name" or "forced")
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>"Student: The answer is C."</summary>
    public static bool IsSpeakerLabel(List<Token> tokens, int at)
    {
        const int MaxLabelLength = 3;
        var hasPerson = false;
        for (var end = at; end < tokens.Count && end <= at + MaxLabelLength; end++)
        {
            if (tokens[end].Is(":"))
            {
                return hasPerson;
            }

            if (!tokens[end].IsWord)
            {
                return false;
            }

            hasPerson |= tokens[end].Has(WordRoles.Persons);
        }

        return false;
    }

    /// <summary>「答えはＢ」と言った: the speech is named after it.</summary>
    public static bool IsSaidBehind(List<Token> tokens, int at)
    {
        const int MaxQuotationLength = 60;
        if (!tokens[at].Is("“"))
        {
            return false;
        }

        var limit = Math.Min(at + MaxQuotationLength, tokens.Count - 1);
        for (at++; at < limit && !tokens[at].IsNewLine; at++)
        {
            if (tokens[at].Is("”"))
            {
                return tokens[at + 1].IsUnspaced && tokens[at + 1].Has(WordRoles.Speech);
            }
        }

        return false;
    }
}
