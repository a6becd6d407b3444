using System.Text;
using MedQA.Datasets.Reading;
using MedQA.Evaluation;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Tests;

/// <summary>Short ways to read text as a question set.</summary>
internal static class SetReadings
{
    public static Task<List<QuestionSetRow>> RowsAsync(string text, QuestionSetOptions? options = null) => RowsAsync(Encoding.UTF8.GetBytes(text), options);

    public static async Task<List<QuestionSetRow>> RowsAsync(byte[] bytes, QuestionSetOptions? options = null)
    {
        using var stream = new MemoryStream(bytes);
        return await RowsAsync(stream, options);
    }

    public static async Task<List<QuestionSetRow>> RowsAsync(Stream stream, QuestionSetOptions? options = null)
    {
        var rows = new List<QuestionSetRow>();
        await foreach (var row in QuestionSetReader.ReadAsync(stream, options ?? new QuestionSetOptions { FileName = "set.csv" }, TestContext.Current.CancellationToken))
        {
            rows.Add(row);
        }

        return rows;
    }

    public static async Task<List<QuestionSetRow>> FileAsync(string path, QuestionSetOptions? options = null)
    {
        await using var stream = File.OpenRead(path);
        return await RowsAsync(stream, options ?? new QuestionSetOptions { FileName = Path.GetFileName(path) });
    }

    /// <summary>Reads text of which every row is a question.</summary>
    public static async Task<List<Question>> QuestionsAsync(string text, QuestionSetOptions? options = null) => Questions(await RowsAsync(text, options));

    public static List<Question> Questions(List<QuestionSetRow> rows) => rows.ConvertAll(static row => Assert.IsType<AcceptedRow>(row).Question);

    /// <summary>The only row of a text, which must be rejected.</summary>
    public static async Task<RejectedRow> RejectedAsync(string text, QuestionSetOptions? options = null) => Assert.IsType<RejectedRow>(Assert.Single(await RowsAsync(text, options)));

    public static Task<InputException> RefusedAsync(string text, QuestionSetOptions? options = null) => RefusedAsync(Encoding.UTF8.GetBytes(text), options);

    public static async Task<InputException> RefusedAsync(byte[] bytes, QuestionSetOptions? options = null) =>
        await Assert.ThrowsAsync<InputException>(() => RowsAsync(bytes, options));

    public static string Outline(Question question) =>
        $"{question.Id}|{question.Dataset}|{question.Topic}|{question.Context}|{question.Text}|{string.Join('/', question.Options)}|{(question.Gold is { } gold ? OptionLetter.Of(gold) : '-')}|{string.Join('/', question.ReferenceAnswers)}";
}
