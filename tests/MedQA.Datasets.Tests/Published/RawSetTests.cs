using MedQA.Datasets.Reading;

namespace MedQA.Datasets.Tests.Published;

public sealed class RawSetTests
{
    [Theory]
    [InlineData("medqa/phrases_no_exclude_test.jsonl", "medqa_us_test_4opt", QuestionSetFormat.MedQa)]
    [InlineData("medmcqa/dev.json", "medmcqa_dev", QuestionSetFormat.MedMcqa)]
    [InlineData("mmlu/anatomy_test.csv", "mmlu_anatomy_test", QuestionSetFormat.Mmlu)]
    [InlineData("mmlu/clinical_knowledge_test.csv", "mmlu_clinical_knowledge_test", QuestionSetFormat.Mmlu)]
    [InlineData("mmlu/college_biology_test.csv", "mmlu_college_biology_test", QuestionSetFormat.Mmlu)]
    [InlineData("mmlu/college_medicine_test.csv", "mmlu_college_medicine_test", QuestionSetFormat.Mmlu)]
    [InlineData("mmlu/medical_genetics_test.csv", "mmlu_medical_genetics_test", QuestionSetFormat.Mmlu)]
    [InlineData("mmlu/professional_medicine_test.csv", "mmlu_professional_medicine_test", QuestionSetFormat.Mmlu)]
    public async Task A_set_as_its_authors_publish_it_is_the_same_as_its_csv(string raw, string name, QuestionSetFormat format)
    {
        var path = Repository.SharedPathOf(["data", "raw", .. raw.Split('/')]);
        var options = new QuestionSetOptions { FileName = Path.GetFileName(path), Dataset = format == QuestionSetFormat.Mmlu ? null : name };
        var expected = SetReadings.Questions(await SetReadings.FileAsync(Repository.SharedPathOf("data", "csv", name + ".csv")));

        var questions = SetReadings.Questions(await SetReadings.FileAsync(path, options));

        await using var stream = File.OpenRead(path);
        Assert.Equal(format, await QuestionSetReader.RecognizeAsync(stream, options, TestContext.Current.CancellationToken));
        Assert.Equal(expected.Select(Content), questions.Select(Content));
        if (format is QuestionSetFormat.Mmlu or QuestionSetFormat.MedMcqa)
        {
            Assert.Equal(expected.Select(static question => question.Id), questions.Select(static question => question.Id));
        }
    }

    [Fact]
    public async Task PubMedQas_test_records_are_the_same_as_its_csv()
    {
        var expected = SetReadings.Questions(await SetReadings.FileAsync(Repository.SharedPathOf("data", "csv", "pubmedqa_test.csv")));
        await using var labels = File.OpenRead(Repository.SharedPathOf("data", "raw", "pubmedqa", "test_ground_truth.json"));
        var ids = await DecisionList.ReadAsync(labels, new QuestionSetOptions { FileName = "test_ground_truth.json" }, TestContext.Current.CancellationToken);

        var questions = SetReadings.Questions(await SetReadings.FileAsync(
            Repository.SharedPathOf("data", "raw", "pubmedqa", "ori_pqal.json"), new QuestionSetOptions { FileName = "ori_pqal.json", Dataset = "pubmedqa_test", OnlyIds = ids.Keys.ToHashSet() }));

        Assert.Equal(500, ids.Count);
        Assert.Equal(expected.Select(SetReadings.Outline), questions.Select(SetReadings.Outline));
    }

    [Fact]
    public async Task PubMedQas_labelled_records_are_a_thousand()
    {
        var questions = SetReadings.Questions(await SetReadings.FileAsync(Repository.SharedPathOf("data", "raw", "pubmedqa", "ori_pqal.json")));

        Assert.Equal(1000, questions.Count);
        Assert.All(questions, static question => Assert.NotNull(question.Gold));
    }

    [Fact]
    public async Task Topics_come_from_the_authors_annotations()
    {
        var medqa = SetReadings.Questions(await SetReadings.FileAsync(Repository.SharedPathOf("data", "raw", "medqa", "phrases_no_exclude_test.jsonl")));
        var medmcqa = SetReadings.Questions(await SetReadings.FileAsync(Repository.SharedPathOf("data", "raw", "medmcqa", "dev.json")));

        Assert.Equal(["step1", "step2&3"], medqa.Select(static question => question.Topic).Distinct().Order());
        Assert.Equal(21, medmcqa.Select(static question => question.Topic).Distinct().Count());
    }

    private static string Content(Evaluation.Questions.Question question) => SetReadings.Outline(question with { Id = "", Topic = null });
}
