using System.CommandLine;
using MedQA.Cli.Hosting;
using MedQA.Cli.Terminal;
using MedQA.Datasets;
using MedQA.Datasets.Importing;
using MedQA.Datasets.Suites;
using MedQA.Evaluation;
using MedQA.Files;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa import</c>: converts files in any known format to one question set.</summary>
internal static class ImportCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Benchmarks as published by their authors, or question sets; with --suite, the folder that contains them",
            Arity = ArgumentArity.OneOrMore
        };
        var to = new Option<string>("--to") { Description = "Question set to write", HelpName = "FILE.csv", Required = true };
        var suite = new Option<string>("--suite")
        {
            Description = "Combine the sets of a suite found in a folder, with a slice of the report for each: "
                + $"{string.Join(" or ", QuestionSetSuite.All.Select(static known => known.Name))}",
            HelpName = "SUITE"
        };
        var reading = new SetReadingOptions();
        files.Validators.Add(given =>
        {
            // With a suite, the argument is a folder.
            if (given.GetResult(suite) is null)
            {
                GivenFiles.AddMissing(given, given.Tokens.Select(static token => token.Value));
            }
        });
        var command = new CommandWithExamples("import", "Convert files in any supported format (CSV, JSON, JSON lines, Parquet, "
            + "spreadsheets, LiveQA's XML) to one question set in CSV. `medqa run` also reads them directly.", """
            Examples:
              medqa import US_qbank.jsonl --to medqa.csv
              medqa import anatomy_test.csv virology_test.csv --to mmlu.csv
              medqa import benchmarks/ --suite multimedqa --to multimedqa.csv
            """) { files, to, suite, reading.Notation, reading.RightAnswers, reading.DropFillers, reading.Map };
        CommandWork.Set(
            command,
            (context, parsed, cancel) => ImportAsync(
                context, parsed.GetRequiredValue(files), parsed.GetValue(suite), parsed.GetRequiredValue(to), reading.Of(parsed), cancel));
        return command;
    }

    private static async Task<int> ImportAsync(
        CommandContext context, string[] paths, string? suite, string to, SetReading reading, CancellationToken cancellationToken)
    {
        using var inputs = new InputFiles();
        var files = suite is null
            ? await FilesOfAsync(context, paths, inputs, cancellationToken)
            : await FilesOfAsync(context, suite, paths, cancellationToken);
        var rejectedPath = Path.ChangeExtension(to, ".rejected.csv");
        ImportOutcome? outcome = null;
        await using var rejected = OutputFile.OpenTemporary();
        var options = new QuestionSetOptions().With(reading);
        await OutputFile.WriteAsync(to, async canonical =>
        {
            outcome = await QuestionSetImport.ImportAsync(files, options, canonical, rejected, cancellationToken);
            if (outcome.Tally.Accepted == 0)
            {
                var bad = outcome.Files.First(static file => file.Tally.FirstRejected is not null);
                throw new InputException($"{inputs.GivenOf(bad.Path)}, line {bad.Tally.FirstRejected!.Line}: "
                    + $"{bad.Tally.FirstRejected.Reason} "
                    + $"None of the {outcome.Tally.Rejected:#,0} rows can be used, so nothing was written; this is the first.");
            }
        });
        if (outcome!.Tally.Rejected > 0)
        {
            rejected.Position = 0;
            await OutputFile.WriteAsync(rejectedPath, list => rejected.CopyToAsync(list, cancellationToken));
        }

        foreach (var file in outcome.Files)
        {
            context.Console.Note(
                $"{inputs.GivenOf(file.Path)}: {file.Format}, {file.Tally.Accepted:#,0} "
                    + $"questions{(file.Tally.FreeAnswers > 0 ? $" ({file.Tally.FreeAnswers:#,0} with free answers)" : "")}, "
                    + $"{file.Tally.Rejected:#,0} {(file.Tally.Rejected == 1 ? "row" : "rows")} rejected");
            if (file.Tally.SeveralRight)
            {
                context.Console.Note(
                    $"{inputs.GivenOf(file.Path)}: {file.Tally.WithSeveralRight:#,0} questions have more than one right option; ask the "
                        + "written set with --right-answers several");
            }

            foreach (var note in file.Tally.Readings)
            {
                context.Console.Note($"{inputs.GivenOf(file.Path)}: {note}");
            }
        }

        var left = outcome.Tally.Rejected;
        context.Console.Line(
            $"{to}: {outcome.Tally.Accepted:#,0} questions"
                + (left > 0 ? $"; {rejectedPath} lists the {(left == 1 ? "rejected row" : $"{left:#,0} rejected rows")}" : ""));
        return ExitCode.Success;
    }

    private static async Task<IReadOnlyList<ImportFile>> FilesOfAsync(
        CommandContext context, string[] paths, InputFiles inputs, CancellationToken cancellationToken)
    {
        if (paths.FirstOrDefault(static path => RegularFile.KindOf(path) is PathKind.Missing or PathKind.Folder) is { } missing)
        {
            throw new InputException(Directory.Exists(missing)
                ? $"{missing} is a folder; name the question sets in it, or its suite with --suite "
                    + $"{QuestionSetSuite.MultiMedQa.Name}."
                : $"No such file: {missing}.");
        }

        foreach (var path in paths)
        {
            inputs.Add(await InputFile.OpenAsync(path, context.Console.Note, cancellationToken));
        }

        return [.. inputs.All.Select(static input => new ImportFile(input.Path))];
    }

    private static async Task<IReadOnlyList<ImportFile>> FilesOfAsync(
        CommandContext context, string name, string[] paths, CancellationToken cancellationToken)
    {
        var suite = QuestionSetSuite.Find(name)
            ?? throw new InputException(
                $"Unknown suite '{name}'. Suites: "
                    + $"{string.Join(" and ", QuestionSetSuite.All.Select(static known => known.Name))}.");
        if (paths is not [var folder] || !Directory.Exists(folder))
        {
            throw InputException.Of("--suite", $"{suite.Name} needs exactly one folder, which contains its sets.");
        }

        var found = await SuiteFiles.FindAsync(suite, folder, cancellationToken);
        foreach (var missing in found.Missing)
        {
            context.Console.Note($"{missing.Dataset} is missing; it is published at {missing.Origin}.");
        }

        return found.Files.Count > 0
            ? found.Files
            : throw new InputException($"{folder} has none of the {suite.Members.Count} sets of suite {suite.Name}.");
    }
}
