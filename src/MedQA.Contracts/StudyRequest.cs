using System.Collections.Immutable;
using System.Text.Json;

namespace MedQA.Contracts;

/// <summary>What a study is made of.</summary>
public sealed record StudyRequest
{
    /// <summary>What those who make it call it; raters never see it.</summary>
    public required string Name { get; init; }

    /// <summary>What raters see as its title.</summary>
    public string? Title { get; init; }

    /// <summary>What raters read before they begin.</summary>
    public string? Instructions { get; init; }

    /// <summary>What raters agree to before they begin.</summary>
    public string? Consent { get; init; }

    /// <summary>The rubric: the name of one that comes with the service (`ListRubrics`), or a rubric of your own.</summary>
    public required JsonElement Rubric { get; init; }

    /// <summary>
    /// Where the answers come from: 1 to 12 sources, over the same questions. A question that a source does not answer is left out.
    /// </summary>
    public required ImmutableArray<SourceRequest> Sources { get; init; }

    /// <summary>How many questions of which data set; without it, every question that all sources answer.</summary>
    public ImmutableArray<StudyStratum>? Strata { get; init; }

    /// <summary>Decides which questions are drawn. Who rates what, and in which order, is drawn by a secret that nobody is told.</summary>
    public long Seed { get; init; }

    /// <summary>What those who make the study call the raters: one name each.</summary>
    public required ImmutableArray<string> Raters { get; init; }

    /// <summary>How many raters see each answer, for example 3; 1 where it is missing.</summary>
    public int? RatersPerAnswer { get; init; }

    /// <summary>How many answers every rater sees before the others, for example 25; 0 for no pilot.</summary>
    public int Pilot { get; init; }
}

/// <summary>A source of answers: a run or a file.</summary>
public sealed record SourceRequest
{
    /// <summary>What the report calls it; without it the run's model, or the file's name.</summary>
    public string? Name { get; init; }

    /// <summary>A run of free answers that has ended.</summary>
    public string? Run { get; init; }

    /// <summary>The text of a CSV file with the columns question and answer, and where they are known id and dataset.</summary>
    public string? Csv { get; init; }

    /// <summary>The file's name.</summary>
    public string? FileName { get; init; }
}
