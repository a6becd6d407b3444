using MedQA.Evaluation.Extraction.Words;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Extraction;

/// <content>"The answer is C", "the best choice would be (C)": what is said of an answer by that noun.</content>
internal sealed partial class AnswerReading
{
    /// <summary>"The answer is (C)", "Correct option: C", <c>{"answer": "C"}</c>.</summary>
    private void AnswerNamed(int at)
    {
        if (!IsAnswerNoun(at) || !_clauses.IsStated(at) || _clauses.IsTentative(at))
        {
            return;
        }

        var next = SkipToCopula(at + 1);
        if (next < tokens.Count && tokens[next].Is(".") && tokens[at].Is("ans"))
        {
            next++;
        }

        var isIndex = next > at + 1 && tokens[next - 1].Text is "idx" or "index";
        if (!(_clauses.IsOtherCase(at) && HasHypothetical(at, next + 1)))
        {
            // "Answer (A) causes edema" names an option without a copula, and says nothing of it.
            var isLinked = tokens[at].Has(WordRoles.Copulas) || next < tokens.Count
                && (tokens[next].Has(WordRoles.Copulas) || tokens[next].IsSymbol(":=>-–—"));
            Follow(next, WordRoles.Connectors, ClaimRank.Answer, allowLineEnds: true, mustEnd: !isLinked
                || tokens[at].Is("answers"), endsAtComma: isLinked, numbers: !isIndex
                && space == AnswerSpace.Letters, otherCase: _clauses.IsOtherCase(at));
        }
    }

    private bool IsAnswerNoun(int at)
    {
        var word = tokens[at].Text;
        var before = at > 0 ? tokens[at - 1] : default;
        if (at > 0 && (before.IsSymbol("/") || !IsCalledAnswer(at)))
        {
            return false;
        }

        // "option C" names an option and says nothing of it.
        if (tokens[at].Has(WordRoles.AnswerNouns))
        {
            return at == 0 || !before.Has(WordRoles.BeforeVerb);
        }

        if (!tokens[at].Has(WordRoles.ChoiceNouns) || IsOfChoice(at))
        {
            return false;
        }

        var praised = !tokens[at].Has(WordRoles.Predicates)
            && ((at > 0 && tokens[at - 1].Has(WordRoles.Praise)) || (at > 1 && tokens[at - 2].Has(WordRoles.Praise))
            || (at + 1 < tokens.Count && tokens[at + 1].Has(WordRoles.Praise) && tokens[at + 1].Has(WordRoles.Predicates)));
        if (praised)
        {
            return true;
        }

        var next = at + 1 < tokens.Count && tokens[at + 1].Has(WordRoles.Praise) ? at + 2 : at + 1;
        while (next < tokens.Count && tokens[next].IsSymbol("\"'*_`)]") && !tokens[next].SpaceBefore)
        {
            next++;
        }

        return next < tokens.Count && (tokens[next].IsSymbol(":=")
            || (tokens[next].Is(">") && word is not "option" && at > 0 && before.Is("<")));
    }

    /// <summary>
    /// Returns whether what precedes an answer noun leaves it the model's own answer: only words that are known to. "The intuitive answer",
    /// "the second best answer", "her answer" and "2010 the answer was" tell nothing.
    /// </summary>
    private bool IsCalledAnswer(int at)
    {
        var before = at - 1;
        if (tokens[before].IsSymbol("_-") && !tokens[before].SpaceBefore && !tokens[at].SpaceBefore && before > 0)
        {
            before--;
        }

        for (; before >= 0 && before > at - MaxSteps && tokens[before].IsWord
            && tokens[before].Has(WordRoles.Praise | WordRoles.Articles | WordRoles.OptionNouns | WordRoles.ChoiceNouns); before--)
        {
            if (tokens[before].Has(WordRoles.Disqualifiers))
            {
                return false;
            }
        }

        // "the opposite of the answer"; "the letter of the answer" is the answer's.
        if (before > 0 && tokens[before].Text is "of" or "to" or "than" or "from" or "like" or "von" or "zu" or "à"
            && !tokens[before].Has(WordRoles.Evidence))
        {
            return tokens[before - 1].Has(WordRoles.OptionNouns | WordRoles.ChoiceNouns)
                && !(before > 1 && tokens[before - 2].Has(WordRoles.Disqualifiers));
        }

        return before < 0 || !tokens[before].IsWord || (!tokens[before].Has(WordRoles.Disqualifiers) && IsIntroduced(before))
            || IsForced(before, at);
    }

    /// <summary>"With fever and stiffness the answer has to be …".</summary>
    private bool IsForced(int before, int at)
    {
        if (at + 3 >= tokens.Count || !(tokens[at + 1].Is("must") || (tokens[at + 1].Is("has") && tokens[at + 2].Is("to")))
            || (tokens[before].Roles & ~WordRoles.PhraseStart) != WordRoles.None)
        {
            return false;
        }

        while (before > 0 && tokens[before - 1].IsWord)
        {
            before--;
        }

        return tokens[before].Is("with");
    }

    /// <summary>
    /// Returns whether a word leaves what follows it the model's own: "I think (that)", "this means", "so", but not "she told me that".
    /// </summary>
    private bool IsIntroduced(int before)
    {
        if (tokens[before].Text is "that" or "que" or "dass" && before > 0 && tokens[before - 1].IsWord)
        {
            before--;
            if (before > 0 && tokens[before - 1].Is("%"))
            {
                return before > 1 && IsMoreThanHalf(tokens[before - 2]) && tokens[before].Text is "confident" or "sure" or "certain"
                    or "convinced";
            }

            // "It may be that", "it would seem that".
            for (var lead = before; lead >= 0 && lead > before - 4 && tokens[lead].IsWord && !_clauses.IsOwnSentence(before); lead--)
            {
                if (tokens[lead].Has(WordRoles.Tentative | WordRoles.Hypothetical))
                {
                    return false;
                }
            }
        }

        // "the student's answer" of languages that join by a particle.
        if (tokens[before].Text is "的" or "の" && before > 0)
        {
            before--;
        }

        var token = tokens[before];
        return (token.Roles & ~WordRoles.PhraseStart) != WordRoles.None && !token.Has(WordRoles.Persons)
            && (!token.Has(WordRoles.Speech) || token.Has(WordRoles.FirstPerson) || _clauses.IsOwnSentence(before));
    }

    private static bool IsMoreThanHalf(Token token) => token.IsNumber
        && double.TryParse(token.Text, System.Globalization.CultureInfo.InvariantCulture, out var percent) && percent is > 50 and <= 100;

    private bool IsOfChoice(int at) => at > 0 && tokens[at - 1].Is("of");

    /// <summary>Past words that describe the answer ("the answer most consistent with this is …"), if a copula or colon follows them
    /// soon.</summary>
    private int SkipToCopula(int at)
    {
        for (var step = 0; step < MaxSteps && at + step < tokens.Count; step++)
        {
            var token = tokens[at + step];
            if (token.IsSymbol(":=") || (token.IsWord && token.Has(WordRoles.Copulas)))
            {
                return at + step;
            }

            var isDescription = token.IsWord && !token.Has(WordRoles.Negations | WordRoles.Tentative | WordRoles.Conditions
                | WordRoles.Persons | WordRoles.Wrong | WordRoles.Distance | WordRoles.AnswerNouns)
                && token.Text is not ("menos" or "moins" or "least" or "less")
                && !(step == 0 && token.Has(WordRoles.Plurals)) && options.At(tokens, at + step) is null;
            if (!isDescription && !token.IsSymbol("(),_\""))
            {
                break;
            }
        }

        return at;
    }
}
