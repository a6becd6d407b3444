
namespace MedQA.Datasets.Tests.Published;

public sealed class PublishedSetTests
{
    [Theory]
    [InlineData("medqa_us_test_4opt", 1273, 4)]
    [InlineData("medmcqa_dev", 4183, 4)]
    [InlineData("pubmedqa_test", 500, 3)]
    [InlineData("mmlu_anatomy_test", 135, 4)]
    [InlineData("mmlu_clinical_knowledge_test", 265, 4)]
    [InlineData("mmlu_college_biology_test", 144, 4)]
    [InlineData("mmlu_college_medicine_test", 173, 4)]
    [InlineData("mmlu_medical_genetics_test", 100, 4)]
    [InlineData("mmlu_professional_medicine_test", 272, 4)]
    [InlineData("mmlu_anatomy_dev", 5, 4)]
    [InlineData("mmlu_clinical_knowledge_dev", 5, 4)]
    [InlineData("mmlu_college_biology_dev", 5, 4)]
    [InlineData("mmlu_college_medicine_dev", 5, 4)]
    [InlineData("mmlu_medical_genetics_dev", 5, 4)]
    [InlineData("mmlu_professional_medicine_dev", 5, 4)]
    public async Task Every_row_of_the_public_sets_is_a_question(string name, int count, int options)
    {
        var questions = SetReadings.Questions(await SetReadings.FileAsync(Repository.SharedPathOf("data", "csv", name + ".csv")));

        Assert.Equal(count, questions.Count);
        Assert.All(questions, question => Assert.Equal((name, options), (question.Dataset, question.Options.Length)));
        Assert.All(questions, static question => Assert.NotNull(question.Gold));
    }

    [Fact]
    public async Task Questions_with_two_equal_options_are_kept()
    {
        var questions = SetReadings.Questions(await SetReadings.FileAsync(Repository.SharedPathOf("data", "csv", "medmcqa_dev.csv")));

        Assert.Equal(21, questions.Count(static question => question.Options.Distinct().Count() < 4));
    }
}
