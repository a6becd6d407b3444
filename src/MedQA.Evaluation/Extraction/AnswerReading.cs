using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Extraction;

/// <summary>One text while it is read from its beginning to its end.</summary>
/// <param name="tokens">Its tokens.</param>
/// <param name="options">How its question's options are named.</param>
/// <param name="space">What the question is answered with.</param>
internal sealed partial class AnswerReading(List<Token> tokens, OptionReferences options, AnswerSpace space)
{
    private const int MostSteps = 14;
    private const string Openers = "([{\"'“‘*_`$<>";
    private const string Closers = ")]}\"'”’*_`$";

    /// <summary>What may stand in front of a subject.</summary>
    private const string SubjectOpeners = "([{\"'“‘*_`$";

    private readonly Clauses _clauses = Clauses.Of(tokens, space);
    private readonly Claims _claims = new(space == AnswerSpace.Words);
    private readonly VerdictList _verdicts = new(tokens, options);
    private OptionReferences.Reference? _lastNamed;
    private int? _lastRetraction;

    public OptionReferences.Reference? Settle()
    {
        // A sentence is looked at from behind the markup in front of it: from each of its symbols would take too long.
        var (beginsLine, beginsSentence) = (false, false);
        for (var at = 0; at < tokens.Count; at++)
        {
            if (at == 0 || tokens[at - 1].IsNewLine)
            {
                if ((_claims.HaveAnswer && NextQuestion.BeginsAt(tokens, at, options)) || NextQuestion.IsAnnouncedAt(tokens, at))
                {
                    break;
                }

                (beginsLine, beginsSentence) = (true, true);
                _verdicts.Read(at, _clauses, _claims);
            }
            else if (Clauses.EndsSentence(tokens, at - 1))
            {
                beginsSentence = true;
            }

            if (beginsSentence && !tokens[at].IsSymbol(BareAnswer.Markup))
            {
                SentenceBegun(at, beginsLine);
                QuestionAnswered(at);
                (beginsLine, beginsSentence) = (false, false);
            }

            if (IsArrow(at) && at > 0 && options.At(tokens, at + 1) is { } led && IsPlain(led) && Skip(led.End, Closers + ".!") >= tokens.Count
                && _clauses.IsStated(at) && (_lastNamed is null || _lastNamed.Value.Option == led.Option))
            {
                _claims.Add(ClaimRank.Bare, led);
            }

            if (tokens[at].IsWord)
            {
                TakenBack(at);
                AnswerNamed(at);
                SubjectNamed(at);
                DecisionNamed(at);
                ConclusionNamed(at);
                ExceptionNamed(at);
            }
        }

        _verdicts.Close(_claims);
        return _claims.Settle();
    }

    /// <summary>A sentence that is nothing but an option ("C.", "Therefore, C.", "Not B but C."), or a line of a list.</summary>
    private void SentenceBegun(int at, bool beginsLine)
    {
        if (!beginsLine && space == AnswerSpace.Letters && at > 0
            && (tokens[at - 1].IsSymbol("([") || (tokens[at].IsLetter && at + 1 < tokens.Count && tokens[at + 1].IsSymbol("):"))))
        {
            _verdicts.Read(at, _clauses, _claims);
        }

        if ((beginsLine && !IsBelowRefusal(at)) || space == AnswerSpace.Words)
        {
            if (BareAnswer.At(tokens, at, options, space) is { } bare && _clauses.IsOwn(bare.First))
            {
                _claims.Add(ClaimRank.Bare, bare);
                return;
            }
        }

        if (space == AnswerSpace.Words)
        {
            return;
        }

        if (tokens[at].Has(WordRoles.Negations))
        {
            Follow(at, WordRoles.Articles | WordRoles.Copulas, ClaimRank.Bare, mustEnd: true);
            return;
        }

        var (next, hasLead) = (at, false);
        while (next < tokens.Count && (tokens[next].IsSymbol(Openers + "#-–—•=→⇒,:)]}”’")
            || tokens[next].Has(WordRoles.Leads | WordRoles.OptionNouns)))
        {
            hasLead |= tokens[next].IsWord && !tokens[next].Has(WordRoles.OptionNouns);
            next++;
        }

        next += hasLead && next < tokens.Count && tokens[next].Has(WordRoles.Articles) && options.At(tokens, next) is null ? 1 : 0;
        if (beginsLine && next > 0 && IsArrow(next - 1) && options.PartAt(tokens, next) is { } part && _clauses.IsOwn(next))
        {
            _claims.Add(ClaimRank.Bare, part);
            return;
        }

        if (options.At(tokens, next) is not { } reference || !_clauses.IsOwn(next) || options.IsJoined(tokens, reference)
            || !IsPlain(reference))
        {
            return;
        }

        // "1. B 2. A 3. C" is a ranking.
        var end = BehindText(reference);
        if (hasLead)
        {
            Claim(ClaimRank.Answer, reference, mustEnd: true);
        }
        else if (IsAffirmed(end))
        {
            _claims.Add(ClaimRank.Answer, reference);
        }
        else if (beginsLine ? IsReasoned(reference, end) : (EndsParagraph(end) || IsBehindRetraction(at, end))
            && !(at > 1 && (tokens[at - 2].IsNumber || tokens[at - 2].IsLetter)))
        {
            _claims.Add(ClaimRank.Bare, reference);
        }
    }

