using System.Buffers;
using System.Globalization;
using System.Text;
using MedQA.Pipeline.Reading;

namespace MedQA.Web.Answers;

/// <summary>Answers as CSV (RFC 4180, UTF-8) that a spreadsheet opens as text: a field that it would take for a formula gets an apostrophe in front.</summary>
internal static class AnswerCsv
{
    private const int FlushAt = 32 * 1024;
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(",\"\r\n");
    private static readonly SearchValues<char> StartsFormula = SearchValues.Create("=+-@\t\r");

    /// <summary>Writes a header and a record per answer, a buffer at a time.</summary>
    public static async Task WriteAsync(Stream stream, IAsyncEnumerable<AnswerRow> answers, CancellationToken cancellationToken)
    {
        var text = new StringBuilder("ordinal,id,dataset,topic,options,gold,answer,correct,agreement,forced_votes,tie,samples,prompt_tokens,generated_tokens,seconds,failure\r\n");
        await foreach (var answer in answers.WithCancellation(cancellationToken))
        {
            Append(text, answer);
            if (text.Length >= FlushAt)
            {
                await FlushAsync(stream, text, cancellationToken);
            }
        }

        await FlushAsync(stream, text, cancellationToken);
    }

    private static void Append(StringBuilder text, AnswerRow answer)
    {
        text.Append(CultureInfo.InvariantCulture, $"{answer.Ordinal},{Field(answer.Id)},{Field(answer.Dataset)},{Field(answer.Topic)},{answer.Options},{answer.Gold},{answer.Answer},");
        text.Append(CultureInfo.InvariantCulture, $"{(answer.Correct is { } correct ? correct ? "true" : "false" : "")},{answer.Agreement:R},{answer.ForcedVotes},{(answer.Tie ? "true" : "false")},");
        text.Append(CultureInfo.InvariantCulture, $"{answer.Samples},{answer.PromptTokens},{answer.GeneratedTokens},{answer.Seconds:R},{Field(answer.Failure)}\r\n");
    }

    private static string Field(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return "";
        }

        var plain = StartsFormula.Contains(value[0]) ? "'" + value : value;
        return plain.AsSpan().ContainsAny(NeedsQuotes) ? $"\"{plain.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : plain;
    }

    private static async Task FlushAsync(Stream stream, StringBuilder text, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
        text.Clear();
    }
}
