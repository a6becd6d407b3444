using MedQA.Evaluation.Extraction.Words;

namespace MedQA.Evaluation.Extraction;

/// <summary>Lists and tables that say of each option whether it is right: "(C) Hydrochlorothiazide: correct", "| C | ✓ |", "C.
/// True".</summary>
internal sealed class VerdictList(List<Token> tokens, OptionReferences options)
{
    private const int MaxHeadLength = 16;
    private const string RowMarkup = "([\"'“‘*_`$<>#-–—•)]”’:,|→=";
    private const string Markup = "([{\"'“‘*_`$<>#-–—•\\)]}”’.:,|→";

    // "Yes" and marks may answer another question than which option is right: they count only where exactly one option has one and others
    // have the opposite.
    private readonly List<OptionReferences.Reference> _yes = [];
    private int _no;
    private bool _hasTick;
    private bool _isOtherTable;

    /// <summary>The option that the line begun last is about; <see langword="null"/> if it is about none.</summary>
    public int? Topic { get; private set; }

    /// <summary>Reads the line, or the sentence within a line, that begins at a token.</summary>
    public void Read(int at, Clauses clauses, Claims claims)
    {
        var isTable = at < tokens.Count && tokens[at].Is("|");
        var isHeading = at < tokens.Count && tokens[at].IsSymbol("#*");
        var mark = WordRoles.None;
        while (at < tokens.Count && (tokens[at].IsSymbol(Markup) || tokens[at].Has(WordRoles.OptionNouns)
            || (tokens[at].Kind == TokenKind.Symbol && tokens[at].Has(WordRoles.Approvals | WordRoles.Rejections))))
        {
            mark |= tokens[at].Kind == TokenKind.Symbol ? tokens[at].Roles : WordRoles.None;
            at++;
        }

        if (at + 2 < tokens.Count && at > 0 && tokens[at].Is("x") && tokens[at - 1].IsSymbol("([") && tokens[at + 1].IsSymbol(")]"))
        {
            // "[x] C".
            mark |= WordRoles.Approvals;
            at = OptionReferences.SkipSymbols(tokens, at + 2, Markup);
        }

        if (at > 0 && at + 2 < tokens.Count && tokens[at - 1].Is("<") && tokens[at + 1].Is(">") && tokens[at + 2].Is("<"))
        {
            // "<output><A>no</A>…".
            at = OptionReferences.SkipSymbols(tokens, at + 1, Markup);
        }

        if (at + 1 < tokens.Count && tokens[at].IsNumber && tokens[at + 1].IsSymbol(".)") && options.At(tokens, at) is null)
        {
            // "1. Vitamin D – yes".
            at = OptionReferences.SkipSymbols(tokens, at + 2, Markup);
        }

        Topic = null;
        if (at >= tokens.Count || options.At(tokens, at) is not { } head || !clauses.IsOwn(at))
        {
            ReadHeading(at, isTable);
            _no += at < tokens.Count && OptionReferences.IsUnticked(tokens, at) ? 1 : 0;
            return;
        }

        if (ReadRow(at, clauses, claims))
        {
            return;
        }

        Topic = head.Option;
        var end = options.SkipTextOf(tokens, head.End, head.Option);
        if (mark != WordRoles.None)
        {
            if (OptionReferences.EndsStatement(tokens, end))
            {
                // A color tells only in contrast to another.
                Count(head, mark, isSoft: true, isTick: !tokens[head.First - 1].IsSymbol("\ud83d"), claims);
            }
        }
        else if (isTable)
        {
            ReadCells(head, end, clauses, claims);
        }
        else
        {
            ReadRest(head, end, isHeading, clauses, claims);
        }
    }

    /// <summary>A line that is nothing but options and what each is: "A ✗ B ✓ C ✗", <c>{"A": false, "B": true}</c>.</summary>
    private bool ReadRow(int at, Clauses clauses, Claims claims)
    {
        var row = new List<(OptionReferences.Reference Option, WordRoles Role, bool IsTick)>();
        while (at < tokens.Count && !tokens[at].IsNewLine && row.Count <= options.OptionCount)
        {
            if (options.At(tokens, at) is { } head)
            {
                at = OptionReferences.SkipSymbols(tokens, head.End, RowMarkup);
                if (at >= tokens.Count || !tokens[at].Has(WordRoles.Approvals | WordRoles.Rejections) || clauses.IsQuestion(at))
                {
                    // The closing tag of "<A>no</A>".
                    if (row.Count > 0 && row[^1].Option.Option == head.Option && tokens[head.First - 1].Is("/"))
                    {
                        continue;
                    }

                    return false;
                }

                var verdict = tokens[at].Roles;
                row.Add((head, verdict & (WordRoles.Approvals | WordRoles.Rejections), tokens[at].Kind == TokenKind.Symbol));
                while (at < tokens.Count && tokens[at].Roles == verdict)
                {
                    at++;
                }
            }
            else if (tokens[at].IsSymbol(RowMarkup + "/{}.;") || (tokens[at].IsWord && tokens[at - 1].Is("/")))
            {
                at++;
            }
            else
            {
                return false;
            }
        }

        if (row.Count < 2)
        {
            return false;
        }

        foreach (var (option, role, isTick) in row)
        {
            Count(option, role, isSoft: true, isTick, claims);
        }

        return true;
    }

    /// <summary>Forgets what lists have said.</summary>
    public void Retract()
    {
        _yes.Clear();
        _no = 0;
    }

