using System.Text;
using System.Text.RegularExpressions;

namespace MedQA.Evaluation.Reporting;

/// <summary>A report as Markdown, for people. Names that came with the question set are escaped: they never become markup.</summary>
public static partial class ReportMarkdown
{
    private const int MostTopics = 60;

    /// <summary>Writes a report. Everything that may differ between runs that answered alike stands under the last heading, "This run".</summary>
    public static string Write(RunReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder();
        Title(text, report);
        Accuracies(text, report);
        Slices(text, report);
        Votes(text, report);
        ReportMarkdownConfidence.Write(text, report);
        Letters(text, report);
        Published(text, report);
        Repeating(text, report);
        Circumstances(text, report);
        return text.ToString();
    }

    private static void Title(StringBuilder text, RunReport report)
    {
        Line(text, $"# {Plain(report.QuestionSet)}: {Plain(report.Protocol.Profile.Name)} on {Plain(report.Model)}");
        Line(text, "");
        Line(text, $"> {report.Disclaimer}");
        foreach (var warning in report.Warnings)
        {
            Line(text, ">");
            Line(text, $"> **Note:** {Plain(warning)}");
        }
    }

    private static void Accuracies(StringBuilder text, RunReport report)
    {
        var (questions, accuracy) = (report.Questions, report.Accuracy);
        Heading(text, "Accuracy");
        Line(text, "| | |");
        Line(text, "| --- | --- |");
        if (accuracy.Value is not null)
        {
            Line(text, $"| accuracy, each question once (micro) | **{Figures.Percent(accuracy.Value)}** ({Figures.Of(accuracy.Correct, accuracy.Scored)}) |");
            Line(text, accuracy.Bounds is null
                ? $"| 95 % interval (Clopper-Pearson) | {Figures.Percent(accuracy.Interval)} |"
                : $"| failed questions all wrong, all right | {Figures.Interval(accuracy)} |");
            Line(text, $"| standard error, equal questions as one cluster | {Figures.Percent(accuracy.StandardError)} |");
            Line(text, $"| guessing gives | {Figures.Percent(accuracy.Chance)} |");
        }
        else
        {
            Line(text, "| accuracy | none: no question has a known right option |");
        }

        if (report.MacroAccuracy is { Datasets: > 1 } macro)
        {
            Line(text, $"| mean of the {macro.Datasets} data sets' accuracies (macro) | {Figures.Percent(macro.Value)} {Figures.Percent(macro.Interval)} |");
        }

        Line(text, $"| rows in the file | {Figures.Count(questions.Rows)} |");
        Line(text, $"| rejected rows | {Figures.Count(questions.Rejected)} |");
        Line(text, $"| questions asked | {Figures.Count(questions.Asked)} |");
        Line(text, $"| without an answer by the model (wrong) | {Figures.Count(questions.Unanswered)} |");
        Line(text, $"| failed by infrastructure (neither right nor wrong) | {Figures.Count(questions.Failed)}{string.Concat(report.Failures.Select(static failure => $"; {Plain(failure.Code)}: {failure.Questions}"))} |");
        Line(text, $"| not asked yet | {Figures.Count(questions.Waiting)} |");
        Line(text, $"| without a known right option | {Figures.Count(questions.WithoutGold)} |");
    }

    private static void Slices(StringBuilder text, RunReport report)
    {
        Heading(text, "Data sets and topics");
        Line(text, "| data set | topic | correct | accuracy | 95 % interval | guessing | agreement |");
        Line(text, "| --- | --- | ---: | ---: | --- | ---: | ---: |");
        foreach (var slice in report.Datasets)
        {
            Row(slice);
            foreach (var topic in report.Topics.Where(topic => topic.Dataset == slice.Dataset).OrderByDescending(static topic => topic.Questions).Take(MostTopics))
            {
                Row(topic);
            }

            var left = report.Topics.Count(topic => topic.Dataset == slice.Dataset) - MostTopics;
            if (left > 0)
            {
                Line(text, $"| {Plain(slice.Dataset)} | {left} smaller topics, in the JSON report | | | | | |");
            }
        }

        void Row(Slice slice) => Line(text,
            $"| {Plain(slice.Dataset)} | {(slice.Topic is null ? "all" : Plain(slice.Topic))} | {Figures.Of(slice.Accuracy.Correct, slice.Accuracy.Scored)} | {Figures.Percent(slice.Accuracy.Value)} | {Figures.Interval(slice.Accuracy)} | {Figures.Percent(slice.Accuracy.Chance)} | {Figures.Fraction(slice.MeanAgreement)} |");
    }

