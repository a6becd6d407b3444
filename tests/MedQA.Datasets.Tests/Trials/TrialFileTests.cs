using MedQA.Evaluation;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Tests.Trials;

/// <summary>Small files in layouts that other people publish, with the right answers that their README expects: a letter for each question, and − for a row that is left out.</summary>
public sealed class TrialFileTests
{
    [Theory]
    [InlineData("afri.csv", "A C B", 4)]
    [InlineData("answer_list.jsonl", "A C B", 4)]
    [InlineData("careqa.jsonl", "A C B D", 4)]
    [InlineData("cmexam.csv", "A C B", 4)]
    [InlineData("gold.csv", "A A A A A A A A A A - - A A - A A A A A A A A A", 4)]
    [InlineData("header_newline.csv", "A", 2)]
    [InlineData("headqa.jsonl", "A C B D", 4)]
    [InlineData("inspect.jsonl", "A C B", 4)]
    [InlineData("list.csv", "A C B", 4)]
    [InlineData("mcq_text.jsonl", "- - -", 0)]
    [InlineData("medqa_hf.jsonl", "A C B", 4)]
    [InlineData("nan.jsonl", "A C B", 4)]
    [InlineData("options_E_blank.jsonl", "A C B", 4)]
    [InlineData("percent.xlsx", "C A", 4)]
    [InlineData("sep_quoted.csv", "A C B", 4)]
    [InlineData("truefalse.xlsx", "A B", 2)]
    public async Task Every_question_has_its_options_and_its_right_answer(string file, string golds, int options)
    {
        var rows = await SetReadings.FileAsync(PathOf(file));

        Assert.Equal(golds, string.Join(' ', rows.Select(static row => row is AcceptedRow { Question.Gold: { } gold } ? OptionLetter.Of(gold) : '-')));
        Assert.All(rows.OfType<AcceptedRow>(), row => Assert.Equal(options, row.Question.Options.Length));
        if (options == 4 && !file.EndsWith("xlsx", StringComparison.Ordinal))
        {
            Assert.Equal(["Metformin", "Heparin", "Digoxin", "Warfarin"], rows.OfType<AcceptedRow>().First().Question.Options);
        }
    }

    [Fact]
    public void Every_file_of_the_folder_is_tried()
    {
        var tried = typeof(TrialFileTests).GetMethods().SelectMany(static method => method.GetCustomAttributes(typeof(InlineDataAttribute), inherit: false))
            .Select(static data => (string)((InlineDataAttribute)data).Data[0]!).Append("columns_free.json").Append("README.md");

        Assert.Equal(Directory.GetFiles(Folder).Select(Path.GetFileName).Order(), tried.Order());
    }

    [Fact]
    public void The_files_are_those_of_the_shared_folder()
    {
        foreach (var shared in Directory.GetFiles(Repository.SharedPathOf("trials")))
        {
            Assert.Equal(File.ReadAllBytes(shared), File.ReadAllBytes(PathOf(Path.GetFileName(shared))));
        }
    }

    [Fact]
    public async Task Columns_as_pandas_writes_them_are_refused_by_name() => Assert.StartsWith(
        "columns_free.json: the file is JSON by columns, as pandas writes it",
        (await Assert.ThrowsAsync<InputException>(() => SetReadings.FileAsync(PathOf("columns_free.json")))).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task Percentages_dates_and_truth_values_are_what_Excel_shows()
    {
        var numbers = SetReadings.Questions(await SetReadings.FileAsync(PathOf("percent.xlsx")));
        var truths = SetReadings.Questions(await SetReadings.FileAsync(PathOf("truefalse.xlsx")));

        Assert.Equal(["5%", "10%", "20%", "29%", "3-Apr", "4-May", "6", "8"], numbers.SelectMany(static question => question.Options));
        Assert.All(truths, static question => Assert.Equal(["TRUE", "FALSE"], question.Options));
    }

    [Fact]
    public async Task Rows_that_are_left_out_say_where_the_fault_is()
    {
        var golds = (await SetReadings.FileAsync(PathOf("gold.csv"))).OfType<RejectedRow>().Select(static row => row.Reason).ToList();
        var within = await SetReadings.FileAsync(PathOf("mcq_text.jsonl"));

        Assert.Contains(golds, static reason => reason.Contains("letter of another alphabet (U+0410)", StringComparison.Ordinal));
        Assert.All(within, static row => Assert.StartsWith("The question's text contains its options", Assert.IsType<RejectedRow>(row).Reason, StringComparison.Ordinal));
    }

    private static string Folder => Repository.PathOf("tests", "MedQA.Datasets.Tests", "Trials", "files");

    private static string PathOf(string file) => Path.Combine(Folder, file);
}
