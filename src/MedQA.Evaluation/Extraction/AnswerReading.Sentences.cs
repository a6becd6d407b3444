using System.Collections.Frozen;
using MedQA.Evaluation.Extraction.Words;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Extraction;

/// <content>Sentences and lines with little more than an option.</content>
internal sealed partial class AnswerReading
{
    /// <summary>Words that speak of what a patient has or had anyway.</summary>
    private static readonly FrozenSet<string> Background = FrozenSet.Create("history", "allergy", "allergies", "allergic", "intolerance",
        "intolerant", "medication", "medications", "takes", "took", "taking", "home", "family", "prior", "past", "known", "group", "grade",
        "stage", "class", "level", "complication", "alergia", "alergias", "alérgico", "alérgica", "toma", "antecedentes", "grupo", "grado",
        "estadio", "allergie", "allergien", "allergisch", "nimmt", "vorgeschichte", "blutgruppe", "stadium", "antécédents", "prend",
        "groupe", "stade", "allergique", "过敏", "血型", "病史", "服用", "既往", "血液型", "内服", "アレルギー");

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

        if (hasLead && CountedAlone(next, alone: false) is { } counted && OptionReferences.EndsStatement(tokens, counted.End)
            && _clauses.IsStated(next))
        {
            _claims.Add(ClaimRank.Bare, counted);
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
            if (!tokens[at].Has(WordRoles.Decisions) || !IsMerelyNamed(at) || OptionReferences.EndsStatement(tokens, end))
            {
                Claim(ClaimRank.Answer, reference, mustEnd: true);
            }
        }
        else if (IsAffirmed(end))
        {
            _claims.Add(ClaimRank.Answer, reference);
        }
        else if (beginsLine ? IsReasoned(reference, end) : (EndsParagraph(end) || IsBehindRetraction(at, end))
            && !(at > 1 && (tokens[at - 2].IsNumber || (tokens[at - 2].IsLetter && !(at > 2 && tokens[at - 3].Has(WordRoles.Negations))))))
        {
            _claims.Add(ClaimRank.Bare, reference);
        }
    }

    private bool IsArrow(int at) => tokens[at].IsSymbol("→⇒") || (tokens[at].Is(">") && at > 0 && tokens[at - 1].IsSymbol("=-"));

    /// <summary>"I disagree. C. She is …": the sentence before takes something back.</summary>
    private bool IsBehindRetraction(int at, int end)
    {
        const int MaxRetractionLength = 6;
        if (_lastRetraction is not { } taken || at - taken > MaxRetractionLength || end >= tokens.Count || !tokens[end].Is("."))
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

    /// <summary>"B, final.", "B without a doubt.": nothing after it but words that affirm.</summary>
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

    /// <summary>Returns whether the line above announces something else than the answer: "Wrong answers:".</summary>
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
            && options.At(tokens, next + 1) is { } other && EndsOrReasons(other.End, endsAtComma: false))))
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

    /// <summary>The last sentence of a text leads to an option's text by a colon, "in other words" or "needs", and takes nothing away from
    /// it: "He is cruel without remorse: antisocial personality disorder." Short labels are not sentences.</summary>
    private void EndNamed(int at)
    {
        const WordRoles Reserved = WordRoles.Wrong | WordRoles.Doubts | WordRoles.Tentative | WordRoles.Conditions | WordRoles.Distance
            | WordRoles.Past | WordRoles.Plurals | WordRoles.Hypothetical;
        var isColon = tokens[at].Is(":");
        if (space != AnswerSpace.Letters || at < 2 || !(isColon || LeadsToEnd(at)) || OptionAt(at + 1) is not { } named
            || !EndsText(BehindText(named)) || _claims.HaveAnswer || !_clauses.IsStated(named.First))
        {
            return;
        }

        var (words, isNegated, isChosen, hasPerson, speaks) = (0, false, false, false, false);
        var begin = at;
        var last = isColon || tokens[at].Is("needs") ? at - 1 : at - (tokens[at].Is("words") ? 3 : 4);
        for (var before = last; before >= 0 && !Clauses.EndsSentence(tokens, before) && !tokens[before].Has(WordRoles.Contrasts); before--)
        {
            var token = tokens[before];
            var isDenied = token.Has(WordRoles.Negations | WordRoles.No);
            if (token.Is(":") || (token.Has(Reserved) && !isDenied && !token.Has(WordRoles.Articles) && !token.Is("one"))
                || (token.Has(WordRoles.Disqualifiers | WordRoles.Rejections) && !isDenied && !token.Is("your"))
                || Background.Contains(token.Text))
            {
                return;
            }

            begin = before;

            words += token.IsWord ? 1 : 0;
            isNegated |= isDenied;
            isChosen |= token.Has(WordRoles.Fits | WordRoles.Only | WordRoles.AnswerNouns | WordRoles.OptionNouns | WordRoles.Decisions
                | WordRoles.OwnDecisions | WordRoles.Superlatives | WordRoles.Praise | WordRoles.Predicates | WordRoles.Plurals);
            hasPerson |= token.Has(WordRoles.Persons) && token.Text is not ("he" or "she");
            speaks |= token.Has(WordRoles.Speech);
        }

        if (isColon && (tokens[begin].Has(WordRoles.Articles | WordRoles.Praise) || tokens[begin].Text is "what" or "lo" or "ce" or "was")
            && (begin == 0 || !tokens[begin - 1].Has(WordRoles.Contrasts)))
        {
            // "The drug that she takes: B."
            return;
        }

        const int FewestWords = 3;
        const int FewestWordsOfLabel = 5;
        var isLong = named.ByLetter ? tokens[named.First - 1].Has(WordRoles.OptionNouns) && _hasOtherLetter && words >= FewestWords
            : !isColon ? words > 0 : (named.End - named.First > 1 || IsBehindDenial(begin))
            && words >= (isNegated ? FewestWords : FewestWordsOfLabel);
        if (isLong && !hasPerson && !speaks && !(isNegated && isChosen))
        {
            _claims.Add(ClaimRank.Conclusion, named);
        }
    }

    private bool EndsText(int at) => Skip(at, Closers + "%") is var end && end < tokens.Count && tokens[end].IsSymbol(".!")
        && Skip(end, Closers + ".!") >= tokens.Count;

    /// <summary>"Not B, but …".</summary>
    private bool IsBehindDenial(int at)
    {
        if (at == 0 || !tokens[at - 1].Has(WordRoles.Contrasts))
        {
            return false;
        }

        while (at > 0 && !Clauses.EndsSentence(tokens, at - 1))
        {
            at--;
        }

        return tokens[at].Has(WordRoles.Negations);
    }

    /// <summary>"She needs X", "…, in other words X", "…, i.e. X".</summary>
    private bool LeadsToEnd(int at) => tokens[at].Is("needs")
        || (tokens[at].Is("words") && tokens[at - 1].Is("other") && tokens[at - 2].Is("in"))
        || (at > 3 && tokens[at].Is(".") && tokens[at - 1].Is("e") && tokens[at - 2].Is(".") && tokens[at - 3].Is("i"));

    private bool EndsParagraph(int end)
    {
        end = OptionReferences.SkipSymbols(tokens, end, Closers + ".!");

        return end >= tokens.Count || tokens[end].IsNewLine;
    }
}
