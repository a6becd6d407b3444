using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;

namespace MedQA.Evaluation.Reporting;

/// <summary>
/// The result of a run. Everything but <see cref="Circumstances"/> follows from the answers alone: the reports of two runs that answered
/// alike are equal, byte for byte, once that section is left out.
/// </summary>
public sealed record RunReport
{
    /// <summary>What every report says about the use of its answers.</summary>
    public const string NotMedicalAdvice =
        "The answers of this run come from a language model. They measure the model; they are not medical advice.";

    /// <summary>The version of this record's shape that is written.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The version of this record's shape.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The question set's name.</summary>
    public required string QuestionSet { get; init; }

    /// <summary>Hash of the question set in hexadecimal, or <see langword="null"/>.</summary>
    public string? QuestionSetHash { get; init; }

    /// <summary>
    /// Which questions were asked, to see whether another run shares some; <see langword="null"/> in reports under version 1 of the rules,
    /// and without a question.
    /// </summary>
    public QuestionSketch? Asked { get; init; }

    /// <summary>How the questions were asked: the whole profile with its worked examples.</summary>
    public required Protocol Protocol { get; init; }

    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>Hash over the model's files.</summary>
    public required string ModelFingerprint { get; init; }

    /// <summary>The model's size and family; <see langword="null"/> if neither was known when the run was made.</summary>
    public ModelFacts? ModelFacts { get; init; }

    /// <summary>The version of the rules by which answers are read and counted.</summary>
    public required string EvaluationRules { get; init; }

    /// <summary>Whether questions are still without an answer: every figure can change.</summary>
    public bool Provisional { get; init; }

    /// <summary>
    /// How the run stopped before all its questions were asked; <see langword="null"/> if it did not. Then intervals that suppose a fixed
    /// number of questions are left out, and those that are given hold although it stopped by what it saw.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StoppedEarly? StoppedEarly { get; init; }

    /// <summary>How many rows of the file were used or rejected.</summary>
    public required QuestionCounts Questions { get; init; }

    /// <summary>Accuracy over all questions, each counted once (micro average).</summary>
    public required Accuracy Accuracy { get; init; }

    /// <summary>
    /// The mean of the data sets' accuracies, each set counted once (macro average); <see langword="null"/> if no question has a known
    /// answer.
    /// </summary>
    public MacroAccuracy? MacroAccuracy { get; init; }

    /// <summary>One slice per data set, by name.</summary>
    public ImmutableArray<Slice> Datasets { get; init; } = [];

    /// <summary>One slice per topic of each data set, by names; questions without a topic are in none.</summary>
    public ImmutableArray<Slice> Topics { get; init; } = [];

    /// <summary>How far the samples of a question agree.</summary>
    public required AgreementSummary Agreement { get; init; }

    /// <summary>Votes that the model gave only when the answer cue forced it.</summary>
    public required ForcedVotes ForcedVotes { get; init; }

    /// <summary>Questions on which several options had the most votes.</summary>
    public required Ties Ties { get; init; }

    /// <summary>How the reasonings ended.</summary>
    public required ReasoningEnds Reasonings { get; init; }

    /// <summary>What was thought under the profile's <c>thinkingTokens</c>; <see langword="null"/> without such a budget.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ThinkingFigures? Thinking { get; init; }

    /// <summary>What was read and written.</summary>
    public required TokenCounts Tokens { get; init; }

    /// <summary>
    /// Right answers by the position of the right option: a model that prefers a letter shows it here. One row per position that occurs.
    /// </summary>
    public ImmutableArray<LetterBias> Letters { get; init; } = [];

    /// <summary>
    /// How far answers are right option by option, where several options can be right; else <see langword="null"/>.
    /// </summary>
    public SetFigures? Sets { get; init; }

    /// <summary>
    /// Calibration and deferral by agreement, of strategies with a fixed number of samples above 1; else <see langword="null"/>.
    /// </summary>
    public ConfidenceReport? Confidence { get; init; }

    /// <summary>
    /// Calibration and deferral by the options' probabilities, of strategies that score options; else <see langword="null"/>.
    /// </summary>
    public ConfidenceReport? OptionConfidence { get; init; }

    /// <summary>
    /// Calibration and deferral by the stopping posterior, of adaptive strategies; else <see langword="null"/>. Not to be compared with
    /// <see cref="Confidence"/>.
    /// </summary>
    public ConfidenceReport? StoppingPosterior { get; init; }

    /// <summary>The accuracies that lm-evaluation-harness reports, of strategy <c>likelihood</c>; else <see langword="null"/>.</summary>
    public OptionScoring? OptionScoring { get; init; }

    /// <summary>
    /// Of strategy <c>choice-shuffle</c>: questions with options that stayed in place because they refer to places or letters.
    /// </summary>
    public int QuestionsWithFixedOptions { get; init; }

    /// <summary>
    /// What single samples and fewer samples score; <see langword="null"/> if questions had different numbers of samples, or one.
    /// </summary>
    public SampleFigures? Samples { get; init; }

