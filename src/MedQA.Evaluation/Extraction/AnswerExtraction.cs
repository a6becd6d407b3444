using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Extraction;

/// <summary>
/// Reads the answer from a reasoning: the last statement that names one option and is neither negated nor conditional; DESIGN section 3.
/// </summary>
/// <remarks>
/// What is seen is the text before the first stop text and outside of <c>&lt;think&gt;</c>. Statements have ranks, and the last of the highest rank counts: an explicit statement
/// ("the answer is (C)", "C is correct", "I choose C", <c>\boxed{C}</c>), a line that is nothing but an option, a conclusion ("most consistent with (C)", "the most likely
/// diagnosis is …" with an option's text), a tentative statement ("the answer may be C"). A letter within a name ("vitamin A", "hepatitis B", "group A streptococcus") is no option, and
/// neither are letters of other alphabets that look like Latin ones. A text without such a statement has no answer: guessing is left to the answer cue.
/// Takes time linear in the text's length. The rules are English.
/// </remarks>
public sealed class AnswerExtraction
{
    private const int MostSteps = 14;

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

    private enum Rank
    {
        Tentative,
        Conclusion,
        Bare,
        Statement,
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
        var clauses = Clauses.Of(tokens);
        var best = new Best();
        for (var at = 0; at < tokens.Count; at++)
        {
            if (tokens[at].IsWord)
            {
                AnswerNamed(tokens, clauses, at, best);
                SubjectNamed(tokens, clauses, at, best);
                DecisionNamed(tokens, clauses, at, best);
                ConclusionNamed(tokens, clauses, at, best);
            }
        }

        if (BareAnswer.Find(tokens, _options, _space) is { } bare)
        {
            best.Add(Rank.Bare, bare);
        }

        return best.Reference is { } reference ? new ExtractedAnswer(reference.Option, SpanOf(tokens, reference)) : null;
    }

    private static TextSpan SpanOf(List<Token> tokens, OptionReferences.Reference reference)
    {
        var last = tokens[reference.End - 1];
        return new TextSpan(tokens[reference.First].Start, last.Start + last.Length - tokens[reference.First].Start);
    }

    /// <summary>"The answer is (C)", "Correct option: C", <c>{"answer": "C"}</c>.</summary>
    private void AnswerNamed(List<Token> tokens, Clauses clauses, int at, Best best)
    {
        if (!IsAnswerNoun(tokens, at) || clauses.IsConditional(at) || clauses.IsQuestion(at))
        {
            return;
        }

        var next = SkipToCopula(tokens, at + 1);
        FollowConnectors(tokens, clauses, next, WordRoles.Connectors, Rank.Statement, best, allowLineEnds: true);
    }

    private static bool IsAnswerNoun(List<Token> tokens, int at)
    {
        var word = tokens[at].Text;
        var before = at > 0 ? tokens[at - 1] : default;
        if (at > 0 && (before.Has(WordRoles.Disqualifiers) || before.IsSymbol("/")))
        {
            return false;
        }

        if (tokens[at].Has(WordRoles.AnswerNouns))
        {
            return at == 0 || !before.Has(WordRoles.BeforeVerb);
        }

        if (!tokens[at].Has(WordRoles.ChoiceNouns))
        {
            return false;
        }

        var praised = at > 0 && (tokens[at - 1].Has(WordRoles.Praise) || (at > 1 && tokens[at - 2].Has(WordRoles.Praise)));
        return praised || (at + 1 < tokens.Count && tokens[at + 1].IsSymbol(":="));
    }

    /// <summary>Past words that describe the answer ("the answer most consistent with this is …"), if a copula or colon follows them soon.</summary>
    private int SkipToCopula(List<Token> tokens, int at)
    {
        for (var step = 0; step < MostSteps && at + step < tokens.Count; step++)
        {
            var token = tokens[at + step];
            if (token.IsSymbol(":=") || (token.IsWord && token.Has(WordRoles.Copulas)))
            {
                return at + step;
            }

            var isDescription = token.IsWord && !token.Has(WordRoles.Negations) && !token.Has(WordRoles.Plurals) && !token.Has(WordRoles.Tentative)
                && !token.Has(WordRoles.Conditions) && _options.At(tokens, at + step) is null;
            if (!isDescription && !token.IsSymbol("()"))
            {
                break;
            }
        }

        return at;
    }

