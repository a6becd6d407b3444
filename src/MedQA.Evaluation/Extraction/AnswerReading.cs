using MedQA.Evaluation.Extraction.Words;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Extraction;

/// <summary>One text while it is read from its beginning to its end.</summary>
/// <param name="tokens">Its tokens.</param>
/// <param name="options">How its question's options are named.</param>
/// <param name="space">What the question is answered with.</param>
internal sealed partial class AnswerReading(List<Token> tokens, OptionReferences options, AnswerSpace space)
{
    private const int MaxSteps = 14;
    private const int ShortestName = 6;

    /// <summary>How many tokens after a colon the last words of a text have at most.</summary>
    private const int MaxEndLength = 16;

    private const string Openers = "([{\"'“‘*_`$<>";
    private const string Closers = ")]}\"'”’*_`$";

    /// <summary>What may precede a subject.</summary>
    private const string SubjectOpeners = "([{\"'“‘*_`$";

    private readonly Clauses _clauses = Clauses.Of(tokens, space);
    private readonly Claims _claims = new(space == AnswerSpace.Words);
    private readonly VerdictList _verdicts = new(tokens, options);
    private OptionReferences.Reference? _lastNamed;
    private int? _lastRetraction;
    private bool _hasOtherLetter;

    /// <summary>The options that have been named, as bits.</summary>
    private int _named;

    public OptionReferences.Reference? Settle()
    {
        // A sentence is read from the end of the markup before it: from each of its symbols would take too long.
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

            // "… → cryptococcosis → B" at the text's end.
            if (IsArrow(at) && at > 0 && options.At(tokens, at + 1) is { } led && IsPlain(led)
                && Skip(led.End, Closers + ".!") >= tokens.Count && _clauses.IsStated(at)
                && (_lastNamed is null || _lastNamed.Value.Option == led.Option))
            {
                _claims.Add(ClaimRank.Bare, led);
            }

            if (at >= tokens.Count - MaxEndLength && (tokens[at].IsSymbol(":.") || tokens[at].Text is "needs" or "words"))
            {
                EndNamed(at);
            }

            if (tokens[at].IsWord)
            {
                TakenBack(at);
                AnswerNamed(at);
                SubjectNamed(at);
                DecisionNamed(at);
                ConclusionNamed(at);
                ExceptionNamed(at);
                if (_lastNamed is { } named)
                {
                    PointedBack(at, named);
                }
            }
        }

        _verdicts.Close(_claims);
        return _claims.Settle();
    }

    private bool IsMarked(OptionReferences.Reference reference) =>
        OptionReferences.IsEnclosed(tokens, reference) || (reference.First > 0
            && tokens[reference.First - 1].Has(WordRoles.OptionNouns));

    /// <summary>Returns whether a letter is a capital or in brackets, so that it is not an article.</summary>
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

    private int Skip(int at, string symbols) => OptionReferences.SkipSymbols(tokens, at, symbols);

    /// <summary>Returns whether the statement ends after an option, or only its reason follows.</summary>
    private bool EndsOrReasons(int at, bool endsAtComma = true)
    {
        // "muss es C sein", "正解は④です": verbs that close a clause.
        var verb = Skip(at, Closers);
        at = verb < tokens.Count && tokens[verb].Text is "sein" or "übrig" or "infrage" or "zu" or "です" or "である" or "だ" or "となる"
            or "了" or "吧" or "heißen"
            or "になる" ? verb + 1 : at;
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
