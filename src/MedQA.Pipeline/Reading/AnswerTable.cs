using MedQA.Evaluation.Answering;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Reading;

/// <summary>Answers as CSV, the same columns in the blob <c>answers.csv</c> and over HTTP.</summary>
public static class AnswerTable
{
    /// <summary>The header record with its line ending.</summary>
    public static string Header { get; } = Csv.Line(
        "ordinal", "id", "dataset", "topic", "options", "gold", "answer", "correct", "agreement", "forced_votes", "tie", "samples", "prompt_tokens", "generated_tokens", "seconds", "failure", "failure_message");

    /// <summary>An answer's record with its line ending.</summary>
    /// <param name="row">The answer.</param>
    /// <param name="answered">The whole answer where it is at hand, for the message of its failure; or <see langword="null"/>.</param>
    public static string Line(AnswerRow row, AnsweredQuestion? answered = null)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Csv.Line(
            row.Ordinal, row.Id, row.Dataset, row.Topic, row.Options, row.Gold?.ToString(), row.Answer?.ToString(), row.Correct, row.Agreement, row.ForcedVotes, row.Tie, row.Samples,
            row.PromptTokens, row.GeneratedTokens, row.Seconds, row.Failure, answered?.Failure?.Message);
    }
}
