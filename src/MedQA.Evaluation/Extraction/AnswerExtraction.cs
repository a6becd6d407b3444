using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Extraction;

/// <summary>
/// Reads the answer from a reasoning: the last statement that names one option and is the model's own, neither negated nor conditional nor
/// taken back; DESIGN section 3.
/// </summary>
/// <remarks>
/// What is seen is the text before the first stop text and outside of thoughts (<see cref="ThoughtMarkers"/>). Statements have ranks (<see
/// cref="ClaimRank"/>), and the last of the highest rank
/// counts. "Wait, that is wrong" takes back what was stated before it, "B is wrong" what was stated of B, and a next question that the
/// model invents ends the text. A letter within a name
/// ("vitamin A", "hepatitis B", "group A streptococcus", "E. coli") is no option, and neither are letters of other alphabets that look
/// like Latin ones. A text without such a statement has no
/// answer, and neither has one that contradicts itself: guessing is left to the answer cue. Takes time linear in the text's length. One
/// grammar reads English, Spanish, German, French,
/// Chinese and Japanese by their words (<see cref="Words.LanguageWords"/>).
/// </remarks>
public sealed class AnswerExtraction
{
    private const int MostSteps = 14;
    private const string Openers = "([{\"'“‘*_`$<>";
    private const string Closers = ")]}\"'”’*_`$";

    private readonly OptionReferences _options;
    private readonly AnswerSpace _space;

    /// <summary>Prepares extraction for a question.</summary>
    /// <param name="space">What the question is answered with; a free answer is never extracted.</param>
    /// <param name="options">The question's options, in the order in which they were shown.</param>
    public AnswerExtraction(AnswerSpace space, IReadOnlyList<string> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _space = space;
        _options = new OptionReferences(space, options);
    }

    /// <summary>The answer that a text gives, or <see langword="null"/>.</summary>
    /// <param name="text">A reasoning.</param>
    /// <param name="stop">Texts that end it.</param>
    /// <param name="spoken">The part that is no thought by the model's own tokens; <see langword="null"/> where these tell nothing.</param>
    public ExtractedAnswer? Find(string text, ImmutableArray<string> stop = default, TextSpan? spoken = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (_space == AnswerSpace.Free)
        {
            return null;
        }

        var (from, to) = VisiblePart.Of(text, stop.IsDefault ? [] : stop, spoken);
        var tokens = Tokenization.Of(text, from, to);
        return new Reading(tokens, _options, _space).Settle() is { } reference
            ? new ExtractedAnswer(reference.Option, SpanOf(tokens, reference)) : null;
    }

    private static TextSpan SpanOf(List<Token> tokens, OptionReferences.Reference reference)
    {
        var last = tokens[reference.End - 1];
        return new TextSpan(tokens[reference.First].Start, last.Start + last.Length - tokens[reference.First].Start);
    }

    /// <summary>One text while it is read from its beginning to its end.</summary>
    private sealed class Reading(List<Token> tokens, OptionReferences options, AnswerSpace space)
    {
        private readonly Clauses _clauses = Clauses.Of(tokens, space);
        private readonly Claims _claims = new(space == AnswerSpace.Words);
        private readonly VerdictList _verdicts = new(tokens, options);
        private OptionReferences.Reference? _lastNamed;

        public OptionReferences.Reference? Settle()
        {
            // A sentence is looked at from behind the markup in front of it: from each of its symbols would take too long.
            var (beginsLine, beginsSentence) = (false, false);
            for (var at = 0; at < tokens.Count; at++)
            {
                if (at == 0 || tokens[at - 1].IsNewLine)
                {
                    if (_claims.HaveAnswer && NextQuestion.BeginsAt(tokens, at, options))
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
                    (beginsLine, beginsSentence) = (false, false);
                }

                if (tokens[at].IsWord)
                {
                    TakenBack(at);
                    AnswerNamed(at);
                    SubjectNamed(at);
                    DecisionNamed(at);
                    ConclusionNamed(at);
                }
            }

            _verdicts.Close(_claims);
            return _claims.Settle();
        }

        /// <summary>A sentence that is nothing but an option ("C.", "Therefore, C.", "Not B but C."), or a line of a list.</summary>
        private void SentenceBegun(int at, bool beginsLine)
        {
            if (!beginsLine && space == AnswerSpace.Letters && at > 0
                && (tokens[at - 1].IsSymbol("([") || (tokens[at].IsLetter && at + 1 < tokens.Count && tokens[at + 1].Is(")"))))
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
                Follow(at, WordRoles.Articles, ClaimRank.Bare, mustEnd: true);
                return;
            }

