using System.Collections.Immutable;
using System.Text.Json;

namespace MedQA.Contracts;

/// <summary>A request to create a study.</summary>
public sealed record StudyRequest
{
    /// <summary>The study's name, which raters never see.</summary>
    public required string Name { get; init; }

    /// <summary>The title shown to raters.</summary>
    public string? Title { get; init; }

    /// <summary>What raters read before rating.</summary>
    public string? Instructions { get; init; }

    /// <summary>What raters agree to before rating.</summary>
    public string? Consent { get; init; }

    /// <summary>The rubric: the name of a built-in one (`ListRubrics`), or your own rubric.</summary>
    public required JsonElement Rubric { get; init; }

    /// <summary>
    /// 1 to 12 sources of answers to the same questions. A question that any source does not answer is left out.
    /// </summary>
    public required ImmutableArray<SourceRequest> Sources { get; init; }

    /// <summary>The number of questions per data set; without it, every question that all sources answer.</summary>
    public ImmutableArray<StudyStratum>? Strata { get; init; }

    /// <summary>Decides which questions are drawn. A secret decides who rates what and in which order.</summary>
    public long Seed { get; init; }

    /// <summary>The raters' names, which raters never see.</summary>
    public required ImmutableArray<string> Raters { get; init; }

    /// <summary>The number of raters per answer, for example 3; 1 if missing.</summary>
    public int? RatersPerAnswer { get; init; }

    /// <summary>The number of answers that all raters rate first, for example 25; 0 for no pilot.</summary>
    public int Pilot { get; init; }
}

/// <summary>A source of answers: a run or a file.</summary>
public sealed record SourceRequest
{
    /// <summary>Its name in the report; by default the run's model or the file's name.</summary>
    public string? Name { get; init; }

    /// <summary>A finished run of free answers.</summary>
    public string? Run { get; init; }

    /// <summary>The text of a CSV file with the columns question and answer and, optionally, id and dataset.</summary>
    public string? Csv { get; init; }

    /// <summary>The file's name.</summary>
    public string? FileName { get; init; }
}
