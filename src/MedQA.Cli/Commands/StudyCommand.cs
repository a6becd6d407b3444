using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MedQA.Client;
using MedQA.Evaluation;
using MedQA.Files;
using MedQA.Cli.Hosting;
using MedQA.Cli.Studies;
using MedQA.Cli.Terminal;
using MedQA.Pipeline.Studies;
using MedQA.Web.Contracts;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa study</c>: manages studies in which people rate answers.</summary>
internal static class StudyCommand
{
    /// <summary>What names a study.</summary>
    internal const string StudyMeaning = "Study name, unique prefix, or 'latest'";
    private const string UnknownRater = "urn:medqa:unknown-rater";

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new CommandWithExamples("study", "Have people rate free-text answers in the browser, and report the results.", """
            Examples:
              medqa run consumers.csv --profile long-form
              medqa study create --run latest --answers clinicians.csv --rubric clinician-12 --raters 9
              medqa serve                                          the raters open their links
              medqa study show latest                              each rater's progress
              medqa study judge latest                             a language model rates, too
              medqa study report latest --html report.html
              medqa study export latest --to ratings
              medqa study power --difference 0.1                   answers and raters needed to detect a difference
            """);
        CommandWork.Set(command, static (context, _, cancel) => ListAsync(context, cancel));
        var list = new Command("list", "List studies, newest first.");
        CommandWork.Set(list, static (context, _, cancel) => ListAsync(context, cancel));
        command.Add(list);
        command.Add(StudyCreateCommand.Create());
        command.Add(CreateShow());
        command.Add(CreateLink());
        command.Add(StudyJudgeCommand.Create());
        command.Add(CreateReport());
        command.Add(CreateExport());
        command.Add(CreateDeleteRater());
        command.Add(CreateDelete());
        command.Add(StudyPowerCommand.Create());
        return command;
    }

    /// <summary>Writes a study as tables: its facts, and each rater's progress or new link.</summary>
    internal static void Write(CommandContext context, StudyResource study)
    {
        if (context.Output == OutputFormat.Json)
        {
            context.Console.Line(JsonSerializer.Serialize(study, WebJson.Readable.StudyResource));
            return;
        }

        var facts = TextTable.OfValues();
        void Row(string name, string value) => facts.Add(name, value);
        Row("Study", $"{study.Study} ({study.Name})");
        Row("Sources", string.Join(", ", study.Sources.Select(static source => source.Name)));
        Row("Rubric", $"{study.Rubric}, {study.Axes} axes");
        Row("Answers", $"{study.Answers:#,0} to {study.Questions:#,0} questions "
            + $"({string.Join(", ", study.Strata.Select(static stratum => $"{stratum.Questions} {stratum.Dataset}"))})");
        Row("Raters", $"{study.Raters?.Length ?? 0}, {study.RatersPerAnswer} per "
            + $"answer{(study.Pilot > 0 ? $", {study.Pilot} answers by all" : "")}");
        facts.Write(context.Console.Output);
        foreach (var note in study.Notes)
        {
            context.Console.Line($"Note: {note}");
        }

        var raters = new TextTable(
            new TextColumn("Rater"),
            new TextColumn("Name"),
            new TextColumn("State"),
            new TextColumn("Rated", Numbers: true),
            new TextColumn("Skipped", Numbers: true),
            new TextColumn("Minutes", Numbers: true));
        foreach (var rater in study.Raters ?? [])
        {
            raters.Add(
                rater.Rater,
                rater.Label,
                rater.State?.ToString().ToLowerInvariant() ?? "deleted",
                $"{rater.Rated}/{rater.Assigned}",
                $"{rater.Skipped}",
                (rater.Seconds / 60).ToString("0.0", CultureInfo.InvariantCulture));
        }

        raters.Write(context.Console.Output);
    }

    /// <summary>Writes the links of raters, one per line for copying.</summary>
    internal static void WriteLinks(CommandContext context, IEnumerable<RaterResource> raters)
    {
        var home = context.Settings.Endpoint ?? context.ServedAt ?? context.Settings.Url;
        foreach (var rater in raters)
        {
            context.Console.Line($"{rater.Label}\t{new Uri(home, rater.Link)}");
        }

        context.Console.Note(
            "These links are shown only once, because only hashes of their secrets are stored. `medqa study link STUDY RATER` creates a "
                + "new one.");
    }

    private static async Task<int> ListAsync(CommandContext context, CancellationToken cancellationToken)
    {
        await using var service = await CalledService.OpenAsync(context, cancellationToken);
        var list = await service.Client.ListStudiesAsync(cancellationToken);
        if (context.Output == OutputFormat.Json)
        {
            context.Console.Line(JsonSerializer.Serialize(list, WebJson.Readable.StudyList));
            return ExitCode.Success;
        }

        if (list.Studies.IsEmpty)
        {
            context.Console.Line("No studies yet. Create one: medqa study create --help");
            return ExitCode.Success;
        }

        var table = new TextTable(
            new TextColumn("Study"),
            new TextColumn("Name"),
            new TextColumn("Rubric"),
            new TextColumn("Sources"),
            new TextColumn("Answers", Numbers: true),
            new TextColumn("Created (UTC)"));
        foreach (var study in list.Studies)
        {
            table.Add(
                study.Study,
                study.Name,
                study.Rubric,
                string.Join(", ", study.Sources.Select(static one => one.Name)),
                $"{study.Answers:#,0}",
                study.Created.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
        }

        table.Write(context.Console.Output);
        return ExitCode.Success;
    }

    private static Command CreateShow()
    {
        var study = new Argument<string>("STUDY") { Description = StudyMeaning };
        var command = new Command("show", "Show a study and each rater's progress.") { study };
        CommandWork.Set(command, async (context, parsed, cancel) =>
        {
            await using var service = await CalledService.OpenAsync(context, cancel);
            Write(context, await service.FindStudyAsync(parsed.GetRequiredValue(study), cancel));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreateLink() => CreateOfRater(
        "link",
        "Give a rater a new link. The old link stops working; ratings are kept.",
        static async (context, service, study, rater, cancel) =>
            WriteLinks(context, [await service.Client.RenewRaterLinkAsync(study.Study, rater, cancel)]));

    private static Command CreateDeleteRater() => CreateOfRater(
        "delete-rater",
        "Delete a rater with all clicks and comments. The study continues.",
        static async (context, service, study, rater, cancel) =>
        {
            await service.Client.DeleteRaterAsync(study.Study, rater, cancel);
            context.Console.Note($"Deleted rater {rater} of {study.Name} with all ratings.");
        });

    /// <summary>Creates a command that acts on one rater of a study.</summary>
    private static Command CreateOfRater(
        string name,
        string description,
        Func<CommandContext, CalledService, StudyResource, string, CancellationToken, Task> work)
    {
        var study = new Argument<string>("STUDY") { Description = StudyMeaning };
        var rater = new Argument<string>("RATER") { Description = "Rater: r1, r2 …" };
        var command = new Command(name, description) { study, rater };
        CommandWork.Set(command, async (context, parsed, cancel) =>
        {
            await using var service = await CalledService.OpenAsync(context, cancel);
            var found = await service.FindStudyAsync(parsed.GetRequiredValue(study), cancel);
            var named = parsed.GetRequiredValue(rater);
            try
            {
                await work(context, service, found, named, cancel);
            }
            catch (MedQAException exception) when (exception.Type == UnknownRater)
            {
                throw new InputException(StudyNames.NoRater(found.Study, named));
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreateReport()
    {
        var study = new Argument<string>("STUDY") { Description = StudyMeaning };
        var html = GivenOutput.Html();
        var command = new Command(
            "report",
            "Write the report of a study, even while raters are still working: as text on a terminal, as Markdown elsewhere, or as JSON "
                + "with --output json.") { study, html };
        CommandWork.Set(command, async (context, parsed, cancel) =>
        {
            await using var service = await CalledService.OpenAsync(context, cancel);
            var found = await service.FindStudyAsync(parsed.GetRequiredValue(study), cancel);
            if (parsed.GetValue(html) is { } path)
            {
                var page = await TextAsync(service.Client.OpenStudyReportAsync(found.Study, ReportFormat.Html, cancel), cancel);
                await GivenOutput.WriteAsync(context, path, () => page, cancel);
            }

            var isJson = context.Output == OutputFormat.Json;
            var report = await TextAsync(
                service.Client.OpenStudyReportAsync(found.Study, isJson ? ReportFormat.Json : ReportFormat.Markdown, cancel), cancel);
            if (isJson)
            {
                context.Console.Line(report);
            }
            else
            {
                MarkdownDocument.Write(context.Console, report);
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreateExport()
    {
        var study = new Argument<string>("STUDY") { Description = StudyMeaning };
        var to = new Option<string>("--to")
        {
            Description = "Folder to write to. Default: one named after the study",
            HelpName = "FOLDER"
        };
        var command = new Command(
            "export",
            "Write a study's ratings (CSV, Parquet), every click (CSV) and its report (JSON, Markdown, HTML) to a folder.") { study, to };
        CommandWork.Set(command, async (context, parsed, cancel) =>
        {
            await using var service = await CalledService.OpenAsync(context, cancel);
            var found = (await service.FindStudyAsync(parsed.GetRequiredValue(study), cancel)).Study;
            var folder = Path.GetFullPath(parsed.GetValue(to) ?? found);
            OutputFolder.Create(folder);
            foreach (var (file, open) in ((string, Func<Task<Stream>>)[])
            [
                ("ratings.csv", () => service.Client.OpenRatingsAsync(found, "text/csv", cancellationToken: cancel)),
                ("ratings.parquet", () =>
                    service.Client.OpenRatingsAsync(found, "application/vnd.apache.parquet", cancellationToken: cancel)),
                ("clicks.csv", () => service.Client.OpenRatingsAsync(found, "text/csv", history: true, cancel)),
                ("report.json", () => service.Client.OpenStudyReportAsync(found, ReportFormat.Json, cancel)),
                ("report.md", () => service.Client.OpenStudyReportAsync(found, ReportFormat.Markdown, cancel)),
                ("report.html", () => service.Client.OpenStudyReportAsync(found, ReportFormat.Html, cancel)),
            ])
            {
                await using var content = await open();
                await OutputFile.WriteAsync(Path.Combine(folder, file), written => content.CopyToAsync(written, cancel));
                context.Console.Line(Path.Combine(folder, file));
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreateDelete()
    {
        var study = new Argument<string>("STUDY") { Description = StudyMeaning };
        var command = new Command("delete", "Delete a study with all its ratings.") { study, Deletion.Confirmed };
        CommandWork.Set(command, async (context, parsed, cancel) =>
        {
            await using var service = await CalledService.OpenAsync(context, cancel);
            var name = parsed.GetRequiredValue(study);

            // A study whose deletion was interrupted is not listed; its full name continues the deletion.
            var (id, called, what) = (name, $"Study {name}", $"Study {name}");
            if (!StudyId.TryParse(name, out _))
            {
                var found = await service.FindStudyAsync(name, cancel);
                (id, called, what) = (found.Study, found.Name, $"Study {found.Name}");
            }

            await Deletion.ConfirmAsync(context.Console, parsed, $"{what} with all its ratings", cancel);

            try
            {
                await service.Client.DeleteStudyAsync(id, cancel);
            }
            catch (MedQAException exception) when (exception.Type == "urn:medqa:unknown-study")
            {
                throw new InputException(StudyNames.NoStudy(name));
            }

            context.Console.Note($"{called} and all its ratings are deleted.");
            return ExitCode.Success;
        });
        return command;
    }

    private static async Task<string> TextAsync(Task<Stream> opening, CancellationToken cancellationToken)
    {
        await using var stream = await opening;
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
