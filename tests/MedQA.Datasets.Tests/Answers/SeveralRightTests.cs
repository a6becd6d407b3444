using System.Text;
using System.Text.Json;
using FsCheck.Xunit;
using MedQA.Datasets.Answers;
using MedQA.Datasets.Reading;
using MedQA.Datasets.Writing;
using MedQA.Evaluation;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Tests.Answers;

/// <summary>Sets of which several options can be right.</summary>
public sealed class SeveralRightTests
{
    private static readonly string[] Drugs = ["Amlodipine", "Lisinopril", "Calcium, sodium", "Spironolactone", "Loop diuretics"];

    private static QuestionSetOptions Several(string name = "set.csv", AnswerNotation notation = AnswerNotation.Detect) =>
        new() { FileName = name, RightAnswers = RightAnswers.Several, AnswerNotation = notation };

    private static async Task<string> GoldOfAsync(string answer, params string[] options) =>
        await ReadAsync($"question,{string.Join(',', options.Select(static (_, place) => $"option_{(char)('a' + place)}"))},answer\n"
            + $"Q?,{string.Join(',', options.Select(Quoted))},{Quoted(answer)}\n", Several());

    private static async Task<string> ReadAsync(string text, QuestionSetOptions options)
    {
        try
        {
            return string.Join(' ', (await SetReadings.RowsAsync(text, options)).Select(static row => row switch
            {
                AcceptedRow { Question: { SeveralRight: true, Gold: null } question } => question.GoldSet?.ToString() ?? "-",
                RejectedRow rejected => rejected.Reason,
                _ => "not a set",
            }));
        }
        catch (InputException exception)
        {
            return exception.Message;
        }
    }

    private static string Quoted(string field) => $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    [Theory]
    [InlineData("A", "A")]
    [InlineData("AC", "AC")]
    [InlineData("ACD", "ACD")]
    [InlineData("A, C and D", "ACD")]
    [InlineData("A;C", "AC")]
    [InlineData("A C", "AC")]
    [InlineData("C、A", "AC")]
    [InlineData("a, c", "AC")]
    [InlineData("A et C", "AC")]
    [InlineData("[\"A\", \"C\"]", "AC")]
    [InlineData("['A', 'C']", "AC")]
    [InlineData("[0, 2]", "AC")]
    [InlineData("[\"Amlodipine\", \"Calcium, sodium\"]", "AC")]
    [InlineData("Amlodipine; Calcium, sodium", "AC")]
    [InlineData("Amlodipine, Lisinopril", "AB")]
    [InlineData("Calcium, sodium", "C")]
    [InlineData("Option A, Option D", "AD")]
    [InlineData("", "-")]
    [InlineData("[]", "-")]
    public async Task A_field_lists_the_right_options(string answer, string gold) => Assert.Equal(gold, await GoldOfAsync(answer, Drugs));

    [Theory]
    [InlineData("A or C")]
    [InlineData("A/C")]
    [InlineData("CA")]
    [InlineData("BED")]
    [InlineData("bed")]
    [InlineData("A, F")]
    [InlineData("A, A")]
    [InlineData("A, Digoxin")]
    [InlineData("A-C")]
    [InlineData("[\"A\", \"Digoxin\"]")]
    [InlineData("[\"A\", \"\"]")]
    [InlineData("[\"A\", null]")]
    [InlineData("all")]
    public async Task What_is_no_list_of_options_is_refused(string answer) =>
        Assert.Contains("is not a list of some of the 5 options", await GoldOfAsync(answer, Drugs));

    [Theory]
    [InlineData(AnswerNotation.Detect, "is the text of option B, and can be a list of several")]
    [InlineData(AnswerNotation.Letter, "AC")]
    [InlineData(AnswerNotation.Text, "B")]
    public async Task Letters_that_are_an_options_text_are_refused_until_the_notation_is_set(AnswerNotation notation, string said) =>
        Assert.Contains(said, await ReadAsync("question,option_a,option_b,option_c,answer\nQ?,one,AC,two,AC\n", Several(notation: notation)));

