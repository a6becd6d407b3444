using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MedQA.Datasets;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Reporting;

namespace MedQA.Pipeline.Runs;

/// <summary>Everything that a run needs to be answered, collected and explained. Written once; its existence is the run's.</summary>
public sealed record RunManifest
{
    /// <summary>
    /// The version that is written: of the manifest, and of everything else that a run stores (blobs below its name, rows that it has).
    /// </summary>
    public const int Version = 1;

    /// <summary>
    /// The version of the manifest of a run in which several options of a question can be right: versions of this program that know one
    /// right option only do not open it. The newest that is read.
    /// </summary>
    public const int VersionOfSets = 2;

    /// <summary>The version of this run's form.</summary>
    public int V { get; init; } = Version;

    /// <summary>The run.</summary>
    public required string Run { get; init; }

    /// <summary>The upload's name, as people gave it.</summary>
    public required string Name { get; init; }

    /// <summary>The upload's blob in the container of question sets.</summary>
    public required string Source { get; init; }

    /// <summary>The version of the upload that was read.</summary>
    public required string SourceETag { get; init; }

    /// <summary>When it was split.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The name of the profile, also where there is no such profile.</summary>
    public required string ProfileName { get; init; }

    /// <summary>
    /// The profile with the worked examples that are used; <see langword="null"/> only where the upload was rejected because of its
    /// profile.
    /// </summary>
    public Protocol? Protocol { get; init; }

    /// <summary>Worked examples that the profile asks for; <see cref="Protocol"/> has fewer where not all fit every question.</summary>
    public int ExemplarsAsked { get; init; }

    /// <summary>
    /// Whether the number of worked examples was checked against every question; where it was not, a question that does not fit fails by
    /// itself.
    /// </summary>
    public bool ExemplarsChecked { get; init; }

    /// <summary>The model's name.</summary>
    public required string ModelName { get; init; }

    /// <summary>The model's fingerprint: only a worker with this model answers.</summary>
    public required string ModelFingerprint { get; init; }

    /// <summary>Where the model is asked over HTTP, and its prices; <see langword="null"/> for a model of the workers.</summary>
    public ModelEndpoint? Endpoint { get; init; }

    /// <summary>The model's size and family; <see langword="null"/> if neither was known, as in runs of earlier versions.</summary>
    public ModelFacts? ModelFacts { get; init; }

    /// <summary>
    /// Tokens of all prompts, each question's counted once, as the host estimates them; 0 for a model of the workers.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long EstimatedPromptTokens { get; init; }

    /// <summary>The most that the run can cost (<see cref="Profile.MaxCost"/>); <see langword="null"/> without prices.</summary>
    internal decimal? MaxCost =>
        Endpoint?.Prices is { } prices ? Protocol?.Profile.MaxCost(prices, Questions, EstimatedPromptTokens) : null;

    /// <summary>The version of the evaluation's rules.</summary>
    public required string Rules { get; init; }

    /// <summary>Questions that are asked.</summary>
    public int Questions { get; init; }

    /// <summary>Questions of a batch; the last batch has what is left. Batch b holds the ordinals from b times this on.</summary>
    public int BatchSize { get; init; }

    /// <summary>Rows that cannot be used.</summary>
    public int RejectedRows { get; init; }

    /// <summary>The first of those; <c>rejected.csv</c> has all.</summary>
    public ImmutableArray<UnusableRow> FirstRejected { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Hash over the questions of all batches in order, in lower-case hexadecimal: a changed question is found.</summary>
    public string QuestionsHash { get; init; } = "";

    /// <summary>How the upload says that it names the right option.</summary>
    public AnswerNotation AnswerNotation { get; init; } = AnswerNotation.Detect;

    /// <summary>
    /// Whether last options that only fill a place, as "N/A", are missing ones; <see langword="null"/> where they are options.
    /// </summary>
    public bool? DropsFillers { get; init; }

    /// <summary>How many usable questions are asked, from the first on; <see langword="null"/> for all.</summary>
    public int? Limit { get; init; }

    /// <summary>How many usable questions are asked, chosen at random; <see langword="null"/> for all.</summary>
    public int? Sample { get; init; }

    /// <summary>Which columns hold which part of a question, as the upload says; <see langword="null"/> where their names do.</summary>
    public string? Map { get; init; }

    /// <summary>
    /// The half-width of the accuracy's 95 % interval at which the run stops, in percentage points; <see langword="null"/> to ask all
    /// questions. Where it is given, the ordinals follow a random order.
    /// </summary>
    public decimal? Until { get; init; }

    /// <summary>
    /// The questions of each data set whose right option is known; only where <see cref="Until"/> is given.
    /// </summary>
    public ImmutableArray<DatasetSize>? Scored { get; init; }

    /// <summary>The decision that no more answers are needed, from its own blob; <see langword="null"/> before.</summary>
    internal RunStop? Stop { get; init; }

    /// <summary>The precision that ends the run early; <see langword="null"/> where all questions are asked.</summary>
    internal AccuracyTarget? Target => Until is { } points && Scored is { } scored ? new(points, scored) : null;

    /// <summary>
    /// Whether several options of a question can be right, as the upload says; <see langword="null"/> where one is.
    /// </summary>
    public bool? SeveralRight { get; init; }

    /// <summary>
    /// The names of the questions' metadata, in the order in which they come: the last columns of the table of answers.
    /// </summary>
    public ImmutableArray<string>? Metadata { get; init; }

    /// <summary>How the question set is read.</summary>
    internal SetReading Reading => new(
        AnswerNotation,
        DropsFillers ?? false,
        Limit,
        Sample,
        Map is not null && ColumnMap.TryParse(Map, out var map, out _) ? map : null,
        Until,
        SeveralRight == true ? RightAnswers.Several : RightAnswers.One);

    /// <summary>
    /// What the rows of the upload mean for the scores, a sentence each: questions without a known right option, with free answers, rows
    /// that cannot be used.
    /// </summary>
    public ImmutableArray<string> Notes { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Why nothing of the upload can be asked; <see langword="null"/> for a run that has questions.</summary>
    public Rejection? Rejection { get; init; }

    /// <summary>The trace that began with the upload.</summary>
    public string? Traceparent { get; init; }

    /// <summary>How many batches count: all, or those before the stop of a run that stopped early.</summary>
    internal int Batches => Stop?.Batches ?? AllBatches;

    /// <summary>How many batches of questions it has.</summary>
    internal int AllBatches => BatchSize == 0 ? 0 : (int)(((long)Questions + BatchSize - 1) / BatchSize);

    /// <summary>The batch number that holds an ordinal.</summary>
    internal int BatchOf(int ordinal) => ordinal / BatchSize;
}

/// <summary>Why nothing of an upload can be asked.</summary>
/// <param name="Sentence">For people.</param>
/// <param name="Line">The line that it speaks of, from 1; or <see langword="null"/>.</param>
public sealed record Rejection(string Sentence, int? Line);

/// <summary>
/// Stands in the manifest's place once a run is deleted, so that a repeated upload event finds it and does not revive the run.
/// </summary>
/// <param name="Deleted">When.</param>
/// <param name="Run">The run.</param>
/// <param name="Questions">How many questions it had.</param>
/// <param name="V">The version of its form, as of a manifest's.</param>
internal sealed record RunTombstone(DateTimeOffset Deleted, string Run, int Questions = 0, int V = RunManifest.Version);

/// <summary>A question with its place in the run: one line of a batch.</summary>
internal sealed record BatchQuestion(int Ordinal, Question Question);
