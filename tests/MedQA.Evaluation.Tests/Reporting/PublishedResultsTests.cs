using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using static MedQA.Evaluation.Tests.Reporting.Answers;

namespace MedQA.Evaluation.Tests.Reporting;

public sealed class PublishedResultsTests
{
    [Fact]
    public void Each_stands_with_its_place_and_the_split_is_the_one_that_was_scored()
    {
        var codex = PublishedResults.All.Where(static result => result.Model == "GPT-3.5 (Codex)").ToDictionary(static result => result.Dataset, static result => result.Accuracy);
        Assert.Equal((0.602, 0.597, 0.782), (codex["medqa_us_test_4opt"], codex["medmcqa_dev"], codex["pubmedqa_test"]));
        Assert.All(PublishedResults.All, static result => Assert.NotEmpty(result.ReadIn));
    }

    // The table that compares models in Nature Medicine is headed 5-shot, but has GPT-4's zero-shot figures on these three.
    [Theory]
    [InlineData("pubmedqa_test", 74.4)]
    [InlineData("mmlu_college_biology_test", 93.8)]
    [InlineData("mmlu_college_medicine_test", 76.3)]
    public void Figures_of_GPT_4_are_all_of_five_shots(string dataset, double accuracy) =>
        Assert.Equal(accuracy / 100, PublishedResults.All.Single(result => (result.Dataset, result.Model, result.Method) == (dataset, "GPT-4", "5-shot")).Accuracy, 1e-9);

    [Theory]
    [InlineData("medqa_us_test_4opt", 67.6, 65.0, 70.2)]
    [InlineData("pubmedqa_test", 79.0, 75.2, 82.5)]
    [InlineData("mmlu_anatomy_test", 63.7, 55.0, 71.8)]
    [InlineData("medmcqa_dev", 57.6, 56.1, 59.1)]
    [InlineData("medqa_us_test_4opt", 85.4, 83.3, 87.3)]
    [InlineData("medqa_us_test_4opt", 86.5, 84.5, 88.3)]
    [InlineData("medqa_us_test_4opt", 81.4, 79.1, 83.5)]
    [InlineData("medqa_us_test_4opt", 86.1, 84.1, 88.0)]
    [InlineData("pubmedqa_test", 75.0, 71.0, 78.7)]
    [InlineData("pubmedqa_test", 80.4, 76.6, 83.8)]
    [InlineData("medmcqa_dev", 73.7, 72.3, 75.0)]
    [InlineData("mmlu_anatomy_test", 85.2, 78.1, 90.7)]
    [InlineData("mmlu_professional_medicine_test", 92.3, 88.4, 95.2)]
    [InlineData("mmlu_college_biology_test", 97.2, 93.0, 99.2)]
    [InlineData("mmlu_college_medicine_test", 80.9, 74.3, 86.5)]
    public void Intervals_are_the_published_ones(string dataset, double accuracy, double lower, double upper)
    {
        var result = PublishedResults.All.Single(result => result.Edition == 1 && result.Dataset == dataset && Math.Abs(result.Accuracy - (accuracy / 100)) < 1e-9);
        Assert.Equal(lower, 100 * result.Interval!.Value.Lower, 0.051);
        Assert.Equal(upper, 100 * result.Interval.Value.Upper, 0.051);
    }

    [Fact]
    public void Every_figure_is_a_number_of_right_answers_to_its_printed_precision()
    {
        foreach (var result in PublishedResults.All.Where(static result => result.Deferred == 0))
        {
            var right = Math.Round(result.Accuracy * result.Questions);
            Assert.True(Math.Abs((right / result.Questions) - result.Accuracy) <= 0.000501, $"{result.Model} on {result.Dataset}: {result.Accuracy} of {result.Questions}");
            Assert.False(string.IsNullOrWhiteSpace(result.ReadIn + result.Source));
            Assert.InRange(result.Year, 2019, 2026);
        }
    }

