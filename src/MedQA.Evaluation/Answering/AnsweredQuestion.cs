using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Answering;

/// <summary>The answer to one question with everything that led to it: one line of a progress blob, the unit of work.</summary>
public sealed record AnsweredQuestion
{
    /// <summary>The question's place in the run, from 0.</summary>
    public required int Ordinal { get; init; }

    /// <summary>The question's id within its data set.</summary>
    public required string Id { get; init; }

    /// <summary>The question's data set.</summary>
    public required string Dataset { get; init; }

    /// <summary>The question's topic, or <see langword="null"/>.</summary>
    public string? Topic { get; init; }

    /// <summary>
    /// What the question asks, as <see cref="Questions.QuestionFingerprint"/> gives it: two runs are compared only where it agrees. Empty
    /// where it was not recorded.
    /// </summary>
    public string QuestionFingerprint { get; init; } = "";

    /// <summary>
    /// The question's cluster, as <see cref="Questions.QuestionFingerprint.ClusterOf"/> gives it: equal questions and questions on one
    /// passage share it. <see langword="null"/> in runs under version 1 of the rules, of which equal questions alone are known to belong
    /// together.
    /// </summary>
    public string? Cluster { get; init; }

    /// <summary>How many options the question has; 0 for a free answer.</summary>
    public int OptionCount { get; init; }

    /// <summary>
    /// How many of them can be chosen, if not all: an option "n/a" only fills its place. Guessing chooses among these.
    /// </summary>
    public int? ChoosableOptions { get; init; }

    /// <summary>
    /// The index of the right option, or <see langword="null"/> if none is known, and always where <see cref="SeveralRight"/> is set.
    /// </summary>
    public int? Gold { get; init; }

    /// <summary>
    /// Whether several options can be right and the answer is all of them; see <see cref="Question.SeveralRight"/>. Then
    /// <see cref="Gold"/> and <see cref="Answer"/> are <see langword="null"/> and <see cref="Votes"/> is empty, here and in every
    /// reasoning.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SeveralRight { get; init; }

    /// <summary>The right options where several can be right; else, and if they are not known, <see langword="null"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OptionSet? GoldSet { get; init; }

    /// <summary>
    /// The chosen options where several can be right; <see langword="null"/> elsewhere, and if no sample gave an answer or the question
    /// failed.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OptionSet? AnswerSet { get; init; }

    /// <summary>
    /// Where several options can be right, the votes of every set of options that has one, in the order of their bits; else
    /// <see langword="null"/>. A vote is for the whole set.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<SetVotes>? SetVotes { get; init; }

    /// <summary>
    /// The index of the chosen option; <see langword="null"/> if no sample gave an answer, the answer is free, or the question failed.
    /// </summary>
    public int? Answer { get; init; }

