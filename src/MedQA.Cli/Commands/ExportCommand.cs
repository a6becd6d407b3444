using System.CommandLine;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;
using MedQA.Files;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa export</c>: writes a run's result as files.</summary>
internal static class ExportCommand
{
    private static readonly string[] Files = [
        "manifest.json",
        "report.json",
        "report.md",
        "report.html",
        "answers.csv",
        "answers.parquet",
        "rejected.csv",
        "answers.jsonl",
        "samples.parquet"
    ];
    private static readonly string[] Formats = ["json", "md", "html", "csv", "parquet", "jsonl"];

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "Run name, unique prefix, or 'latest'" }.WithRuns();
        var to = new Option<string>("--to")
        {
            Description = "Folder to write to. Default: one named after the run",
            HelpName = "FOLDER"
        };
        var formats = new Option<string[]>("--format")
        {
            Description = $"Write only files of this format: {string.Join(", ", Formats)}. Repeatable",
            HelpName = "FORMAT"
        };
        formats.AcceptOnlyFromAmong([.. Formats]);
        var command = new CommandWithExamples("export", "Write a run's report (JSON, Markdown, HTML), answers with texts (CSV, Parquet), "
            + "samples (answers.jsonl, samples.parquet) and configuration to a folder.", """
            Examples:
              medqa export latest
              medqa export 4c2r --to results/few-shot
              medqa export latest --format csv          a row per question: texts, options, answer, votes
              medqa export latest --format parquet      the same, and samples.parquet with a row per sample
            """) { run, to, formats };
        CommandWork.Set(
            command,
            (context, parsed, cancel) =>
                ExportAsync(context, parsed.GetRequiredValue(run), parsed.GetValue(to), parsed.GetValue(formats) ?? [], cancel));
        return command;
    }

    private static async Task<int> ExportAsync(
        CommandContext context, string name, string? to, string[] formats, CancellationToken cancellationToken)
    {
        if (OutputFolder.WhyNotWritable(to ?? ".") is { } unwritable)
        {
            throw new InputException(
                new FaultLocation(),
                $"Cannot write the files: {unwritable}",
                "Choose another folder with --to");
        }

        await using var service = await CalledService.OpenAsync(context, cancellationToken);
        var run = await service.FindRunAsync(name, cancellationToken);
        if (run.Revision == 0)
        {
            throw new InputException($"Run {run.Id} has no report yet: it is {StateText.Of(run.State)}.");
        }

        if (run.Provisional)
        {
            context.Console.Note(
                $"Provisional: run {run.Id} is {StateText.Of(run.State)}, with {run.Done} of {run.Questions} questions done. The files "
                    + "contain only these.");
        }

        var folder = Path.GetFullPath(to ?? run.Id);
        OutputFolder.Create(folder);
        foreach (var file in Files.Where(file => formats.Length == 0 || formats.Contains(Path.GetExtension(file)[1..])))
        {
            var path = Path.Combine(folder, file);
            await using var content = await service.TryOpenFileAsync(run.Id, file, cancellationToken);
            if (content is null)
            {
                // A run without rejected rows has no rejected.csv.
                continue;
            }

            await OutputFile.WriteAsync(path, written => content.CopyToAsync(written, cancellationToken));
            context.Console.Line(path);
        }

        return ExitCode.Success;
    }
}
