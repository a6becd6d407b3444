using System.Collections.Immutable;
using System.CommandLine;
using System.Net;
using System.Text.Json;
using MedQA.Client;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;
using MedQA.Web.Contracts;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa annotate</c>: gives a run a name, tags and a note.</summary>
internal static class AnnotateCommand
{
    private const int MaxTries = 10;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "Run name, unique prefix, or 'latest'" }.WithRuns();
        var name = new Option<string>("--name") { Description = "A name for the run; '' removes it", HelpName = "TEXT" };
        var tags = new Option<string[]>("--tag") { Description = "Add a tag; can be repeated", HelpName = "TAG" };
        var untag = new Option<string[]>("--remove-tag") { Description = "Remove a tag; can be repeated", HelpName = "TAG" };
        var note = new Option<string>("--note") { Description = "A note about the run; '' removes it", HelpName = "TEXT" };
        var command = new CommandWithExamples("annotate", "Give a run a name, tags and a note, or show them.", $"""
            Examples:
              medqa annotate latest --name "Baseline, temperature 0.7"
              medqa annotate 4c2r --tag paper --tag table-2
              medqa annotate 4c2r --remove-tag paper --note "Superseded by the run of May."
              medqa annotate 4c2r                                 show them

            What is not given stays. A name has at most {RunAnnotation.MaxNameLength} characters, a tag {RunAnnotation.MaxTagLength}, a note {RunAnnotation.MaxNoteLength}; a run has at most {RunAnnotation.MaxTags} tags.
            They change nothing about the run's answers and scores. `medqa results --search WORDS` and `--tag TAG` find runs by them.
            """) { run, name, tags, untag, note };
        CommandWork.Set(command, async (context, parsed, cancel) =>
        {
            await using var service = await CalledService.OpenAsync(context, cancel);
            var found = await service.FindRunAsync(parsed.GetRequiredValue(run), cancel);
            var change = new Change(
                parsed.GetValue(name), parsed.GetValue(tags) ?? [], parsed.GetValue(untag) ?? [], parsed.GetValue(note));
            var annotation = change.IsNothing
                ? (await service.Client.GetAnnotationAsync(found.Id, cancel)).Annotation
                : await ApplyAsync(service.Client, found.Id, change, cancel);
            Show(context, found, annotation);
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>Changes what is given. If somebody else changes the rest meanwhile, it is read again and kept.</summary>
    private static async Task<RunAnnotation> ApplyAsync(
        MedQAClient client, string run, Change change, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var stored = await client.GetAnnotationAsync(run, cancellationToken);
            try
            {
                return (await client.AnnotateRunAsync(run, change.Of(stored.Annotation), stored.ETag, cancellationToken)).Annotation;
            }
            catch (MedQAException exception) when (exception.Status == HttpStatusCode.PreconditionFailed && tries < MaxTries)
            {
                // Somebody else was quicker.
            }
        }
    }

    private static void Show(CommandContext context, RunResource run, RunAnnotation annotation)
    {
        if (context.Output == OutputFormat.Json)
        {
            context.Console.Line(JsonSerializer.Serialize(annotation, WebJson.Readable.RunAnnotation));
            return;
        }

        var table = TextTable.OfValues();
        table.Add("Run", run.Id);
        table.Add("Question set", run.Name);
        table.Add("Name", annotation.DisplayName ?? "–");
        table.Add("Tags", annotation.Tags is { } tags ? string.Join(", ", tags) : "–");
        table.Add("Note", annotation.Note ?? "–");
        table.Write(context.Console.Output);
    }

    private sealed record Change(string? Name, string[] Tags, string[] Untag, string? Note)
    {
        public bool IsNothing => Name is null && Note is null && Tags.Length == 0 && Untag.Length == 0;

        public RunAnnotation Of(RunAnnotation annotation)
        {
            ImmutableArray<string> tags =
            [
                .. (annotation.Tags ?? []).Concat(Tags)
                    .Where(tag => !Untag.Contains(tag, StringComparer.OrdinalIgnoreCase))
                    .Distinct(StringComparer.OrdinalIgnoreCase),
            ];
            return new RunAnnotation
            {
                DisplayName = Name ?? annotation.DisplayName,
                Tags = tags.IsEmpty ? null : tags,
                Note = Note ?? annotation.Note
            };
        }
    }
}