    /// <summary>Votes per option, forced ones included; as long as there are options.</summary>
    public ImmutableArray<int> Votes { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Forced votes per option; as long as <see cref="Votes"/>, or empty if none was forced.</summary>
    public ImmutableArray<int> ForcedVotesPerOption { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>
    /// How many samples were asked for: the divisor of <see cref="Agreement"/>. Where a strategy stopped early, those that it drew.
    /// </summary>
    public int SamplesAsked { get; init; }

    /// <summary>Whether the answer was chosen among options with equally many votes.</summary>
    public bool Tie { get; init; }

    /// <summary>The options that shared the most votes: 1 without a tie.</summary>
    public int TiedOptions { get; init; }

    /// <summary>Log-likelihood per option, of strategies that score options; else empty.</summary>
    public ImmutableArray<double> OptionLogLikelihoods { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>
    /// How probable each option is, summing to 1, of strategies that score options (<c>likelihood</c>: softmax of the log-likelihoods;
    /// <c>soft-self-consistency</c>: mean over the reasonings); else empty.
    /// </summary>
    public ImmutableArray<double> OptionProbabilities { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>
    /// Of <c>likelihood</c>: the option with the highest log-likelihood per Unicode code point of its continuation (lm-evaluation-harness's
    /// <c>acc_norm</c>); else <see langword="null"/>.
    /// </summary>
    public int? AnswerByCodePoints { get; init; }

    /// <summary>
    /// Of <c>likelihood</c>: the option with the highest log-likelihood per UTF-8 byte of its continuation (<c>acc_bytes</c>); else
    /// <see langword="null"/>.
    /// </summary>
    public int? AnswerByBytes { get; init; }

    /// <summary>
    /// Of <c>adaptive-self-consistency</c>: P(Beta(a + 1, b + 1) &gt; 0.5) when it stopped, with a and b the votes of the first and second
    /// option. Not a share of votes: never mixed with <see cref="Agreement"/>.
    /// </summary>
    public double? StoppingPosterior { get; init; }

    /// <summary>Of <c>choice-shuffle</c>: options that stayed in place because they, or others, refer to places or letters.</summary>
    public int FixedOptions { get; init; }

    /// <summary>The reasonings, in the order of their indices within each stage.</summary>
    public ImmutableArray<Reasoning> Reasonings { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The prompt's length in tokens.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Worked examples in the prompt.</summary>
    public int Exemplars { get; init; }

    /// <summary>
    /// The ids of the worked examples in the prompt, in order, where they were chosen for this question; else empty: then they are the
    /// first ones of the run's.
    /// </summary>
    public ImmutableArray<string> ExemplarIds { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>
    /// Whether this is a second try: the first ran out of the profile's <c>maxSeconds</c>. There is no third, and the second draws the
    /// samples that the first would have drawn.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool TriedAgain { get; init; }

    /// <summary>
    /// Seconds that the answer took, with those of a first try that ran out of time. A measurement: differs from run to run.
    /// </summary>
    public double Seconds { get; init; }

    /// <summary>
    /// What the model's service counted for the question, failed tries included; <see langword="null"/> for a model of this process.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TokenUsage? Usage { get; init; }

    /// <summary>What decided the bits of the samples; see <see cref="ModelDescription.EngineFingerprint"/>.</summary>
    public string EngineFingerprint { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// Why infrastructure failed to answer (a code such as <c>workerCrashed</c>, <c>timeLimit</c>, <c>contextOverflow</c>), or
    /// <see langword="null"/>.
    /// </summary>
    public AnswerFailure? Failure { get; init; }

    /// <summary>Votes for the answer over the samples asked for, 0 to 1; 0 without an answer.</summary>
    public double Agreement => SamplesAsked == 0 ? 0
        : SeveralRight ? (double)VotesOf(AnswerSet) / SamplesAsked
        : Answer is { } answer && answer < Votes.Length ? (double)Votes[answer] / SamplesAsked
        : 0;

    /// <summary>
    /// Whether the answer is right; <see langword="null"/> if the right one is not known or infrastructure failed. No answer is wrong, and
    /// where several options can be right every set but the right one is.
    /// </summary>
    public bool? Correct => Failure is not null || RightOptions is null ? null : SeveralRight ? AnswerSet == GoldSet : Answer == Gold;

    /// <summary>The right option as a set of one, or the right ones; <see langword="null"/> if they are not known.</summary>
    [JsonIgnore]
    public OptionSet? RightOptions => SeveralRight ? GoldSet : Gold is { } gold ? OptionSet.Of(gold) : null;

    /// <summary>The chosen option as a set of one, or the chosen ones; <see langword="null"/> without an answer.</summary>
    [JsonIgnore]
    public OptionSet? ChosenOptions => SeveralRight ? AnswerSet : Answer is { } answer ? OptionSet.Of(answer) : null;

    /// <summary>Votes that had to be forced by the answer cue.</summary>
    public int ForcedVotes => Reasonings.Count(static reasoning => reasoning.Forced);

    /// <summary>Tokens generated over all samples.</summary>
    public int GeneratedTokens => Reasonings.Sum(static reasoning => reasoning.DrawnTokens);

    /// <summary>
    /// Returns the answer as one of a choice among sets of options: gold, answer and votes are places in the list of the sets that are
    /// right or have a vote, in the order of their bits. What is counted of a vote holds there as it does among options; what speaks of
    /// letters does not. Itself where one option is right.
    /// </summary>
    internal AnsweredQuestion OverSets()
    {
        if (!SeveralRight)
        {
            return this;
        }

        OptionSet?[] named = [GoldSet, AnswerSet, .. Reasonings.Select(static reasoning => reasoning.AnswerSet),
            .. (SetVotes ?? []).Select(static votes => (OptionSet?)votes.Options)];
        OptionSet[] sets = [.. named.OfType<OptionSet>().Distinct().OrderBy(static set => set.Bits)];
        return this with
        {
            Gold = PlaceOf(GoldSet),
            Answer = PlaceOf(AnswerSet),
            Votes = [.. sets.Select(set => VotesOf(set)), .. sets.Length == 0 ? (ReadOnlySpan<int>)[0] : []],
            OptionCount = OptionCount == 0 ? 0 : Math.Max(1, sets.Length),
            ChoosableOptions = ChoosableOptions ?? OptionCount,
            Reasonings = [.. Reasonings.Select(reasoning => reasoning with { Answer = PlaceOf(reasoning.AnswerSet) })],
        };

        int? PlaceOf(OptionSet? set) => set is { } known ? Array.IndexOf(sets, known) : null;
    }

    private int VotesOf(OptionSet? set) => (SetVotes ?? []).Where(votes => votes.Options == set).Sum(static votes => votes.Votes);
}

/// <summary>How many votes a set of options has.</summary>
/// <param name="Options">The set.</param>
/// <param name="Votes">Its votes, at least 1.</param>
public sealed record SetVotes(OptionSet Options, int Votes);

/// <summary>One sampled reasoning and the answer read from it.</summary>
public sealed record Reasoning
{
    /// <summary>Its index among the question's samples, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Which stage of the strategy drew it; 0 for the first.</summary>
    public int Stage { get; init; }

    /// <summary>Its text; empty if the answer was read only to be counted.</summary>
    public required string Text { get; init => field = value ?? ""; }

    /// <summary>Its token ids, the end token left out.</summary>
    public required ImmutableArray<int> Tokens { get; init => field = value.IsDefault ? [] : value; }

    /// <summary>
    /// Sum of log-probabilities at temperature 1 over the generated tokens; not a number if the model does not give it.
    /// </summary>
    public required double LogLikelihood { get; init; }

    /// <summary>How many tokens were drawn, the end token included.</summary>
    public required int DrawnTokens { get; init; }

    /// <summary>Why it ended.</summary>
    public required SampleEnd End { get; init; }

    /// <summary>
    /// The index of the option that it answers, or <see langword="null"/> if it gives none, and where several options can be right.
    /// </summary>
    public int? Answer { get; init; }

    /// <summary>
    /// The options that it answers, where several can be right; <see langword="null"/> elsewhere, and if it gives none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OptionSet? AnswerSet { get; init; }

    /// <summary>
    /// The option that it answers as a set of one, or those of several; <see langword="null"/> without an answer.
    /// </summary>
    [JsonIgnore]
    public OptionSet? ChosenOptions => AnswerSet ?? (Answer is { } option ? OptionSet.Of(option) : null);

    /// <summary>
    /// Whether the answer was forced, because the text gives none: read from the scores after the answer cue, or from
    /// <see cref="FollowUp"/>.
    /// </summary>
    public bool Forced { get; init; }

    /// <summary>
    /// What the model said when it was asked once more for its answer, where it gives no scores; else <see langword="null"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FollowUp { get; init; }

    /// <summary>What the model thought before <see cref="Text"/>, where its service gives that apart; no answer is read from it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Thought { get; init; }

    /// <summary>
    /// How long it thought and where its thoughts were closed, where the profile's <c>thinkingTokens</c> limits them; else
    /// <see langword="null"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Thinking? Thinking { get; init; }

    /// <summary>
    /// Log-likelihood per option after this reasoning and the answer cue, where it was asked for (forced answers,
    /// <c>soft-self-consistency</c>); else empty.
    /// </summary>
    public ImmutableArray<double> OptionLogLikelihoods { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>
    /// Of <c>choice-shuffle</c>: the options in the order in which they were shown, as indices in the question's order; else empty.
    /// </summary>
    public ImmutableArray<int> OptionOrder { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The part of <see cref="Text"/> that is not a thought; see <see cref="Sample.SpokenPart"/>.</summary>
    public TextSpan? SpokenPart { get; init; }

    /// <summary>
    /// Where in <see cref="Text"/> the answer was found: start and length in UTF-16 units; <see langword="null"/> if it was forced or
    /// not found.
    /// </summary>
    public TextSpan? AnswerSpan { get; init; }
}

/// <summary>Why a question has no answer although the model was not at fault.</summary>
/// <param name="Code">One of the codes that reports group by.</param>
/// <param name="Message">What happened, for people.</param>
public sealed record AnswerFailure(string Code, string Message)
{
    /// <summary>Whether the question itself cannot be asked with this profile and model, on any machine: a retry gives the same.</summary>
    public bool IsOfQuestion => FailureCodes.AreOfQuestion(Code);
}
