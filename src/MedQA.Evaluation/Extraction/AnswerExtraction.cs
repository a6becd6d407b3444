using System.Collections.Immutable;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Extraction;

/// <summary>
/// Reads the answer from a reasoning: the last statement that names one option and is the model's own, neither negated nor conditional nor
/// taken back; docs/architecture.md, "How an answer is read".
/// </summary>
/// <remarks>
/// What is seen is the text before the first stop text and outside of thoughts (<see cref="ThoughtMarkers"/>). Statements have ranks (<see
/// cref="ClaimRank"/>), and the last of the highest rank
/// counts. "Wait, that is wrong" takes back what was stated before it, "B is wrong" what was stated of B, and a next question that the
/// model invents ends the text. A letter within a name
/// ("vitamin A", "hepatitis B", "group A streptococcus", "E. coli") is not an option, and neither are letters of other alphabets that look
/// like Latin ones. A text without such a statement has no
/// answer, and neither has one that contradicts itself: guessing is left to the answer cue. Takes time linear in the text's length. One
/// grammar reads English, Spanish, German, French,
/// Chinese and Japanese by their words (<see cref="Words.LanguageWords"/>).
/// </remarks>
internal sealed class AnswerExtraction
{
    private readonly OptionReferences _options;
    private readonly AnswerSpace _space;
    private readonly AnswerSetReading? _sets;

    /// <summary>Prepares extraction for a question.</summary>
    /// <param name="space">What the question is answered with; a free answer is never extracted.</param>
    /// <param name="options">The question's options, in the order in which they were shown.</param>
    public AnswerExtraction(AnswerSpace space, IReadOnlyList<string> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _space = space;
        _options = new OptionReferences(space, options);
        _sets = space == AnswerSpace.Subset ? new AnswerSetReading(options) : null;
    }

    /// <summary>
    /// Returns the options that a text answers where several can be right; <see langword="null"/> if it gives no answer, and elsewhere.
    /// </summary>
    /// <inheritdoc cref="Find" path="/param"/>
    public ExtractedSet? FindSet(string text, ImmutableArray<string> stop = default, TextSpan? spoken = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (from, to) = VisiblePart.Of(text, stop.IsDefault ? [] : stop, spoken);
        return _sets?.Find(text[from..to]) is { } found
            ? found with { Span = new TextSpan(from + found.Span.Start, found.Span.Length) }
            : null;
    }

    /// <summary>Returns the answer that a text gives where one option is right, or <see langword="null"/>.</summary>
    /// <param name="text">A reasoning.</param>
    /// <param name="stop">Texts that end it.</param>
    /// <param name="spoken">The part that is not a thought by the model's own tokens; <see langword="null"/> if these tell nothing.</param>
    public ExtractedAnswer? Find(string text, ImmutableArray<string> stop = default, TextSpan? spoken = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (_space is AnswerSpace.Free or AnswerSpace.Subset)
        {
            return null;
        }

        var (from, to) = VisiblePart.Of(text, stop.IsDefault ? [] : stop, spoken);
        var tokens = Tokenization.Of(text, from, to);
        Dialogue.MarkLabels(tokens);
        return new AnswerReading(tokens, _options, _space).Settle() is { } reference
            ? new ExtractedAnswer(reference.Option, SpanOf(tokens, reference)) : null;
    }

    private static TextSpan SpanOf(List<Token> tokens, OptionReferences.Reference reference)
    {
        var last = tokens[reference.End - 1];
        return new TextSpan(tokens[reference.First].Start, last.Start + last.Length - tokens[reference.First].Start);
    }
}
