using MedQA.Evaluation.Extraction.Words;

namespace MedQA.Evaluation.Extraction;

/// <content>"C is correct": what is said of an option that is the subject.</content>
internal sealed partial class AnswerReading
{
    /// <summary>"C is the correct answer", "Option B, metformin, is correct"; "B is wrong".</summary>
    private void SubjectNamed(int at)
    {
        if (options.At(tokens, at) is not { } subject)
        {
            if (CountedAlone(at, alone: false) is { } counted && _clauses.IsOwn(at)
                && counted.End < tokens.Count && tokens[counted.End].Has(WordRoles.SubjectCopulas | WordRoles.PredicatesBehind))
            {
                Judge(counted, Judgement.At(tokens, counted.End));
            }

            return;
        }

        ReplacementNamed(subject);
        _hasOtherLetter |= subject.ByLetter && tokens[at].IsCapital;
        _named |= 1 << subject.Option;
        _lastNamed = subject;
        if (!_clauses.IsOwn(at))
        {
            return;
        }

        // "Ich würde C wählen", "Cを選びます".
        var isMarked = Skip(subject.End, Closers) is var particle && particle < tokens.Count
            && tokens[particle].Has(WordRoles.Particles);
        if ((isMarked ? particle + 1 : particle) is var decided && decided < tokens.Count
            && tokens[decided].Has(WordRoles.DecisionsBehind))
        {
            // "Bを選ぶのは誤り": of those who choose it.
            if (tokens[decided].IsUnspaced && decided + 1 < tokens.Count && tokens[decided + 1].IsWord
                && !tokens[decided + 1].Text.StartsWith("べき", StringComparison.Ordinal) && !tokens[decided + 1].Has(WordRoles.Reasons))
            {
                return;
            }

            if (_clauses.IsStated(at) && !options.IsJoined(tokens, subject)
                && (isMarked || tokens[decided].IsUnspaced ? !_clauses.NamesPerson(at) : DecidedBy(at) == true))
            {
                _claims.Add(ClaimRank.Answer, subject);
            }

            return;
        }

        // "Graves disease (A) is …": the same option twice.
        if (!subject.ByLetter && subject.End + 2 < tokens.Count && tokens[subject.End].Is("(") && tokens[subject.End + 2].Is(")")
            && options.At(tokens, subject.End + 1)?.Option == subject.Option)
        {
            subject = subject with { End = subject.End + 3 };
        }

        var isMade = IsBehind(at, WordRoles.Makers);
        var next = Skip(subject.End, subject.ByLetter ? Closers + ".:,-–—" : Closers + ",-–—");
        if (subject.ByLetter)
        {
            if (!isMade && !CanBeSubject(subject.First))
            {
                return;
            }

            next = Skip(options.SkipTextOf(tokens, next, subject.Option), Closers + ",:-–—");
            if (next < tokens.Count && tokens[next].Has(WordRoles.OptionNouns) && next + 1 < tokens.Count
                && tokens[next + 1].Has(WordRoles.SubjectCopulas | WordRoles.PredicatesBehind))
            {
                next++;
            }
        }
        else if (!isMade && !CanTextBeSubject(subject))
        {
            return;
        }

        if (next >= tokens.Count || !tokens[next].IsWord)
        {
            return;
        }

        if (IsLeft(tokens[next]) && OptionReferences.EndsStatement(tokens, next + 1) && _clauses.IsStated(at)
            && !options.IsJoined(tokens, subject))
        {
            _claims.Add(ClaimRank.Conclusion, subject);
        }
        else if (tokens[next].Has(WordRoles.SubjectCopulas) && next + 1 < tokens.Count && tokens[next + 1].Text is "true" or "false"
            && OptionReferences.EndsStatement(tokens, next + 2))
        {
            _verdicts.Count(subject, tokens[next + 1].Roles, isSoft: true, isTick: false, _claims);
        }
        else if (tokens[next].Is("ist") && next + 1 < tokens.Count && tokens[next + 1].Is("es") && _clauses.IsStated(at)
            && OptionReferences.EndsStatement(tokens, next + 2) && !options.IsJoined(tokens, subject))
        {
            _claims.Add(ClaimRank.Answer, subject);
        }
        else if (tokens[next].Has(WordRoles.SubjectCopulas | WordRoles.PredicatesBehind) || isMade)
        {
            Judge(subject, Judgement.At(tokens, next));
        }
        else if (_clauses.IsStated(at) && !options.IsJoined(tokens, subject) && FitsBest(next))
        {
            _claims.Add(ClaimRank.Conclusion, subject);
        }
        else if (tokens[next].Has(WordRoles.Pronouns) && _clauses.IsStated(at)
            && OptionReferences.EndsStatement(tokens, tokens[next].Has(WordRoles.Copulas) ? next + 1 : next + 2)
            && next + 1 < tokens.Count && tokens[next + 1].Has(WordRoles.Copulas))
        {
            _claims.Add(ClaimRank.Answer, subject);
        }
    }

