using System.Collections.Frozen;
using MedQA.Evaluation.Extraction.Words;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Extraction;

/// <summary>Which places of a text are in a condition, a negation or a question, and where someone else speaks.</summary>
internal sealed class Clauses
{
    private static readonly FrozenSet<string> Abbreviations = FrozenSet.Create("dr", "mr", "mrs", "ms", "prof", "vs", "approx", "fig", "st",
        "sra", "sr", "nr", "z", "bzw", "resp", "cf", "spp", "sp", "g", "vit", "hep", "strep", "gp", "cat", "eq", "tab", "vol", "str");

    private readonly Under[] _under;

    private Clauses(Under[] under) => _under = under;

    [Flags]
    private enum Under : ushort
    {
        None = 0,

        Condition = 1 << 0,

        Question = 1 << 1,

        /// <summary>Someone else's opinion, an earlier one, or an example.</summary>
        Distance = 1 << 2,

        Negation = 1 << 3,

        /// <summary>A sentence that begins with a case that is not this one.</summary>
        OtherCase = 1 << 4,

        /// <summary>Someone else says so.</summary>
        Others = 1 << 5,

        /// <summary>Someone else has been named.</summary>
        Person = 1 << 6,

        /// <summary>What follows is called a mistake.</summary>
        Doubt = 1 << 7,

        /// <summary>The model has named itself.</summary>
        Own = 1 << 8,

        /// <summary>A case that is certainly not this one: "in vegans", "until 2010".</summary>
        AnotherCase = 1 << 9,

        /// <summary>"Perhaps".</summary>
        Tentative = 1 << 10,
    }

