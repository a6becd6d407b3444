using System.Collections.Immutable;
using MedQA.Datasets.Writing;

namespace MedQA.Pipeline.Reading;

/// <summary>The table of a run's answers: the same columns in the blobs <c>answers.csv</c> and <c>answers.parquet</c>, over HTTP and on the command line.</summary>
public static class AnswerTable
{
    /// <summary>The columns, in order.</summary>
    internal static ImmutableArray<AnswerColumn> Columns { get; } =
    [
        new ValueColumn<int>("ordinal", static row => row.Ordinal),
        new TextColumn("id", static row => row.Id),
        new TextColumn("dataset", static row => row.Dataset),
        new TextColumn("topic", static row => row.Topic),
        new ValueColumn<int>("options", static row => row.Options),
        new TextColumn("gold", static row => row.Gold?.ToString()),
        new TextColumn("answer", static row => row.Answer?.ToString()),
        new OptionalColumn<bool>("correct", static row => row.Correct),
        new ValueColumn<double>("agreement", static row => row.Agreement),
        new ValueColumn<int>("forced_votes", static row => row.ForcedVotes),
        new ValueColumn<bool>("tie", static row => row.Tie),
        new ValueColumn<int>("samples", static row => row.Samples),
        new ValueColumn<int>("prompt_tokens", static row => row.PromptTokens),
        new ValueColumn<int>("generated_tokens", static row => row.GeneratedTokens),
        new ValueColumn<double>("seconds", static row => row.Seconds),
        new TextColumn("failure", static row => row.Failure),
        new TextColumn("failure_message", static row => row.FailureMessage),
    ];

    /// <summary>The header record of the CSV with its line ending.</summary>
    public static string Header { get; } = CsvLine.Of([.. Columns.Select(static column => column.Name)]);

    /// <summary>An answer's CSV record with its line ending.</summary>
    /// <param name="row">The answer.</param>
    public static string Line(AnswerRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return CsvLine.Of([.. Columns.Select(column => column.ValueOf(row))]);
    }
}