    private void Judge(OptionReferences.Reference subject, Judgement judged)
    {
        if (judged.IsDenied)
        {
            _claims.Deny(subject.Option);
        }

        if (judged.Rank is not { } rank || !_clauses.IsStated(subject.First) || _clauses.IsTentative(subject.First)
            || options.IsJoined(tokens, subject)
            || (_clauses.IsOtherCase(subject.First) && HasHypothetical(subject.End, judged.End)))
        {
            return;
        }

        var isAdjective = judged.End > 0 && tokens[judged.End - 1].Has(WordRoles.Predicates)
            && !tokens[judged.End - 1].Has(WordRoles.AnswerNouns);
        // "the most likely cause of edema" is said of another question.
        if (rank == ClaimRank.Conclusion && judged.End < tokens.Count
            && tokens[judged.End].Text is "of" or "de" or "von" or "des" or "du" && !Clauses.IsThisCase(tokens, judged.End + 1))
        {
            return;
        }

        if (isAdjective && judged.End < tokens.Count && tokens[judged.End].Text is "that" or "to" or "que" or "dass")
        {
            return;
        }

        if (Judgement.EndsSaying(tokens, judged.End) && !Judgement.IsShared(tokens, judged.End, subject.Option, options)
            && !Judgement.IsWithdrawnBehind(tokens, judged.End, isName: true, options))
        {
            _claims.Add(rank, subject);
        }
    }

    /// <summary>Returns an option that is counted, where none was named before: after "B and D remain" the second is D.</summary>
    private OptionReferences.Reference? CountedAlone(int at, bool alone) =>
        _lastNamed is null ? options.CountedAt(tokens, at, alone) : null;

    private bool HasHypothetical(int from, int to)
    {
        for (var at = from; at < to && at < tokens.Count; at++)
        {
            if (tokens[at].Has(WordRoles.Hypothetical))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>"fits best", "best explains the findings", "fits all findings" after "only".</summary>
    private bool FitsBest(int at)
    {
        var (fits, best) = (false, false);
        for (var step = 0; step < 6 && at < tokens.Count && !Clauses.EndsSentence(tokens, at); step++, at++)
        {
            if (tokens[at].Has(WordRoles.Negations | WordRoles.Contrasts)
                || (step == 0 && !tokens[at].Has(WordRoles.Fits | WordRoles.Superlatives)))
            {
                return false;
            }

            fits |= step < 2 && tokens[at].Has(WordRoles.Fits);
            best |= tokens[at].Has(WordRoles.Superlatives);
        }

        return fits && best;
    }

    private bool CanBeSubject(int at)
    {
        var before = SkipBack(at - 1, SubjectOpeners);
        if (before > 1 && tokens[before].Has(WordRoles.Articles) && tokens[before - 1].IsWord
            && ((tokens[before - 1].Has(WordRoles.Joins) && tokens[before - 2].IsLetter) || !IsIntroduced(before - 1)))
        {
            // "La B y la C son correctas", "Se suele leer que la B es correcta."
            return false;
        }

        if (before < 0 || !tokens[before].IsWord)
        {
            return before < 1 || !tokens[before].Is(".") || Clauses.EndsSentence(tokens, before);
        }

        // In "both A and B are right" B alone is not the subject.
        var isJoined = tokens[before].Has(WordRoles.Joins) && before > 0
            && (tokens[before - 1].IsLetter || tokens[before - 1].IsSymbol(")]"));
        return !isJoined && tokens[before].Has(WordRoles.BeforeSubject) && IsIntroduced(before);
    }

    /// <summary>Returns whether an option's text is not the end of a longer name.</summary>
    private bool CanTextBeSubject(OptionReferences.Reference subject)
    {
        var before = SkipBack(subject.First - 1, SubjectOpeners);

        return before < 0 || (tokens[before].IsWord
            ? IsIntroduced(before) && !tokens[before].Has(WordRoles.Negations | WordRoles.Joins | WordRoles.Wrong)
            : !(tokens[before].IsSymbol("-–/") && !tokens[before].SpaceBefore));
    }
}
