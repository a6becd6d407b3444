using MedQA.Datasets.Importing;
using MedQA.Datasets.Suites;
using MedQA.Evaluation;

namespace MedQA.Datasets.Tests.Suites;

public sealed class QuestionSetSuiteTests
{
    [Theory]
    [InlineData("csv")]
    [InlineData("raw")]
    public async Task MultiMedQA_is_found_whole_and_becomes_one_set_with_a_data_set_for_each_slice(string folder)
    {
        var files = await SuiteFiles.FindAsync(QuestionSetSuite.MultiMedQa, Repository.SharedPathOf("data", folder), TestContext.Current.CancellationToken);
        using var canonical = new MemoryStream();

        var outcome = await QuestionSetImport.ImportAsync(files.Files, new QuestionSetOptions(), canonical, rejected: null, TestContext.Current.CancellationToken);

        Assert.Empty(files.Missing);
        Assert.Equal((1273 + 4183 + 500 + 1089, 0, 0), (outcome.Tally.Accepted, outcome.Tally.Rejected, outcome.Tally.WithoutGold));
        canonical.Position = 0;
        var questions = SetReadings.Questions(await SetReadings.RowsAsync(canonical));
        Assert.Equal(
            QuestionSetSuite.MultiMedQa.Members.Select(static member => (member.Dataset, member.Questions)),
            questions.CountBy(static question => question.Dataset).Select(static count => (count.Key, count.Value)));
    }

    [Fact]
    public async Task Sets_that_are_not_there_are_listed_with_where_to_get_them()
    {
        var folder = Directory.CreateTempSubdirectory("medqa-suite-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "notes.txt"), "Nothing here.", TestContext.Current.CancellationToken);

            var files = await SuiteFiles.FindAsync(QuestionSetSuite.MultiMedQa, folder.FullName, TestContext.Current.CancellationToken);

            Assert.Empty(files.Files);
            Assert.Equal(9, files.Missing.Count);
            Assert.All(files.Missing, static member => Assert.StartsWith("github.com/", member.Origin, StringComparison.Ordinal));
            Assert.StartsWith("notes.txt, line 1: no column is named question", Assert.Single(files.Others), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_set_found_twice_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("medqa-suite-");
        try
        {
            var source = Repository.SharedPathOf("data", "raw", "mmlu", "anatomy_test.csv");
            foreach (var part in (string[])["a", "b"])
            {
                File.Copy(source, Path.Combine(folder.CreateSubdirectory(part).FullName, "anatomy_test.csv"));
            }

            var fault = await Assert.ThrowsAsync<InputException>(() => SuiteFiles.FindAsync(QuestionSetSuite.MultiMedQa, folder.FullName, TestContext.Current.CancellationToken));

            Assert.StartsWith("data set mmlu_anatomy_test: it was found twice, as ", fault.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("multimedqa", "multimedqa")]
    [InlineData("MultiMedQA-Consumer", "multimedqa-consumer")]
    [InlineData("other", null)]
    public void Suites_are_found_by_name(string name, string? found) => Assert.Equal(found, QuestionSetSuite.Find(name)?.Name);
}
