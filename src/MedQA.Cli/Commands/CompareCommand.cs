using System.CommandLine;
using MedQA.Client;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa compare</c>: compares runs.</summary>
internal static class CompareCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var runs = new Argument<string[]>("RUN")
        {
            Description = "Two or more runs, by name or unique prefix",
            Arity = new ArgumentArity(2, 20)
        }.WithRuns();
        var first = new Option<bool>("--against-first")
        {
            Description = "Compare only the first run with each of the others: fewer tests, so Holm's correction takes less"
        };
        var anytime = new Option<bool>("--anytime")
        {
            Description = "Add intervals that are valid however often somebody looked, as at runs in progress or stopped early"
        };
        var html = GivenOutput.Html();
        var command = new CommandWithExamples("compare", "Compare runs in a table of strategies, models and data sets, and runs over the "
            + "same questions by paired differences with intervals, McNemar's test and Holm's correction.", """
            Examples:
              medqa run mine.csv --profile few-shot
              medqa run mine.csv --profile self-consistency
              medqa results
              medqa compare 4c2r y4a6 > comparison.md
              medqa compare 4c2r y4a6 k3m7 --html comparison.html
              medqa compare 4c2r y4a6 k3m7 --against-first        4c2r is the baseline
              medqa compare 4c2r y4a6 --anytime                   while they run, as often as you like

            A difference is the second run less the first: positive where the second is better.
            An ordinary interval is valid for one look at a number of questions that was fixed before.
            Where the models' sizes are known (medqa models describe), --html plots accuracy against them.
            """) { runs, first, anytime, html };
        CommandWork.Set(
            command,
            (context, parsed, cancel) =>
                CompareAsync(
                    context,
                    parsed.GetRequiredValue(runs),
                    parsed.GetValue(first),
                    parsed.GetValue(anytime),
                    parsed.GetValue(html),
                    cancel));
        return command;
    }

    private static async Task<int> CompareAsync(
        CommandContext context, string[] names, bool againstFirst, bool anytime, string? html, CancellationToken cancellationToken)
    {
        await using var service = await CalledService.OpenAsync(context, cancellationToken);
        var known = await service.ListRunsAsync(cancellationToken);
        string[] runs = [.. names.Select(name => RunNames.Choose(known, name).Id)];

        if (html is not null)
        {
            await using var page = await service.Client.OpenComparisonAsync(
                runs, ReportFormat.Html, againstFirst, anytime, cancellationToken);
            using var read = new StreamReader(page);
            var written = await read.ReadToEndAsync(cancellationToken);
            await GivenOutput.WriteAsync(context, html, () => written, cancellationToken);
        }

        var isJson = context.Output == OutputFormat.Json;
        await using var comparison = await service.Client.OpenComparisonAsync(
            runs, isJson ? ReportFormat.Json : ReportFormat.Markdown, againstFirst, anytime, cancellationToken);
        using var reader = new StreamReader(comparison);
        var text = await reader.ReadToEndAsync(cancellationToken);
        if (isJson)
        {
            context.Console.Line(text);
        }
        else
        {
            MarkdownDocument.Write(context.Console, text);
        }

        return ExitCode.Success;
    }
}
