using System.Text;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using static MedQA.Evaluation.Tests.Reporting.Answers;

namespace MedQA.Evaluation.Tests.Reporting;

public sealed class ReportWritingTests
{
    private static readonly AnsweredQuestion[] Some =
    [
        Of(0, "AAAAA", 'A', topic: "heart"), Of(1, "aabb-", 'B', topic: "lung"), Of(2, "-----", 'C'), Of(3, "AAABB", 'A', "pubmedqa", options: 3), Failed(4, 'A'),
    ];

    [Fact]
    public void A_report_comes_back_from_json_as_it_was()
    {
        var report = Report(Header(6, 1) with { Prompts = [new ExactPrompt("medqa", "q0", "<|im_start|>user\nWhat?")] }, Some);
        var json = ReportJson.Write(report);
        Assert.Equal(Encoding.UTF8.GetString(json), Encoding.UTF8.GetString(ReportJson.Write(ReportJson.Read(json))));
        Assert.Contains("\"onUnparsed\": \"force\"", Encoding.UTF8.GetString(json));
        Assert.DoesNotContain("\"answerSpace\": 0", Encoding.UTF8.GetString(json));
        Assert.DoesNotContain((byte)'\r', json);
    }

    [Fact]
    public void Reports_of_runs_that_answered_alike_differ_in_their_circumstances_only()
    {
        var one = Report(Header(5), Some);
        var slower = Some.Select(static answered => answered with { Seconds = answered.Seconds + 1, EngineFingerprint = "engine 1; cuda" });
        var other = Report(Header(5) with { Run = "ponmlkjihgfedcba", ETag = "0x8", Revision = 2, Created = null, Finished = DateTimeOffset.UnixEpoch }, slower);
        Assert.NotEqual(ReportJson.Write(one), ReportJson.Write(other));
        Assert.Equal(ReportJson.Write(one), ReportJson.Write(other with { Circumstances = one.Circumstances }));
        Assert.Equal(BeforeThisRun(ReportMarkdown.Write(one)), BeforeThisRun(ReportMarkdown.Write(other)));

        static string BeforeThisRun(string markdown) => markdown[..markdown.IndexOf("## This run", StringComparison.Ordinal)];
    }

    [Fact]
    public void Markdown_says_what_counts()
    {
        var markdown = ReportMarkdown.Write(Report(Header(5), Some[..4]));
        Assert.Contains("not medical advice", markdown);
        Assert.Contains("| accuracy, each question once (micro) | 50.0 % (2/4) |", markdown);
        Assert.Contains("| 95 % interval (Clopper-Pearson) | 6.8 to 93.2 % |", markdown);
        Assert.Contains("| medqa | heart | 1/1 | 100.0 % | 2.5 to 100.0 % | 25.0 % | 1.000 |", markdown);
        Assert.Contains("| 5/5 | 1 | 1 | 0 | 100.0 % |", markdown);
        Assert.Contains("temperature 0.7", markdown);
    }

    [Fact]
    public void Names_from_a_question_set_never_become_markup()
    {
        var markdown = ReportMarkdown.Write(Report(Header(1) with { QuestionSet = "a|b\n# <script>alert(1)</script>" }, Of(0, "A", 'A', "[x](http://y)", "`|`\r\n| new row |")));
        Assert.DoesNotContain("<script>", markdown);
        Assert.DoesNotContain("[x](", markdown);
        Assert.Contains(@"| \[x\](http://y) | \`\|\` \| new row \| |", markdown);
        Assert.DoesNotContain("\n# &lt;", markdown);
    }

    [Fact]
    public void A_prompt_cannot_leave_its_fence()
    {
        var markdown = ReportMarkdown.Write(Report(Header(1) with { Prompts = [new ExactPrompt("medqa", "q0", "````\n# Title\n```")] }, Of(0, "A", 'A')));
        Assert.Contains("\n`````text\n````\n# Title\n```\n`````\n", markdown);
    }
}
