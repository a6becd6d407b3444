using MedQA.Evaluation.Extraction.Words;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Extraction;

/// <content>"All but C are wrong": what is said by an exception.</content>
internal sealed partial class AnswerReading
{
    private const int MaxSentenceLength = 60;

    /// <summary>"All options except C are wrong", "Todas son falsas menos la C", "除C外其余均错误".</summary>
    private void ExceptionNamed(int at)
    {
        if (space != AnswerSpace.Letters || options.At(tokens, at) is not { ByLetter: true } spared || !tokens[at].IsCapital
            || options.IsJoined(tokens, spared) || !IsExcepted(spared) || _clauses.IsOfOthers(at) || _clauses.IsQuestion(at))
        {
            return;
        }

        var begin = at;
        while (begin > 0 && at - begin < MaxSentenceLength && !Clauses.EndsSentence(tokens, begin - 1))
        {
            begin--;
        }

        var (isOfAll, isWrong) = (false, false);
        for (; begin < tokens.Count && begin < at + MaxSentenceLength && !Clauses.EndsSentence(tokens, begin); begin++)
        {
            if ((begin != at && tokens[begin].IsCapital && options.At(tokens, begin) is { ByLetter: true })
                || tokens[begin].Has((begin < at ? WordRoles.None : WordRoles.Conditions) | WordRoles.Tentative)
                    && !tokens[begin].Has(WordRoles.SubjectCopulas)
                || (tokens[begin].Has(WordRoles.Predicates) && !tokens[begin].Has(WordRoles.Wrong)))
            {
                return;
            }

            isOfAll |= tokens[begin].Text is "all" or "everything" or "every" or "alle" or "alles" or "toutes" or "tous" or "tout"
                or "todas" or "todos" or "todo" or "其余" or "其他" or "均" or "都" or "すべて" or "全て";
            isWrong |= tokens[begin].Has(WordRoles.Wrong | WordRoles.Rejections)
                || (tokens[begin].Has(WordRoles.Doubts) && !tokens[begin].Has(WordRoles.Negations));
        }

        if (isOfAll && isWrong)
        {
            _claims.Add(ClaimRank.Predicate, spared);
        }
    }

    private bool IsExcepted(OptionReferences.Reference spared)
    {
        if (spared.End < tokens.Count && tokens[spared.End].Text is "以外" or "以外は")
        {
            return true;
        }

        var before = spared.First - 1;
        while (before >= 0 && (tokens[before].IsSymbol(Openers) || tokens[before].Has(WordRoles.Articles | WordRoles.OptionNouns)
            || tokens[before].Is("for")))
        {
            before--;
        }

        return before >= 0 && tokens[before].Text is "except" or "but" or "außer" or "bis" or "sauf" or "excepté" or "hormis" or "menos"
            or "excepto" or "salvo" or "除" or "除了";
    }
}