    private bool IsArrow(int at) => tokens[at].IsSymbol("→⇒") || (tokens[at].Is(">") && at > 0 && tokens[at - 1].IsSymbol("=-"));

    /// <summary>"I disagree. C. She is …": the sentence in front takes something back.</summary>
    private bool IsBehindRetraction(int at, int end)
    {
        const int LongestRetraction = 6;
        if (_lastRetraction is not { } taken || at - taken > LongestRetraction || end >= tokens.Count || !tokens[end].Is("."))
        {
            return false;
        }

        var ends = 0;
        for (var between = taken; between < at; between++)
        {
            ends += Clauses.EndsSentence(tokens, between) ? 1 : 0;
        }

        return ends == 1;
    }

    /// <summary>"B, final.", "B without a doubt.": nothing behind but words that affirm.</summary>
    private bool IsAffirmed(int at)
    {
        var words = 0;
        for (at = Skip(at, Closers + ","); at < tokens.Count && tokens[at].IsWord; at++, words++)
        {
            if (!tokens[at].Is("final") && (!tokens[at].Has(WordRoles.Leads) || !tokens[at].Has(WordRoles.Adverbs)))
            {
                return false;
            }
        }

        return words > 0 && OptionReferences.EndsStatement(tokens, at);
    }

    /// <summary>Whether the line above announces something else than the answer: "Wrong answers:".</summary>
    private bool IsBelowRefusal(int at)
    {
        var above = at - 1;
        while (above >= 0 && !tokens[above].IsNewLine)
        {
            above--;
        }

        if (above < 1 || !(tokens[above - 1].IsSymbol(":*")))
        {
            return false;
        }

        for (above--; above >= 0 && !tokens[above].IsNewLine; above--)
        {
            if (tokens[above].Has(WordRoles.Negations | WordRoles.Doubts | WordRoles.Wrong | WordRoles.Distance | WordRoles.Persons)
                || (tokens[above].Has(WordRoles.Disqualifiers) && above + 1 < tokens.Count
                && tokens[above + 1].Has(WordRoles.AnswerNouns | WordRoles.ChoiceNouns)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>"C, because …", and as the whole of a text "C: thiazides cause it"; "A:" may stand for "Answer:".</summary>
    private bool IsReasoned(OptionReferences.Reference reference, int end)
    {
        if (end >= tokens.Count || !reference.ByLetter)
        {
            return false;
        }

        var next = tokens[end].Is(",") ? end + 1 : end;
        if (next < tokens.Count && (IsReason(tokens[next]) || (tokens[next].Text is "not" or "over" or "no" or "nicht" or "pas"
            && options.At(tokens, next + 1) is { } other && OptionReferences.EndsStatement(tokens, other.End))))
        {
            return true;
        }

        var colon = tokens[reference.End].IsSymbol(":–—") || (tokens[reference.End].Is("-") && tokens[reference.End].SpaceBefore);
        var begin = tokens[0].IsNewLine ? 1 : 0;
        return colon && reference.First <= begin + 2 && tokens.Count > reference.End + 3 && reference.Option > 0
            && end + 1 < tokens.Count && tokens[reference.End + 1] is { IsWord: true, IsNumber: false, Roles: WordRoles.None }
            && !tokens.Exists(static token => token.Has(WordRoles.Approvals | WordRoles.Rejections | WordRoles.Predicates
            | WordRoles.Wrong | WordRoles.Doubts | WordRoles.Tentative | WordRoles.Negations | WordRoles.Conditions
            | WordRoles.Hypothetical | WordRoles.Restrictions))
            && tokens.FindIndex(begin, static token => token.IsNewLine) is var line && (line < 0 || line == tokens.Count - 1);
    }

    private bool EndsParagraph(int end)
    {
        while (end < tokens.Count && tokens[end].IsSymbol(Closers + ".!"))
        {
            end++;
        }

        return end >= tokens.Count || tokens[end].IsNewLine;
    }

    private bool IsMarked(OptionReferences.Reference reference) =>
        OptionReferences.IsEnclosed(tokens, reference) || (reference.First > 0
            && tokens[reference.First - 1].Has(WordRoles.OptionNouns));

    /// <summary>Whether a letter is a capital or in brackets, so that it is no article.</summary>
    private bool IsPlain(OptionReferences.Reference reference) => !reference.ByLetter || tokens[reference.First].IsCapital
        || OptionReferences.IsEnclosed(tokens, reference);

    private bool IsBehind(int at, WordRoles role)
    {
        var before = at - 1;
        while (before >= 0 && (tokens[before].IsSymbol("([{\"'“‘*_`$") || tokens[before].Has(WordRoles.OptionNouns)))
        {
            before--;
        }

        return before >= 0 && tokens[before].Has(role);
    }

    private int BehindText(OptionReferences.Reference reference) => reference.ByLetter
        ? options.SkipTextOf(tokens, reference.End, reference.Option) : reference.End;

    private int SkipBack(int at, string symbols)
    {
        while (at >= 0 && tokens[at].IsSymbol(symbols))
        {
            at--;
        }

        return at;
    }

    private int Skip(int at, string symbols)
    {
        while (at < tokens.Count && tokens[at].IsSymbol(symbols))
        {
            at++;
        }

        return at;
    }

    /// <summary>Whether the statement ends behind an option, or only its reason follows.</summary>
    private bool EndsOrReasons(int at, bool endsAtComma = true)
    {
        // "muss es C sein", "正解は④です": verbs that close a clause.
        var verb = Skip(at, Closers);
        at = verb < tokens.Count && tokens[verb].Text is "sein" or "übrig" or "infrage" or "zu" or "です" or "である" or "だ" or "となる" or "になる" ? verb + 1 : at;
        if (OptionReferences.EndsStatement(tokens, at))
        {
            return true;
        }

        var next = Skip(at, Closers);
        if (next < tokens.Count && tokens[next].Text is "here" or "hier" or "ici" or "aquí"
            && OptionReferences.EndsStatement(tokens, next + 1))
        {
            return true;
        }

        if (!endsAtComma && next < tokens.Count && tokens[next].Is(","))
        {
            return next + 1 < tokens.Count && (IsReason(tokens[next + 1]) || tokens[next + 1].Has(WordRoles.Negations));
        }

        if (next < tokens.Count && tokens[next].IsSymbol(",(:–—-\\<[|"))
        {
            return true;
        }

        return next < tokens.Count && (IsReason(tokens[next]) || tokens[next].Has(WordRoles.Negations)
            || tokens[next].Text is "over" or "as" or "como" or "comme" or "als");
    }

    private static bool IsReason(Token token) => token.Has(WordRoles.Conclusions)
        || (token.Has(WordRoles.Reasons) && !token.Has(WordRoles.Restrictions | WordRoles.ThisCase | WordRoles.Joins
        | WordRoles.Contrasts) && token.Text is not ("to" or "who" or "that" or "which"));
}
