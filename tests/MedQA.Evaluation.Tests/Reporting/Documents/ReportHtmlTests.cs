using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using static MedQA.Evaluation.Tests.Reporting.Answers;

namespace MedQA.Evaluation.Tests.Reporting.Documents;

public sealed partial class ReportHtmlTests
{
    private static readonly AnsweredQuestion[] Some =
    [
        .. Enumerable.Range(0, 60).Select(static ordinal => Of(ordinal, "AAAABBCDDaa"[(ordinal % 5)..], "AB"[ordinal % 2], "medqa", ordinal % 3 == 0 ? "heart & lung" : null) with { SamplesAsked = 11 }),
        Of(60, "-----------", 'A', "pubmedqa", options: 3), Failed(61, 'A'),
    ];

    private static readonly RunReport Whole = Report(Header(62) with { Prompts = [new ExactPrompt("medqa", "q0", "<|im_start|>user\nWhich?")] }, Some);

    [Fact]
    public void The_file_is_well_formed_and_holds_every_plot()
    {
        var page = Parse(ReportHtml.Write(Whole));
        var plots = page.Descendants("svg").Select(static plot => plot.Attribute("aria-label")!.Value).ToArray();
        Assert.Equal(4, plots.Length);
        Assert.Contains(plots, static plot => plot.Contains("data set"));
        Assert.Contains(plots, static plot => plot.Contains("level of agreement"));
        Assert.Contains(plots, static plot => plot.Contains("mean confidence"));
        Assert.Contains(plots, static plot => plot.Contains("share kept"));
        Assert.Contains(page.Descendants("pre"), static pre => pre.Value == "<|im_start|>user\nWhich?");
    }

    [Fact]
    public void The_number_of_samples_has_its_plot_where_it_is_fixed()
    {
        var page = Parse(ReportHtml.Write(Report(Header(2), Of(0, "AAB", 'A'), Of(1, "ABB", 'A'))));
        Assert.Contains(page.Descendants("polyline"), static line => line.Attribute("class")!.Value == "line-two");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(11)]
    [InlineData(41)]
    public void Every_mark_of_a_plot_stays_within_its_axes(int samples)
    {
        AnsweredQuestion[] answers =
        [
            .. Enumerable.Range(0, samples + 1).Select(votes =>
                Of(votes, new string('A', votes) + new string('-', samples - votes), "AB"[votes % 2]) with { SamplesAsked = samples }),
        ];
        var page = Parse(ReportHtml.Write(Report(Header(samples + 1), answers)));
        var plots = page.Descendants("svg").ToArray();
        Assert.Contains(plots, static plot => plot.Attribute("aria-label")!.Value.Contains("level of agreement", StringComparison.Ordinal));
        foreach (var plot in plots)
        {
            var axis = plot.Elements("line").Single(static line => line.Attribute("class")!.Value == "axis" && line.Attribute("y1")!.Value == line.Attribute("y2")!.Value);
            var (left, right) = (Number(axis, "x1"), Number(axis, "x2"));
            Assert.All(
                plot.Elements("rect").Where(static bar => Number(bar, "y") > 20),
                bar => Assert.True(
                    Number(bar, "x") >= left - 0.01 && Number(bar, "x") + Number(bar, "width") <= right + 0.01,
                    $"{bar} leaves {left} to {right}"));
            Assert.All(plot.Elements("circle"), dot => Assert.InRange(Number(dot, "cx"), left, right));
        }

        static double Number(XElement element, string name) =>
            double.Parse(element.Attribute(name)!.Value, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Prompts_are_folded_under_their_headings_and_were_not_before()
    {
        var html = ReportHtml.Write(Whole);
        var folded = Parse(html).Descendants("details").ToArray();
        Assert.Equal(["Show it", "Exact prompt of medqa, question q0"], folded.Select(static text => text.Element("summary")!.Value));
        Assert.Equal("<|im_start|>user\nWhich?", folded[1].Element("pre")!.Value);
        Assert.DoesNotContain("<h3>Exact prompt", html);

        var earlier = ReportHtml.WriteEarlier(Whole);
        Assert.DoesNotContain("<details>", earlier);
        Assert.Contains("<h3>Exact prompt of medqa, question q0</h3>\n<pre>&lt;|im_start|&gt;user\nWhich?</pre>", earlier);
        Assert.Equal(
            earlier,
            html.Replace("<details>\n<summary>Show it</summary>\n", "", StringComparison.Ordinal)
                .Replace("<details>\n<summary>", "<h3>", StringComparison.Ordinal)
                .Replace("</summary>", "</h3>", StringComparison.Ordinal)
                .Replace("</details>\n", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_is_fetched_or_run()
    {
        var html = ReportHtml.Write(Whole);
        Assert.DoesNotMatch("(?i)<script|<link|<img|<iframe|@import|url\\(|https?:|\\son[a-z]+=|\\sstyle=|\\ssrc=|\\shref=", html);
        var style = Regex.Match(html, "(?<=<style>).*(?=</style>)", RegexOptions.Singleline).Value;
        Assert.Contains($"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'", ReportHtml.ContentSecurityPolicy);
        Assert.Contains($"content=\"{ReportHtml.ContentSecurityPolicy}\"", html);
    }

    [Fact]
    public void Names_from_a_question_set_never_become_markup()
    {
        const string Name = "\"><script>alert(1)</script><svg onload=x>";
        var html = ReportHtml.Write(Report(Header(1) with { QuestionSet = Name, Model = Name, Prompts = [new ExactPrompt(Name, Name, Name)] }, Of(0, "AAB", 'A', Name, Name) with { EngineFingerprint = Name }));
        Assert.DoesNotContain("<script", html);
        Assert.DoesNotContain("<svg onload", html);
        Assert.Contains(Parse(html).Descendants("pre"), static pre => pre.Value == Name);
    }

    [Fact]
    public void Markdown_and_html_say_the_same()
    {
        var (markdown, html) = (ReportMarkdown.Write(Whole), ReportHtml.Write(Whole));
        Assert.Equal(Headings().Matches(markdown).Select(static match => match.Value.Replace("\\", "", StringComparison.Ordinal)), Parse(html).Descendants("h2").Select(static heading => heading.Value));
    }

    [Fact]
    public void A_run_without_answers_and_one_with_long_names_can_be_drawn()
    {
        Assert.NotEmpty(Parse(ReportHtml.Write(Report(Header(3)))).Descendants("table"));
        var name = string.Concat(Enumerable.Repeat("🫀", 40));
        Assert.Contains("…", ReportHtml.Write(Report(Header(1), Of(0, "A", 'A', name))));
    }

    [Fact]
    public void A_comparison_is_a_page_too()
    {
        var (first, second) = (new ComparedRun("first <b>"), new ComparedRun("second"));
        first.Add(Of(0, "A", 'A'));
        second.Add(Of(0, "B", 'A'));
        Assert.Contains("first &lt;b&gt;", ReportHtml.Write(RunComparison.Of([first, second])));
    }

    /// <summary>The page as XML, which it is but for its doctype and its void elements.</summary>
    private static XElement Parse(string html) => XElement.Parse(VoidElements().Replace(html["<!DOCTYPE html>".Length..], "$0</meta>"), LoadOptions.PreserveWhitespace);

    [GeneratedRegex("<meta [^>]*>")]
    private static partial Regex VoidElements();

    [GeneratedRegex("(?<=^## ).*$", RegexOptions.Multiline)]
    private static partial Regex Headings();
}
