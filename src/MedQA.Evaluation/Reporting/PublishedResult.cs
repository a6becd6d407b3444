using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>An accuracy that a paper reports.</summary>
public sealed partial record PublishedResult
{
    /// <summary>The benchmark, for people.</summary>
    public required string Benchmark { get; init; }

    /// <summary>The benchmark, split and option count, as the question sets of this project name them: <c>medqa_us_test_4opt</c>.</summary>
    public required string Dataset { get; init; }

    /// <summary>Options of each question.</summary>
    public required int Options { get; init; }

    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>The parameters that the model's name states, as in "Galactica (120B)"; <see langword="null"/> if it states none.</summary>
    [JsonIgnore]
    public long? Parameters => Size.Match(Model) is { Success: true, Value: var size } ? ParameterCount.Find(size) : null;

    /// <summary>How it was asked, as far as the source says.</summary>
    public required string Method { get; init; }

    /// <summary>The accuracy as printed, 0 to 1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Questions of the split.</summary>
    public required int Questions { get; init; }

    /// <summary>The fraction of the questions that was deferred; 0 if all were answered.</summary>
    public double Deferred { get; init; }

    /// <summary>Who reports it.</summary>
    public required string Source { get; init; }

    /// <summary>The year of the source.</summary>
    public required int Year { get; init; }

    /// <summary>Where the figure was read.</summary>
    public required string ReadIn { get; init; }

    /// <summary>The address of the place where it was read; <see langword="null"/> for results of the first edition.</summary>
    public string? Url { get; init; }

    /// <summary>The first edition of the table that has it: reports keep the edition that they were made with.</summary>
    [JsonIgnore]
    public int Edition { get; init; } = 1;

    /// <summary>
    /// 95 % Clopper-Pearson interval, from the number of right answers nearest to the printed accuracy; <see langword="null"/> if
    /// questions were deferred.
    /// </summary>
    public Interval? Interval => Deferred > 0 ? null : BinomialInterval.ClopperPearson((int)Math.Round(Accuracy * Questions), Questions);

    /// <summary>A number of billions or millions that stands alone: not the 7B of 8x7B, and not the active 3B of A3B.</summary>
    [GeneratedRegex(@"(?<![\w.])\d+(?:\.\d+)?[BMbm]\b", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Size { get; }
}

/// <summary>A published result beside a slice of a run.</summary>
/// <param name="Dataset">The run's data set.</param>
/// <param name="Result">The published result.</param>
/// <param name="Comparable">Whether both are on the same data set, split and number of options.</param>
/// <param name="Note">Why they are not comparable, or what to mind; <see langword="null"/> if there is nothing.</param>
public sealed record PublishedBeside(string Dataset, PublishedResult Result, bool Comparable, string? Note);
