using System.Text;
using MedQA.Cli.Terminal;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Evaluation.Strategies;
using Spectre.Console;
using Spectre.Console.Testing;

namespace MedQA.Cli.Tests.Terminal;

public sealed class MarkdownDocumentTests
{
    private const string Markdown = """
        # a\|b &lt;script&gt; &amp;lt; \*c\*

        > **Note:** fewer than 5 &lt; 10

        - one \_item\_

        | data set | accuracy |
        | --- | ---: |
        | a \| b | p &lt; 0.05 |

        ````text
        &lt; stays, ``` too
        ````

        """;

    [Fact]
    public void A_terminal_gets_the_text_without_the_escapes_of_markdown()
    {
        var lines = Written(Markdown, isTerminal: true).Split('\n').Select(static line => line.TrimEnd()).ToList();

        Assert.Equal(["a|b <script> &lt; *c*", new string('=', 21)], lines[..2]);
        Assert.Contains("Note: fewer than 5 < 10", lines);
        Assert.Contains("- one _item_", lines);
        Assert.Contains("│ a | b    │ p < 0.05 │", lines);
        Assert.Contains("&lt; stays, ``` too", lines);
        Assert.DoesNotContain(lines, static line => line.StartsWith("````", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_or_pipe_gets_the_markdown_unchanged() => Assert.Equal(Markdown + "\n", Written(Markdown, isTerminal: false));

    [Theory]
    [InlineData(60)]
    [InlineData(100)]
    public void A_whole_report_has_no_entity_and_no_line_of_markups(int width)
    {
        var accumulator = new ReportAccumulator();
        accumulator.Add(new AnsweredQuestion { Ordinal = 0, Id = "q", Dataset = "a<b>|c", OptionCount = 2, Gold = 0, Answer = 0, Votes = [1, 0], Reasonings = [], Seconds = 2 });
        var report = ReportMarkdown.Write(accumulator.Build(new ReportHeader
        {
            Run = "abcdefghijklmnop", QuestionSet = "a&b.csv", Protocol = new Protocol(BuiltInProfiles.Default, []), Model = "small", ModelFingerprint = "beef", EvaluationRules = "2", Rows = 1,
        }));
        Assert.Contains("&lt;", report, StringComparison.Ordinal);

        var written = Written(report, isTerminal: true, width);

        Assert.DoesNotContain("&lt;", written, StringComparison.Ordinal);
        Assert.DoesNotContain("| ---", written, StringComparison.Ordinal);
        Assert.Contains("a<b>|c", written, StringComparison.Ordinal);
        Assert.Contains("a&b.csv", written, StringComparison.Ordinal);
    }

    private static string Written(string markdown, bool isTerminal, int width = 80)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        using var notices = new TestConsole();
        var output = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new Screen(writer, isTerminal, width) });
        MarkdownDocument.Write(new HostConsole(output, notices), markdown);
        return writer.ToString();
    }

    private sealed class Screen(TextWriter writer, bool isTerminal, int width) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => isTerminal;

        public int Width => width;

        public int Height => 50;

        public void SetEncoding(Encoding encoding)
        {
        }
    }
}
