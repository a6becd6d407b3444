using MedQA.Evaluation.Extraction.Words;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Extraction;

/// <summary>Finds an answer that is not a sentence: a line that is nothing but an option's letter or text, or that begins with yes, no or
/// maybe.</summary>
internal static class BareAnswer
{
    /// <summary>What may precede and follow an option.</summary>
    public const string Markup = "([{\"'“‘*_`$<>#-–—•\\)]}”’.:,!;=→⇒|✓✔✅☑";

    /// <summary>Returns the option of the line or sentence that begins at a token; <see langword="null"/> if there is more to it.</summary>
    public static OptionReferences.Reference? At(List<Token> tokens, int at, OptionReferences options, AnswerSpace space)
    {
        at = SkipLead(tokens, at, space);
        if (at < tokens.Count && tokens[at].Has(WordRoles.Articles) && options.At(tokens, at) is null
            && options.At(tokens, at + 1) is { ByLetter: false })
        {
            at++;
        }

        if (options.At(tokens, at) is not { } reference)
        {
            return options.NumberAt(tokens, at) is { } number && options.BeginsTextOf(tokens, number.End, number.Option) ? number : null;
        }

        if (space == AnswerSpace.Words)
        {
            return reference.End >= tokens.Count || tokens[reference.End].Kind != TokenKind.Word ? reference : null;
        }

        var end = SkipMarkup(tokens, reference.End);
        if (end >= tokens.Count || tokens[end].IsNewLine)
        {
            return reference;
        }

        // "C) Hydrochlorothiazide …": the letter with its own text after it. "Hydrochlorothiazide (C)": the other way round.
        if (reference.ByLetter)
        {
            return tokens[reference.End].Kind == TokenKind.Symbol
                && options.BeginsTextOf(tokens, reference.End, reference.Option) ? reference : null;
        }

        return options.At(tokens, end) is { ByLetter: true } letter && letter.Option == reference.Option
            && SkipMarkup(tokens, letter.End) is var rest && (rest >= tokens.Count || tokens[rest].IsNewLine) ? reference : null;
    }

    private static int SkipLead(List<Token> tokens, int at, AnswerSpace space)
    {
        while (at < tokens.Count && (tokens[at].IsSymbol(Markup)
            || (at > 0 && tokens[at].IsWord && tokens[at - 1].Is("\\") && tokens[at].Text.Length > 1)
            || (tokens[at].Has(WordRoles.OptionNouns) && !tokens[at].Has(WordRoles.AnswerNouns))
            || (space == AnswerSpace.Words && tokens[at].Has(WordRoles.Conclusions))))
        {
            at++;
        }

        return at;
    }

    private static int SkipMarkup(List<Token> tokens, int at) => OptionReferences.SkipSymbols(tokens, at, Markup);
}
