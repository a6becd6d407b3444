using MedQA.Evaluation.Extraction.Words;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Extraction;

/// <content>"Therefore C", "most consistent with C": what follows from the rest.</content>
internal sealed partial class AnswerReading
{
    /// <summary>"…, so (C).", "It's C.", "leaving C", "most consistent with (C)", "the most likely diagnosis is giant cell
    /// arteritis".</summary>
    private void ConclusionNamed(int at)
    {
        if (!_clauses.IsStated(at) && !(tokens[at].Has(WordRoles.Conclusions) && _clauses.IsOwn(at)))
        {
            return;
        }

        var token = tokens[at];
        if (token.Has(WordRoles.Conclusions))
        {
            Concluded(at + 1);
        }
        else if (token.Has(WordRoles.Pronouns) && (at == 0 || tokens[at - 1].Roles == WordRoles.None || IsIntroduced(at - 1))
            && ((token.Has(WordRoles.Copulas) && BeginsClause(at))
            || (at + 1 < tokens.Count && tokens[at + 1].Has(WordRoles.SubjectCopulas))))
        {
            Follow(at + 1, WordRoles.SubjectCopulas | WordRoles.Copulas | WordRoles.Adverbs | WordRoles.OptionNouns
                | WordRoles.Articles, space == AnswerSpace.Words ? ClaimRank.Conclusion : ClaimRank.Answer, mustEnd: true);
        }
        else if (token.Has(WordRoles.Leaving) && at + 2 < tokens.Count && tokens[at + 1].Has(WordRoles.Articles)
            && options.CountedAt(tokens, at + 2, alone: true) is { } counted && OptionReferences.EndsStatement(tokens, counted.End)
            && _named == (1 << options.OptionCount) - 1 - (1 << counted.Option))
        {
            // "A, B and C are out. That leaves the last one."
            _claims.Add(ClaimRank.Conclusion, counted);
        }
        else if (token.Has(WordRoles.Leaving))
        {
            Follow(at + 1, WordRoles.DecisionConnectors | WordRoles.FirstPerson | WordRoles.Only
                | WordRoles.DecisionParticles, ClaimRank.Answer, mustEnd: true);
        }
        else if (token.Has(WordRoles.Only))
        {
            var next = at + 1;
            while (next < tokens.Count && tokens[next].Has(WordRoles.OptionNouns | WordRoles.Articles)
                && options.At(tokens, next) is null)
            {
                next++;
            }

            next = Skip(next, Openers);
            if (options.At(tokens, next) is { } only && !options.IsJoined(tokens, only) && OnlyFits(Skip(BehindText(only), Closers)))
            {
                _claims.Add(ClaimRank.Conclusion, only);
            }
        }

        if (token.Has(WordRoles.Evidence) && space != AnswerSpace.Words)
        {
            EvidenceNamed(at);
        }
    }

    /// <summary>"…, which is the answer", "…: that is my answer", "…, und das kreuze ich an": what was named before it.</summary>
    private void PointedBack(int at, OptionReferences.Reference named)
    {
        var isPronoun = tokens[at].Text is "which" or "that" or "que" or "qui" or "das" or "c'" or "esa" or "これ" or "dabei";
        if (!isPronoun || space != AnswerSpace.Letters || !_clauses.IsStated(at) || _clauses.IsOfOthers(at) || !PointsAsAnswer(at + 1))
        {
            return;
        }

        var end = at - 1;
        while (end >= 0 && (tokens[end].Has(WordRoles.Joins) || tokens[end].IsSymbol(Closers + Openers + ",:;–—%")))
        {
            end--;
        }

        if (Skip(named.End, "%") >= end + 1 && named.First <= end && _clauses.IsStated(named.First)
            && !_clauses.IsTentative(named.First) && IsPlain(named) && !IsSecond(named.First))
        {
            _claims.Add(ClaimRank.Answer, named);
        }
    }