    /// <summary>What changes with the group in questions that come in pairs; <see langword="null"/> if there are none.</summary>
    public CounterfactualPairs? Pairs { get; init; }

    /// <summary>
    /// The edition of the table of published results that the report has; <see langword="null"/> for the first.
    /// </summary>
    public int? PublishedEdition { get; init; }

    /// <summary>What the literature reports on the run's data sets, comparable or not.</summary>
    public ImmutableArray<PublishedBeside> Published { get; init; } = [];

    /// <summary>Deferral with a guarantee from a development run, where one was given; see <see cref="GuaranteedDeferral.Of"/>.</summary>
    public GuaranteedDeferral? Guarantee { get; init; }

    /// <summary>How often each worked example was chosen, where they are chosen for each question; else empty.</summary>
    public ImmutableArray<ExemplarUse> ExemplarUses { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Why infrastructure failed to answer questions, by code.</summary>
    public ImmutableArray<FailureCount> Failures { get; init; } = [];

    /// <summary>Why questions cannot be asked, by code.</summary>
    public ImmutableArray<FailureCount> UnaskableReasons { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>
    /// What the rows of the file mean for the scores, a sentence each: questions without a known right option, with free answers, rows that
    /// cannot be used.
    /// </summary>
    public ImmutableArray<string> Notes { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>What a reader must know before using the figures; empty if there is nothing.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>The exact prompts of a few questions.</summary>
    public ImmutableArray<ExactPrompt> Prompts { get; init; } = [];

    /// <summary>That answers are not medical advice.</summary>
    public string Disclaimer { get; init; } = NotMedicalAdvice;

    /// <summary>Where, when and how fast: what may differ between two runs that answered alike.</summary>
    public required RunCircumstances Circumstances { get; init; }
}

/// <summary>How many rows of a question set's file were used or rejected.</summary>
public sealed record QuestionCounts
{
    /// <summary>Rows in the file.</summary>
    public required int Rows { get; init; }

    /// <summary>Rows that could not be used.</summary>
    public required int Rejected { get; init; }

    /// <summary>Questions that were accepted: rows less rejected ones.</summary>
    public required int Accepted { get; init; }

    /// <summary>Accepted questions that no worker has come to yet.</summary>
    public required int Waiting { get; init; }

    /// <summary>Accepted questions that do not count since the run stopped before them (<see cref="RunReport.StoppedEarly"/>).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int NotAsked { get; init; }

    /// <summary>Questions that the model was asked, whether it gave an answer or not.</summary>
    public required int Asked { get; init; }

    /// <summary>Questions with options on which the model gave no answer. They count as wrong.</summary>
    public required int Unanswered { get; init; }

    /// <summary>Questions that infrastructure failed to answer. They count neither as right nor as wrong.</summary>
    public required int Failed { get; init; }

    /// <summary>
    /// Questions that cannot be asked so: too long for the model's context, without options. In no accuracy, and no retry changes that.
    /// </summary>
    public int Unaskable { get; init; }

    /// <summary>Asked questions without a known right option (hidden label or free answer): in no accuracy.</summary>
    public required int WithoutGold { get; init; }
}

/// <summary>How often a worked example was chosen.</summary>
/// <param name="Exemplar">Its id.</param>
/// <param name="Questions">In how many prompts it stood.</param>
public sealed record ExemplarUse(string Exemplar, int Questions);

/// <summary>How often questions failed for one reason.</summary>
/// <param name="Code">The reason's code, as in <see cref="Answering.AnswerFailure.Code"/>.</param>
/// <param name="Questions">How many questions.</param>
public sealed record FailureCount(string Code, int Questions);

/// <summary>What may differ between two runs that answered alike.</summary>
public sealed record RunCircumstances
{
    /// <summary>The run's id.</summary>
    public required string Run { get; init; }

    /// <summary>0 for the first report of a run; one more with every retry.</summary>
    public int Revision { get; init; }

    /// <summary>The ETag of the uploaded blob, or <see langword="null"/>.</summary>
    public string? ETag { get; init; }

    /// <summary>When the run was created.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When its last question was answered.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>
    /// What the stored answers hash to, in hexadecimal (they hold times and places too, so it differs from run to run);
    /// <see langword="null"/> if nothing is stored.
    /// </summary>
    public string? Seal { get; init; }

    /// <summary>Seconds of work, summed over the questions (over workers side by side, so it can exceed the time that passed).</summary>
    public required double Seconds { get; init; }

    /// <summary>Generated tokens per second of work; <see langword="null"/> if no time was measured.</summary>
    public double? TokensPerSecond { get; init; }

    /// <summary>Where the questions were sent; <see langword="null"/> for a model of the workers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelEndpoint? Endpoint { get; init; }

    /// <summary>What the model's service counted, failed questions included; <see langword="null"/> for a model of the workers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TokenUsage? Usage { get; init; }

    /// <summary>The engine fingerprints seen, in order of their text. More than one: the bits of samples can differ between them.</summary>
    public ImmutableArray<string> EngineFingerprints { get; init; } = [];
}
