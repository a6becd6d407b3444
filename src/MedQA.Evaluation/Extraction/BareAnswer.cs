using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Extraction;

/// <summary>Finds an answer that is no sentence: a line that is nothing but an option's letter or text, or that begins with yes, no or maybe.</summary>
internal static class BareAnswer
{
    private const string Markup = "([{\"'“‘*_`$<>#-–—•\\)]}”’.:,!;";

    /// <summary>The one option of all such lines; <see langword="null"/> where there is none, or where lines name different options (a list of the options is no answer). Of verdicts in words, the last.</summary>
    public static OptionReferences.Reference? Find(List<Token> tokens, OptionReferences options, AnswerSpace space)
    {
        OptionReferences.Reference? found = null;
        for (var start = 0; start < tokens.Count; start = Next(tokens, start, space))
        {
            // Behind the markup at once: markup may end sentences ("…", "!!!") and would else be looked at from each of its symbols.
            start = SkipLead(tokens, start, space);
            if (InLine(tokens, start, options, space) is { } reference)
            {
                if (space != AnswerSpace.Words && found is { } other && other.Option != reference.Option)
                {
                    return null;
                }

                found = reference;
            }
        }

        return found;
    }

    private static int SkipLead(List<Token> tokens, int at, AnswerSpace space)
    {
        while (at < tokens.Count && (tokens[at].IsSymbol(Markup) || tokens[at].Is("option") || tokens[at].Is("choice") || (space == AnswerSpace.Words && tokens[at].Has(WordRoles.Conclusions))))
        {
            at++;
        }

        return at;
    }

    private static OptionReferences.Reference? InLine(List<Token> tokens, int at, OptionReferences options, AnswerSpace space)
    {
        if (options.At(tokens, at) is not { } reference)
        {
            return null;
        }

        if (space == AnswerSpace.Words)
        {
            return reference.End >= tokens.Count || tokens[reference.End].Kind != TokenKind.Word ? reference : null;
        }

        var end = SkipMarkup(tokens, reference.End);
        if (end >= tokens.Count || tokens[end].Kind == TokenKind.NewLine)
        {
            return reference;
        }

        // "C) Hydrochlorothiazide …": the letter with its own text behind it.
        return reference.ByLetter && tokens[reference.End].Kind == TokenKind.Symbol && options.BeginsTextOf(tokens, reference.End, reference.Option) ? reference : null;
    }

    private static int SkipMarkup(List<Token> tokens, int at)
    {
        while (at < tokens.Count && tokens[at].IsSymbol(Markup))
        {
            at++;
        }

        return at;
    }

    // Letters and texts must have a line of their own; a verdict in words begins any sentence.
    private static int Next(List<Token> tokens, int at, AnswerSpace space)
    {
        while (at < tokens.Count && tokens[at].Kind != TokenKind.NewLine && !(space == AnswerSpace.Words && tokens[at].IsSymbol(".!?") && at + 1 < tokens.Count && tokens[at + 1].SpaceBefore))
        {
            at++;
        }

        return at + 1;
    }
}
