using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MedQA.Datasets.Reading;
using MedQA.Datasets.Writing;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Tests.Writing;

public sealed class QuestionSetWriterTests
{
    [Fact]
    public async Task Questions_with_and_without_options_stand_in_one_file()
    {
        Question[] questions =
        [
            new() { Id = "1", Dataset = "d", Text = "Why, \"so\"?", Options = ["x", "y"], Gold = 1 },
            new() { Id = "2", Dataset = "e", Topic = "t", Context = "a\nb", Text = "=1+1", Options = ["p", "q", "r"] },
            new() { Id = "3", Dataset = "f", Text = "How?", ReferenceAnswers = ["One.", "Zwei „ß“."] },
            new() { Id = "4", Dataset = "f", Text = "What?", ReferenceAnswers = ["Only."] },
        ];

        var text = await WrittenAsync(questions);

        Assert.Equal(
            "id,dataset,topic,question,context,option_a,option_b,option_c,answer,reference_answers\r\n1,d,,\"Why, \"\"so\"\"?\",,x,y,,B,\r\n2,e,t,=1+1,\"a\nb\",p,q,r,,\r\n"
            + "3,f,,How?,,,,,,\"[\"\"One.\"\",\"\"Zwei „ß“.\"\"]\"\r\n4,f,,What?,,,,,,Only.\r\n",
            text);
        Assert.Equal(questions.Select(SetReadings.Outline), (await SetReadings.QuestionsAsync(text)).Select(SetReadings.Outline));
    }

    [Fact]
    public async Task Letters_that_are_also_texts_stand_in_a_column_of_letters()
    {
        Question[] questions = [new() { Id = "1", Dataset = "d", Text = "Which group?", Options = ["O", "A", "B", "AB"], Gold = 1 }];

        var text = await WrittenAsync(questions);

        Assert.Equal("id,dataset,question,context,option_a,option_b,option_c,option_d,answer_letter\r\n1,d,Which group?,,O,A,B,AB,B\r\n", text);
        Assert.Equal(1, Assert.Single(await SetReadings.QuestionsAsync(text)).Gold);
    }

    [Fact]
    public async Task A_question_that_the_tally_does_not_know_is_no_silent_loss()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => QuestionSetWriter.WriteAsync(
            new MemoryStream(), new[] { new Question { Id = "1", Dataset = "d", Text = "Q", Options = ["x", "y"] } }.ToAsyncEnumerable(), new QuestionSetTally(), TestContext.Current.CancellationToken));
    }

    [Property(MaxTest = 300)]
    public void What_is_written_is_read_again(QuestionSeed[] seeds)
    {
        var questions = seeds.Select(static (seed, index) => seed.ToQuestion(index)).ToArray();
        if (questions.Length == 0)
        {
            return;
        }

        var text = WrittenAsync(questions).GetAwaiter().GetResult();

        Assert.Equal(questions.Select(SetReadings.Outline), SetReadings.QuestionsAsync(text).GetAwaiter().GetResult().Select(SetReadings.Outline));
    }

    [Fact]
    public async Task Rejected_rows_neutralize_formulas()
    {
        using var stream = new MemoryStream();
        RejectedRow[] rows = [new(3, "=cmd()", "The row has no question."), new(17, null, "@x, \"y\"")];

        var count = await RejectedRowsWriter.WriteAsync(stream, rows.ToAsyncEnumerable(), TestContext.Current.CancellationToken);

        Assert.Equal(2, count);
        Assert.Equal("line,id,reason\r\n3,'=cmd(),The row has no question.\r\n17,,\"'@x, \"\"y\"\"\"\r\n", Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static async Task<string> WrittenAsync(Question[] questions)
    {
        var tally = new QuestionSetTally();
        foreach (var question in questions)
        {
            tally.Add(new AcceptedRow(question, 1));
        }

        using var stream = new MemoryStream();
        var count = await QuestionSetWriter.WriteAsync(stream, questions.ToAsyncEnumerable(), tally, TestContext.Current.CancellationToken);
        Assert.Equal(questions.Length, count);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Anything that a question can hold.</summary>
    public sealed record QuestionSeed(NonNull<string> Text, string? Context, NonNull<string>[] Options, byte Gold, NonNull<string>[] References)
    {
        public Question ToQuestion(int index)
        {
            var options = Options.Take(26).Select(static option => Printable(option.Get)).ToArray();
            options = options.Length < 2 ? [] : options;
            var asked = Core($"{Printable(Text.Get)}\n{Context}");
            return new Question
            {
                Id = $"q{index}",
                Dataset = "set",
                Context = string.IsNullOrWhiteSpace(Context) ? null : Printable(Context),
                Text = Printable(Text.Get),
                Options = [.. options],
                Gold = options.Length == 0 || Gold % 4 == 3 ? null : Gold % options.Length,
                ReferenceAnswers = options.Length > 0 ? [] : [.. References.Select(static reference => Printable(reference.Get)).Where(reference => !asked.Contains(Core(reference), StringComparison.Ordinal))],
            };
        }

        /// <summary>A text without what a comparison leaves out: a question that has its own answer in it is rejected.</summary>
        private static string Core(string text) =>
            string.Concat(text.Where(static c => !char.IsWhiteSpace(c) && !".,;:*\"'".Contains(c))).ToUpperInvariant();

        /// <summary>
        /// Valid text that is not blank, and does not begin as a list or an object does: no reader gives those. Quotes, separators and line
        /// ends stay.
        /// </summary>
        private static string Printable(string text)
        {
            var valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace("\0", "", StringComparison.Ordinal).Replace("\uFFFF", "", StringComparison.Ordinal);
            var begins = string.Concat(valid.Where(static c => !char.IsWhiteSpace(c))) is ['[' or '{', '"' or '\'' or '[' or '{', ..];
            return string.IsNullOrWhiteSpace(valid) || begins ? $"x{valid.Trim()}" : valid;
        }
    }
}
