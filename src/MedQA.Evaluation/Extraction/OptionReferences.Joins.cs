using MedQA.Evaluation.Extraction.Words;

namespace MedQA.Evaluation.Extraction;

/// <content>Options that are named together, so that none of them is the answer.</content>
internal sealed partial class OptionReferences
{
    /// <summary>Returns whether another option is joined to one, as in "A or C", "A/C", "A, C and D": then neither is the answer.</summary>
    public bool IsJoined(List<Token> tokens, Reference reference)
    {
        var at = SkipSymbols(tokens, reference.End, Closers);
        if (reference.ByLetter)
        {
            at = SkipTextOf(tokens, at, reference.Option);
            at = SkipSymbols(tokens, at, Closers);
        }

        if (at >= tokens.Count)
        {
            return false;
        }

        if (IsFollowed(tokens, at, reference) || HasAlternative(tokens, at, reference))
        {
            return true;
        }

        var joiner = tokens[at];
        var isComma = joiner.IsSymbol(",");
        if (!isComma && !joiner.IsSymbol("/&+→>") && !joiner.Has(WordRoles.Joins))
        {
            return false;
        }

        // "E/A ratio": no option, whatever follows.
        if (joiner.Is("/") && !joiner.SpaceBefore && at + 1 < tokens.Count && tokens[at + 1].IsLetter && !tokens[at + 1].SpaceBefore)
        {
            return true;
        }

        at++;
        while (at < tokens.Count && (tokens[at].Has(WordRoles.Joins | WordRoles.OptionNouns | WordRoles.Tentative | WordRoles.Leads)
            || tokens[at].IsSymbol(Openers) || (joiner.Has(WordRoles.Joins) && tokens[at].IsSymbol("/"))))
        {
            isComma &= !tokens[at].IsWord;
            at++;
        }

        if (At(tokens, at) is not { } other || other.Option == reference.Option
            || (other.ByLetter && !tokens[other.First].IsCapital && !IsEnclosed(tokens, other)))
        {
            return false;
        }

        at = SkipSymbols(tokens, other.End, Closers);
        if (isComma && IsNamedBehind(tokens, at))
        {
            return true;
        }

        return at >= tokens.Count || !tokens[at].IsWord ? !isComma || other.ByLetter : !isComma
            && !tokens[at].Has(WordRoles.SubjectCopulas | WordRoles.PredicatesBehind | WordRoles.Makers);
    }

    /// <summary>Returns whether a list of options continues: ", C", "and C", ", and C".</summary>
    private bool IsNamedBehind(List<Token> tokens, int at)
    {
        var from = at;
        while (at < tokens.Count && at < from + 3 && (tokens[at].Is(",") || tokens[at].Has(WordRoles.Joins | WordRoles.OptionNouns)))
        {
            at++;
        }

        return at > from && At(tokens, at) is { ByLetter: true } next && tokens[next.First].IsCapital;
    }

    /// <summary>
    /// Returns whether something else is offered after an option: "B or, in asthma, C"; the option's own text does not count.
    /// </summary>
    private bool HasAlternative(List<Token> tokens, int at, Reference reference)
    {
        at = SkipSymbols(tokens, at, "(,");

        return at + 1 < tokens.Count && tokens[at].Text is "or" or "o" or "u" or "oder" or "ou" or "或" or "或者" or "还是" or "または" or "か"
            or "もしくは" or "あるいは"
            && MatchEnd(tokens, at + 1, _texts[reference.Option]) is null && !tokens[at + 1].Has(WordRoles.Retractions);
    }

    /// <summary>
    /// Returns whether a few words after one option another one follows that has nothing said of it: "B, then C", "B plus perhaps C".
    /// </summary>
    private bool IsFollowed(List<Token> tokens, int at, Reference reference)
    {
        const int MaxWords = 4;
        for (var words = 0; words <= MaxWords && at < tokens.Count && !Clauses.EndsSentence(tokens, at); at++)
        {
            var token = tokens[at];
            if (token.IsWord && At(tokens, at) is { ByLetter: true } other && (token.IsCapital || IsEnclosed(tokens, other)))
            {
                var end = SkipSymbols(tokens, SkipTextOf(tokens, other.End, other.Option), Closers + ",");
                return words > 0 && other.Option != reference.Option && (end >= tokens.Count || !tokens[end].IsWord);
            }

            if (token.IsSymbol(":([|") || token.Has(WordRoles.Negations | WordRoles.Contrasts | WordRoles.Conclusions
                | WordRoles.Corrections | WordRoles.Wrong | WordRoles.Doubts | WordRoles.Decisions | WordRoles.No)
                || (token.Has(WordRoles.Reasons) && !token.Has(WordRoles.Joins))
                || token.Text is "over" or "than" or "unlike" or "although" or "though")
            {
                return false;
            }

            words += token.IsWord ? 1 : 0;
        }

        return false;
    }
}
