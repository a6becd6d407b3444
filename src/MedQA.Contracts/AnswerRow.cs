namespace MedQA.Contracts;

/// <summary>A question's answer in one line: what lists show, without the reasonings.</summary>
public record AnswerRow
{
    /// <summary>The question's place in the run, from 0.</summary>
    public required int Ordinal { get; init; }

    /// <summary>Its id within its data set.</summary>
    public required string Id { get; init; }

    /// <summary>Its data set.</summary>
    public required string Dataset { get; init; }

    /// <summary>Its topic, or <see langword="null"/>.</summary>
    public string? Topic { get; init; }

    /// <summary>How many options it has; 0 for a free answer.</summary>
    public int Options { get; init; }

    /// <summary>The letter of the right option, or <see langword="null"/> where it is not known.</summary>
    public char? Gold { get; init; }

    /// <summary>The letter of the chosen option, or <see langword="null"/> where there is none.</summary>
    public char? Answer { get; init; }

    /// <summary>Whether the answer is right; <see langword="null"/> where that is not known or the question failed.</summary>
    public bool? Correct { get; init; }

    /// <summary>Votes for the answer over the samples asked for.</summary>
    public double Agreement { get; init; }

    /// <summary>Reasonings whose answer was forced.</summary>
    public int ForcedVotes { get; init; }

    /// <summary>Whether several options shared the most votes.</summary>
    public bool Tie { get; init; }

    /// <summary>Samples that were asked for.</summary>
    public int Samples { get; init; }

    /// <summary>The prompt's length in tokens.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Tokens generated over all samples.</summary>
    public int GeneratedTokens { get; init; }

    /// <summary>Seconds that the answer took.</summary>
    public double Seconds { get; init; }

    /// <summary>The code of the failure, or <see langword="null"/>.</summary>
    public string? Failure { get; init; }

    /// <summary>How the question begins, where a list was asked for; else <see langword="null"/>.</summary>
    public string? Text { get; init; }

    /// <summary>What the failure says, where all answers were asked for; else, and without a failure, <see langword="null"/>.</summary>
    public string? FailureMessage { get; init; }

    /// <summary>The whole question, where all answers were asked for; else <see langword="null"/>.</summary>
    public string? Question { get; init; }

    /// <summary>
    /// The text that the question refers to, where all answers were asked for; else, and without one, <see langword="null"/>.
    /// </summary>
    public string? Context { get; init; }

    /// <summary>The options in order, where all answers were asked for; else, and for a free answer, <see langword="null"/>.</summary>
    public IReadOnlyList<string>? OptionTexts { get; init; }

    /// <summary>The right option, where all answers were asked for and it is known; else <see langword="null"/>.</summary>
    public string? GoldText { get; init; }

    /// <summary>The chosen option, where all answers were asked for and there is one; else <see langword="null"/>.</summary>
    public string? AnswerText { get; init; }

    /// <summary>
    /// The reference answers of a question with a free answer, where all answers were asked for and there are any; else
    /// <see langword="null"/>.
    /// </summary>
    public IReadOnlyList<string>? ReferenceAnswers { get; init; }

    /// <summary>
    /// The free answer as people are shown it (no thoughts), where all answers were asked for and there is one; else
    /// <see langword="null"/>.
    /// </summary>
    public string? FreeAnswer { get; init; }

    /// <summary>Votes per option in order, where all answers were asked for; else, and for a free answer, <see langword="null"/>.</summary>
    public IReadOnlyList<int>? Votes { get; init; }
}

/// <summary>A page of answers in the order of their questions.</summary>
/// <param name="Answers">The answers.</param>
/// <param name="Continuation">Ask with it for the next page; missing on the last. While a run goes on, more can come behind the last
/// page.</param>
/// <param name="Total">How many answers pass in all, on the first page where that is known; else missing.</param>
public sealed record AnswerPage(IReadOnlyList<AnswerRow> Answers, string? Continuation, int? Total = null);
