using System.CommandLine;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;
using MedQA.Files;
using MedQA.Pipeline.Queries;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa export</c>: writes a run's result as files.</summary>
internal static class ExportCommand
{
    /// <summary>The files by their formats.</summary>
    private static readonly (string Format, string File)[] Files =
    [
        ("json", "manifest.json"),
        ("json", "report.json"),
        ("md", "report.md"),
        ("html", "report.html"),
        ("csv", "answers.csv"),
        ("parquet", "answers.parquet"),
        ("csv", "rejected.csv"),
        ("jsonl", "answers.jsonl"),
        ("parquet", "samples.parquet"),
        ("inspect", RunExports.NameOf(RunExport.Inspect)),
        ("lm-eval", RunExports.NameOf(RunExport.Harness)),
        ("eee", RunExports.NameOf(RunExport.EveryEval)),
        ("card", RunExports.NameOf(RunExport.Card)),
    ];

    /// <summary>Formats that are for others, and written only where they are named.</summary>
    private static readonly string[] HandedOver = ["inspect", "lm-eval", "eee", "card"];

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "Run name, unique prefix, or 'latest'" }.WithRuns();
        var to = new Option<string>("--to")
        {
            Description = "Folder to write to. Default: one named after the run",
            HelpName = "FOLDER"
        };
        string[] formatNames = [.. Files.Select(static file => file.Format).Distinct()];
        var formats = new Option<string[]>("--format")
        {
            Description = $"Write only files of this format: {string.Join(", ", formatNames)}. Repeatable",
            HelpName = "FORMAT"
        };
        formats.AcceptOnlyFromAmong(formatNames);
        var command = new CommandWithExamples("export", "Write a run's report (JSON, Markdown, HTML), answers with texts (CSV, Parquet), "
            + "samples (answers.jsonl, samples.parquet) and configuration to a folder; or hand the run over to other tools.", """
            Examples:
              medqa export latest
              medqa export 4c2r --to results/few-shot
              medqa export latest --format csv          a row per question: texts, options, answer, votes
              medqa export latest --format parquet      the same, and samples.parquet with a row per sample
              medqa export latest --format inspect      an evaluation log of Inspect AI
              medqa export latest --format lm-eval      results and samples as lm-evaluation-harness writes them
              medqa export latest --format eee          records of Every Eval Ever
              medqa export latest --format card         a model card in Markdown
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
        foreach (var (format, file) in Files.Where(
            file => formats.Length == 0 ? !HandedOver.Contains(file.Format) : formats.Contains(file.Format)))
        {
            await using var content = await service.TryOpenFileAsync(run.Id, file, cancellationToken);
            if (content is null)
            {
                // A run without rejected rows has no rejected.csv.
                if (HandedOver.Contains(format))
                {
                    throw new InputException(
                        $"The service has no {file} of run {run.Id}: it may be of an earlier version. Update it to use --format {format}.");
                }

                continue;
            }

            if (Path.GetExtension(file) == ".zip")
            {
                await UnpackedArchive.WriteAsync(content, folder, context.Console.Line, cancellationToken);
                continue;
            }

            var written = format == "inspect" ? RunExports.InspectName(run.Created, run.Name, run.Id) : file;
            var path = Path.Combine(folder, written);
            await OutputFile.WriteAsync(path, stream => content.CopyToAsync(stream, cancellationToken));
            context.Console.Line(path);
        }

        return ExitCode.Success;
    }
}
