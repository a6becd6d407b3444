using System.Globalization;
using MedQA.Datasets;
using MedQA.Evaluation;
using MedQA.Evaluation.Reporting;

namespace MedQA.Pipeline.Uploading;

/// <summary>The metadata of an upload's blob. Values are percent-encoded: HTTP headers hold ASCII only.</summary>
internal static class UploadMetadata
{
    /// <summary>The profile, where no folder names it.</summary>
    public const string Profile = "profile";

    /// <summary>The hash of the profile that is meant, where whoever stored the upload stated it.</summary>
    public const string ProfileHash = "profilehash";

    /// <summary>The name that people gave the question set, where it is not the blob's.</summary>
    public const string Name = "name";

    /// <summary>How the question set names the right option, where its rows leave that open.</summary>
    public const string AnswerNotation = "answernotation";

    /// <summary>Whether last options that only fill a place are missing ones: true or false.</summary>
    public const string DropFillers = "dropfillers";

    /// <summary>How many usable questions are asked, from the first on.</summary>
    public const string Limit = "limit";

    /// <summary>How many usable questions are asked, chosen at random.</summary>
    public const string Sample = "sample";

    /// <summary>
    /// The half-width of the accuracy's interval at which the run stops, as <see cref="AccuracyTarget.TryParse"/> reads it.
    /// </summary>
    public const string Until = "until";

    /// <summary>Which columns hold which part of a question, as <see cref="ColumnMap"/> reads it.</summary>
    public const string Map = "map";

    /// <summary>How many options of a question can be right: one or several.</summary>
    public const string RightAnswers = "rightanswers";

    /// <summary>Says that this service stored the blob, and may remove it with its run.</summary>
    public const string StoredBy = "storedby";

    /// <summary>The value of <see cref="StoredBy"/>.</summary>
    public const string Service = "medqa";

    /// <summary>The fingerprint of the model that the upload was stored for: no host with another one takes it for its own.</summary>
    public const string Model = "model";

    /// <summary>Returns how a question set is to be read, and what is wrong with what the metadata says of it, if anything is.</summary>
    public static (SetReading Reading, string? Fault) ReadingOf(IDictionary<string, string> metadata)
    {
        var (notation, drops) = (Find(metadata, AnswerNotation), Find(metadata, DropFillers));
        var (limit, sample) = (Find(metadata, Limit), Find(metadata, Sample));
        var found = notation is null ? MedQA.Datasets.AnswerNotation.Detect : AnswerNotationName.Find(notation);
        var right = Find(metadata, RightAnswers);
        var rightAnswers = right is null ? MedQA.Datasets.RightAnswers.One : EnumNames.Find<MedQA.Datasets.RightAnswers>(right);
        var dropsFillers = false;
        ColumnMap? map = null;
        var (until, points) = (Find(metadata, Until), 0m);
        var wrong = Find(metadata, Map) is not { } columns || ColumnMap.TryParse(columns, out map, out var unfit) ? null : unfit;
        var fault = found is null ? $"answerNotation '{notation}', but it must be {AnswerNotationName.All}"
            : drops is not null && !bool.TryParse(drops, out dropsFillers) ? $"dropFillers '{drops}', but it must be true or false"
            : limit is not null && SizeOf(limit) is null ? $"limit '{limit}', but it must be a whole number, 1 or more"
            : sample is not null && SizeOf(sample) is null ? $"sample '{sample}', but it must be a whole number, 1 or more"
            : limit is not null && sample is not null ? "both limit and sample, but only one of them can be given"
            : rightAnswers is null ? $"rightAnswers '{right}', but it must be one or several"
            : wrong is not null ? $"a map of columns that {wrong}"
            : until is not null && !AccuracyTarget.TryParse(until, out points) ? $"until '{until}', but it must be {AccuracyTarget.Takes}"
            : null;
        return fault is null
            ? (new SetReading(
                found!.Value,
                dropsFillers,
                SizeOf(limit),
                SizeOf(sample),
                map,
                until is null ? null : points,
                rightAnswers!.Value), null)
            : (default, fault);

        static int? SizeOf(string? text) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0 ? size : null;
    }

    public static string Encode(string value) => Uri.EscapeDataString(value);

    public static string? Find(IDictionary<string, string> metadata, string key) =>
        metadata.FirstOrDefault(entry => string.Equals(entry.Key, key, StringComparison.OrdinalIgnoreCase)).Value is { Length: > 0 } value
            ? Uri.UnescapeDataString(value)
            : null;
}
