namespace MedQA.Client;

/// <summary>A question's answer in one line, without the reasonings.</summary>
public sealed record Answer
{
    /// <summary>The question's place in the run, from 0.</summary>
    public required int Ordinal { get; init; }

    /// <summary>Its id within its data set.</summary>
    public required string Id { get; init; }

    /// <summary>Its data set.</summary>
    public required string Dataset { get; init; }

    /// <summary>Its topic, or <see langword="null"/>.</summary>
    public string? Topic { get; init; }

    /// <summary>How the question begins; <see langword="null"/> where all answers are read at once.</summary>
    public string? Text { get; init; }

    /// <summary>How many options it has; 0 for a free answer.</summary>
    public int Options { get; init; }

    /// <summary>The letter of the right option, or <see langword="null"/> where it is not known.</summary>
    public char? Gold { get; init; }

    /// <summary>The letter of the chosen option, or <see langword="null"/> where there is none.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("answer")]
    public char? Chosen { get; init; }

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

    /// <summary>Tokens drawn over all samples.</summary>
    public int GeneratedTokens { get; init; }

    /// <summary>Seconds that the answer took.</summary>
    public double Seconds { get; init; }

    /// <summary>The code of the failure, or <see langword="null"/>.</summary>
    public string? Failure { get; init; }

    /// <summary>What the failure says, where all answers are read at once; else, and without a failure, <see langword="null"/>.</summary>
    public string? FailureMessage { get; init; }

    /// <summary>The whole question, where all answers are read at once; else <see langword="null"/>.</summary>
    public string? Question { get; init; }

    /// <summary>
    /// The text that the question refers to, where all answers are read at once; else, and without one, <see langword="null"/>.
    /// </summary>
    public string? Context { get; init; }

    /// <summary>The options in order, where all answers are read at once; else, and for a free answer, <see langword="null"/>.</summary>
    public IReadOnlyList<string>? OptionTexts { get; init; }

    /// <summary>The right option, where all answers are read at once and it is known; else <see langword="null"/>.</summary>
    public string? GoldText { get; init; }

    /// <summary>The chosen option, where all answers are read at once and there is one; else <see langword="null"/>.</summary>
    public string? AnswerText { get; init; }

    /// <summary>
    /// The reference answers of a question with a free answer, where all answers are read at once and there are any; else
    /// <see langword="null"/>.
    /// </summary>
    public IReadOnlyList<string>? ReferenceAnswers { get; init; }

    /// <summary>The free answer, where all answers are read at once and there is one; else <see langword="null"/>.</summary>
    public string? FreeAnswer { get; init; }

    /// <summary>
    /// Votes per option in order, where all answers are read at once; else, and for a free answer, <see langword="null"/>.
    /// </summary>
    public IReadOnlyList<int>? Votes { get; init; }
}

/// <summary>A page of answers in the order of their questions.</summary>
/// <param name="Answers">The answers.</param>
/// <param name="Continuation">Ask with it for the next page; <see langword="null"/> on the last. While a run goes on, more can come behind
/// the last page.</param>
/// <param name="Total">How many answers pass in all, on the first page where that is known.</param>
public sealed record AnswerPage(IReadOnlyList<Answer> Answers, string? Continuation, int? Total);

/// <summary>Which answers are wanted.</summary>
public sealed record AnswerQuery
{
    /// <summary>
    /// The kind: <c>correct</c>, <c>wrong</c>, <c>failed</c>, <c>unanswered</c>, <c>forced</c>, <c>tie</c>, <c>lowAgreement</c>;
    /// <see langword="null"/> for all.
    /// </summary>
    public string? Filter { get; init; }

    /// <summary>Only answers with less agreement than this, 0 to 1; <see langword="null"/> for all.</summary>
    public double? AgreementBelow { get; init; }

    /// <summary>Only questions in which each of these words stands; <see langword="null"/> for all.</summary>
    public string? Search { get; init; }
}

/// <summary>A question with everything about its answer.</summary>
/// <param name="Question">The question.</param>
/// <param name="Answer">The answer with every reasoning and vote.</param>
public sealed record AnswerDetail(Question Question, AnsweredQuestion Answer);

/// <summary>A question.</summary>
/// <param name="Id">Its id within its data set.</param>
/// <param name="Dataset">Its data set.</param>
/// <param name="Topic">Its topic, or <see langword="null"/>.</param>
/// <param name="Context">Text that it refers to, or <see langword="null"/>.</param>
/// <param name="Text">The question itself.</param>
/// <param name="Options">Its options in order; none for a free answer.</param>
/// <param name="Gold">The index of the right option, or <see langword="null"/>.</param>
public sealed record Question(
    string Id, string Dataset, string? Topic, string? Context, string Text, IReadOnlyList<string> Options, int? Gold);

/// <summary>The answer to a question, with what led to it.</summary>
public sealed record AnsweredQuestion
{
    /// <summary>The question's place in the run, from 0.</summary>
    public required int Ordinal { get; init; }

    /// <summary>The index of the chosen option, or <see langword="null"/>.</summary>
    public int? Answer { get; init; }

    /// <summary>Whether it is right; <see langword="null"/> where that is not known.</summary>
    public bool? Correct { get; init; }

    /// <summary>Votes per option.</summary>
    public IReadOnlyList<int> Votes { get; init; } = [];

    /// <summary>How many samples were asked for.</summary>
    public int SamplesAsked { get; init; }

    /// <summary>Votes for the answer over the samples asked for.</summary>
    public double Agreement { get; init; }

    /// <summary>Whether the answer was chosen among options with equally many votes.</summary>
    public bool Tie { get; init; }

    /// <summary>The reasonings, in order.</summary>
    public IReadOnlyList<Reasoning> Reasonings { get; init; } = [];

    /// <summary>Whether this is a second try, the first of which ran out of the profile's time.</summary>
    public bool TriedAgain { get; init; }

    /// <summary>Why infrastructure failed to answer, or <see langword="null"/>.</summary>
    public AnswerFailure? Failure { get; init; }
}

/// <summary>A sampled reasoning and the answer read from it.</summary>
/// <param name="Index">Its index among the question's samples, from 0.</param>
/// <param name="Stage">Which stage of the strategy drew it; 0 for the first.</param>
/// <param name="Text">Its text.</param>
/// <param name="Answer">The index of the option that it answers, or <see langword="null"/>.</param>
/// <param name="Forced">Whether the answer was forced.</param>
/// <param name="End">Why it ended: <c>endToken</c>, <c>stopString</c>, <c>maxTokens</c> and so on.</param>
public sealed record Reasoning(int Index, int Stage, string Text, int? Answer, bool Forced, string End);

/// <summary>Why a question has no answer although the model was not at fault.</summary>
/// <param name="Code">The reason's code.</param>
/// <param name="Message">What happened, for people.</param>
public sealed record AnswerFailure(string Code, string Message);
