using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Results;

/// <summary>Which answers of a run are wanted: those that pass all conditions.</summary>
public sealed record AnswerQuery
{
    /// <summary>The kind of answers.</summary>
    public AnswerFilter Filter { get; init; }

    /// <summary>
    /// Only answers with less agreement than this, 0 to 1, which a threshold would leave to a person; questions without options and failed
    /// ones never; <see langword="null"/> for all.
    /// </summary>
    public double? AgreementBelow { get; init; }

    /// <summary>
    /// Only questions that contain each of these words, in any case: in text, options, id, topic, data set or metadata; <see
    /// langword="null"/> for all.
    /// </summary>
    public string? Search { get; init; }

    /// <summary>Only questions with these values of metadata; <see langword="null"/> for all.</summary>
    public MetadataFilter? Metadata { get; init; }

    /// <summary>The order. Any other than <see cref="AnswerOrder.Asked"/> needs the result of a run that has ended.</summary>
    public AnswerOrder Order { get; init; }

    /// <summary>Whether <see cref="Filter"/> is the only condition, and the order is that of the questions.</summary>
    internal bool IsFilter => AgreementBelow is null && !LooksAtTexts && Order == AnswerOrder.Asked;

    /// <summary>Whether the questions' texts decide.</summary>
    internal bool LooksAtTexts => Words.Length > 0 || Metadata is not null;

    /// <summary>The words to search for.</summary>
    internal string[] Words => Search?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>Whether a row passes <see cref="AgreementBelow"/>.</summary>
    internal bool PassesAgreement(AnswerRow row) => AgreementBelow is not { } most || (CanBeDeferred(row) && row.Agreement < most);

    /// <summary>Whether confidence says something about a row.</summary>
    internal static bool CanBeDeferred(AnswerRow row) => row is { Failure: null, Options: > 0 };
}
