using System.Text;
using MedQA.Datasets.Importing;
using MedQA.Evaluation;

namespace MedQA.Datasets.Tests.Importing;

public sealed class QuestionSetImportTests : IDisposable
{
    private const string Records = """{"1":{"QUESTION":"One?","CONTEXTS":["c"],"final_decision":"yes"},"2":{"QUESTION":"Two?","CONTEXTS":["c"],"final_decision":"no"},"3":{"QUESTION":"Three?","CONTEXTS":["c"],"final_decision":"maybe"}}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("medqa-import-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Files_of_several_formats_become_one_canonical_set()
    {
        ImportFile[] files =
        [
            new(File("anatomy_test.csv", "Where is it?,here,there,A\n")),
            new(File("mine.jsonl", "{\"question\":\"Why?\",\"options\":[\"x\",\"y\",\"z\"],\"answer\":\"z\"}\nbroken\n"), "mine_v1"),
            new(File("free.txt", "How?\n")),
        ];

        var (text, rejected, outcome) = await ImportedAsync(files);

        Assert.Equal(
            "id,dataset,topic,question,context,option_a,option_b,option_c,answer,reference_answers\r\nanatomy-test-000,mmlu_anatomy_test,anatomy,Where is it?,,here,there,,A,\r\n"
            + "row-00001,mine_v1,,Why?,,x,y,z,C,\r\nrow-00001,free,,How?,,,,,,\r\n",
            text);
        Assert.Equal("line,id,reason\r\n2,,mine.jsonl: The line is not valid JSON from byte 1 on.\r\n", rejected);
        Assert.Equal([QuestionSetFormat.Mmlu, QuestionSetFormat.JsonLines, QuestionSetFormat.QuestionList], outcome.Files.Select(static file => file.Format));
        Assert.Equal(["mmlu_anatomy_test", "mine_v1", "free"], outcome.Files.Select(static file => Assert.Single(file.Datasets)));
        Assert.Equal((3, 1), (outcome.Tally.Accepted, outcome.Tally.Rejected));
        Assert.Equal(3, (await SetReadings.QuestionsAsync(text)).Count);
    }

    [Fact]
    public async Task A_file_without_right_answers_is_said_to_be_so_once()
    {
        var (_, _, outcome) = await ImportedAsync([new(File("mine.csv", "question,a,b\nWhy?,x,y\n"))]);

        Assert.Equal(
            ["No question says which option is right: the questions are answered, but not scored. Add a field `answer` to score them."], Assert.Single(outcome.Files).Tally.Notes());
        Assert.Equal(outcome.Files[0].Tally.Notes(), outcome.Files[0].Tally.Readings);
    }

    [Fact]
    public async Task A_list_of_decisions_chooses_the_records()
    {
        var (text, _, outcome) = await ImportedAsync([new(File("ori.json", Records), "pubmedqa_test"), new(File("truth.json", """{"3":"maybe","1":"yes"}"""))]);

        Assert.Equal("id,dataset,question,context,option_a,option_b,option_c,answer\r\n1,pubmedqa_test,One?,c,yes,no,maybe,A\r\n3,pubmedqa_test,Three?,c,yes,no,maybe,C\r\n", text);
        Assert.Equal([2, 0], outcome.Files.Select(static file => file.Tally.Accepted));
    }

    [Theory]
    [InlineData("""{"1":"yes","9":"no"}""", "ori.json: 1 of the 2 records in the list of decisions are not in the file, for example '9'.")]
    [InlineData("""{"1":"no"}""", "ori.json, line 1: record '1' is decided 'yes', but 'no' in the list of decisions.")]
    [InlineData("""{"1":"yes","1":"no"}""", "truth.json, line 1: the list of decisions has an entry that is not text, or a duplicate id ('1').")]
    public async Task A_list_that_does_not_fit_is_refused_and_nothing_is_written(string list, string message)
    {
        using var canonical = new MemoryStream();

        var fault = await Assert.ThrowsAsync<InputException>(() => QuestionSetImport.ImportAsync(
            [new(File("ori.json", Records)), new(File("truth.json", list))], new QuestionSetOptions(), canonical, rejected: null, TestContext.Current.CancellationToken));

        Assert.Equal(message, fault.Message);
        Assert.Equal(0, canonical.Length);
    }

    [Fact]
    public async Task A_list_without_its_records_is_refused()
    {
        var fault = await Assert.ThrowsAsync<InputException>(() => ImportedAsync([new(File("truth.json", """{"1":"yes"}"""))]));

        Assert.Equal("truth.json: a list of PubMedQA's decisions is imported together with PubMedQA's records, and only one list at a time.", fault.Message);
    }

    [Fact]
    public async Task The_same_question_in_two_files_is_refused()
    {
        var fault = await Assert.ThrowsAsync<InputException>(() => ImportedAsync([new(File("a.txt", "How?\n"), "free"), new(File("b.txt", "Why?\n"), "free")]));

        Assert.Equal("b.txt, line 1: question 'row-00001' of data set 'free' is also in a.txt; give the files different data sets.", fault.Message);
    }

    private static async Task<(string Canonical, string Rejected, ImportOutcome Outcome)> ImportedAsync(ImportFile[] files)
    {
        using var canonical = new MemoryStream();
        using var rejected = new MemoryStream();
        var outcome = await QuestionSetImport.ImportAsync(files, new QuestionSetOptions(), canonical, rejected, TestContext.Current.CancellationToken);
        return (Encoding.UTF8.GetString(canonical.ToArray()), Encoding.UTF8.GetString(rejected.ToArray()), outcome);
    }

    private string File(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }
}
