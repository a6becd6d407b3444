using MedQA.Evaluation.Extraction.Words;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Extraction;

/// <content>What is taken back: "Wait, that is wrong", "B is wrong", a question, a denial.</content>
internal sealed partial class AnswerReading
{
    /// <summary>"Wait", "I was wrong", "That is incorrect", "No, …".</summary>
    private void TakenBack(int at)
    {
        var token = tokens[at];
        var isTaken = token.Has(WordRoles.Retractions)
            || (token.Has(WordRoles.Interjections) && token.Has(WordRoles.Wrong) && IsSaidOfAnswer(at))
            || (token.Has(WordRoles.Interjections) && at + 1 < tokens.Count
            && (tokens[at + 1].IsSymbol(",.:!;–—…-") || (Clauses.BeginsSentence(tokens, at)
            && tokens[at + 1].Has(WordRoles.No | WordRoles.Pronouns | WordRoles.FirstPerson))))
            || (token.Has(WordRoles.No) && space != AnswerSpace.Words && Clauses.BeginsSentence(tokens, at) && at + 1 < tokens.Count
            && (tokens[at + 1].IsSymbol(",.!:–—…") || tokens[at + 1].Has(WordRoles.Interjections))
                && !(at > 0 && IsBehindQuestion(at)) && !(at > 1 && tokens[at - 1].IsSymbol(".):") && tokens[at - 2].IsLetter
                    && Clauses.BeginsSentence(tokens, at - 2)));
        // "The answer is B, no, C."
        isTaken |= token.Has(WordRoles.No) && space != AnswerSpace.Words && at > 0 && tokens[at - 1].IsSymbol(",–—…")
            && at + 1 < tokens.Count && tokens[at + 1].IsSymbol(",.!:–—…") && (tokens[at - 1].Is(",") || _verdicts.Topic is null);

        // "It is easy to conclude that it is D. Don't."
        isTaken |= token.Text is "don't" or "resist" && Clauses.BeginsSentence(tokens, at)
            && OptionReferences.EndsStatement(tokens, at + 1);
        if (isTaken)
        {
            _claims.Retract();
            _verdicts.Retract();
            _lastRetraction = at;
            if (!_clauses.NamesPerson(at) && !_clauses.IsConditional(at) && !_clauses.IsDenied(at))
            {
                Concluded(at + 1);
            }

            return;
        }

        // "Wrong!" alone is said of the sentence before, or of the option of its line.
        var isFragment = token.Has(WordRoles.Wrong) && at > 1 && !tokens[at - 1].IsNewLine && Clauses.BeginsSentence(tokens, at)
            && OptionReferences.EndsStatement(tokens, at + 1) && !(tokens[at - 2].IsLetter && Clauses.BeginsSentence(tokens, at - 2))
            && !IsBehindQuestion(at);
        if (isFragment || (token.Has(WordRoles.Pronouns) && IsCalledWrong(at)))
        {
            if (_verdicts.Topic is { } topic)
            {
                _claims.Deny(topic);
            }
            else if (_lastNamed is { } others && _clauses.IsOfOthers(others.First))
            {
                // "Some would say D, but that is wrong."
                _claims.Deny(others.Option);
            }
            else if (token.Is("which"))
            {
                _claims.Deny(_lastNamed?.Option ?? -1);
            }
            else
            {
                _claims.Retract();
                _verdicts.Retract();
            }
        }
    }

    /// <summary>"Withdrawn.", "Later retracted", "Answer withdrawn": nothing else is named before it.</summary>
    private bool IsSaidOfAnswer(int at)
    {
        if (at + 1 < tokens.Count && tokens[at + 1].IsWord && (tokens[at + 1].Roles & ~WordRoles.PhraseStart) == WordRoles.None
            && !tokens[at + 1].Is("par"))
        {
            // "The retracted study".
            return false;
        }

        while (!Clauses.BeginsSentence(tokens, at))
        {
            at--;
            if (tokens[at].IsWord && !tokens[at].Is("later") && (tokens[at].Has(WordRoles.Pronouns) || !tokens[at].Has(
                WordRoles.AnswerNouns | WordRoles.ChoiceNouns | WordRoles.Articles | WordRoles.SubjectCopulas | WordRoles.Past
                | WordRoles.Adverbs | WordRoles.QuestionHeads)))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsBehindQuestion(int at)
    {
        var isLabel = tokens[at].Has(WordRoles.AnswerNouns);
        for (at--; at >= 0 && !tokens[at].IsWord && !tokens[at].IsSymbol(".!;")
            && !(tokens[at].IsNewLine && !isLabel); at--)
        {
            if (tokens[at].Is("?"))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>"this is wrong", "that was a common mistake"; not "it is a mistake to …", which speaks of what follows.</summary>
    private bool IsCalledWrong(int at)
    {
        // "This answer has been retracted."
        var next = at + 1 < tokens.Count && tokens[at + 1].Has(WordRoles.AnswerNouns) ? at + 2 : at + 1;
        if (!tokens[at].Has(WordRoles.Copulas) && (next >= tokens.Count || !tokens[next].Has(WordRoles.SubjectCopulas)))
        {
            return false;
        }

        if (_clauses.IsConditional(at) || _clauses.IsQuestion(at))
        {
            return false;
        }

        var judged = Judgement.At(tokens, next);
        var end = judged.End;
        var isWrong = judged.IsDenied || IsDeniedAlone(next);
        for (var step = 0; step < 2 && !isWrong && end < tokens.Count && tokens[end].IsWord && tokens[end].Roles == WordRoles.None
            && judged.Rank is null; step++)
        {
            end++;
            isWrong = end < tokens.Count && tokens[end].Has(WordRoles.Wrong);
        }

        return isWrong && !(judged.End < tokens.Count && tokens[judged.End].Text is "to" or "that" or "for" or "de" or "que" or "dass"
            or "zu");
    }

    /// <summary>"cannot be", "is not so".</summary>
    private bool IsDeniedAlone(int at)
    {
        var negated = false;
        for (var step = 0; step < MaxSteps && at < tokens.Count
            && tokens[at].Has(WordRoles.SubjectCopulas | WordRoles.Negations | WordRoles.Copulas | WordRoles.Adverbs
            | WordRoles.Conclusions); step++, at++)
        {
            negated |= tokens[at].Has(WordRoles.Negations);
        }

        return negated && (OptionReferences.EndsStatement(tokens, at) || tokens[at].IsSymbol(",:–—"));
    }
}
