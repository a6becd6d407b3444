namespace MedQA.Client;

/// <summary>Selects answers.</summary>
public sealed record AnswerQuery
{
    /// <summary>
    /// The kind: <c>correct</c>, <c>wrong</c>, <c>failed</c>, <c>unanswered</c>, <c>forced</c>, <c>tie</c>, <c>lowAgreement</c>;
    /// <see langword="null"/> for all.
    /// </summary>
    public string? Filter { get; init; }

    /// <summary>Only answers with less agreement than this, 0 to 1; <see langword="null"/> for all.</summary>
    public double? AgreementBelow { get; init; }

    /// <summary>Only questions that contain each of these words; <see langword="null"/> for all.</summary>
    public string? Search { get; init; }

    /// <summary>
    /// Only questions with this value of metadata, <c>difficulty:hard</c>, or with all of a JSON object of such texts;
    /// <see langword="null"/> for all.
    /// </summary>
    public string? Metadata { get; init; }

    /// <summary>
    /// The order: <c>asked</c>, <c>agreement</c>, <c>dataset</c>, <c>length</c>, the last three only of a run that has ended;
    /// <see langword="null"/> for the order of the questions.
    /// </summary>
    public string? Order { get; init; }
}

/// <summary>A question with its full answer.</summary>
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
    string Id, string Dataset, string? Topic, string? Context, string Text, IReadOnlyList<string> Options, int? Gold)
{
    /// <summary>
    /// What the question set says of it besides: its other columns by their names; <see langword="null"/> if there are none.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Whether several options can be right; then <see cref="Gold"/> is <see langword="null"/>.</summary>
    public bool SeveralRight { get; init; }

    /// <summary>The letters of the right options where several can be right, <c>ACD</c>; otherwise <see langword="null"/>.</summary>
    public string? GoldSet { get; init; }
}

/// <summary>The answer to a question, with its reasonings and votes.</summary>
public sealed record AnsweredQuestion
{
    /// <summary>The question's position in the run, from 0.</summary>
    public required int Ordinal { get; init; }

    /// <summary>The index of the chosen option, or <see langword="null"/>.</summary>
    public int? Answer { get; init; }

    /// <summary>The letters of the chosen options where several can be right, <c>ACD</c>; otherwise <see langword="null"/>.</summary>
    public string? AnswerSet { get; init; }

    /// <summary>Votes per set of options where several can be right; otherwise <see langword="null"/>.</summary>
    public IReadOnlyList<SetVotes>? SetVotes { get; init; }

    /// <summary>Whether it is right; <see langword="null"/> if that is not known.</summary>
    public bool? Correct { get; init; }

    /// <summary>Votes per option.</summary>
    public IReadOnlyList<int> Votes { get; init; } = [];

    /// <summary>The number of samples asked for.</summary>
    public int SamplesAsked { get; init; }

    /// <summary>The votes for the answer divided by the samples asked for.</summary>
    public double Agreement { get; init; }

    /// <summary>Whether several options shared the most votes.</summary>
    public bool Tie { get; init; }

    /// <summary>The reasonings, in order.</summary>
    public IReadOnlyList<Reasoning> Reasonings { get; init; } = [];

    /// <summary>Whether this is a second try after the first exceeded the profile's time limit.</summary>
    public bool TriedAgain { get; init; }

    /// <summary>Why infrastructure failed to answer, or <see langword="null"/>.</summary>
    public AnswerFailure? Failure { get; init; }
}

/// <summary>A sampled reasoning and the answer read from it.</summary>
/// <param name="Index">Its index among the question's samples, from 0.</param>
/// <param name="Stage">The stage of the strategy that generated it; 0 for the first.</param>
/// <param name="Text">Its text.</param>
/// <param name="Answer">The index of the option that it answers, or <see langword="null"/>.</param>
/// <param name="Forced">Whether the answer was forced.</param>
/// <param name="End">Why generation ended: <c>endToken</c>, <c>stopString</c>, <c>maxTokens</c> and so on.</param>
public sealed record Reasoning(int Index, int Stage, string Text, int? Answer, bool Forced, string End)
{
    /// <summary>The letters of the options that it answers where several can be right; otherwise <see langword="null"/>.</summary>
    public string? AnswerSet { get; init; }
}

/// <summary>How many votes a set of options has.</summary>
/// <param name="Options">The letters of its options, in order.</param>
/// <param name="Votes">Its votes.</param>
public sealed record SetVotes(string Options, int Votes);

/// <summary>A failure that is not the model's fault.</summary>
/// <param name="Code">The reason's code.</param>
/// <param name="Message">What happened, for people.</param>
public sealed record AnswerFailure(string Code, string Message);
