using System.Collections.Immutable;
using MedQA.Evaluation.Rating;
using MedQA.Evaluation.Reporting.Documents;

namespace MedQA.Evaluation.Tests.Rating;

/// <summary>docs/architecture.md, how to add a rubric: what that takes is shown by adding one.</summary>
public sealed class AddedRubricTests
{
    [Fact]
    public void A_rubric_is_a_file_and_a_study_reports_its_axes()
    {
        var tone = Rubrics.Read("""
            {
              "name": "tone", "title": "How it sounds",
              "axes": [{
                "id": "kind", "title": "Kind", "definition": "Whether a worried person would feel taken seriously.",
                "choices": [{ "id": "yes", "label": "Yes" }, { "id": "partly", "label": "Partly" }, { "id": "no", "label": "No" }],
                "favourable": ["yes"], "ordered": true
              }]
            }
            """u8);

        var report = StudyReportBuilder.Build(new StudyRatings
        {
            Study = "tones",
            Rubric = tone,
            Sources = ["model"],
            Units = [new(0, 0), new(1, 0), new(2, 0), new(3, 0)],
            Assigned = 4,
            Ratings = [.. ((string[])["yes", "partly", "yes", "yes"]).Select(static (choice, unit) => new UnitRating(
                "r1", unit, ImmutableSortedDictionary<string, string>.Empty.Add("kind", choice), false, 1, DateTimeOffset.UnixEpoch))],
            Seed = 1,
        });

        Assert.Equal(0.75, Assert.Single(Assert.Single(report.Axes).Sources).Favourable);
        Assert.Contains("| Kind: Yes | ", ReportMarkdown.Write(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_file_of_the_folder_comes_along_under_its_own_name() => Assert.Equal(
        Directory.EnumerateFiles(Repository.PathOf("rubrics"), "*.json").Select(static file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal),
        Rubrics.All.Select(static rubric => rubric.Name));
}
