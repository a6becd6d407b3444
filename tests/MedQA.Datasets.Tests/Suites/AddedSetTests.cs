using MedQA.Datasets.Suites;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Tests.Suites;

/// <summary>docs/architecture.md, how to add a data set: what that takes is shown by adding one.</summary>
public sealed class AddedSetTests : IDisposable
{
    private static readonly QuestionSetSuite Boards = new("boards", [new("own_board_test", QuestionSetFormat.Csv, 2, 4, "example.org: board.csv")]);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("medqa-added-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_set_joins_a_suite_by_one_line_and_has_its_own_slice()
    {
        var path = Path.Combine(_folder.FullName, "board.csv");
        await File.WriteAllTextAsync(
            path,
            """
            dataset,question,option_a,option_b,option_c,option_d,answer
            own_board_test,Which vitamin does a person with scurvy lack?,Vitamin A,Vitamin B12,Vitamin C,Vitamin D,C
            own_board_test,Which organ makes insulin?,Liver,Pancreas,Spleen,Kidney,B
            """,
            TestContext.Current.CancellationToken);

        var found = await SuiteFiles.FindAsync(Boards, _folder.FullName, TestContext.Current.CancellationToken);

        Assert.Equal(path, Assert.Single(found.Files).Path);
        Assert.Empty(found.Missing);
        Assert.Equal(
            [("own_board_test", 'C'), ("own_board_test", 'B')],
            SetReadings.Questions(await SetReadings.FileAsync(path)).Select(static question => (question.Dataset, OptionLetter.Of(question.Gold!.Value))));
    }

    [Fact]
    public async Task A_set_that_is_not_there_is_said_with_its_origin() =>
        Assert.Equal("example.org: board.csv", Assert.Single((await SuiteFiles.FindAsync(Boards, _folder.FullName, TestContext.Current.CancellationToken)).Missing).Origin);
}