    /// <summary>Adds what the marks of all lists say together.</summary>
    public void Close(Claims claims)
    {
        var option = _yes.Count > 0 ? _yes[0].Option : -1;
        if (_yes.Count > 0 && _yes.TrueForAll(yes => yes.Option == option) && (_no > 0 || _hasTick))
        {
            claims.Add(ClaimRank.Verdict, _yes[^1]);
        }
    }

    private void ReadHeading(int at, bool isTable)
    {
        if (!isTable)
        {
            _isOtherTable = false;
            return;
        }

        var (tells, hasWord) = (false, false);
        for (; at < tokens.Count && !tokens[at].IsNewLine; at++)
        {
            hasWord |= tokens[at].IsWord;
            tells |= tokens[at].Has(WordRoles.Verdicts);
            if (tokens[at].Has(WordRoles.Wrong | WordRoles.Doubts | WordRoles.Negations))
            {
                _isOtherTable = true;
                return;
            }
        }

        _isOtherTable = hasWord ? !tells : _isOtherTable;
    }

    private void ReadCells(OptionReferences.Reference head, int at, Clauses clauses, Claims claims)
    {
        for (; at < tokens.Count && !tokens[at].IsNewLine; at++)
        {
            if (tokens[at].Is("|") && VerdictAt(at + 1, clauses) is { } verdict && (!verdict.IsSoft || !_isOtherTable))
            {
                Count(head, verdict.Role, verdict.IsSoft, verdict.IsTick, claims);
                return;
            }
        }
    }

    private void ReadRest(OptionReferences.Reference head, int at, bool isHeading, Clauses clauses, Claims claims)
    {
        // Directly after the option, or after the colon or dash that ends what the list calls it.
        for (var step = 0; step < MaxHeadLength && at < tokens.Count; step++, at++)
        {
            var token = tokens[at];
            var separates = step == 0 || tokens[at - 1].IsSymbol(":–—→)") || (tokens[at - 1].Is("-") && tokens[at - 1].SpaceBefore)
                || (token.Kind == TokenKind.Symbol && token.Has(WordRoles.Approvals | WordRoles.Rejections));
            if (separates && VerdictAt(at, clauses) is { } verdict)
            {
                Count(head, verdict.Role, verdict.IsSoft, verdict.IsTick, claims);
                return;
            }

            if (token.IsNewLine)
            {
                // "**C. Hydrochlorothiazide**" or "Option C:", and the verdict below.
                if ((isHeading || tokens[at - 1].Is(":")) && VerdictAt(at + 1, clauses) is { } below && below.End < tokens.Count
                    && (tokens[below.End].IsSymbol(".,!*") || tokens[below.End].IsNewLine))
                {
                    Count(head, below.Role, below.IsSoft, below.IsTick, claims);
                }

                return;
            }

            if (token.IsSymbol(".!?;") && step > 0 && Clauses.EndsSentence(tokens, at))
            {
                return;
            }
        }
    }

    /// <summary>"correct", "this is the correct answer", "yes", "✓", with nothing after it that would make it a part of a longer
    /// saying.</summary>
    private (WordRoles Role, bool IsSoft, bool IsTick, int End)? VerdictAt(int at, Clauses clauses)
    {
        while (at < tokens.Count && tokens[at].IsSymbol(Markup) && !tokens[at].Is("|"))
        {
            at++;
        }

        if (at < tokens.Count && tokens[at].Has(WordRoles.Pronouns))
        {
            at++;
            while (at < tokens.Count && tokens[at].Has(WordRoles.SubjectCopulas | WordRoles.Articles | WordRoles.Adverbs)
                && !tokens[at].Has(WordRoles.Negations | WordRoles.Tentative))
            {
                at++;
            }
        }

        if (at >= tokens.Count || !tokens[at].Has(WordRoles.Approvals | WordRoles.Rejections) || clauses.IsQuestion(at))
        {
            return null;
        }

        if (at + 2 < tokens.Count && tokens[at + 1].Is("-") && !tokens[at + 1].SpaceBefore && !tokens[at + 2].SpaceBefore
            && tokens[at + 2].IsWord)
        {
            // "Right-sided".
            return null;
        }

        var token = tokens[at];
        var isTick = token.Kind == TokenKind.Symbol;
        var isSoft = isTick || !token.Has(WordRoles.Predicates | WordRoles.Wrong) || token.Is("false");
        var end = at + 1;
        while (end < tokens.Count && (tokens[end].Has(WordRoles.PredicateNouns | WordRoles.AnswerNouns)
            || (tokens[end].IsWord && tokens[end].Roles == token.Roles && !isTick)))
        {
            end++;
        }

        var ends = end >= tokens.Count || tokens[end].IsNewLine || (tokens[end].Kind == TokenKind.Symbol && !tokens[end].Is("?")) || isTick
            || (tokens[end].Has(WordRoles.Reasons) && !tokens[end].Has(WordRoles.Restrictions | WordRoles.ThisCase)
            && tokens[end].Text is not ("to" or "that"));
        var isLabel = end > at + 1 && end < tokens.Count && tokens[end].Is(":");
        return ends && !isLabel ? (token.Roles & (WordRoles.Approvals | WordRoles.Rejections), isSoft, isTick, end) : null;
    }

    /// <summary>Counts what is said of an option.</summary>
    public void Count(OptionReferences.Reference head, WordRoles role, bool isSoft, bool isTick, Claims claims)
    {
        if ((role & WordRoles.Rejections) != WordRoles.None)
        {
            _no++;
            claims.Deny(head.Option);
        }
        else if (isSoft)
        {
            _hasTick |= isTick;
            _yes.Add(head);
        }
        else
        {
            claims.Add(ClaimRank.Verdict, head);
        }
    }
}
