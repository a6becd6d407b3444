using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Datasets.Reading;
using MedQA.Datasets.Tables;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Writing;

/// <summary>
/// Writes the canonical question set: a CSV with the columns id, dataset, topic, question, context, option_a …, answer,
/// reference_answers, and a column for each name of metadata.
/// </summary>
/// <remarks>The columns topic, the options with their answer, reference_answers and metadata are there where a question has them. The names
/// of metadata are marked (<c>meta:year</c>), so that none is taken for another column. The answer is a
/// letter, or the letters of all right options where several can be. Where a gold letter is also the text of another option (blood groups,
/// parts of a figure) its column is called answer_letter, so that the file means one thing only.</remarks>
public static class QuestionSetWriter
{
    /// <summary>
    /// Writes questions as RFC 4180 CSV: UTF-8 without byte order mark, CRLF. Texts are written unchanged: the file is for reading by
    /// <see cref="QuestionSetReader"/>, which gives the same questions again.
    /// </summary>
    /// <param name="stream">The stream to write to; not closed.</param>
    /// <param name="questions">The questions.</param>
    /// <param name="tally">Counts over at least these questions: they decide which columns there are.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <returns>How many questions were written.</returns>
    /// <exception cref="ArgumentException">A question has more options than the tally knows of.</exception>
    public static async Task<int> WriteAsync(
        Stream stream, IAsyncEnumerable<Question> questions, QuestionSetTally tally, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(questions);
        ArgumentNullException.ThrowIfNull(tally);
        await using var table = new StreamWriter(stream, leaveOpen: true);
        await table.WriteAsync(CsvLine.Verbatim(Header(tally)).AsMemory(), cancellationToken);
        var count = 0;
        await foreach (var question in questions.WithCancellation(cancellationToken))
        {
            await table.WriteAsync(CsvLine.Verbatim(Fields(question, tally)).AsMemory(), cancellationToken);
            count++;
        }

        return count;
    }

    private static List<string?> Header(QuestionSetTally tally)
    {
        List<string?> header = ["id", "dataset"];
        if (tally.HasTopics)
        {
            header.Add("topic");
        }

        header.AddRange("question", "context");
        if (tally.MaxOptions > 0)
        {
            header.AddRange(
                Enumerable.Range(0, tally.MaxOptions).Select(static index => $"option_{char.ToLowerInvariant(OptionLetter.Of(index))}"));
            header.Add(tally.HasLettersAsTexts ? "answer_letter" : "answer");
        }

        if (tally.FreeAnswers > 0)
        {
            header.Add("reference_answers");
        }

        header.AddRange(tally.Metadata.Select(MetadataReading.Marked));
        return header;
    }

    private static List<string?> Fields(Question question, QuestionSetTally tally)
    {
        if (question.Options.Length > tally.MaxOptions
            || (question.Topic is not null && !tally.HasTopics)
            || (question.Options.IsEmpty && tally.FreeAnswers == 0)
            || question.Metadata?.Keys.All(tally.Metadata.Contains) == false)
        {
            throw new ArgumentException($"Question '{question.Id}' was not counted by the tally.", nameof(tally));
        }

        List<string?> fields = [question.Id, question.Dataset];
        if (tally.HasTopics)
        {
            fields.Add(question.Topic);
        }

        fields.AddRange(question.Text, question.Context);
        if (tally.MaxOptions > 0)
        {
            fields.AddRange(question.Options);
            fields.AddRange(Enumerable.Repeat<string?>(null, tally.MaxOptions - question.Options.Length));
            fields.Add(question.RightOptions?.ToString());
        }

        if (tally.FreeAnswers > 0)
        {
            fields.Add(question.ReferenceAnswers is [var only] && only.AsSpan().TrimStart() is not ['[', ..] ? only
                : question.ReferenceAnswers.IsEmpty ? null
                : JsonSerializer.Serialize([.. question.ReferenceAnswers], ReferenceAnswersJson.Readable.StringArray));
        }

        fields.AddRange(tally.Metadata.Select(name => question.Metadata?.GetValueOrDefault(name)));

        return fields;
    }
}

/// <summary>Several reference answers in one field.</summary>
[JsonSerializable(typeof(string[]))]
internal sealed partial class ReferenceAnswersJson : JsonSerializerContext
{
    /// <summary>Letters of all languages are written unchanged.</summary>
    public static ReferenceAnswersJson Readable { get; } = new(
        new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
