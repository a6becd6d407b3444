using MedQA.Datasets.Answers;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Sources;

/// <summary>One record as a format's reader found it, before anything is checked that all formats share.</summary>
internal sealed record SourceRecord
{
    /// <summary>The line (from 1) on which the record starts.</summary>
    public required int Line { get; init; }

    /// <summary>The record's number in the file, from 1; blank lines do not count.</summary>
    public required int Number { get; init; }

    public string? Id { get; init; }

    public string? Dataset { get; init; }

    public string? Topic { get; init; }

    public string? Context { get; init; }

    /// <summary>The columns of the caller's map that the record has.</summary>
    public IReadOnlyList<string> Mapped { get; init; } = [];

    /// <summary>The fields that are no part of the question, each under its column's name; blank ones may be among them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];

    public string? Text { get; init; }

    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>The options with what precedes their texts, where that may be a label or belong to them ("A. baumannii").</summary>
    public IReadOnlyList<string> Labelled { get; init; } = [];

    /// <summary>Whether all options follow their letters.</summary>
    public bool HasLabels { get; init; }

    public IReadOnlyList<GoldClaim> Gold { get; init; } = [];

    /// <summary>
    /// The number by which the record itself calls its first option; <see langword="null"/> if it does not number them.
    /// </summary>
    public int? FirstNumber { get; init; }

    /// <summary>Fields that are not read and yet name one of the options; looked for only where no field that is read can.</summary>
    public IReadOnlyList<string> MayBeGold { get; init; } = [];

    /// <summary>Fields that are not read and, by their names, may hold the right answer of a record that has none.</summary>
    public IReadOnlyList<string> MayBeReferences { get; init; } = [];

    /// <summary>Fields that hold pictures, which are not read.</summary>
    public IReadOnlyList<string> Pictures { get; init; } = [];

    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Fields that are not read and may hold the options, for a record that would be a question with a free answer.</summary>
    public IReadOnlyList<string> MayBeOptions { get; init; } = [];

    /// <summary>Fields that are not read and hold a short text, where other sets keep what the question is about.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Fields that are not read and hold a long text, which the question may be about.</summary>
    public IReadOnlyList<string> LongTexts { get; init; } = [];

    /// <summary>
    /// Columns in which other rows may hold what their questions are about, and this one a code or the like; only where it holds none.
    /// The file's rows together decide whether such a column is a part of the questions.
    /// </summary>
    public IReadOnlyList<ContextCode> Codes { get; init; } = [];

    /// <summary>The columns of that kind in which this row holds what its question is about.</summary>
    public IReadOnlyList<string> Passages { get; init; } = [];

    /// <summary>
    /// Whether a record without options is a question with a free answer here, rather than one of which the options are missing.
    /// </summary>
    public bool MayBeFree { get; init; }

    /// <summary>Whether the record has no field for options or for reference answers, which other records of its file may have.</summary>
    public bool IsBare { get; init; }

    /// <summary>Returns the record without the last options that are blank or, where the setting says so, only fill a place.</summary>
    public SourceRecord Trimmed(bool dropsFillers)
    {
        var count = Options.Count;
        while (count > 0 && (string.IsNullOrWhiteSpace(Options[count - 1]) || (dropsFillers && IsFiller(Options[count - 1]))))
        {
            count--;
        }

        return count == Options.Count ? this : this with { Options = [.. Options.Take(count)] };
    }

    /// <summary>Returns whether an option only fills a place, or is what databases, Python and R write for no value.</summary>
    private static bool IsFiller(string option) =>
        OptionReading.IsFiller(option) || option.AsSpan().Trim() is "\\N" or "None" or "<NA>" or "NA";

    /// <summary>What the format's reader found wrong with the record, or <see langword="null"/>.</summary>
    public string? Problem { get; init; }
}

/// <summary>What a row holds in a column that may hold what the question is about, where it is a code, a number or a file's name.</summary>
/// <param name="Column">The column's name, as it is written.</param>
/// <param name="Text">What the row holds.</param>
/// <param name="IsRead">Whether what the question is about is read from a column of this name.</param>
internal sealed record ContextCode(string Column, string Text, bool IsRead);
