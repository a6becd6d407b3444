using System.CommandLine;
using System.Text;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa replay</c>: applies other strategies to a run's stored samples.</summary>
internal static class ReplayCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "Run name, unique prefix, or 'latest'" }.WithRuns();
        var html = GivenOutput.Html();
        var command = new CommandWithExamples("replay", "Evaluate other strategies, with their cost, on the stored samples of a run, "
            + "without asking anything again.", """
            Examples:
              medqa run mine.csv --profile deferral
              medqa replay latest --html replay.html
              medqa replay latest > replay.md
            """) { run, html };
        CommandWork.Set(
            command, (context, parsed, cancel) => ReplayAsync(context, parsed.GetRequiredValue(run), parsed.GetValue(html), cancel));
        return command;
    }

    /// <summary>Returns the reports of runs that may have asked the same with other budgets of thinking tokens.</summary>
    private static async Task<List<RunReport>> ReportsUnderOtherBudgetsAsync(
        CalledService service, RunResource run, CancellationToken cancellationToken)
    {
        var reports = new List<RunReport>();
        foreach (var other in await service.ListRunsAsync(cancellationToken))
        {
            if (other.Id != run.Id
                && other.State is RunState.Completed
                && (other.Name, other.ModelFingerprint, other.Strategy, other.Samples)
                    == (run.Name, run.ModelFingerprint, run.Strategy, run.Samples))
            {
                reports.Add(await Development.ReadAsync(service, other, cancellationToken));
            }
        }

        return reports;
    }

    private static async Task<int> ReplayAsync(CommandContext context, string name, string? html, CancellationToken cancellationToken)
    {
        await using var service = await CalledService.OpenAsync(context, cancellationToken);
        var run = await service.FindRunAsync(name, cancellationToken);
        var report = await Development.ReadAsync(service, run, cancellationToken);
        var replay = new ReplayAccumulator(report.Protocol.Profile);
        await foreach (var (_, answered) in service.AnswersAsync(run, cancellationToken))
        {
            replay.Add(answered);
        }

        var others = replay.HasThoughts ? await ReportsUnderOtherBudgetsAsync(service, run, cancellationToken) : [];
        var result = replay.Build(report, others);
        await GivenOutput.WriteAsync(context, html, () => ReportHtml.Write(result), cancellationToken);
        if (context.Output == OutputFormat.Json)
        {
            context.Console.Line(Encoding.UTF8.GetString(ReportJson.Write(result)));
        }
        else
        {
            MarkdownDocument.Write(context.Console, ReportMarkdown.Write(result));
        }

        return ExitCode.Success;
    }
}
