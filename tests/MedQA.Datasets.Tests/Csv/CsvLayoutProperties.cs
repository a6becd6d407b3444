using System.Text;
using FsCheck;
using FsCheck.Xunit;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Tests.Csv;

public sealed class CsvLayoutProperties
{
    private static readonly string[] Texts = ["Why?", "a,b;c\td|e", "\"quoted\" \"", "two\r\nlines", "\n", "Größe 😀", " blank ends ", "=1+1", "x", "'", "# no comment", "0.5", "sep=;", "<b>", "{", "a\rb"];

    /// <summary>The same questions are read whatever separator, line end, encoding, order of columns, spelling of names and quoting a file has.</summary>
    [Property(MaxTest = 300)]
    public void Questions_do_not_depend_on_the_layout(int seed)
    {
        var random = new System.Random(seed);
        var questions = Enumerable.Range(0, random.Next(1, 6)).Select(index => Question(random, index)).ToList();

        var rows = SetReadings.RowsAsync(Written(questions, random)).GetAwaiter().GetResult();

        Assert.Equal(questions.Select(SetReadings.Outline), SetReadings.Questions(rows).Select(SetReadings.Outline));
    }

    private static Question Question(System.Random random, int index)
    {
        var options = Enumerable.Range(0, random.Next(2, 6)).Select(option => $"{Text(random)}{option}").ToArray();
        return new Question
        {
            Id = $"q{index}",
            Dataset = $"set{random.Next(2)}",
            Topic = random.Next(2) == 0 ? null : "a topic",
            Context = random.Next(2) == 0 ? null : Text(random),
            Text = Text(random),
            Options = [.. options],
            Gold = random.Next(options.Length),
        };
    }

    private static string Text(System.Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => Texts[random.Next(Texts.Length)])) is var text && string.IsNullOrWhiteSpace(text) ? "x" : text;

    private static byte[] Written(List<Question> questions, System.Random random)
    {
        var separator = ",;\t"[random.Next(3)];
        var lineEnd = random.Next(2) == 0 ? "\n" : "\r\n";
        (string[] Names, Func<Question, string> Value)[] columns =
        [
            (["id", "ID", "Question ID", "qid"], static question => question.Id),
            (["dataset", "Data Set", "benchmark"], static question => question.Dataset),
            (["topic", "Subject", "CATEGORY"], static question => question.Topic ?? ""),
            (["context", "Abstract"], static question => question.Context ?? ""),
            (["question", "Stem", "Question_Text", "text"], static question => question.Text),
            (["answer", "Correct Answer", "gold", "answer_letter"], static question => OptionLetter.Of(question.Gold!.Value).ToString()),
            (["comment", "", "explanation"], static _ => "unused"),
            .. Enumerable.Range(0, 5).Select(option => (new[] { $"option_{(char)('a' + option)}" }, (Func<Question, string>)(question => option < question.Options.Length ? question.Options[option] : ""))),
        ];
        random.Shuffle(columns);
        var text = new StringBuilder();
        Line(columns.Select(column => column.Names[random.Next(column.Names.Length)]));
        questions.ForEach(question => Line(columns.Select(column => column.Value(question))));
        Encoding encoding = random.Next(3) switch
        {
            0 => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            1 => new UTF8Encoding(encoderShouldEmitUTF8Identifier: true),
            _ => Encoding.Unicode,
        };
        return [.. encoding.Preamble, .. encoding.GetBytes(text.ToString())];

        void Line(IEnumerable<string> fields)
        {
            var all = random.Next(2) == 0;
            text.AppendJoin(separator, fields.Select(field => all || field.AsSpan().ContainsAny([separator, '"', '\r', '\n']) ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field)).Append(lineEnd);
        }
    }
}
