using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;
using MedQA.Files;
using MedQA.Pipeline.Studies;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa study create</c>: creates a study.</summary>
internal static class StudyCreateCommand
{
    /// <summary>The limit of JSON texts; even with every character escaped, this many fit into one request.</summary>
    private const int MaxCharacters = 150_000_000;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var runs = new Option<string[]>("--run")
        {
            Description = "Finished run of profile long-form: name, unique prefix, or 'latest'; NAME=RUN names the source NAME. Repeatable",
            HelpName = "RUN"
        }.WithRuns();
        var files = new Option<string[]>("--answers")
        {
            Description = "CSV file with the columns question and answer, for example from clinicians; NAME=FILE names the source NAME. "
                + "Repeatable",
            HelpName = "FILE"
        };
        var name = new Option<string>("--name") { Description = "Name of the study, not shown to raters", HelpName = "NAME" };
        var title = new Option<string>("--title") { Description = "Title of the study, shown to raters", HelpName = "TITLE" };
        var rubric = new Option<string>("--rubric")
        {
            Description = "Rubric: the name of one included with medqa, or a JSON file. Default: clinician-12",
            HelpName = "RUBRIC",
            DefaultValueFactory = static _ => "clinician-12"
        };
        var raters = new Option<string>("--raters")
        {
            Description = "Number of raters, or their names separated by commas",
            HelpName = "RATERS",
            Required = true
        };
        var each = new NumberOption<int>("--raters-per-answer", NumberRange.Whole(1, StudyStore.MaxRaters))
        {
            Description = "Raters per answer: 1, or 3 to measure their agreement",
            HelpName = "NUMBER",
            DefaultValueFactory = static _ => 1
        };
        var pilot = new NumberOption<int>("--pilot", NumberRange.Whole(0, StudyStore.MaxPilot))
        {
            Description = "Number of answers, such as 25, that all raters rate first",
            HelpName = "NUMBER"
        };
        var strata = new Option<string[]>("--questions")
        {
            Description = "Number of questions of a data set, such as liveqa=20. Repeatable. Default: all questions that all sources "
                + "answer",
            HelpName = "DATASET=NUMBER"
        };
        var seed = new Option<long>("--seed")
        {
            Description = "Seed of the drawn questions",
            HelpName = "NUMBER",
            DefaultValueFactory = static _ => 1,
        };
        var instructions = new Option<string>("--instructions")
        {
            Description = "Text file with instructions that raters read before they begin",
            HelpName = "FILE"
        };
        var consent = new Option<string>("--consent")
        {
            Description = "Text file with the consent that raters give before they begin",
            HelpName = "FILE"
        };
        files.Validators.Add(static given => GivenFiles.AddMissing(given, given.Tokens.Select(static token => Named(token.Value).Place)));
        instructions.Validators.Add(static given => GivenFiles.AddMissing(given, given.Tokens.Select(static token => token.Value)));
        consent.Validators.Add(static given => GivenFiles.AddMissing(given, given.Tokens.Select(static token => token.Value)));
        var command = new CommandWithExamples("create", "Create a study from runs and files of answers to the same questions, and "
            + "print a link for each rater.", """
            Examples:
              medqa study create --run latest --answers clinicians.csv --raters 9
              medqa study create --run small=4c2r --run large=y4a6 --answers clinicians=answers.csv --rubric lay-2 --raters "Ann,Ben,Cem" --raters-per-answer 3
              medqa study create --run latest --raters 9 --pilot 25 --questions healthsearchqa=100 --questions liveqa=20 --questions medicationqa=20
            """) { runs, files, name, title, rubric, raters, each, pilot, strata, seed, instructions, consent };
        CommandWork.Set(command, async (context, parsed, cancel) =>
        {
            // Files are read before the storage is started to find runs.
            var read = ImmutableArray.CreateBuilder<SourceRequest>();
            foreach (var (label, file) in (parsed.GetValue(files) ?? []).Select(Named))
            {
                read.Add(
                    new SourceRequest { Name = label, Csv = await ReadAsync(context, file, cancel), FileName = Path.GetFileName(file) });
                if (read.Sum(static source => (long)source.Csv!.Length) is > MaxCharacters and var characters)
                {
                    throw InputException.Of(
                        "--answers",
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{file}: the files of answers contain {characters:#,0} characters so far, above the limit of "
                                + $"{MaxCharacters:#,0}. Remove questions, or columns other than question and answer."));
                }
            }

            var request = new StudyRequest
            {
                Name = parsed.GetValue(name)
                    ?? $"Study of {DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}",
                Title = parsed.GetValue(title),
                Rubric = await RubricAsync(context, parsed.GetRequiredValue(rubric), cancel),
                Raters = Raters(parsed.GetRequiredValue(raters)),
                RatersPerAnswer = parsed.GetValue(each),
                Pilot = parsed.GetValue(pilot),
                Seed = parsed.GetValue(seed),
                Strata = parsed.GetValue(strata) is { Length: > 0 } wanted ? [.. wanted.Select(Stratum)] : null,
                Sources = [],
                Instructions = parsed.GetValue(instructions) is { } before ? await ReadAsync(context, before, cancel) : null,
                Consent = parsed.GetValue(consent) is { } agreed ? await ReadAsync(context, agreed, cancel) : null,
            };
            await using var service = await CalledService.OpenAsync(context, cancel);
            var sources = ImmutableArray.CreateBuilder<SourceRequest>();
            if (parsed.GetValue(runs) is { Length: > 0 } named)
            {
                var known = await service.ListRunsAsync(cancel);
                foreach (var (label, run) in named.Select(Named))
                {
                    sources.Add(new SourceRequest { Name = label, Run = RunNames.Choose(known, run).Id });
                }
            }

            request = request with { Sources = [.. sources, .. read] };
            var study = await service.Client.CreateStudyAsync(request, cancel);
            StudyCommand.Write(context, study);
            if (context.Output != OutputFormat.Json)
            {
                StudyCommand.WriteLinks(context, study.Raters ?? []);
                context.Console.Note(
                    context.Settings.Endpoint is null
                        ? "`medqa serve` opens the study to raters on this machine. Progress and report: #/studies in the dashboard."
                        : $"Progress and report: {context.Settings.Endpoint}#/studies/{study.Study}");
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static (string? Label, string Place) Named(string text) =>
        text.Split('=', 2) is [{ Length: > 0 } label, { Length: > 0 } place] && !File.Exists(text) ? (label, place) : (null, text);

    private static ImmutableArray<string> Raters(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? [.. Enumerable.Range(1, count).Select(static number => $"Rater {number}")]
            : [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    private static StudyStratum Stratum(string text) =>
        text.LastIndexOf('=') is > 0 and var at
            && int.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? new StudyStratum(text[..at], count)
            : throw InputException.Of("--questions", $"is '{text}', but must be a data set and a number, such as liveqa=20.");

    private static async Task<JsonElement> RubricAsync(CommandContext context, string text, CancellationToken cancellationToken)
    {
        if (RegularFile.KindOf(text) is PathKind.Missing or PathKind.Folder)
        {
            return JsonElement.Parse($"\"{JsonEncodedText.Encode(text)}\"");
        }

        try
        {
            return JsonElement.Parse(await ReadAsync(context, text, cancellationToken));
        }
        catch (JsonException exception)
        {
            throw new InputException($"{text} is not JSON: {JsonShape.PlaceOf(exception)}.");
        }
    }

    private static async Task<string> ReadAsync(CommandContext context, string path, CancellationToken cancellationToken)
    {
        if (RegularFile.KindOf(path) == PathKind.Missing)
        {
            throw new InputException($"No such file: {path}.");
        }

        using var input = await InputFile.OpenAsync(path, context.Console.Note, cancellationToken);
        return await RegularFile.ReadAllTextAsync(input.Path, cancellationToken);
    }
}