    private static void Votes(StringBuilder text, RunReport report)
    {
        var (forced, ties, ends) = (report.ForcedVotes, report.Ties, report.Reasonings);
        Heading(text, "Votes");
        Line(text, "| | accuracy | mean agreement | ECE |");
        Line(text, "| --- | ---: | ---: | ---: |");
        Line(text, $"| forced votes counted | {Figures.Percent(forced.Counted.Accuracy)} | {Figures.Fraction(forced.Counted.MeanAgreement)} | {Figures.Fraction(forced.Counted.CalibrationError)} |");
        Line(text, $"| forced votes as abstentions | {Figures.Percent(forced.AsAbstentions.Accuracy)} | {Figures.Fraction(forced.AsAbstentions.MeanAgreement)} | {Figures.Fraction(forced.AsAbstentions.CalibrationError)} |");
        Line(text, $"| ties among m options at 1/m | {Figures.Percent(ties.AccuracyAtChance)} | | |");
        Line(text, "");
        Line(text, $"- {Figures.Count(forced.Forced)} of {Figures.Count(forced.Votes)} votes were forced by the answer cue; {Figures.Count(forced.Answers)} answers rest on forced votes alone.");
        Line(text, $"- {Figures.Count(ties.Questions)} questions were ties; the tie-break answered {Figures.Of(ties.Correct, ties.Scored)} of them right.");
        Line(text, $"- {Figures.Count(ends.Total)} reasonings: {Figures.Count(ends.EndToken)} ended by the model, {Figures.Count(ends.StopText)} by a stop text, {Figures.Count(ends.Cut)} cut at maxTokens ({Figures.Percent(ends.ShareCut)}).");
        Line(text, $"- {Figures.Count(report.Tokens.Prompt)} prompt tokens (each question's once), {Figures.Count(report.Tokens.Generated)} generated tokens.");
        Line(text, "");
        Line(text, "| agreement | questions | right | wrong | accuracy |");
        Line(text, "| --- | ---: | ---: | ---: | ---: |");
        foreach (var level in report.Agreement.Histogram)
        {
            var scored = level.Correct + level.Wrong;
            Line(text, $"| {level.Votes}/{level.Samples} | {Figures.Count(level.Questions)} | {Figures.Count(level.Correct)} | {Figures.Count(level.Wrong)} | {Figures.Percent(scored == 0 ? null : (double)level.Correct / scored)} |");
        }
    }

    private static void Letters(StringBuilder text, RunReport report)
    {
        if (report.Letters.IsEmpty)
        {
            return;
        }

        Heading(text, "Positions of the right option");
        Line(text, "| letter | right option there | chosen | both | accuracy | 95 % interval |");
        Line(text, "| --- | ---: | ---: | ---: | ---: | --- |");
        foreach (var letter in report.Letters)
        {
            Line(text, $"| {letter.Letter} | {Figures.Count(letter.Gold)} | {Figures.Count(letter.Chosen)} | {Figures.Count(letter.Correct)} | {Figures.Percent(letter.Accuracy)} | {Figures.Percent(letter.Interval)} |");
        }
    }

    private static void Published(StringBuilder text, RunReport report)
    {
        if (report.Published.IsEmpty)
        {
            return;
        }

        Heading(text, "Published results");
        Line(text, "| data set | model | method | accuracy | 95 % interval | n | year | source | comparable |");
        Line(text, "| --- | --- | --- | ---: | --- | ---: | ---: | --- | --- |");
        foreach (var beside in report.Published)
        {
            var result = beside.Result;
            Line(text, $"| {Plain(beside.Dataset)} | {Plain(result.Model)} | {Plain(result.Method)} | {Figures.Percent(result.Accuracy)} | {Figures.Percent(result.Interval)} | {Figures.Count(result.Questions)} | {result.Year} | {Plain(result.Source)} (read in {Plain(result.ReadIn)}) | {(beside.Comparable ? beside.Note is null ? "yes" : $"yes; {Plain(beside.Note)}" : Plain(beside.Note!))} |");
        }
    }

