using System.Collections.Immutable;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;

namespace MedQA.Evaluation.Reporting;

/// <summary>What a report says about its run besides the answers.</summary>
public sealed record ReportHeader
{
    /// <summary>The run's id.</summary>
    public required string Run { get; init; }

    /// <summary>0 for the first report of a run; one more with every retry of failed questions.</summary>
    public int Revision { get; init; }

    /// <summary>The question set's name.</summary>
    public required string QuestionSet { get; init; }

    /// <summary>Hash of the question set in hexadecimal, or <see langword="null"/> if it is not known.</summary>
    public string? QuestionSetHash { get; init; }

    /// <summary>The ETag of the uploaded blob, or <see langword="null"/>.</summary>
    public string? ETag { get; init; }

    /// <summary>The profile with its worked examples.</summary>
    public required Protocol Protocol { get; init; }

    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>Hash over the model's files.</summary>
    public required string ModelFingerprint { get; init; }

    /// <summary>The model's size and family; <see langword="null"/> if neither was known when the run was made.</summary>
    public ModelFacts? ModelFacts { get; init; }

    /// <summary>Where the model was asked over HTTP; <see langword="null"/> for a model of the workers.</summary>
    public ModelEndpoint? Endpoint { get; init; }

    /// <summary>The version of the rules by which answers are read and counted.</summary>
    public required string EvaluationRules { get; init; }

    /// <summary>How many rows the question set's file has, its header row not counted.</summary>
    public required int Rows { get; init; }

    /// <summary>How many of them could not be used.</summary>
    public int Rejected { get; init; }

    /// <summary>The edition of the table of published results that the report gets.</summary>
    public int PublishedEdition { get; init; } = PublishedResults.CurrentEdition;

    /// <summary>What the rows of the file mean for the scores, a sentence each.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>When the run was created.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When its last question was answered; <see langword="null"/> while it runs: the report is then provisional.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>What the stored answers hash to, in hexadecimal, or <see langword="null"/> if nothing is stored.</summary>
    public string? Seal { get; init; }

    /// <summary>
    /// The exact prompts of a few questions, so that someone else can repeat the run. The only place where a report shows a question's
    /// text.
    /// </summary>
    public ImmutableArray<ExactPrompt> Prompts { get; init; } = [];
}