    public static Clauses Of(List<Token> tokens, AnswerSpace space)
    {
        var all = new Under[tokens.Count];
        var (sentence, clause) = (0, 0);
        var under = Under.None;
        var (inConcession, hasPerson, hasPointed, hasSpeaker, isQuoted) = (false, false, false, false, false);
        var (isLabeled, hasOtherWord, beforeBracket) = (false, false, Under.None);
        for (var at = 0; at < tokens.Count; at++)
        {
            var token = tokens[at];
            isLabeled = at == 0 || tokens[at - 1].IsNewLine ? ClauseSigns.IsSpeakerLabel(tokens, at) : isLabeled;
            all[at] = under | (hasPerson ? Under.Person : Under.None) | (inConcession ? Under.Condition : Under.None)
                | (isQuoted || isLabeled ? Under.Distance : Under.None);
            if (EndsSentence(tokens, at))
            {
                if (token.Is("?"))
                {
                    for (var asked = sentence; asked <= at; asked++)
                    {
                        all[asked] |= Under.Question;
                    }
                }

                (sentence, clause) = (at + 1, at + 1);
                (under, inConcession, hasPerson, hasPointed, hasSpeaker, hasOtherWord) = (Under.None, false, false, false, false, false);
                isQuoted &= !token.IsNewLine;
            }
            else if (token.Kind == TokenKind.Symbol)
            {
                if (token.IsSymbol("\"“”"))
                {
                    // A quotation within a sentence: 'use the form "The answer is C"', 'she says: "C"'.
                    isQuoted = !isQuoted && at > sentence && ((token.SpaceBefore && tokens[at - 1].IsWord)
                        || ((hasSpeaker || (hasOtherWord && tokens[at - 1].Is(":")))
                            && !token.Is("”") && (token.SpaceBefore || token.Is("“"))) || ClauseSigns.IsSaidBehind(tokens, at));
                }
                else if (token.Is(","))
                {
                    (clause, hasOtherWord) = (at + 1, false);

                    // "To the novice, B is correct."
                    under |= hasPerson && (tokens[sentence].Has(WordRoles.Restrictions | WordRoles.EvidenceLinks)
                        || tokens[sentence].Text is "根据" or "按照" or "依据") ? Under.Others : Under.None;
                    under = inConcession ? under & Under.Condition : under;
                    inConcession = false;
                    under = at + 1 < tokens.Count && tokens[at + 1].Text is "that" or "que" or "dass" ? under
                        : under & ~(Under.Negation | Under.Doubt | Under.Tentative);
                    if (!tokens[at].SpaceBefore && at + 1 < tokens.Count && at > 0 && tokens[at - 1].IsSymbol("\"]")
                        && tokens[at + 1].Is("\""))
                    {
                        (under, hasSpeaker, isQuoted) = (Under.None, false, false);
                    }
                }
                else if (token.IsSymbol(":–—") || (token.Is("-") && token.SpaceBefore))
                {
                    // "This was an error: E is correct."
                    under &= hasPointed ? ~(Under.Negation | Under.Doubt) : ~Under.Negation;
                }
                else if (token.Is("("))
                {
                    beforeBracket = under;
                }
                else if (token.Is(")"))
                {
                    under = (under & ~Under.Negation) | (beforeBracket & Under.Negation);
                }
            }
            else
            {
                if (token.Has(WordRoles.Conditions) && !ClauseSigns.IsPastTense(tokens, at))
                {
                    under = ClauseSigns.IsForcedChoice(tokens, at) ? under & ~Under.Condition : under | Under.Condition;
                }

                // "Should she be pregnant, …", "Wäre sie schwanger, …"
                if (at == sentence && token.Text is "should" or "sollte" or "sollten" or "wäre" or "wären" or "hätte" or "hätten"
                    or "würde" or "läge" or "fände" or "käme")
                {
                    under |= Under.Condition;
                }

                // "…, D sei richtig": indirect speech, unless "I think" precedes it.
                if (token.Text is "sei" or "seien" && (under & Under.Own) == Under.None)
                {
                    under |= Under.Others;
                    for (var said = clause; said <= at; said++)
                    {
                        all[said] |= Under.Others;
                    }
                }

                // "O sea", "すなわち" say the same once more.
                if (token.Has(WordRoles.Conclusions) && !token.Has(WordRoles.Corrections))
                {
                    // "…故选C" decides and concludes in one.
                    var decides = token.Has(WordRoles.Decisions);
                    (under, hasPerson) = (under & (decides ? Under.Own | Under.Condition : Under.Own), false);
                    all[at] = decides ? under : all[at];
                }

                if (token.Has(WordRoles.Contrasts))
                {
                    (under, hasPerson) = (under & (Under.Condition | Under.Own), false);
                }

                if (token.Has(WordRoles.FirstPerson) && ClauseSigns.HasOtherSubject(tokens, at))
                {
                    under |= Under.Others;
                }
                else if (token.Has(WordRoles.FirstPerson))
                {
                    (under, hasPerson) = ((under & ~Under.Others) | Under.Own, false);
                }

                if (token.Has(WordRoles.Concessions))
                {
                    inConcession = true;
                }

                if (token.Has(WordRoles.Joins) && at + 1 < tokens.Count
                    && tokens[at + 1].Has(WordRoles.Articles | WordRoles.FirstPerson | WordRoles.Conclusions))
                {
                    under &= ~(Under.Negation | Under.Doubt);
                }

                if (token.Has(WordRoles.Negations) || (token.Has(WordRoles.No) && space != AnswerSpace.Words))
                {
                    under |= Under.Negation;
                }

                if (token.Has(WordRoles.Doubts))
                {
                    under |= Under.Doubt;
                }

                // An adverb, not a verb such as "could".
                if (token.Has(WordRoles.Tentative) && !token.Has(WordRoles.Hypothetical | WordRoles.SubjectCopulas))
                {
                    under |= Under.Tentative;
                }

                if (token.Has(WordRoles.Distance))
                {
                    under |= Under.Distance;
                }

                if (hasPerson && token.Has(WordRoles.Speech))
                {
                    under |= Under.Others;
                }

                hasPerson |= token.Has(WordRoles.Persons);
                hasOtherWord |= (token.Roles & ~WordRoles.PhraseStart) == WordRoles.None;
                hasSpeaker |= token.Has(WordRoles.Persons | WordRoles.Speech | WordRoles.Distance | WordRoles.Past);
                hasPointed |= token.Has(WordRoles.Pronouns) && !token.Is("it");
                if (at == sentence && token.Has(WordRoles.Restrictions) && !IsThisCase(tokens, at + 1))
                {
                    under |= Under.OtherCase | (ClauseSigns.NamesAnotherCase(tokens, at) ? Under.AnotherCase : Under.None);
                }
            }
        }

        return new Clauses(all);
    }

    /// <summary>Returns whether a token follows "if", "unless", "although" … in its sentence.</summary>
    public bool IsConditional(int at) => (_under[at] & Under.Condition) != Under.None;

