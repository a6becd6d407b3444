using System.Collections.Immutable;
using MedQA.Datasets.Writing;
using MedQA.Evaluation.Reporting;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Results;

/// <summary>
/// The table of a run's answers: the same columns in the blobs <c>answers.csv</c> and <c>answers.parquet</c>, over HTTP and on the command
/// line.
/// </summary>
public static class AnswerTable
{
    /// <summary>The media type of Parquet.</summary>
    internal const string Parquet = "application/vnd.apache.parquet";

    /// <summary>How many of the columns the tables of earlier versions have: these, in this order.</summary>
    private const int EarlierColumns = 17;

    /// <summary>The columns, in order. New ones come behind these: programs go by the place, too.</summary>
    internal static ImmutableArray<TableColumn<AnswerRow>> Columns { get; } =
    [
        new ValueColumn<AnswerRow, int>("ordinal", static row => row.Ordinal),
        new TextColumn<AnswerRow>("id", static row => row.Id),
        new TextColumn<AnswerRow>("dataset", static row => row.Dataset),
        new TextColumn<AnswerRow>("topic", static row => row.Topic),
        new ValueColumn<AnswerRow, int>("options", static row => row.Options),
        new TextColumn<AnswerRow>("gold", static row => row.Gold),
        new TextColumn<AnswerRow>("answer", static row => row.Answer),
        new OptionalColumn<AnswerRow, bool>("correct", static row => row.Correct),
        new ValueColumn<AnswerRow, double>("agreement", static row => row.Agreement),
        new ValueColumn<AnswerRow, int>("forced_votes", static row => row.ForcedVotes),
        new ValueColumn<AnswerRow, bool>("tie", static row => row.Tie),
        new ValueColumn<AnswerRow, int>("samples", static row => row.Samples),
        new ValueColumn<AnswerRow, int>("prompt_tokens", static row => row.PromptTokens),
        new ValueColumn<AnswerRow, int>("generated_tokens", static row => row.GeneratedTokens),
        new ValueColumn<AnswerRow, double>("seconds", static row => row.Seconds),
        new TextColumn<AnswerRow>("failure", static row => row.Failure),
        new TextColumn<AnswerRow>("failure_message", static row => row.FailureMessage),
        new TextColumn<AnswerRow>("question", static row => row.Question),
        new TextColumn<AnswerRow>("context", static row => row.Context),
        new TextColumn<AnswerRow>("option_texts", static row => ListCell.Of(row.OptionTexts)),
        new TextColumn<AnswerRow>("gold_text", static row => row.GoldText),
        new TextColumn<AnswerRow>("answer_text", static row => row.AnswerText),
        new TextColumn<AnswerRow>("reference_answers", static row => ListCell.Of(row.ReferenceAnswers)),
        new TextColumn<AnswerRow>("free_answer", static row => row.FreeAnswer),
        new TextColumn<AnswerRow>("votes", static row => ListCell.Of(row)),
    ];

    /// <summary>The columns of a run whose questions have metadata: those of every run, then one for each name.</summary>
    /// <param name="metadata">The names; <see langword="null"/> if there are none.</param>
    internal static ImmutableArray<TableColumn<AnswerRow>> ColumnsWith(ImmutableArray<string>? metadata) =>
        metadata is not { IsDefaultOrEmpty: false } names ? Columns
            : [.. Columns, .. names.Select(static name =>
                new TextColumn<AnswerRow>(MetadataNames.Mark + name, row => row.Metadata?.GetValueOrDefault(name)))];

    /// <summary>The header record of the CSV with its line ending.</summary>
    public static string Header { get; } = HeaderOf(Columns.Length);

    /// <summary>An answer's CSV record with its line ending.</summary>
    /// <param name="row">The answer.</param>
    public static string Line(AnswerRow row) => Line(row, Columns.Length);

    /// <summary>Returns the CSV of a run: its header record, and what makes a record of an answer, each with its line ending.</summary>
    /// <param name="manifest">The run; <see langword="null"/> for the columns that every run has.</param>
    public static (string Header, Func<AnswerRow, string> LineOf) For(RunManifest? manifest)
    {
        var columns = ColumnsWith(manifest?.Metadata);
        return (HeaderOf(columns), row => Line(row, columns));
    }

    /// <summary>Returns an answer's CSV record in a table with the first columns only.</summary>
    internal static string Line(AnswerRow row, int columns) => Line(row, Columns[..columns]);

    /// <summary>Returns an answer's CSV record in a table with some columns.</summary>
    internal static string Line(AnswerRow row, ImmutableArray<TableColumn<AnswerRow>> columns)
    {
        ArgumentNullException.ThrowIfNull(row);
        return CsvLine.Of([.. columns.Select(column => column.ValueOf(row))]);
    }

    /// <summary>Returns the header record of a table with some columns.</summary>
    internal static string HeaderOf(ImmutableArray<TableColumn<AnswerRow>> columns) =>
        CsvLine.Of([.. columns.Select(static column => column.Name)]);

    /// <summary>Returns the header record of a table with the first columns only.</summary>
    internal static string HeaderOf(int columns) => HeaderOf(Columns[..columns]);

    /// <summary>
    /// Returns the columns of a stored table by the beginning of its text: only those of an earlier version, or all.
    /// </summary>
    /// <param name="beginning">At least as many characters as <see cref="Header"/> has, if the table is that long.</param>
    /// <param name="metadata">The names of the run's metadata.</param>
    internal static ImmutableArray<TableColumn<AnswerRow>> ColumnsOf(string beginning, ImmutableArray<string>? metadata) =>
        beginning.StartsWith(HeaderOf(EarlierColumns), StringComparison.Ordinal) ? Columns[..EarlierColumns] : ColumnsWith(metadata);
}