    private static void Repeating(StringBuilder text, RunReport report)
    {
        var profile = report.Protocol.Profile;
        Heading(text, "To repeat it");
        Line(text, "| | |");
        Line(text, "| --- | --- |");
        Line(text, $"| model | {Plain(report.Model)}, `{Code(report.ModelFingerprint)}` |");
        Line(text, $"| question set | {Plain(report.QuestionSet)}{(report.QuestionSetHash is { } hash ? $", SHA-256 `{Code(hash)}`" : "")} |");
        Line(text, $"| profile | {Plain(profile.Name)}: strategy {Plain(profile.Strategy)}, format {profile.Format.ToString().ToLowerInvariant()} |");
        Line(text, $"| worked examples | {report.Protocol.Exemplars.Length}{(profile.ExemplarSet is { } set ? $" of set {Plain(set)}" : "")} |");
        Line(text, $"| sampling | {profile.Samples} samples, temperature {profile.Temperature}, topP {profile.TopP}, topK {profile.TopK}, at most {profile.MaxTokens} tokens, seed {profile.Seed} |");
        Line(text, $"| reasonings without an answer | {(profile.OnUnparsed == Profiles.UnparsedHandling.Force ? "forced by the answer cue" : "abstain")} |");
        Line(text, $"| evaluation rules | {Plain(report.EvaluationRules)} |");
        Line(text, "");
        Line(text, "The whole profile with its worked examples stands in the JSON report.");
        foreach (var prompt in report.Prompts)
        {
            var fence = Fence(prompt.Text);
            Line(text, "");
            Line(text, $"### Exact prompt of {Plain(prompt.Dataset)}, question {Plain(prompt.Question)}");
            Line(text, "");
            Line(text, $"{fence}text");
            Line(text, $"{prompt.Text.ReplaceLineEndings("\n")}");
            Line(text, $"{fence}");
        }
    }

    private static void Circumstances(StringBuilder text, RunReport report)
    {
        var run = report.Circumstances;
        Heading(text, "This run");
        Line(text, "| | |");
        Line(text, "| --- | --- |");
        Line(text, $"| run | {Plain(run.Run)}, revision {run.Revision} |");
        Line(text, $"| created | {Time(run.Created)} |");
        Line(text, $"| finished | {Time(run.Finished)} |");
        Line(text, $"| upload's ETag | {(run.ETag is { } etag ? Plain(etag) : Figures.None)} |");
        Line(text, $"| seconds of work | {run.Seconds:#,0.0} |");
        Line(text, $"| generated tokens per second of work | {(run.TokensPerSecond is { } speed ? speed.ToString("#,0.0") : Figures.None)} |");
        foreach (var engine in run.EngineFingerprints)
        {
            Line(text, $"| engine | {Plain(engine)} |");
        }

        if (run.EngineFingerprints.Length > 1)
        {
            Line(text, "");
            Line(text, $"**Note:** {run.EngineFingerprints.Length} different engines answered: the samples follow the same distribution, but not the same bits.");
        }
    }

    internal static void Heading(StringBuilder text, string heading)
    {
        Line(text, "");
        Line(text, $"## {heading}");
        Line(text, "");
    }

    internal static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');

    private static string Time(DateTimeOffset? time) => time is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss") + " UTC" : Figures.None;

    /// <summary>Text that stays text in a table cell, a heading or a paragraph.</summary>
    internal static string Plain(string text) => Markup().Replace(LineBreaks().Replace(text, " "), static match => match.Value switch
    {
        "<" => "&lt;",
        ">" => "&gt;",
        "&" => "&amp;",
        var other => "\\" + other,
    });

    private static string Code(string text) => text.Replace('`', '\'').Replace('|', '/');

    /// <summary>A fence longer than every run of backticks in the text.</summary>
    private static string Fence(string text) =>
        new('`', Math.Max(3, 1 + Backticks().EnumerateMatches(text).LongestLength()));

    private static int LongestLength(this Regex.ValueMatchEnumerator matches)
    {
        var longest = 0;
        foreach (var match in matches)
        {
            longest = Math.Max(longest, match.Length);
        }

        return longest;
    }

    [GeneratedRegex(@"[\\`*_\[\]{}<>&|#~!]", RegexOptions.NonBacktracking)]
    private static partial Regex Markup();

    [GeneratedRegex(@"[\r\n\u0085\u2028\u2029]+", RegexOptions.NonBacktracking)]
    private static partial Regex LineBreaks();

    [GeneratedRegex("`+", RegexOptions.NonBacktracking)]
    private static partial Regex Backticks();
}
