using System.Text;
using System.Text.RegularExpressions;
using MedQA.Cli.Terminal;
using MedQA.Datasets;
using MedQA.Datasets.Writing;
using MedQA.Pipeline.Results;

namespace MedQA.Cli.Tests.Terminal;

/// <summary>Whatever of this repository writes CSV.</summary>
public sealed partial class CsvTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_table_has_no_cell_that_a_spreadsheet_would_run_and_its_numbers_are_numbers()
    {
        var formulas = SpreadsheetText.Formulas;
        SpreadsheetText.Check(RunTable.Csv([.. formulas.Select(static text => new RunResource { Id = text, Name = text, State = RunState.Queued, Profile = text, Strategy = text, Model = text, ModelFingerprint = "", DisplayName = text, Tags = [text], Note = text })]), 8 * formulas.Length);
        SpreadsheetText.Check(string.Concat(formulas.Select(static text => AnswerTable.Line(new AnswerRow { Ordinal = 1, Id = text, Dataset = text, Topic = text, Failure = text, FailureMessage = text, Question = text, Context = text, GoldText = text, AnswerText = text, FreeAnswer = text, OptionTexts = [text], ReferenceAnswers = [text], Agreement = -1.5 }))), 10 * formulas.Length);
        Assert.Contains(",-1.5,", AnswerTable.Line(new AnswerRow { Ordinal = 1, Id = "=1", Dataset = "d", Agreement = -1.5 }), StringComparison.Ordinal);
        using var rejected = new MemoryStream();
        await RejectedRowsWriter.WriteAsync(rejected, formulas.Select(static text => new RejectedRow(1, text, text)).ToAsyncEnumerable(), Cancel);
        SpreadsheetText.Check(Encoding.UTF8.GetString(rejected.ToArray()), 2 * formulas.Length);
    }

    /// <summary>
    /// There is one place that makes cells. A writer that is not among these is looked at, and given dangerous texts: here, or in the test
    /// of the routes that answer with CSV. The writer of question sets is the exception: what it writes is read again, and must be the same.
    /// </summary>
    [Fact]
    public void Every_writer_is_known_and_makes_its_cells_in_one_place()
    {
        string[] known =
        [
            "AnswerTable.cs", "CsvLine.cs", "PrefixesCommand.cs", "ProfilesCommand.cs", "QuestionBlobs.cs", "QuestionSetWriter.cs", "RatingTable.cs", "RejectedRowsWriter.cs", "RunTable.cs",
        ];
        var sources = Sources("*.cs").ToList();
        Assert.True(sources.Count > 300, $"{sources.Count} files.");
        Assert.Equal(known, sources.Where(static source => source.Text.Contains("CsvLine", StringComparison.Ordinal)).Select(static source => source.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["CsvLine.cs", "QuestionSetWriter.cs"], sources.Where(static source => source.Text.Contains("Verbatim(IEnumerable", StringComparison.Ordinal) || source.Text.Contains("CsvLine.Verbatim", StringComparison.Ordinal)).Select(static source => source.Name).Order(StringComparer.Ordinal));

        // Whoever writes CSV otherwise doubles quotation marks, or joins with commas what ends in a line's end.
        foreach (var (name, text) in sources.Concat(Sources("*.js")).Where(static source => source.Name != "CsvLine.cs"))
        {
            Assert.False(DoublesQuotationMarks().IsMatch(text), $"{name} writes cells of its own.");
        }
    }

    private static IEnumerable<(string Name, string Text)> Sources(string pattern) => Directory.EnumerateFiles(Repository.PathOf("src"), pattern, SearchOption.AllDirectories)
        .Where(static file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Select(static file => (Path.GetFileName(file), File.ReadAllText(file)));

    [GeneratedRegex("""\.Replace\("\\"", "\\"\\""|replace(All)?\(/"/g?, ['"]""|join\((','|",")\).*\\r?\\n|text/csv.*new Blob\(|new Blob\(.*text/csv""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex DoublesQuotationMarks();
}