    [Fact]
    public void A_report_keeps_the_edition_that_it_was_made_with()
    {
        var (first, second) = (Made(1), Made(2));
        Assert.Equal((null, 2), (first.PublishedEdition, second.PublishedEdition));
        Assert.DoesNotContain(first.Published, static beside => beside.Result.Edition > 1 || beside.Result.Url is not null);
        Assert.Equal(first.Published, second.Published.Where(static beside => beside.Result.Edition == 1));
        var json = System.Text.Encoding.UTF8.GetString(ReportJson.Write(first));
        Assert.DoesNotContain("dition", json, StringComparison.Ordinal);
        Assert.DoesNotContain("\"url\"", json, StringComparison.Ordinal);
        Assert.Contains(second.Published, static beside => beside.Result.Year == 2026);

        static RunReport Made(int edition) => Report(Header(1) with { PublishedEdition = edition }, Of(0, "A", 'A', "medqa_us_test_4opt"));
    }

    // The number of its figures, and their sum: reports that have it must not change.
    [Fact]
    public void The_first_edition_stays_as_it_is()
    {
        var first = PublishedResults.All.Where(static result => result.Edition == 1).ToList();
        Assert.Equal(76, first.Count);
        Assert.Equal(6075.1, 100 * first.Sum(static result => result.Accuracy), 1e-6);
    }

    [Fact]
    public void Later_editions_name_the_address_where_each_figure_was_read() => Assert.All(
        PublishedResults.All.Where(static result => result.Edition > 1),
        static result => Assert.Equal(Uri.UriSchemeHttps, new Uri(result.Url!).Scheme));

    [Fact]
    public void Accuracies_of_the_second_edition_have_at_most_four_decimals() => Assert.All(
        PublishedResults.All.Where(static result => result.Edition > 1),
        static result => Assert.Equal((double)Math.Round((decimal)result.Accuracy, 4), result.Accuracy));

    [Fact]
    public void No_figure_stands_twice() =>
        Assert.Empty(PublishedResults.All.GroupBy(static result => (result.Dataset, result.Model, result.Method)).Where(static group => group.Count() > 1).Select(static group => group.Key));

    [Fact]
    public void Deferred_figures_have_no_interval()
    {
        var deferred = PublishedResults.All.Single(static result => result.Deferred > 0);
        Assert.Equal((0.825, 0.45, null), (deferred.Accuracy, deferred.Deferred, deferred.Interval));
    }

    [Fact]
    public void Results_are_comparable_on_the_same_data_set_split_and_options_only()
    {
        Assert.All(Beside(Of(0, "A", 'A', "medqa_us_test_4opt")), static beside => Assert.True(beside.Comparable));
        Assert.Contains("this run has 1 of the 1273 questions", Beside(Of(0, "A", 'A', "medqa_us_test_4opt"))[0].Note);
        Assert.All(Beside(Of(0, "A", 'A', "medqa_us_test_4opt", options: 5)), static beside => Assert.Contains("not comparable: results are on 4 options", beside.Note));
        Assert.All(Beside(Of(0, "A", 'A', "medqa_us_dev_4opt")), static beside => Assert.StartsWith("not comparable", beside.Note));
        Assert.All(Beside(Of(0, "A", 'A', "mmlu_anatomy_dev")), static beside => Assert.Equal((false, "mmlu_anatomy_test"), (beside.Comparable, beside.Result.Dataset)));
        Assert.Empty(Beside(Of(0, "A", 'A', "our_own_questions")));
        Assert.Empty(Beside(Of(0, "A", 'A', "mmlu_astronomy_test")));

        static IReadOnlyList<PublishedBeside> Beside(AnsweredQuestion answered) => Report(Header(1), answered).Published;
    }

    [Fact]
    public void Markdown_says_what_cannot_be_compared()
    {
        var markdown = ReportMarkdown.Write(Report(Header(1), Of(0, "A", 'A', "medqa")));
        Assert.Contains("## Published results", markdown);
        Assert.Contains("- medqa: not comparable: results are on medqa\\_us\\_test\\_4opt", markdown);
        Assert.DoesNotContain("## Published results", ReportMarkdown.Write(Report(Header(1), Of(0, "A", 'A', "own"))));
    }
}
