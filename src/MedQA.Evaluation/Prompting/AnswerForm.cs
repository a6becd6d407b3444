using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Prompting;

/// <summary>How the answers of a question are written: in worked examples, after the answer cue, and as scored continuations.</summary>
public sealed class AnswerForm
{
    private readonly PromptTemplate _answer;
    private readonly IReadOnlyList<string> _options;
    private readonly Profile _profile;

    private AnswerForm(AnswerSpace space, PromptTemplate answer, IReadOnlyList<string> options, Profile profile)
    {
        Space = space;
        _answer = answer;
        _options = options;
        _profile = profile;
    }

    /// <summary>What the question is answered with.</summary>
    public AnswerSpace Space { get; }

    /// <summary>Whether options are listed and named by their letters.</summary>
    internal bool IsByLetter => Space is AnswerSpace.Letters or AnswerSpace.Subset;

    /// <summary>
    /// The text that makes a model name its answer after a reasoning: the profile's, else <c>"\nAnswer: ("</c> for letters and
    /// <c>"\nAnswer:"</c> elsewhere, in the language of the profile's texts (English, Spanish, German, French, Chinese or Japanese).
    /// </summary>
    public string Cue =>
        _profile.AnswerCue ?? "\n" + (IsByLetter ? AnswerLeads.Before(_profile, "(") : AnswerLeads.Of(_profile));

    /// <summary>
    /// What follows <see cref="Cue"/> for each option, in order: <c>"A)"</c> after an open bracket, else a space and the answer.
    /// </summary>
    public IReadOnlyList<string> CueContinuations => [.. _options.Select((option, index) =>
        !IsByLetter ? " " + option : Cue.EndsWith('(') ? $"{OptionLetter.Of(index)})" : $" {Written(index)}")];

    /// <summary>What a direct answer adds to a prompt that asks for it, for each option in order: a space and the answer.</summary>
    public IReadOnlyList<string> Continuations => [.. _options.Select((_, index) => " " + Written(index))];

    /// <summary>
    /// All answers as a phrase: <c>(A), (B) or (C)</c>; where several options can be right, with <c>, or several of these</c>.
    /// </summary>
    public string All => One + (Space == AnswerSpace.Subset ? ", or several of these" : "");

    private string One => _options.Count switch
    {
        0 => "",
        1 => Written(0),
        var count => $"{string.Join(", ", Enumerable.Range(0, count - 1).Select(Written))} or {Written(count - 1)}",
    };

    /// <summary>Returns the form of the answers to a question with these options under a profile.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="options">The options.</param>
    /// <param name="severalRight">Whether several of them can be right.</param>
    public static AnswerForm Of(Profile profile, IReadOnlyList<string> options, bool severalRight = false)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(options);
        var space = options.Count == 0 || profile.Strategy.WritesFreeAnswers
            ? AnswerSpace.Free
            : severalRight ? AnswerSpace.Subset
            : profile.AnswerSpace ?? AnswerSpaces.Of([.. options]);
        var template = profile.AnswerTemplate
            ?? (space is not (AnswerSpace.Letters or AnswerSpace.Subset) ? "{option}"
                : profile.Strategy.ScoresOptions ? "{letter}" : "({letter})");
        return new AnswerForm(space, PromptTemplate.Of(template), space == AnswerSpace.Free ? [] : options, profile);
    }

    /// <summary>Returns several options as an answer names them: <c>(A), (C)</c>.</summary>
    public string Written(OptionSet options) => string.Join(", ", options.Options.Select(Written));

    /// <summary>Returns an answer as it is written in a worked example: <c>(C)</c>, <c>yes</c>.</summary>
    public string Written(int option) => _answer.Render(placeholder => placeholder switch
    {
        "letter" => OptionLetter.Of(option).ToString(),
        "option" => _options[option],
        _ => null,
    });
}