    /// <summary>Returns whether a token's sentence ends in a question mark.</summary>
    public bool IsQuestion(int at) => (_under[at] & Under.Question) != Under.None;

    /// <summary>
    /// Returns whether a sentence speaks of a case that is not the question's, so that what "would be" in it says nothing of this one.
    /// </summary>
    public bool IsOtherCase(int at) => (_under[at] & Under.OtherCase) != Under.None;

    /// <summary>Returns whether what is said at a token is the model's own, and unconditional.</summary>
    public bool IsStated(int at) => (_under[at] & (Under.Condition | Under.Question | Under.Distance | Under.Others | Under.Negation
        | Under.Doubt | Under.AnotherCase)) == Under.None;

    /// <summary>Returns whether the model has named itself in the sentence before a token.</summary>
    public bool IsOwnSentence(int at) => (_under[at] & Under.Own) != Under.None;

    /// <summary>Returns whether "not" or "wrong" precedes a token in its clause.</summary>
    public bool IsDenied(int at) => (_under[at] & (Under.Negation | Under.Doubt)) != Under.None;

    /// <summary>Returns whether "perhaps" precedes a token in its clause.</summary>
    public bool IsTentative(int at) => (_under[at] & Under.Tentative) != Under.None;

    /// <summary>Returns whether what is said at a token is someone else's.</summary>
    public bool IsOfOthers(int at) => (_under[at] & (Under.Others | Under.Distance | Under.Person)) != Under.None;

    /// <summary>Returns whether someone else has been named in the clause before a token.</summary>
    public bool NamesPerson(int at) => (_under[at] & Under.Person) != Under.None;

    /// <summary>Returns whether what is said at a token is the model's own and unconditional, though perhaps denied.</summary>
    public bool IsOwn(int at) => (_under[at] & (Under.Condition | Under.Question | Under.Distance | Under.Others)) == Under.None;

    /// <summary>Returns whether a condition follows before another clause or the sentence's end: "… is B if she is pregnant".</summary>
    public static bool IsConditionalAfter(List<Token> tokens, int at)
    {
        for (var step = 0; step < 12 && at < tokens.Count && !EndsSentence(tokens, at); step++, at++)
        {
            if (tokens[at].IsWord)
            {
                if (tokens[at].Has(WordRoles.Conditions) && tokens[at].Text is not ("whether" or "were" or "had" or "suppose"
                    or "supposing"))
                {
                    return !ClauseSigns.IsForcedChoice(tokens, at);
                }

                if (tokens[at].Has(WordRoles.Reasons) && !tokens[at].Has(WordRoles.Restrictions))
                {
                    return false;
                }
            }
        }

        return false;
    }

    /// <summary>Returns whether a token ends its sentence.</summary>
    public static bool EndsSentence(List<Token> tokens, int at)
    {
        if (tokens[at].IsNewLine)
        {
            return true;
        }

        return tokens[at].IsSymbol(".!?;") && (at + 1 == tokens.Count || tokens[at + 1].SpaceBefore || !tokens[at + 1].IsWord)
            && !(tokens[at].Is(".") && at > 0 && at + 1 < tokens.Count && !tokens[at + 1].IsNewLine
            && Abbreviations.Contains(tokens[at - 1].Text));
    }

    /// <summary>Returns whether a sentence begins at a token, ignoring markup before it.</summary>
    public static bool BeginsSentence(List<Token> tokens, int at)
    {
        at--;
        while (at >= 0 && tokens[at].IsSymbol("([{\"'“‘*_`$<>#•|¹²³†‡§※"))
        {
            at--;
        }

        return at < 0 || EndsSentence(tokens, at);
    }

    /// <summary>
    /// Returns whether after "in", "for", "with" … the question's own case is meant: "in this patient", "for the given findings".
    /// </summary>
    public static bool IsThisCase(List<Token> tokens, int at) => at < tokens.Count
        && (tokens[at].Has(WordRoles.ThisCase) || tokens[at].Kind == TokenKind.Symbol
            || (tokens[at].Has(WordRoles.Articles) && at + 1 < tokens.Count
            && (tokens[at + 1].Has(WordRoles.ThisCase | WordRoles.Topics | WordRoles.OptionNouns))));
}
