namespace MedQA.Evaluation.Extraction;

/// <summary>Which places of a text stand under a condition, and which in a question.</summary>
internal sealed class Clauses
{
    private readonly bool[] _conditional;
    private readonly bool[] _question;

    private Clauses(bool[] conditional, bool[] question)
    {
        _conditional = conditional;
        _question = question;
    }

    public static Clauses Of(List<Token> tokens)
    {
        var conditional = new bool[tokens.Count];
        var question = new bool[tokens.Count];
        var sentence = 0;
        var underCondition = false;
        var underConcession = false;
        for (var at = 0; at < tokens.Count; at++)
        {
            var token = tokens[at];
            conditional[at] = underCondition || underConcession;
            if (EndsSentence(tokens, at))
            {
                question.AsSpan(sentence, at - sentence + 1).Fill(token.Is("?"));
                sentence = at + 1;
                underCondition = underConcession = false;
            }
            else if (token.IsSymbol(","))
            {
                underConcession = false;
            }
            else if (token.IsWord)
            {
                underCondition = token.Has(WordRoles.Conditions) ? !IsForcedChoice(tokens, at) : underCondition && !token.Has(WordRoles.Conclusions);
                underConcession |= token.Has(WordRoles.Concessions);
            }
        }

        return new Clauses(conditional, question);
    }

    /// <summary>Whether a token stands behind "if", "unless", "although" … in its sentence.</summary>
    public bool IsConditional(int at) => _conditional[at];

    /// <summary>Whether a token's sentence ends in a question mark.</summary>
    public bool IsQuestion(int at) => _question[at];

    /// <summary>Whether a condition follows before another clause or the sentence's end: "… is B if she is pregnant".</summary>
    public static bool IsConditionalAfter(List<Token> tokens, int at)
    {
        for (var step = 0; step < 12 && at < tokens.Count && !EndsSentence(tokens, at); step++, at++)
        {
            if (tokens[at].IsWord)
            {
                if (tokens[at].Text is "if" or "unless" or "assuming" or "provided")
                {
                    return !IsForcedChoice(tokens, at);
                }

                if (tokens[at].Has(WordRoles.Reasons))
                {
                    return false;
                }
            }
        }

        return false;
    }

    private static bool EndsSentence(List<Token> tokens, int at) =>
        tokens[at].Kind == TokenKind.NewLine || (tokens[at].IsSymbol(".!?;") && (at + 1 == tokens.Count || tokens[at + 1].SpaceBefore || !tokens[at + 1].IsWord));

    // "If I had to choose, …" is a decision.
    private static bool IsForcedChoice(List<Token> tokens, int at) =>
        tokens[at].Text == "had" && at > 1 && tokens[at - 1].Is("i") && tokens[at - 2].Is("if")
        || (tokens[at].Text == "if" && at + 1 < tokens.Count && tokens[at + 1].Text is "i" or "forced" && at + 2 < tokens.Count && tokens[at + 2].Text is "had" or "must" or "have" or "to" or "am");
}