            var (next, hasLead) = (at, false);
            while (next < tokens.Count && (tokens[next].IsSymbol(Openers + "#-–—•=→⇒,:)]}”’")
                || tokens[next].Has(WordRoles.Leads | WordRoles.OptionNouns)))
            {
                hasLead |= tokens[next].IsWord && !tokens[next].Has(WordRoles.OptionNouns);
                next++;
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
            else if (beginsLine ? IsReasoned(reference, end) : EndsParagraph(end)
                && !(at > 1 && (tokens[at - 2].IsNumber || tokens[at - 2].IsLetter)))
            {
                _claims.Add(ClaimRank.Bare, reference);
            }
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
            if (next < tokens.Count && IsReason(tokens[next]))
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

        /// <summary>"Wait", "I was wrong", "That is incorrect", "No, …".</summary>
        private void TakenBack(int at)
        {
            var token = tokens[at];
            var isTaken = token.Has(WordRoles.Retractions)
                || (token.Has(WordRoles.Interjections) && at + 1 < tokens.Count
                && (tokens[at + 1].IsSymbol(",.:!;–—…-") || (Clauses.BeginsSentence(tokens, at)
                && tokens[at + 1].Has(WordRoles.No | WordRoles.Pronouns | WordRoles.FirstPerson))))
                || (token.Has(WordRoles.No) && space != AnswerSpace.Words && Clauses.BeginsSentence(tokens, at) && at + 1 < tokens.Count
                && (tokens[at + 1].IsSymbol(",.!–—…") || tokens[at + 1].Has(WordRoles.Interjections))
                    && !(at > 0 && IsBehindQuestion(at)) && !(at > 1 && tokens[at - 1].IsSymbol(".):") && tokens[at - 2].IsLetter));
            // "The answer is B, no, C."
            isTaken |= token.Has(WordRoles.No) && space != AnswerSpace.Words && at > 0 && tokens[at - 1].IsSymbol(",–—…")
                && at + 1 < tokens.Count && tokens[at + 1].IsSymbol(",.!–—…");
            if (isTaken)
            {
                _claims.Retract();
                _verdicts.Retract();
                Concluded(at + 1);
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

        private bool IsBehindQuestion(int at)
        {
            for (at--; at >= 0 && tokens[at].Kind == TokenKind.Symbol && !tokens[at].IsSymbol(".!;"); at--)
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
            var next = at + 1;
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
            for (var step = 0; step < MostSteps && at < tokens.Count
                && tokens[at].Has(WordRoles.SubjectCopulas | WordRoles.Negations | WordRoles.Copulas | WordRoles.Adverbs
                | WordRoles.Conclusions); step++, at++)
            {
                negated |= tokens[at].Has(WordRoles.Negations);
            }

            return negated && OptionReferences.EndsStatement(tokens, at);
        }

        /// <summary>"The answer is (C)", "Correct option: C", <c>{"answer": "C"}</c>.</summary>
        private void AnswerNamed(int at)
        {
            if (!IsAnswerNoun(at) || !_clauses.IsStated(at))
            {
                return;
            }

            var next = SkipToCopula(at + 1);
            if (next < tokens.Count && tokens[next].Is(".") && tokens[at].Is("ans"))
            {
                next++;
            }

            var isIndex = next > at + 1 && tokens[next - 1].Text is "idx" or "index";
            if (!(_clauses.IsOtherCase(at) && HasHypothetical(at, next + 1)))
            {
                // "Answer (A) causes edema" names an option without a copula, and says nothing of it.
                var isLinked = tokens[at].Has(WordRoles.Copulas) || next < tokens.Count
                    && (tokens[next].Has(WordRoles.Copulas) || tokens[next].IsSymbol(":=>-–—"));
                Follow(next, WordRoles.Connectors, ClaimRank.Answer, allowLineEnds: true, mustEnd: !isLinked
                    || tokens[at].Is("answers"), endsAtComma: isLinked, numbers: !isIndex
                    && space == AnswerSpace.Letters, otherCase: _clauses.IsOtherCase(at));
            }
        }

        private bool IsAnswerNoun(int at)
        {
            var word = tokens[at].Text;
            var before = at > 0 ? tokens[at - 1] : default;
            if (at > 0 && (before.IsSymbol("/") || !IsCalledAnswer(at)))
            {
                return false;
            }

            // "option C" names an option and says nothing of it.
            if (tokens[at].Has(WordRoles.AnswerNouns))
            {
                return at == 0 || !before.Has(WordRoles.BeforeVerb);
            }

            if (!tokens[at].Has(WordRoles.ChoiceNouns) || IsOfChoice(at))
            {
                return false;
            }

            var praised = !tokens[at].Has(WordRoles.Predicates)
                && ((at > 0 && tokens[at - 1].Has(WordRoles.Praise)) || (at > 1 && tokens[at - 2].Has(WordRoles.Praise))
                || (at + 1 < tokens.Count && tokens[at + 1].Has(WordRoles.Praise) && tokens[at + 1].Has(WordRoles.Predicates)));
            if (praised)
            {
                return true;
            }

            var next = at + 1 < tokens.Count && tokens[at + 1].Has(WordRoles.Praise) ? at + 2 : at + 1;
            while (next < tokens.Count && tokens[next].IsSymbol("\"'*_`)]") && !tokens[next].SpaceBefore)
            {
                next++;
            }

            return next < tokens.Count && (tokens[next].IsSymbol(":=")
                || (tokens[next].Is(">") && word is not "option" && at > 0 && before.Is("<")));
        }

        /// <summary>
        /// Whether what stands in front of an answer noun leaves it the model's own answer: only words that are known to. "The intuitive
        /// answer", "the second best answer", "her answer" and "2010 the
        /// answer was" tell nothing.
        /// </summary>
        private bool IsCalledAnswer(int at)
        {
            var before = at - 1;
            if (tokens[before].IsSymbol("_-") && !tokens[before].SpaceBefore && !tokens[at].SpaceBefore && before > 0)
            {
                before--;
            }

            for (; before >= 0 && before > at - MostSteps && tokens[before].IsWord
                && tokens[before].Has(WordRoles.Praise | WordRoles.Articles | WordRoles.OptionNouns | WordRoles.ChoiceNouns); before--)
            {
                if (tokens[before].Has(WordRoles.Disqualifiers))
                {
                    return false;
                }
            }

            // "the opposite of the answer"; "the letter of the answer" is the answer's.
            if (before > 0 && tokens[before].Text is "of" or "to" or "than" or "from" or "like" or "von" or "zu" or "à"
                && !tokens[before].Has(WordRoles.Evidence))
            {
                return tokens[before - 1].Has(WordRoles.OptionNouns | WordRoles.ChoiceNouns)
                    && !(before > 1 && tokens[before - 2].Has(WordRoles.Disqualifiers));
            }

            return before < 0 || !tokens[before].IsWord || (!tokens[before].Has(WordRoles.Disqualifiers) && IsIntroduced(before));
        }

        /// <summary>Whether a word leaves what follows it the model's own: "I think (that)", "this means", "so", but not "she told me
        /// that".</summary>
        private bool IsIntroduced(int before)
        {
            if (tokens[before].Text is "that" or "que" or "dass" && before > 0 && tokens[before - 1].IsWord)
            {
                before--;
                if (before > 0 && tokens[before - 1].Is("%"))
                {
                    return false;
                }

                // "It may be that", "it would seem that".
                for (var lead = before; lead >= 0 && lead > before - 4 && tokens[lead].IsWord && !_clauses.IsOwnSentence(before); lead--)
                {
                    if (tokens[lead].Has(WordRoles.Tentative | WordRoles.Hypothetical))
                    {
                        return false;
                    }
                }
            }

            // "the student's answer" of languages that join by a particle.
            if (tokens[before].Text is "的" or "の" && before > 0)
            {
                before--;
            }

            var token = tokens[before];
            return token.Roles != WordRoles.None && !token.Has(WordRoles.Persons)
                && (!token.Has(WordRoles.Speech) || token.Has(WordRoles.FirstPerson) || _clauses.IsOwnSentence(before));
        }

        private bool IsOfChoice(int at) => at > 0 && tokens[at - 1].Is("of");

        /// <summary>Past words that describe the answer ("the answer most consistent with this is …"), if a copula or colon follows them
        /// soon.</summary>
        private int SkipToCopula(int at)
        {
            for (var step = 0; step < MostSteps && at + step < tokens.Count; step++)
            {
                var token = tokens[at + step];
                if (token.IsSymbol(":=") || (token.IsWord && token.Has(WordRoles.Copulas)))
                {
                    return at + step;
                }

                var isDescription = token.IsWord && !token.Has(WordRoles.Negations | WordRoles.Tentative | WordRoles.Conditions
                    | WordRoles.Persons | WordRoles.Wrong | WordRoles.Distance | WordRoles.AnswerNouns)
                    && !(step == 0 && token.Has(WordRoles.Plurals)) && options.At(tokens, at + step) is null;
                if (!isDescription && !token.IsSymbol("(),_\""))
                {
                    break;
                }
            }

            return at;
        }

        /// <summary>From a cue over words that may stand between to the option that they lead to.</summary>
        private void Follow(int at, WordRoles connectors, ClaimRank rank, bool allowLineEnds = false, bool mustEnd = false,
            bool numbers = false, bool otherCase = false, bool endsAtComma = true)
        {
            var (negated, afterWord) = (false, false);
            for (var step = 0; step < MostSteps && at < tokens.Count; step++)
            {
                var token = tokens[at];
                var number = numbers ? options.NumberAt(tokens, at) : null;
                if ((options.At(tokens, at) ?? number) is { } reference && !_clauses.IsQuestion(at))
                {
                    if (!negated && !(reference.End < tokens.Count && tokens[reference.End].Has(WordRoles.NegationsBehind)
                        && tokens[reference.End].Has(WordRoles.Corrections)))
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

        /// <summary>In "not B but C": the token behind "but".</summary>
        private int Correction(int at)
        {
            for (var step = 0; step < 10 && at < tokens.Count && !Clauses.EndsSentence(tokens, at); step++, at++)
            {
                if (tokens[at].Has(WordRoles.Corrections))
                {
                    return at + 1;
                }

                if (tokens[at].IsWord && !tokens[at].Has(WordRoles.Leads))
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

        /// <summary>"C is the correct answer", "Option B, metformin, is correct"; "B is wrong".</summary>
        private void SubjectNamed(int at)
        {
            if (options.At(tokens, at) is not { } subject)
            {
                return;
            }

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
                if (_clauses.IsStated(at) && !options.IsJoined(tokens, subject)
                    && (isMarked ? !_clauses.NamesPerson(at) : DecidedBy(at) == true))
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

            if (tokens[next].Has(WordRoles.SubjectCopulas) && next + 1 < tokens.Count && tokens[next + 1].Text is "true" or "false"
                && OptionReferences.EndsStatement(tokens, next + 2))
            {
                _verdicts.Count(subject, tokens[next + 1].Roles, isSoft: true, isTick: false, _claims);
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

            if (judged.Rank is not { } rank || !_clauses.IsStated(subject.First) || options.IsJoined(tokens, subject)
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

        /// <summary>"fits best", "best explains the findings", "fits all findings" behind "only".</summary>
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
            var before = at - 1;
            while (before >= 0 && tokens[before].IsSymbol("([{\"'“‘*_`$"))
            {
                before--;
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

        /// <summary>Whether an option's text is not the end of a longer name.</summary>
        private bool CanTextBeSubject(OptionReferences.Reference subject)
        {
            var before = subject.First - 1;
            while (before >= 0 && tokens[before].IsSymbol("([{\"'“‘*_`$"))
            {
                before--;
            }

            return before < 0 || (tokens[before].IsWord
                ? IsIntroduced(before) && !tokens[before].Has(WordRoles.Negations | WordRoles.Joins | WordRoles.Wrong)
                : !(tokens[before].IsSymbol("-–/") && !tokens[before].SpaceBefore));
        }

        /// <summary>"I choose C", "I would go with option B", "we should select (C)".</summary>
        private void DecisionNamed(int at)
        {
            var token = tokens[at];
            var next = at + 1;
            if (token.Has(WordRoles.ParticleVerbs) && next < tokens.Count && tokens[next].Has(WordRoles.DecisionParticles))
            {
                next++;
            }
            else if (!token.Has(WordRoles.Decisions | WordRoles.OwnDecisions))
            {
                return;
            }

            if (!_clauses.IsStated(at) || DecidedBy(at) is not { } isOwn
                || (!isOwn && !token.Has(WordRoles.Decisions | WordRoles.ParticleVerbs)))
            {
                return;
            }

            if (isOwn || !_clauses.IsOtherCase(at))
            {
                Follow(next, WordRoles.DecisionConnectors, ClaimRank.Answer, mustEnd: true);
            }
        }

        /// <summary>Whether the model decides (<see langword="true"/>), or nobody is named (<see langword="false"/>); <see
        /// langword="null"/> where somebody else does, or the decision is past.</summary>
        private bool? DecidedBy(int at)
        {
            var ought = false;
            if (tokens[at].Has(WordRoles.FirstPerson))
            {
                return true;
            }

            if (at > 1 && tokens[at - 1].Is("have") && tokens[at - 2].Has(WordRoles.Hypothetical))
            {
                return null;
            }

            for (var before = at - 1; before >= 0 && before > at - 9 && tokens[before].IsWord; before--)
            {
                var token = tokens[before];
                if (token.Has(WordRoles.Past))
                {
                    return null;
                }

                if (token.Has(WordRoles.FirstPerson))
                {
                    return true;
                }

                ought |= token.Has(WordRoles.Obligations);
                if (token.Has(WordRoles.Conclusions | WordRoles.Contrasts))
                {
                    return ought;
                }

                if (!token.Has(WordRoles.Auxiliaries))
                {
                    return ought || token.Has(WordRoles.Joins) ? ought : null;
                }
            }

            return ought;
        }

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
            else if (token.Has(WordRoles.Leaving))
            {
                Follow(at + 1, WordRoles.DecisionConnectors | WordRoles.FirstPerson | WordRoles.Only
                    | WordRoles.DecisionParticles, ClaimRank.Answer, mustEnd: true);
            }
            else if (token.Has(WordRoles.Only))
            {
                var next = at + 1 < tokens.Count && tokens[at + 1].Has(WordRoles.OptionNouns) ? at + 2 : at + 1;
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

        /// <summary>Whether a verb that needs no subject has none: "es la C", but not "la vitamina es C".</summary>
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
            for (var step = 0; step < MostSteps && at < tokens.Count
                && (tokens[at].Has(WordRoles.OptionNouns | WordRoles.Leads | WordRoles.Retractions)
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
        }

        private bool OnlyFits(int at) => at < tokens.Count
            && (tokens[at].Has(WordRoles.Fits) || (tokens[at].Has(WordRoles.SubjectCopulas) && at + 1 < tokens.Count
            && (tokens[at + 1].Is("consistent") || tokens[at + 1].Is("compatible") || tokens[at + 1].Has(WordRoles.Predicates))));

        private void EvidenceNamed(int at)
        {
            // "the least likely cause", "the second best test"; "the next best step" is what is asked for.
            var before = at - 1;
            while (before >= 0 && before > at - MostSteps && tokens[before].Has(WordRoles.Praise | WordRoles.Evidence))
            {
                before--;
            }

            if (before >= 0 && tokens[before].IsWord && ((tokens[before].Has(WordRoles.Disqualifiers) && !tokens[before].Is("next"))
                || (tokens[at].Has(WordRoles.Topics) && (tokens[before].Roles == WordRoles.None
                || tokens[before].Text.EndsWith("'s", StringComparison.Ordinal)))))
            {
                return;
            }

            for (var next = at + 1; next < tokens.Count && next <= at + MostSteps; next++)
            {
                var token = tokens[next];
                if (token.IsNewLine || token.IsSymbol(".!?;") || token.Has(WordRoles.Negations | WordRoles.Plurals))
                {
                    return;
                }

                if (options.At(tokens, next) is { } named && (!named.ByLetter || IsMarked(named) || IsOnlyTopic(at, next)))
                {
                    if (IsLinked(at, next))
                    {
                        Claim(ClaimRank.Conclusion, named, mustEnd: false);
                    }

                    return;
                }
            }
        }

        /// <summary>Whether evidence speaks for what is named: "cause is X", "consistent with X", "suggests X", "diagnosis: X".</summary>
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
            if (token.Is(":"))
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
            if (OptionReferences.EndsStatement(tokens, at))
            {
                return true;
            }

            var next = Skip(at, Closers);
            if (!endsAtComma && next < tokens.Count && tokens[next].Is(","))
            {
                return next + 1 < tokens.Count && (IsReason(tokens[next + 1]) || tokens[next + 1].Has(WordRoles.Negations));
            }

            if (next < tokens.Count && tokens[next].IsSymbol(",(:–—-\\<[|"))
            {
                return true;
            }

            return next < tokens.Count && (IsReason(tokens[next]) || tokens[next].Has(WordRoles.Negations)
                || tokens[next].Text is "over" or "as");
        }

        private static bool IsReason(Token token) => token.Has(WordRoles.Conclusions)
            || (token.Has(WordRoles.Reasons) && !token.Has(WordRoles.Restrictions | WordRoles.ThisCase | WordRoles.Joins
            | WordRoles.Contrasts) && token.Text is not ("to" or "who" or "that" or "which"));
    }
}
