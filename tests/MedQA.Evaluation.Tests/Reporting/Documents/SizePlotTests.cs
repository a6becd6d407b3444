using System.Globalization;
using MedQA.Evaluation.Blocks;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using static MedQA.Evaluation.Tests.Reporting.Answers;

namespace MedQA.Evaluation.Tests.Reporting.Documents;

public sealed class SizePlotTests
{
    [Fact]
    public void Each_run_stands_at_its_size_with_its_interval_and_the_colour_of_its_family()
    {
        var blocks = ComparisonDocument.Of(RunComparison.Of([Run("small", 135_000_000, "llama", 5), Run("large", 7_000_000_000, "qwen", 8), Run("other", 1_000_000_000, "llama", 6)]));
        var plot = Assert.Single(blocks.OfType<Plot>());
        var dots = plot.Drawing.Marks.Where(static mark => mark is { Element: "circle", Hint: not null }).ToList();
        Assert.Equal(3, dots.Count);

        // A decade is the same length everywhere: 1B lies log(1000/135) decades right of 135M.
        double X(string model) => At(dots.Single(dot => dot.Hint!.StartsWith(model, StringComparison.Ordinal)), "cx");
        Assert.Equal(Math.Log10(1000.0 / 135) / Math.Log10(7), (X("other") - X("small")) / (X("large") - X("other")), 0.02);
        Assert.Equal(Colour("small"), Colour("other"));
        Assert.NotEqual(Colour("small"), Colour("large"));
        var interval = RunComparison.Of([Run("small", 1, "", 5), Run("b", 1, "", 5)]).Accuracies[0].Cells[0].Interval;
        Assert.Equal(3, plot.Drawing.Marks.Count(static mark => mark is { Element: "line", Hint: not null }));
        Assert.Contains(plot.Drawing.Marks, mark => mark.Hint?.Contains($"{100 * interval.Lower:0.0} to {100 * interval.Upper:0.0} %", StringComparison.Ordinal) == true);

        string Colour(string model) => dots.Single(dot => dot.Hint!.StartsWith(model, StringComparison.Ordinal)).Attributes["fill"];
    }

    [Fact]
    public void Published_results_of_stated_size_are_hollow_on_the_same_split_and_options_only()
    {
        Assert.Contains(Hollow("medqa_us_test_4opt", 4), static hint => hint.StartsWith("Flan-PaLM (540B)", StringComparison.Ordinal));
        Assert.DoesNotContain(Hollow("medqa_us_test_4opt", 4), static hint => hint.StartsWith("GPT-4,", StringComparison.Ordinal));
        Assert.DoesNotContain(Hollow("medqa_us_test_4opt", 4), static hint => hint.Contains("deferred", StringComparison.Ordinal));
        Assert.Empty(Hollow("medqa_us_test_4opt", 5));
        Assert.Empty(Hollow("medqa_us_dev_4opt", 4));

        static List<string> Hollow(string dataset, int options) =>
            [.. ComparisonDocument.Of(RunComparison.Of([Run("a", 1_000_000_000, "llama", 5, dataset, options), Run("b", null, null, 5, dataset, options)]))
                .OfType<Plot>().Single().Drawing.Marks.Where(static mark => mark.Element == "circle" && mark.Hint is not null && mark.Attributes["fill"] == "none").Select(static mark => mark.Hint!)];
    }

    [Theory]
    [InlineData("Galactica (120B)", 120_000_000_000L)]
    [InlineData("BioMedLM (2.7B)", 2_700_000_000L)]
    [InlineData("Meditron-70B", 70_000_000_000L)]
    [InlineData("BioLinkBERT (340M)", 340_000_000L)]
    [InlineData("gpt-oss-120b (high)", 120_000_000_000L)]
    [InlineData("Mixtral-8x7B", null)]
    [InlineData("Model-A3B", null)]
    [InlineData("GPT-4", null)]
    public void The_size_of_a_published_model_is_the_one_that_its_name_states(string model, long? parameters) =>
        Assert.Equal(parameters, (PublishedResults.All[0] with { Model = model }).Parameters);

