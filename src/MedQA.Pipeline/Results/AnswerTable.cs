using System.Collections.Immutable;
using MedQA.Datasets.Writing;

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
        new TextColumn<AnswerRow>("gold", static row => row.Gold?.ToString()),
        new TextColumn<AnswerRow>("answer", static row => row.Answer?.ToString()),
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
        new TextColumn<AnswerRow>("votes", static row => ListCell.Of(row.Votes)),
    ];

    /// <summary>The header record of the CSV with its line ending.</summary>
    public static string Header { get; } = HeaderOf(Columns.Length);

    /// <summary>An answer's CSV record with its line ending.</summary>
    /// <param name="row">The answer.</param>
    public static string Line(AnswerRow row) => Line(row, Columns.Length);

    /// <summary>Returns an answer's CSV record in a table with the first columns only.</summary>
    internal static string Line(AnswerRow row, int columns)
    {
        ArgumentNullException.ThrowIfNull(row);
        return CsvLine.Of([.. Columns.Take(columns).Select(column => column.ValueOf(row))]);
    }

    /// <summary>Returns the header record of a table with the first columns only.</summary>
    internal static string HeaderOf(int columns) => CsvLine.Of([.. Columns.Take(columns).Select(static column => column.Name)]);

    /// <summary>
    /// Returns the number of columns of a stored table by the beginning of its text: only those of an earlier version, or all.
    /// </summary>
    /// <param name="beginning">At least as many characters as <see cref="Header"/> has, if the table is that long.</param>
    internal static int ColumnsOf(string beginning) =>
        beginning.StartsWith(HeaderOf(EarlierColumns), StringComparison.Ordinal) ? EarlierColumns : Columns.Length;
}
