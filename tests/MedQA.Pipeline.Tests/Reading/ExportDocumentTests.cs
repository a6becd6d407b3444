using MedQA.Pipeline.Results;

namespace MedQA.Pipeline.Tests.Reading;

/// <summary>docs/exports.md says what the exported tables have.</summary>
public sealed class ExportDocumentTests
{
    [Fact]
    public async Task Every_column_is_in_the_document_in_its_order()
    {
        var text = await File.ReadAllTextAsync(Repository.PathOf("docs", "exports.md"), TestContext.Current.CancellationToken);
        var parts = text.Split("\n## ");
        foreach (var (heading, columns) in ((string, IEnumerable<string>)[])
            [("A row per question", AnswerTable.Columns.Select(static column => column.Name)), ("A row per sample", SampleTable.Columns.Select(static column => column.Name))])
        {
            var part = Assert.Single(parts, part => part.StartsWith(heading, StringComparison.Ordinal));
            var places = columns.Select(name => part.IndexOf($"`{name}`", StringComparison.Ordinal)).ToList();
            Assert.DoesNotContain(-1, places);
            Assert.Equal(places.Order(), places);
        }
    }
}
