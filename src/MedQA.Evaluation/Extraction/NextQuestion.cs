using MedQA.Evaluation.Extraction.Words;

namespace MedQA.Evaluation.Extraction;

/// <summary>Finds where a model continues with a question that it invented.</summary>
internal static class NextQuestion
{
    private const string Markup = "([{\"'“‘*_`$<>#-–—•\\=";

    /// <summary>
    /// Returns whether a line that begins at a token heads or asks another question: "Question 2:", "User:", "2. Which …?", or a question
    /// with a list of options below it.
    /// </summary>
    public static bool BeginsAt(List<Token> tokens, int at, OptionReferences options)
    {
        var isNumbered = false;
        while (at < tokens.Count && (tokens[at].IsSymbol(Markup) || tokens[at].IsNumber))
        {
            isNumbered |= tokens[at].IsNumber || tokens[at].Is("#");
            at += tokens[at].IsNumber && at + 1 < tokens.Count && tokens[at + 1].IsSymbol(".)") ? 2 : 1;
        }

        if (at >= tokens.Count || tokens[at].IsNewLine)
        {
            return false;
        }

        if (tokens[at].Has(WordRoles.QuestionHeads) || (tokens[at].IsWord && tokens[at].Text is ['q', >= '0' and <= '9', ..]))
        {
            var end = at + 1;
            while (end < tokens.Count && (tokens[end].Has(WordRoles.QuestionHeads) || tokens[end].IsNumber || tokens[end].IsSymbol("#*_")))
            {
                if (tokens[end].Is("*") && tokens[end - 1].IsNumber)
                {
                    // "**Question 2** A 30-year-old …"
                    return true;
                }

                end++;
            }

            if (end >= tokens.Count || tokens[end].IsNewLine || tokens[end].IsSymbol(":]>)")
                || (tokens[end].Is(".") && tokens[end - 1].IsNumber))
            {
                return true;
            }
        }

        var last = at;
        while (last < tokens.Count && !tokens[last].IsNewLine)
        {
            // "Here is another question for you:"
            if (last < at + 8 && tokens[last].Roles == WordRoles.QuestionHeads && last + 1 < tokens.Count
                && tokens[last + 1].Roles == WordRoles.QuestionHeads)
            {
                return true;
            }

            last++;
        }

        return last > at && tokens[last - 1].Is("?") && tokens[at].IsWord && !HasRight(tokens, at)
            && (isNumbered || IsHead(tokens, last + 1, 0, options));
    }

    /// <summary>Returns whether a line that begins at a token says that what follows is another question: "Next question: …".</summary>
    public static bool IsAnnouncedAt(List<Token> tokens, int at)
    {
        at = OptionReferences.SkipSymbols(tokens, at, Markup);

        if (at < tokens.Count && tokens[at].Text is "下一题" or "下一个问题" or "另一题" or "另一个问题" or "次の問題" or "次の質問" or "別の問題")
        {
            return IsColonNear(tokens, at + 1);
        }

        return at + 2 < tokens.Count && tokens[at].Roles == WordRoles.QuestionHeads && tokens[at + 1].Roles == WordRoles.QuestionHeads
            && !tokens[at].Is("question") && IsColonNear(tokens, at + 2);
    }

    private static bool IsColonNear(List<Token> tokens, int at)
    {
        while (at < tokens.Count && (tokens[at].IsNumber || tokens[at].IsSymbol("*_#")))
        {
            at++;
        }

        return at < tokens.Count && tokens[at].IsSymbol(":");
    }

    // "(A) Is it …?" is about an option.
    private static bool HasRight(List<Token> tokens, int at) => tokens[at].IsLetter && at + 1 < tokens.Count
        && tokens[at + 1].IsSymbol(").:");

    private static bool IsHead(List<Token> tokens, int at, int option, OptionReferences options)
    {
        at = OptionReferences.SkipSymbols(tokens, at, Markup);

        if (at >= tokens.Count || options.At(tokens, at) is not { ByLetter: true } head || head.Option != option)
        {
            return false;
        }

        if (option > 0)
        {
            return true;
        }

        while (at < tokens.Count && !tokens[at].IsNewLine)
        {
            at++;
        }

        return IsHead(tokens, at + 1, 1, options);
    }
}