    /// <summary>Returns whether "or", "and" joins an option to what precedes it.</summary>
    private bool IsSecond(int at)
    {
        for (at--; at >= 0 && (tokens[at].IsSymbol(Openers) || (tokens[at].Has(WordRoles.Articles | WordRoles.OptionNouns)
            && !tokens[at].Has(WordRoles.Joins))); at--)
        {
        }

        return at >= 0 && tokens[at].Has(WordRoles.Joins);
    }

    /// <summary>"is (my) answer", "is the one that I choose", and nothing after it.</summary>
    private bool PointsAsAnswer(int at)
    {
        var (hasVerb, hasNoun) = (false, false);
        for (; at < tokens.Count && tokens[at].IsWord && !OptionReferences.EndsStatement(tokens, at); at++)
        {
            hasVerb |= tokens[at].Has(WordRoles.Copulas | WordRoles.DecisionsBehind | WordRoles.FirstPerson);
            hasNoun |= tokens[at].Has(WordRoles.AnswerNouns | WordRoles.DecisionsBehind | WordRoles.Decisions | WordRoles.OwnDecisions);
            if (tokens[at].Has(WordRoles.Negations | WordRoles.Wrong | WordRoles.Disqualifiers | WordRoles.Tentative | WordRoles.Persons)
                || !tokens[at].Has(WordRoles.Copulas | WordRoles.Articles | WordRoles.Praise | WordRoles.AnswerNouns | WordRoles.Adverbs
                | WordRoles.DecisionsBehind | WordRoles.Decisions | WordRoles.OwnDecisions | WordRoles.FirstPerson) && !tokens[at].Is("an"))
            {
                return false;
            }
        }

        return hasVerb && hasNoun && OptionReferences.EndsStatement(tokens, at);
    }

    /// <summary>Returns whether a verb that needs no subject has none: "es la C", but not "la vitamina es C".</summary>
    private bool BeginsClause(int at)
    {
        const WordRoles Openings = WordRoles.Conclusions | WordRoles.Contrasts | WordRoles.Adverbs | WordRoles.Corrections
            | WordRoles.FirstPerson | WordRoles.OwnDecisions | WordRoles.Pronouns | WordRoles.BeforeSubject
            | WordRoles.Negations | WordRoles.Leads | WordRoles.Reasons;
        return at == 0 || !tokens[at - 1].IsWord || (tokens[at - 1].Has(Openings)
            && !tokens[at - 1].Has(WordRoles.OptionNouns | WordRoles.AnswerNouns));
    }

    private void Concluded(int at)
    {
        for (var step = 0; step < MaxSteps && at < tokens.Count
            && (tokens[at].Has(WordRoles.OptionNouns | WordRoles.Leads | WordRoles.Retractions | WordRoles.Corrections)
            || tokens[at].IsSymbol(Openers + Closers + ",:-–—→")); step++)
        {
            at++;
        }

        if (at < tokens.Count && tokens[at].Has(WordRoles.Articles) && options.At(tokens, at) is null)
        {
            at++;
        }

        if (options.At(tokens, at) is { } concluded && !_clauses.IsQuestion(at) && IsPlain(concluded))
        {
            Claim(ClaimRank.Answer, concluded, mustEnd: true);
        }
        else if (at < tokens.Count && tokens[at].IsCapital && tokens[at].Text.Length >= ShortestName && _clauses.IsStated(at)
            && options.PartAt(tokens, at) is { } part && Skip(part.End, Closers + ".!") >= tokens.Count
            && options.BeginsTextOf(tokens, at, part.Option))
        {
            // "…, so Listeria."
            _claims.Add(ClaimRank.Conclusion, part);
        }
    }

    private static bool IsLeft(Token token) => token.Text is "remains" or "survives" or "bleibt" or "queda" or "reste";

    private bool OnlyFits(int at) => at < tokens.Count
        && (tokens[at].Has(WordRoles.Fits) || (IsLeft(tokens[at]) && OptionReferences.EndsStatement(tokens, at + 1))
        || (tokens[at].Has(WordRoles.SubjectCopulas) && at + 1 < tokens.Count
        && (tokens[at + 1].Is("consistent") || tokens[at + 1].Is("compatible") || tokens[at + 1].Has(WordRoles.Predicates))));