    [Fact]
    public void A_model_of_unknown_size_is_named_beside_the_plot_and_facts_of_a_model_at_hand_are_said()
    {
        var markdown = ReportMarkdown.Write(RunComparison.Of([Run("small", 135_000_000, "llama", 5, atHand: true), Run("unknown", null, "gpt", 8)]));
        Assert.Contains("Not in the plot: unknown, because its number of parameters is not known.", markdown);
        Assert.Contains("run of small: made before size and family were stored with runs", markdown);
        Assert.Contains("| small | llama | 135M |", markdown);
        Assert.Contains("No plot: the number of parameters is not known of small, unknown.", ReportMarkdown.Write(RunComparison.Of([Run("small", null, null, 5), Run("unknown", null, null, 8)])));
    }

    [Fact]
    public void Names_stay_within_the_drawing_and_apart()
    {
        var plot = ComparisonDocument.Of(RunComparison.Of([.. Enumerable.Range(0, 12).Select(static index => Run($"a model of a long name {index}", 7_000_000_000 + (index * 100_000_000L), $"family {index}", 5))]))
            .OfType<Plot>().Single().Drawing;
        var names = plot.Marks.Where(static mark => mark.Attributes.GetValueOrDefault("class") == "name point").Select(static mark => (X: At(mark, "x"), Y: At(mark, "y"), IsEnd: mark.Attributes["text-anchor"] == "end", mark.Text!.Length)).ToList();
        Assert.Equal(12, names.Count);

        // On a phone the letters are 19 units high and about half as wide.
        Assert.All(names, name => Assert.InRange(name.X + ((name.IsEnd ? -1 : 1) * 9.5 * name.Length), -40, plot.Width));
        Assert.All(names.OrderBy(static name => name.Y).Zip(names.OrderBy(static name => name.Y).Skip(1)), static pair => Assert.True(pair.Second.Y - pair.First.Y >= 19));
        Assert.All(plot.Marks.Where(static mark => mark.Element == "text"), mark => Assert.InRange(At(mark, "y"), 0, plot.Height));
    }

    [Fact]
    public void Hollow_points_have_names_where_there_is_room_and_a_page_with_them_larger_letters_on_phones()
    {
        var comparison = RunComparison.Of([Run("a", 1_000_000_000, "llama", 5, "medqa_us_test_4opt"), Run("b", 7_000_000_000, "llama", 8, "medqa_us_test_4opt")]);
        var drawing = ComparisonDocument.Of(comparison).OfType<Plot>().Single().Drawing;
        var names = drawing.Marks.Where(static mark => mark.Attributes.GetValueOrDefault("class") == "tick" && PublishedResults.All.Any(result => PlotArea.Shortened(result.Model, 28) == mark.Text)).ToList();
        Assert.InRange(names.Count, 1, drawing.Marks.Count(static mark => mark.Element == "circle" && mark.Hint is not null));
        var html = ReportHtml.Write(comparison);
        Assert.Contains("svg .tick,svg .point{font-size:19px}", html, StringComparison.Ordinal);
        Assert.DoesNotContain(ReportHtml.ContentSecurityPolicy, html, StringComparison.Ordinal);
        var hash = html.Split("style-src ")[1].Split(';')[0];
        Assert.Contains(hash, ReportHtml.PolicyOfAll, StringComparison.Ordinal);
        Assert.Contains("The answers of these runs come from language models.", html, StringComparison.Ordinal);
        Assert.DoesNotContain("The answers of this run", html, StringComparison.Ordinal);
    }

    private static double At(PlotMark mark, string name) => double.Parse(mark.Attributes[name], CultureInfo.InvariantCulture);

    private static ComparedRun Run(string model, long? parameters, string? family, int right, string dataset = "medqa", int options = 4, bool atHand = false)
    {
        var run = new ComparedRun($"run of {model}")
        {
            Model = model,
            Profile = "few-shot",
            ModelFacts = parameters is null && family is null ? null : new ModelFacts { Parameters = parameters, Family = family },
            HasFactsOfModelAtHand = atHand,
        };
        for (var ordinal = 0; ordinal < 10; ordinal++)
        {
            run.Add(Of(ordinal, ordinal < right ? "A" : "B", 'A', dataset, options: options));
        }

        return run;
    }
}
