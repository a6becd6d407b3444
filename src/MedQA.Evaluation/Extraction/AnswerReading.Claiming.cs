using MedQA.Evaluation.Extraction.Words;

namespace MedQA.Evaluation.Extraction;

/// <content>From words that announce an answer to the option that they announce.</content>
internal sealed partial class AnswerReading
{
    /// <summary>From a cue, over words that may follow it, to the option that they lead to.</summary>
    private void Follow(int at, WordRoles connectors, ClaimRank rank, bool allowLineEnds = false, bool mustEnd = false,
        bool numbers = false, bool otherCase = false, bool endsAtComma = true)
    {
        var (negated, afterWord, isBelow) = (false, false, false);
        for (var step = 0; step < MaxSteps && at < tokens.Count; step++)
        {
            var token = tokens[at];
            var number = numbers ? options.NumberAt(tokens, at) ?? CountedAlone(at, alone: true) : null;
            if ((options.At(tokens, at) ?? number) is { } reference && !_clauses.IsQuestion(at))
            {
                if (isBelow && IsListed(reference, number is not null))
                {
                    return;
                }

                var behind = Skip(reference.End, "…");
                if (!negated && !(behind < tokens.Count && tokens[behind].Has(WordRoles.NegationsBehind)
                    && tokens[behind].Has(WordRoles.Corrections)))
                {
                    Claim(rank, reference, mustEnd || number is not null, endsAtComma);
                    return;
                }

                at = Correction(reference.End);
                if (at < 0)
                {
                    return;
                }

                negated = false;
                continue;
            }

            if (token.IsNewLine)
            {
                if (!allowLineEnds || afterWord)
                {
                    return;
                }

                isBelow = true;
            }
            else if (token.IsWord)
            {
                if (token.Has(WordRoles.Tentative))
                {
                    rank = ClaimRank.Tentative;
                }
                else if (token.Has(WordRoles.Negations | WordRoles.No))
                {
                    negated = true;
                }
                else if (!negated && rank == ClaimRank.Answer && !_clauses.IsQuestion(at) && !token.Has(connectors)
                    && options.PartAt(tokens, at) is { } part)
                {
                    Claim(rank, part, mustEnd: true);
                    return;
                }
                else if (!negated && rank == ClaimRank.Answer && !afterWord && !isBelow && TailAt(at) is { } tail)
                {
                    Claim(rank, tail, mustEnd: true);
                    return;
                }
                else if (token.Has(WordRoles.Plurals) || !token.Has(connectors) || (otherCase && token.Has(WordRoles.Hypothetical)))
                {
                    return;
                }

                afterWord = true;
            }
            else if (token.IsSymbol(".!?;"))
            {
                return;
            }
            else if (token.IsSymbol(":="))
            {
                afterWord = false;
            }

            at++;
        }
    }

    /// <summary>"Answer: the vitamin K compound, phylloquinone": the option's text that ends a line, after words for it.</summary>
    private OptionReferences.Reference? TailAt(int at)
    {
        const int MaxLineLength = 10;
        if (at < 1 || !tokens[at - 1].Is(":") || !tokens[at].Has(WordRoles.Articles))
        {
            return null;
        }

        for (var next = at; next < tokens.Count && next < at + MaxLineLength && !Clauses.EndsSentence(tokens, next); next++)
        {
            if (options.At(tokens, next) is { } named)
            {
                return !named.ByLetter && tokens[next - 1].Is(",") && (named.End >= tokens.Count || tokens[named.End].IsNewLine) ? named
                    : null;
            }

            if (tokens[next].Has(WordRoles.Negations | WordRoles.Wrong | WordRoles.Tentative | WordRoles.Joins | WordRoles.Conditions
                | WordRoles.Doubts | WordRoles.Reasons | WordRoles.Disqualifiers | WordRoles.Contrasts
                | WordRoles.Persons | WordRoles.Distance))
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>
    /// Returns whether an option below a cue begins a list of all of them: "Answer:", and then "A: too late", "B: perhaps".
    /// </summary>
    private bool IsListed(OptionReferences.Reference reference, bool isNumber)
    {
        if (isNumber)
        {
            return tokens.Count > reference.End + 1 && tokens[reference.End].IsSymbol(".)")
                && !options.BeginsTextOf(tokens, reference.End, reference.Option);
        }

        var end = reference.End;
        while (end < tokens.Count && !tokens[end].IsNewLine)
        {
            end++;
        }

        var next = end + 1;
        while (next < tokens.Count && (tokens[next].IsSymbol(BareAnswer.Markup) || tokens[next].Has(WordRoles.OptionNouns)))
        {
            next++;
        }

        return options.At(tokens, next) is { ByLetter: true } other && other.Option == reference.Option + 1
            && (other.End >= tokens.Count || !tokens[other.End].IsWord || Skip(BehindText(reference), Closers) < end);
    }

    /// <summary>In "not B but C": the token after "but".</summary>
    private int Correction(int at)
    {
        at = Skip(at, "…");
        for (var step = 0; step < 10 && at < tokens.Count && !Clauses.EndsSentence(tokens, at); step++, at++)
        {
            if (tokens[at].Has(WordRoles.Corrections))
            {
                return at + 1;
            }

            if (tokens[at].IsWord && !tokens[at].Has(WordRoles.Leads | WordRoles.SubjectCopulas | WordRoles.Predicates))
            {
                return -1;
            }
        }

        return -1;
    }

    /// <summary>Takes a named option as the answer, unless what follows takes that back.</summary>
    private void Claim(ClaimRank rank, OptionReferences.Reference reference, bool mustEnd, bool endsAtComma = true)
    {
        if (options.IsJoined(tokens, reference))
        {
            return;
        }

        var end = BehindText(reference);
        var next = Skip(end, Closers);
        if (end > reference.End && tokens[reference.End].Is(".") && next < tokens.Count && tokens[next].IsWord)
        {
            // "Answer: E. Adenosine is …": a new sentence that begins with the option's text.
            end = next = reference.End;
        }

        if (!reference.ByLetter && reference.First > 0 && tokens[reference.First - 1].Text is "a" or "an" or "un" or "una" or "une"
            or "ein" or "eine" && next + 1 < tokens.Count && tokens[next].Text is "in" or "of" or "de" or "du" or "der" or "des")
        {
            // "The answer is a decrease in preload."
            end = next += 2;
        }

        if (next < tokens.Count && tokens[next].Is("も"))
        {
            // "AもBも…".
            return;
        }

        if (next < tokens.Count && tokens[next].Has(WordRoles.SubjectCopulas) && !tokens[next].Has(WordRoles.Particles))
        {
            // "The answer B is …": only now it is said what B is.
            var judged = Judgement.At(tokens, next);
            if (judged.Rank is not { } judgedRank || judgedRank == ClaimRank.Tentative || (mustEnd && rank != ClaimRank.Answer))
            {
                return;
            }

            (rank, end) = (rank < judgedRank ? rank : judgedRank, judged.End);
        }
        else if (mustEnd && !EndsOrReasons(end, endsAtComma))
        {
            return;
        }

        if (!Judgement.IsWithdrawnBehind(tokens, end, isName: !reference.ByLetter, options))
        {
            _claims.Add(rank, reference);
        }
    }
}