    private void EvidenceNamed(int at)
    {
        // "the least likely cause", "the second best test"; "the next best step" is what is asked for.
        var before = at - 1;
        while (before >= 0 && before > at - MaxSteps && tokens[before].Has(WordRoles.Praise | WordRoles.Evidence))
        {
            before--;
        }

        if (before >= 0 && tokens[before].IsWord && ((tokens[before].Has(WordRoles.Disqualifiers) && !tokens[before].Is("next"))
            || (tokens[at].Has(WordRoles.Topics) && (tokens[before].Roles == WordRoles.None
            || tokens[before].Text.EndsWith("'s", StringComparison.Ordinal)))))
        {
            return;
        }

        for (var next = at + 1; next < tokens.Count && next <= at + MaxSteps; next++)
        {
            var token = tokens[next];
            if (token.IsNewLine || token.IsSymbol(".!?;") || token.Has(WordRoles.Negations | WordRoles.Plurals))
            {
                return;
            }

            if (options.At(tokens, next) is { } named && (!named.ByLetter || IsMarked(named) || IsOnlyTopic(at, next)
                || IsCalledFor(named)))
            {
                if (IsLinked(at, next) && _clauses.IsOwn(next))
                {
                    Claim(ClaimRank.Conclusion, named, mustEnd: false);
                }

                return;
            }
        }
    }

    /// <summary>
    /// Returns whether evidence speaks for what is named: "cause is X", "consistent with X", "suggests X", "diagnosis: X".
    /// </summary>
    private bool IsLinked(int evidence, int named)
    {
        var link = named - 1;
        while (link > evidence && (tokens[link].IsSymbol(Openers + "'")
            || (tokens[link].Has(WordRoles.Articles | WordRoles.OptionNouns | WordRoles.Superlatives | WordRoles.Adverbs)
            && !tokens[link].Has(WordRoles.Copulas | WordRoles.EvidenceLinks))))
        {
            link--;
        }

        var token = tokens[link];
        if (token.IsSymbol(":="))
        {
            var topic = evidence + 1;
            while (topic < link && tokens[topic].Has(WordRoles.Topics | WordRoles.Praise | WordRoles.Superlatives))
            {
                topic++;
            }

            return topic == link;
        }

        return token.Has(WordRoles.EvidenceLinks) && (token.Has(WordRoles.Copulas | WordRoles.Evidence) || link == evidence
            || (link > 0 && tokens[link - 1].Has(WordRoles.Evidence | WordRoles.Copulas)));
    }

    /// <summary>"Everything points to C", "this calls for C": and the statement ends there.</summary>
    private bool IsCalledFor(OptionReferences.Reference named)
    {
        var link = named.First - 1;
        link = link > 1 && tokens[link].Has(WordRoles.Articles) && !tokens[link].Has(WordRoles.EvidenceLinks) ? link - 1 : link;
        return link > 0 && tokens[named.First].IsCapital && tokens[link].Text is "for" or "to" or "für" or "pour" or "a"
            && tokens[link].Has(WordRoles.EvidenceLinks) && tokens[link - 1].Has(WordRoles.EvidenceLinks) && EndsOrReasons(named.End);
    }

    /// <summary>"The best next step is C": with nothing in between that the letter could belong to.</summary>
    private bool IsOnlyTopic(int evidence, int named)
    {
        var at = evidence + 1;
        while (at < named && tokens[at].Has(WordRoles.Topics | WordRoles.Praise | WordRoles.Superlatives)
            && !tokens[at].Has(WordRoles.OptionNouns))
        {
            at++;
        }

        return at > evidence + 1 && at == named - 1 && tokens[at].Has(WordRoles.Copulas) && tokens[named].IsCapital
            && EndsOrReasons(named + 1);
    }
}
