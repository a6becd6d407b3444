namespace MedQA.Contracts;

/// <summary>A question's answer as shown in lists, without the reasonings.</summary>
public record AnswerRow
{
    /// <summary>The question's position in the run, from 0.</summary>
    public required int Ordinal { get; init; }

    /// <summary>Its id within its data set.</summary>
    public required string Id { get; init; }

    /// <summary>Its data set.</summary>
    public required string Dataset { get; init; }

    /// <summary>Its topic, or <see langword="null"/>.</summary>
    public string? Topic { get; init; }

    /// <summary>The number of options; 0 for a free answer.</summary>
    public int Options { get; init; }

    /// <summary>
    /// The letter of the right option, or of all right options where <see cref="SeveralRight"/> is set (<c>ACD</c>);
    /// <see langword="null"/> if it is not known.
    /// </summary>
    public string? Gold { get; init; }

    /// <summary>
    /// The letter of the chosen option, or of all chosen options where <see cref="SeveralRight"/> is set (<c>ACD</c>);
    /// <see langword="null"/> if there is none.
    /// </summary>
    public string? Answer { get; init; }

    /// <summary>Whether the answer is right; <see langword="null"/> if that is not known or the question failed.</summary>
    public bool? Correct { get; init; }

    /// <summary>The votes for the answer divided by the samples asked for.</summary>
    public double Agreement { get; init; }

    /// <summary>The number of forced votes.</summary>
    public int ForcedVotes { get; init; }

    /// <summary>Whether several options shared the most votes.</summary>
    public bool Tie { get; init; }

    /// <summary>The number of samples asked for.</summary>
    public int Samples { get; init; }

    /// <summary>The prompt's length in tokens.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Tokens generated over all samples.</summary>
    public int GeneratedTokens { get; init; }

    /// <summary>The seconds spent on the answer.</summary>
    public double Seconds { get; init; }

    /// <summary>The failure's code, or <see langword="null"/>.</summary>
    public string? Failure { get; init; }

    /// <summary>The beginning of the question, in pages of answers; otherwise <see langword="null"/>.</summary>
    public string? Text { get; init; }

    /// <summary>The failure's message, when all answers are streamed; otherwise, and without a failure, <see langword="null"/>.</summary>
    public string? FailureMessage { get; init; }

    /// <summary>The full question, when all answers are streamed; otherwise <see langword="null"/>.</summary>
    public string? Question { get; init; }

    /// <summary>
    /// The text that the question refers to, when all answers are streamed; otherwise, and without one, <see langword="null"/>.
    /// </summary>
    public string? Context { get; init; }

    /// <summary>The options in order, when all answers are streamed; otherwise, and for a free answer, <see langword="null"/>.</summary>
    public IReadOnlyList<string>? OptionTexts { get; init; }

    /// <summary>
    /// The right option, when all answers are streamed and it is known; of several right ones a JSON array of their texts; otherwise
    /// <see langword="null"/>.
    /// </summary>
    public string? GoldText { get; init; }

    /// <summary>
    /// The chosen option, when all answers are streamed and there is one; of several a JSON array of their texts; otherwise
    /// <see langword="null"/>.
    /// </summary>
    public string? AnswerText { get; init; }

    /// <summary>
    /// The reference answers of a question with a free answer, when all answers are streamed and there are any; otherwise
    /// <see langword="null"/>.
    /// </summary>
    public IReadOnlyList<string>? ReferenceAnswers { get; init; }

    /// <summary>
    /// The free answer as shown to people, without thoughts, when all answers are streamed and there is one; otherwise
    /// <see langword="null"/>.
    /// </summary>
    public string? FreeAnswer { get; init; }

    /// <summary>
    /// The votes per option, when all answers are streamed; otherwise, for a free answer, and where several options can be right,
    /// <see langword="null"/>.
    /// </summary>
    public IReadOnlyList<int>? Votes { get; init; }

    /// <summary>
    /// What the question set says of the question besides (its other columns, by name), when all answers are streamed; otherwise, and
    /// without any, <see langword="null"/>.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>
    /// Whether several options of the question can be right, and the answer is all of them; otherwise <see langword="null"/>.
    /// </summary>
    public bool? SeveralRight { get; init; }

    /// <summary>
    /// The votes of each set of options that has any, by the letters of the set, when all answers are streamed and several options can be
    /// right; otherwise <see langword="null"/>.
    /// </summary>
    public IReadOnlyDictionary<string, int>? SetVotes { get; init; }
}

/// <summary>A page of answers, in the order of the questions.</summary>
/// <param name="Answers">The answers.</param>
/// <param name="Continuation">The token for the next page; missing on the last. While a run is in progress, answers can appear on pages
/// that were read already and after the last one.</param>
/// <param name="Total">The number of matching answers, on the first page if it is known; otherwise missing.</param>
public sealed record AnswerPage(IReadOnlyList<AnswerRow> Answers, string? Continuation, int? Total = null);