    [Theory]
    [InlineData("\"1, 3\" \"2\" \"1, 4\"", "counts options, but no row")]
    [InlineData("\"1, 3\" \"0\" \"1\"", "BD A B")]
    [InlineData("\"1, 3\" \"5\" \"1\"", "AC E A")]
    public async Task Numbers_are_decided_over_the_file(string answers, string said) => Assert.Contains(said, await ReadAsync(
        "question,option_a,option_b,option_c,option_d,option_e,answer\n"
            + string.Concat(answers.Split("\" ").Select(static (answer, row) => $"Q{row}?,v,w,x,y,z,\"{answer.Trim('"')}\"\n")),
        Several()));

    [Fact]
    public async Task FrenchMedMcqa_is_read_as_published()
    {
        const string Text = """
            [{"id":"f1","question":"Laquelle ou lesquelles ?","answers":{"a":"un","b":"deux","c":"trois","d":"quatre","e":"cinq"},"correct_answers":["a","d"],"subject_name":"pharmacie","number_correct_answers":2},
             {"id":"f2","question":"Et ici ?","answers":{"a":"un","b":"deux","c":"trois","d":"quatre","e":"cinq"},"correct_answers":["e"],"subject_name":"pharmacie","number_correct_answers":1}]
            """;

        Assert.Equal("AD E", await ReadAsync(Text, Several("french.json")));
        Assert.Equal("AD E", await ReadAsync(Text.Replace("\"a\",\"d\"", "0,3", StringComparison.Ordinal).Replace("[\"e\"]", "[4]", StringComparison.Ordinal), Several("french.json")));
    }

    [Fact]
    public async Task Two_fields_must_name_the_same_set() =>
        Assert.Contains("name different options", await ReadAsync("question,option_a,option_b,option_c,answer,answer_text\nQ?,x,y,z,AC,\"x; y\"\n", Several()));

    [Fact]
    public async Task Without_the_setting_a_row_with_several_says_how_to_opt_in()
    {
        var rejected = await SetReadings.RejectedAsync("question,option_a,option_b,answer\nQ?,Red,Green,\"[\"\"Red\"\", \"\"Green\"\"]\"\n");

        Assert.Equal(
            "answer 'Red, Green' names several right options (A, B): where several options of a question can be right, say so for the whole set (--right-answers several, over HTTP rightAnswers=several).",
            rejected.Reason);
    }

    [Fact]
    public async Task The_space_belongs_to_the_whole_set_and_a_free_question_stays_free()
    {
        var rows = SetReadings.Questions(await SetReadings.RowsAsync(
            "question,option_a,option_b,answer,reference_answers\nQ?,x,y,A,\nWhy?,,,,Because.\n", Several()));

        Assert.Equal([true, false], rows.Select(static question => question.SeveralRight));
    }

    [Fact]
    public async Task What_is_written_is_read_again()
    {
        const string Text = "question,option_a,option_b,option_c,answer\nQ?,one,two,three,AC\nR?,AB,B,A,\"[\"\"A\"\", \"\"B\"\"]\"\nS?,v,w,x,B\nT?,v,w,x,\n";
        var questions = SetReadings.Questions(await SetReadings.RowsAsync(Text, Several(notation: AnswerNotation.Letter)));
        var tally = new QuestionSetTally();
        questions.ForEach(question => tally.Add(new AcceptedRow(question, 1)));
        await using var written = new MemoryStream();
        await QuestionSetWriter.WriteAsync(written, questions.ToAsyncEnumerable(), tally, TestContext.Current.CancellationToken);

        var again = await ReadAsync(Encoding.UTF8.GetString(written.ToArray()), Several());

        Assert.Equal("AC AB B -", again);
        Assert.Contains("2 of 4 questions have more than one right option", string.Join(' ', tally.Notes()));
    }

    [Property(MaxTest = 1000)]
    public void Any_set_in_any_notation_is_read_back_or_refused_and_never_read_as_another(int bits, int notation, int order, bool areLetters)
    {
        string[] options = areLetters ? ["B", "AC", "A", "BD", "E"] : Drugs;
        var set = new OptionSet((uint)bits & 31);
        if (set.Count == 0)
        {
            return;
        }

        int[] listed = [.. (order & 1) == 0 ? set.Options : set.Options.Reverse()];
        var letters = listed.Select(static option => OptionLetter.Of(option).ToString()).ToArray();
        var (value, meant) = (notation & 7) switch
        {
            0 => (string.Join(", ", letters), AnswerNotations.Letter),
            1 => (string.Concat(letters), AnswerNotations.Letter),
            2 => (string.Join(" and ", letters), AnswerNotations.Letter),
            3 => (string.Join(';', listed.Select(static option => option.ToString())), AnswerNotations.FromZero),
            4 => (string.Join("; ", listed.Select(option => options[option])), AnswerNotations.Text),
            5 => (string.Join("、", letters), AnswerNotations.Letter),
            6 => (string.Join('|', listed.Select(option => options[option])), AnswerNotations.Text),
            _ => (string.Join(' ', letters), AnswerNotations.Letter),
        };

        var all = new GoldClaim("answer", value, AnswerNotations.Any).ReadSet(options);
        var read = all.In(meant);
        Assert.True(read == 0 || read == set.Bits, $"{value} is read as {new OptionSet(read)}");
        if (!areLetters)
        {
            Assert.True(read == set.Bits || (notation & 7) == 1, $"{value} is not read");
            Assert.True(all.Letter == 0 || all.Letter == set.Bits);
        }

        var items = new GoldClaim("answer", JsonSerializer.Serialize(letters), AnswerNotations.Letter) { Items = letters };
        Assert.Equal(set.Bits, items.ReadSet(options).Letter);
    }
}