    /// <summary>From a cue over words that may stand between to the option that they lead to.</summary>
    private void FollowConnectors(List<Token> tokens, Clauses clauses, int at, WordRoles connectors, Rank rank, Best best, bool allowLineEnds = false)
    {
        var negated = false;
        var afterWord = false;
        for (var step = 0; step < MostSteps && at < tokens.Count; step++)
        {
            var token = tokens[at];
            if (_options.At(tokens, at) is { } reference && !clauses.IsQuestion(at))
            {
                if (!negated)
                {
                    if (!_options.IsJoined(tokens, reference) && !Clauses.IsConditionalAfter(tokens, reference.End))
                    {
                        best.Add(rank, reference);
                    }

                    return;
                }

                at = Correction(tokens, reference.End);
                if (at < 0)
                {
                    return;
                }

                negated = false;
                continue;
            }

            if (token.Kind == TokenKind.NewLine)
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
                    rank = Rank.Tentative;
                }
                else if (token.Has(WordRoles.Negations))
                {
                    negated = true;
                }
                else if (token.Has(WordRoles.Plurals) || !token.Has(connectors))
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
    private static int Correction(List<Token> tokens, int at)
    {
        for (var step = 0; step < 3 && at < tokens.Count; step++, at++)
        {
            if (tokens[at].IsWord)
            {
                return tokens[at].Has(WordRoles.Corrections) ? at + 1 : -1;
            }
        }

        return -1;
    }

    /// <summary>"C is the correct answer", "Option B, metformin, is correct".</summary>
    private void SubjectNamed(List<Token> tokens, Clauses clauses, int at, Best best)
    {
        if (_options.At(tokens, at) is not { } subject || clauses.IsConditional(at) || clauses.IsQuestion(at))
        {
            return;
        }

        var next = subject.End;
        while (next < tokens.Count && tokens[next].IsSymbol(")]}\"'”’*_`$.:,-–—"))
        {
            next++;
        }

        if (subject.ByLetter)
        {
            if (!CanBeSubject(tokens, subject.First))
            {
                return;
            }

            next = _options.SkipTextOf(tokens, next, subject.Option);
            while (next < tokens.Count && tokens[next].IsSymbol(")]}\"'”’*_`$,:-–—"))
            {
                next++;
            }
        }

        // "C. Hydrochlorothiazide: correct."
        if (next > subject.End && next < tokens.Count && tokens[next - 1].IsSymbol(":-–—") && tokens[next].Has(WordRoles.Predicates) && OptionReferences.EndsStatement(tokens, next + 1))
        {
            best.Add(Rank.Statement, subject);
            return;
        }

        if (next < tokens.Count && tokens[next].Has(WordRoles.SubjectCopulas) && PredicateRank(tokens, next + 1, subject.End + MostSteps) is { } rank
            && !Clauses.IsConditionalAfter(tokens, next + 1))
        {
            best.Add(rank, subject);
        }
    }

    /// <summary>What is said behind "C is": that it is correct or the answer (a statement), or the best or most likely of something (a conclusion).</summary>
    private static Rank? PredicateRank(List<Token> tokens, int from, int to)
    {
        var praised = false;
        for (var at = from; at < tokens.Count && at < to; at++)
        {
            var word = tokens[at].Text;
            if (tokens[at].Has(WordRoles.Predicates) || tokens[at].Has(WordRoles.AnswerNouns) || (praised && tokens[at].Has(WordRoles.PredicateNouns)))
            {
                return Rank.Statement;
            }

            if (!tokens[at].IsSymbol(",*_") && !tokens[at].Has(WordRoles.Adverbs) && !tokens[at].Has(WordRoles.Praise))
            {
                return praised && !tokens[at].Has(WordRoles.Negations) && !tokens[at].Has(WordRoles.Corrections) ? Rank.Conclusion : null;
            }

            praised |= tokens[at].Has(WordRoles.Superlatives);
        }

        return praised ? Rank.Conclusion : null;
    }

    private static bool CanBeSubject(List<Token> tokens, int at)
    {
        var before = at - 1;
        while (before >= 0 && tokens[before].IsSymbol("([{\"'“‘*_`$"))
        {
            before--;
        }

        if (before < 0 || !tokens[before].IsWord)
        {
            return true;
        }

        // In "both A and B are right" B alone is not the subject.
        var isJoined = tokens[before].Text is "and" or "or" && before > 0 && (tokens[before - 1].IsLetter || tokens[before - 1].IsSymbol(")]"));
        return !isJoined && tokens[before].Has(WordRoles.BeforeSubject);
    }

    /// <summary>"I choose C", "I would go with option B".</summary>
    private void DecisionNamed(List<Token> tokens, Clauses clauses, int at, Best best)
    {
        var word = tokens[at].Text;
        int next;
        if (tokens[at].Has(WordRoles.Decisions))
        {
            next = at + 1;
        }
        else if (at + 1 < tokens.Count && ((word is "go" or "going" or "stick" or "sticking" && tokens[at + 1].Is("with")) || (word is "opt" or "opting" or "vote" && tokens[at + 1].Is("for")) || (word is "settle" or "settled" && tokens[at + 1].Is("on")) || (word is "lean" or "leaning" && tokens[at + 1].Text is "toward" or "towards")))
        {
            next = at + 2;
        }
        else
        {
            return;
        }

        for (var before = at - 1; before >= 0 && before >= at - 3 && tokens[before].IsWord; before--)
        {
            if (tokens[before].Has(WordRoles.Negations))
            {
                return;
            }
        }

        if (!clauses.IsConditional(at) && !clauses.IsQuestion(at))
        {
            FollowConnectors(tokens, clauses, next, WordRoles.DecisionConnectors, Rank.Statement, best);
        }
    }

    /// <summary>"Therefore, (C).", "It's C.", "most consistent with (C)", "the most likely diagnosis is giant cell arteritis".</summary>
    private void ConclusionNamed(List<Token> tokens, Clauses clauses, int at, Best best)
    {
        var word = tokens[at].Text;
        if (clauses.IsConditional(at) || clauses.IsQuestion(at))
        {
            return;
        }

        if (tokens[at].Has(WordRoles.Conclusions) || word == "it's" || (word == "it" && at + 1 < tokens.Count && tokens[at + 1].Is("is")))
        {
            var next = word == "it" ? at + 2 : at + 1;
            while (next < tokens.Count && (tokens[next].IsSymbol(",:([*\"'`$_-–—") || tokens[next].Is("option") || tokens[next].Is("choice")))
            {
                next++;
            }

            if (_options.At(tokens, next) is { } concluded && !_options.IsJoined(tokens, concluded)
                && OptionReferences.EndsStatement(tokens, concluded.ByLetter ? _options.SkipTextOf(tokens, concluded.End, concluded.Option) : concluded.End)
                && (!concluded.ByLetter || tokens[concluded.First].IsCapital || OptionReferences.IsEnclosed(tokens, concluded)))
            {
                best.Add(Rank.Statement, concluded);
                return;
            }
        }

        if (!tokens[at].Has(WordRoles.Evidence))
        {
            return;
        }

        var negated = at > 0 && (tokens[at - 1].Has(WordRoles.Negations) || (at > 1 && tokens[at - 2].Has(WordRoles.Negations)));
        for (var next = at + 1; next < tokens.Count && next <= at + MostSteps && !negated; next++)
        {
            var token = tokens[next];
            if (token.Kind == TokenKind.NewLine || token.IsSymbol(".!?;") || token.Has(WordRoles.Negations))
            {
                return;
            }

            if (_options.At(tokens, next) is { } named && (!named.ByLetter || IsMarked(tokens, named)))
            {
                if (!_options.IsJoined(tokens, named) && !Clauses.IsConditionalAfter(tokens, named.End) && _space != AnswerSpace.Words)
                {
                    best.Add(Rank.Conclusion, named);
                }

                return;
            }
        }
    }

    private static bool IsMarked(List<Token> tokens, OptionReferences.Reference reference) =>
        OptionReferences.IsEnclosed(tokens, reference) || (reference.First > 0 && (tokens[reference.First - 1].Is("option") || tokens[reference.First - 1].Is("choice")));

    /// <summary>The last reference of the highest rank.</summary>
    private sealed class Best
    {
        private Rank _rank;

        public OptionReferences.Reference? Reference { get; private set; }

        public void Add(Rank rank, OptionReferences.Reference reference)
        {
            if (Reference is null || rank > _rank || (rank == _rank && reference.First >= Reference.Value.First))
            {
                (_rank, Reference) = (rank, reference);
            }
        }
    }
}
