using MedQA.Evaluation.Extraction.Words;

namespace MedQA.Evaluation.Extraction;

/// <summary>What follows an option and judges it: "… is correct", "… is a common mistake", "… in children".</summary>
/// <param name="Rank">How surely it is called the answer; <see langword="null"/> if it is not.</param>
/// <param name="IsDenied">Whether it is called wrong.</param>
/// <param name="End">The token after it.</param>
internal readonly record struct Judgement(ClaimRank? Rank, bool IsDenied, int End)
{
    private const int MaxSteps = 14;
    private const int MaxTail = 40;
    private const string Closers = ")]}\"'”’*_`$>";

    /// <summary>Judges an option by the words after the copula.</summary>
    /// <param name="tokens">The text.</param>
    /// <param name="from">The copula, or the word after it.</param>
    public static Judgement At(List<Token> tokens, int from)
    {
        var (praised, negated, tentative, isOneOfSome) = (false, false, false, false);
        for (var at = from; at < tokens.Count && at < from + MaxSteps; at++)
        {
            var token = tokens[at];
            if (token.Has(WordRoles.Wrong) && !token.Has(WordRoles.Predicates))
            {
                return new(null, !negated, at + 1);
            }

            // "A is right-sided" says nothing.
            if (token.IsWord && at + 2 < tokens.Count && tokens[at + 1].Is("-") && !tokens[at + 1].SpaceBefore
                && !tokens[at + 2].SpaceBefore)
            {
                return new(null, false, at);
            }

            if (token.Has(WordRoles.Predicates) || token.Has(WordRoles.AnswerNouns) || (praised && token.Has(WordRoles.PredicateNouns)))
            {
                var end = at + 1;
                while (end < tokens.Count && (tokens[end].Has(WordRoles.PredicateNouns | WordRoles.AnswerNouns | WordRoles.Predicates)
                    || tokens[end].IsSymbol(Closers)))
                {
                    end++;
                }

                negated ^= end < tokens.Count && tokens[end].Has(WordRoles.NegationsBehind);

                // "the most common wrong answer", "the right drug of choice".
                return new(negated || isOneOfSome ? null : tentative ? ClaimRank.Tentative : ClaimRank.Predicate, negated, end);
            }

            if (token.Has(WordRoles.Negations | WordRoles.No))
            {
                negated = true;
            }
            else if (token.Has(WordRoles.Doubts))
            {
                return new(null, !negated, at + 1);
            }
            else if (token.Has(WordRoles.Tentative))
            {
                // "may be right" says as little as "may be wrong"; "seems right" says something.
                isOneOfSome |= token.Has(WordRoles.Hypothetical);
                tentative = true;
            }
            else if (token.Has(WordRoles.Topics) && at + 1 < tokens.Count && tokens[at + 1].Has(WordRoles.Predicates)
                && tokens[at + 1].Has(WordRoles.Evidence))
            {
                // "the drug of choice".
                continue;
            }
            else if (praised && token.Has(WordRoles.Topics))
            {
                return new(negated || isOneOfSome && tentative ? null : tentative ? ClaimRank.Tentative : ClaimRank.Conclusion, false, at
                    + 1);
            }
            else if (!token.IsSymbol(",*_\"'`$") && !token.Has(WordRoles.Adverbs | WordRoles.Praise | WordRoles.SubjectCopulas
                | WordRoles.Articles))
            {
                return new(praised && !negated && !(isOneOfSome && tentative) && EndsSaying(tokens, at)
                    && !tokens[at].Has(WordRoles.Contrasts) ? tentative ? ClaimRank.Tentative : ClaimRank.Conclusion : null, false, at);
            }

            praised |= token.Has(WordRoles.Superlatives) || (IsDefinite(token) && at + 1 < tokens.Count
                && tokens[at + 1].Text is "diagnosis" or "cause" or "culprit" or "organism" or "pathogen" or "diagnóstico" or "causa"
                or "diagnose" or "ursache" or "erreger" or "diagnostic" or "responsable");

            // "a good answer" is not the answer.
            isOneOfSome |= (token.Is("as") && at + 1 < tokens.Count && tokens[at + 1].Has(WordRoles.Predicates))
                || token.Text is "equally" or "a" or "an" or "un" or "una" or "une" or "ein" or "eine";
        }

        return new(praised && !negated ? tentative ? ClaimRank.Tentative : ClaimRank.Conclusion : null, false, tokens.Count);
    }

    /// <summary>
    /// Returns whether what was said of an option is taken back, or restricted to some cases or to someone's opinion, by what follows in
    /// the sentence.
    /// </summary>
    /// <param name="tokens">The text.</param>
    /// <param name="at">The token after the option or what is said of it.</param>
    /// <param name="isName">Whether a further word would be a part of a longer name.</param>
    /// <param name="options">The options.</param>
    public static bool IsWithdrawnBehind(List<Token> tokens, int at, bool isName, OptionReferences options)
    {
        at = OptionReferences.SkipSymbols(tokens, at, Closers);

        if (at + 1 < tokens.Count && tokens[at].Is(",") && tokens[at + 1].IsUnspaced && tokens[at + 1].Has(WordRoles.NegationsBehind))
        {
            return true;
        }

        if (Clauses.IsConditionalAfter(tokens, at) || IsQuotedBehind(tokens, at))
        {
            return true;
        }

        if (at < tokens.Count && tokens[at].IsWord && IsWithdrawnAt(tokens, at, isName))
        {
            return true;
        }

        // "correct but incomplete"; "correct but not D" speaks of another.
        if (at + 2 < tokens.Count && tokens[at].Has(WordRoles.Contrasts) && (tokens[at + 1].Has(WordRoles.Wrong | WordRoles.Doubts)
            || tokens[at + 1].Text is "incomplete" or "insufficient" or "suboptimal" or "inferior" or "impractical"))
        {
            return true;
        }

        var (hasPerson, inAside) = (false, false);
        for (var step = 0; step < MaxTail && at < tokens.Count && !Clauses.EndsSentence(tokens, at); step++, at++)
        {
            var token = tokens[at];
            if (token.Kind == TokenKind.Symbol)
            {
                // "…, which is wrong" and "(incorrect)" speak of the option, other asides of something else.
                if (token.Has(WordRoles.Rejections) || (at + 1 < tokens.Count && token.IsSymbol(":([–—-")
                    && tokens[at + 1].Has(WordRoles.Wrong)))
                {
                    return true;
                }

                inAside |= (token.Is(",") && !(at + 1 < tokens.Count && tokens[at + 1].Is("which"))) || token.IsSymbol(":(–—")
                    || (token.Is("-") && token.SpaceBefore);
                continue;
            }

            if (token.Has(WordRoles.Conclusions | WordRoles.Contrasts | WordRoles.Concessions)
                || (token.Has(WordRoles.Reasons) && !token.Has(WordRoles.Restrictions | WordRoles.ThisCase)
                && token.Text is not ("that" or "which" or "que" or "die" or "der")) || options.At(tokens, at) is { ByLetter: true })
            {
                return false;
            }

            if (inAside && token.Has(WordRoles.Negations) && !token.Has(WordRoles.NegationsBehind | WordRoles.Wrong))
            {
                // "… (not C, as many think)": of another.
                return false;
            }

            if (!inAside && token.Has(WordRoles.Wrong | WordRoles.Doubts | WordRoles.NegationsBehind))
            {
                return true;
            }

            if ((hasPerson && token.Has(WordRoles.Speech)) || token.Has(WordRoles.Distance))
            {
                return true;
            }

            hasPerson |= token.Has(WordRoles.Persons);
        }

        return false;
    }

    /// <summary>"…Cだ、と一度は思った", "…正解だと言い切れる根拠": a particle makes what was said someone's thought, and no word after it makes
    /// it the model's own.</summary>
    private static bool IsQuotedBehind(List<Token> tokens, int at)
    {
        for (var step = 0; step < 8 && at < tokens.Count && (tokens[at].IsUnspaced || tokens[at].IsSymbol(",…”\"")); step++, at++)
        {
            var text = tokens[at].Text;
            if (text is "と")
            {
                return true;
            }

            if (text is ['と', _, ..] or ['だ', 'と', ..])
            {
                return at + 1 < tokens.Count && tokens[at + 1].IsUnspaced
                    && !tokens[at + 1].Has(WordRoles.Reasons | WordRoles.Conclusions | WordRoles.Contrasts)
                    && tokens[at + 1].Text is not ("が" or "し" or "ね" or "よ");
            }

            if (tokens[at].IsUnspaced && text is not ("だ" or "です" or "で" or "よ" or "い" or "ある" or "である" or "ろ" or "う" or "間違い"
                or "な" or "の" or "決" or "ま" or "り" or "確" or "実" or "あ" or "る" or "いい" or "ない"))
            {
                return false;
            }
        }

        return false;
    }

    private static bool IsDefinite(Token token) => token.Text is "the" or "el" or "la" or "die" or "der" or "le";

    private static bool IsSoonDenied(List<Token> tokens, int at)
    {
        for (var step = 0; step < 6 && at < tokens.Count && !Clauses.EndsSentence(tokens, at); step++, at++)
        {
            if (tokens[at].Has(WordRoles.Wrong | WordRoles.Negations | WordRoles.Doubts))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsWithdrawnAt(List<Token> tokens, int at, bool isName)
    {
        var token = tokens[at];
        if (token.Has(WordRoles.NegationsBehind | WordRoles.Persons | WordRoles.Distance | WordRoles.No | WordRoles.Rejections)
            || (token.IsNumber && at + 1 < tokens.Count && tokens[at + 1].Is("%")))
        {
            return true;
        }

        if (token.Has(WordRoles.Restrictions) && !Clauses.IsThisCase(tokens, at + 1))
        {
            return true;
        }

        // "the answer most surgeons would give", "Metformin toxicity".
        return isName && ((token.Roles == WordRoles.None && !token.IsNumber)
            || (token.Has(WordRoles.Superlatives | WordRoles.Articles | WordRoles.FirstPerson) && !token.Has(WordRoles.Leads)));
    }

    /// <summary>
    /// Returns whether nothing is said any more of an option: "the most appropriate.", "correct because …", "the answer in this case"; not
    /// "right next to it", "the answer given in the book".
    /// </summary>
    public static bool EndsSaying(List<Token> tokens, int at) =>
        OptionReferences.EndsStatement(tokens, at) || tokens[at].Kind != TokenKind.Word
            || tokens[at].Text is "here" or "over" or "overall" or "then"
        || (tokens[at].Has(WordRoles.Restrictions) ? Clauses.IsThisCase(tokens, at + 1) : tokens[at].Is("given") ? at + 1 < tokens.Count
        && tokens[at + 1].Has(WordRoles.Articles | WordRoles.ThisCase | WordRoles.Pronouns)
            : tokens[at].Has(WordRoles.Reasons | WordRoles.Conclusions | WordRoles.Contrasts | WordRoles.Concessions | WordRoles.Joins
            | WordRoles.Corrections) && !tokens[at].Has(WordRoles.EvidenceLinks | WordRoles.NegationsBehind)
                || tokens[at].Has(WordRoles.Negations) && !tokens[at].Has(WordRoles.NegationsBehind)
                || (tokens[at].Has(WordRoles.Leads) && tokens[at].Has(WordRoles.ThisCase)) || tokens[at].IsUnspaced
                && tokens[at].Roles != WordRoles.None && !tokens[at].Has(WordRoles.NegationsBehind));

    /// <summary>Returns whether the sentence goes on to call another option right as well: "… but so is A", "… but A is better".</summary>
    public static bool IsShared(List<Token> tokens, int at, int option, OptionReferences options)
    {
        var hasOther = false;
        for (; at < tokens.Count && !Clauses.EndsSentence(tokens, at); at++)
        {
            var token = tokens[at];
            if (token.Has(WordRoles.Negations | WordRoles.Wrong | WordRoles.Doubts | WordRoles.NegationsBehind)
                || (token.Has(WordRoles.Reasons) && !token.Has(WordRoles.Restrictions | WordRoles.ThisCase | WordRoles.Joins
                | WordRoles.Contrasts)) || token.Text is "over" or "unlike" or "than")
            {
                break;
            }

            hasOther |= token.IsCapital && options.At(tokens, at) is { ByLetter: true } other && other.Option != option
                && !IsSoonDenied(tokens, other.End);
        }

        return hasOther;
    }
}
