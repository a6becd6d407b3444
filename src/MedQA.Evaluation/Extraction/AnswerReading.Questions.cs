using MedQA.Evaluation.Extraction.Words;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Extraction;

/// <content>"Is it C? Yes.": what the text asks itself and answers.</content>
internal sealed partial class AnswerReading
{
    /// <summary>"Is the answer A? No. Is it B? Yes.": yes states what was asked, no denies it.</summary>
    private void QuestionAnswered(int at)
    {
        var label = at;
        if (at + 2 < tokens.Count && tokens[at].Has(WordRoles.AnswerNouns) && tokens[at + 1].Is(":"))
        {
            // "Q: Is it C? A: Yes."
            var said = Skip(at + 2, Closers);
            at = said < tokens.Count && tokens[said].IsWord ? said : at;
        }

        var isYes = tokens[at].Text is "yes" or "oui" or "ja" or "sí" or "是" or "是的" or "对" or "はい" or "indeed";
        if (space != AnswerSpace.Letters || (!isYes && !tokens[at].Has(WordRoles.No | WordRoles.Interjections)
            && tokens[at].Text is not ("不是" or "いいえ")) || !IsBehindQuestion(label) || AskedBefore(label) is not { } asked)
        {
            return;
        }

        if (!isYes)
        {
            _claims.Deny(asked.Option);
        }
        else if (IsUnreserved(at + 1))
        {
            _claims.Add(ClaimRank.Answer, asked);
        }
    }

    /// <summary>Returns the option that the question before a token asks for and nothing else: "Is it C?", "So C?".</summary>
    private OptionReferences.Reference? AskedBefore(int at)
    {
        var end = at - 1;
        while (end > 0 && !tokens[end].Is("?"))
        {
            end--;
        }

        var begin = end - 1;
        while (begin >= 0 && !Clauses.EndsSentence(tokens, begin))
        {
            begin--;
        }

        for (begin++; begin < end; begin++)
        {
            if (options.At(tokens, begin) is { } asked)
            {
                var behind = Skip(asked.End, Closers);
                while (behind < end && tokens[behind].IsUnspaced && tokens[behind].Text is "吗" or "か" or "ですか" or "でしょうか" or "です")
                {
                    behind++;
                }

                return behind == end ? asked : null;
            }

            if (tokens[begin].IsWord && !tokens[begin].Has(WordRoles.QuestionHeads)
                && (!tokens[begin].Has(WordRoles.Connectors | WordRoles.SubjectCopulas | WordRoles.Pronouns
                | WordRoles.AnswerNouns | WordRoles.Leads | WordRoles.Articles) || tokens[begin].Has(WordRoles.Negations
                | WordRoles.Persons)))
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>Returns whether a yes is the end of its sentence, or only its reason follows.</summary>
    private bool IsUnreserved(int at)
    {
        if (at < tokens.Count && tokens[at].IsWord)
        {
            return false;
        }

        for (; at < tokens.Count && !Clauses.EndsSentence(tokens, at); at++)
        {
            if (tokens[at].Has(WordRoles.Contrasts) || tokens[at].Is("only") || (!tokens[at].Has(WordRoles.Reasons)
                && tokens[at].Has(WordRoles.Conditions | WordRoles.Tentative | WordRoles.Concessions | WordRoles.Only
                | WordRoles.Restrictions)))
            {
                return false;
            }
        }

        return true;
    }
}
