using System.CommandLine;
using System.Text;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;
using MedQA.Datasets;
using MedQA.Datasets.Reading;
using MedQA.Datasets.Training;
using MedQA.Evaluation;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Overlap;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa overlap</c>: finds questions that occur in a training text or in the worked examples.</summary>
internal static class OverlapCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "Question set. Optional with --run, which uses the run's questions",
            Arity = ArgumentArity.ZeroOrOne
        };
        var with = new Option<string[]>("--with")
        {
            Description = "Training text: a file, or a folder including subfolders; .gz is unpacked. Repeatable. Default: search the "
                + "worked examples",
            HelpName = "TEXT|FOLDER"
        };
        var examples = new Option<bool>("--examples")
        {
            Description = "Also search the worked examples: those of the run, or all that medqa includes"
        };
        var run = new Option<string>("--run")
        {
            Description = "Run whose accuracy to compare with and without the overlapping questions: name, unique prefix, or 'latest'",
            HelpName = "RUN"
        }.WithRuns();
        var reading = new SetReadingOptions();
        var command = new CommandWithExamples("overlap", $"List the questions whose whole text, or {TextOverlap.LongEnough} consecutive "
            + "characters, occur in a training text or in the worked examples.", """
            Examples:
              medqa overlap mine.csv --with training/
              medqa overlap mine.csv --with pubmed.jsonl.gz --examples --run latest > overlap.md
              medqa overlap --run latest
            """) { file, with, examples, run, reading.Notation, reading.DropFillers, reading.Map };
        CommandWork.Set(command, (context, parsed, cancel) => FindAsync(
            context,
            parsed.GetValue(file),
            parsed.GetValue(with) ?? [],
            parsed.GetValue(examples),
            parsed.GetValue(run),
            reading.Of(parsed),
            cancel));
        return command;
    }

    private static async Task<int> FindAsync(
        CommandContext context,
        string? file,
        string[] with,
        bool examples,
        string? run,
        SetReading reading,
        CancellationToken cancellationToken)
    {
        if (file is null && run is null)
        {
            throw new InputException("Specify a question set, or a run with --run.");
        }

        if (with.FirstOrDefault(static path => !File.Exists(path) && !Directory.Exists(path)) is { } missing)
        {
            throw new InputException($"No such file or folder: {missing}.");
        }

        var questions = new List<Question>();
        if (file is not null)
        {
            using var input = await QuestionSetCheck.OpenAsync(context.Console, file, cancellationToken);
            await QuestionSetCheck.ReadAsync(context.Console, input, reading, new QuestionSetTally(), questions.Add, cancellationToken);
        }

        examples |= with.Length == 0;
        var report = run is null
            ? await OfFileAsync(context, questions, with, examples, cancellationToken)
            : await OfRunAsync(context, run, file is null ? null : questions, with, examples, cancellationToken);
        if (context.Output == OutputFormat.Json)
        {
            context.Console.Line(Encoding.UTF8.GetString(ReportJson.Write(report)));
        }
        else
        {
            MarkdownDocument.Write(context.Console, ReportMarkdown.Write(report));
        }

        return ExitCode.Success;
    }

    private static async Task<OverlapReport> OfFileAsync(
        CommandContext context, List<Question> questions, string[] with, bool examples, CancellationToken cancellationToken)
    {
        var overlap = new TextOverlap(questions);
        await ScanAsync(
            context,
            overlap,
            with,
            examples ? ExemplarSets.Names.SelectMany(static name => ExemplarSets.Find(name)!.Exemplars) : [],
            cancellationToken);
        return OverlapReport.Of(overlap, questions);
    }

    /// <param name="context">The settings.</param>
    /// <param name="name">The run.</param>
    /// <param name="only">If given, searches only for these questions of the run, matched by text because their names can differ.</param>
    /// <param name="with">The training texts.</param>
    /// <param name="examples">Whether to search the run's worked examples.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    private static async Task<OverlapReport> OfRunAsync(
        CommandContext context, string name, List<Question>? only, string[] with, bool examples, CancellationToken cancellationToken)
    {
        await using var service = await CalledService.OpenAsync(context, cancellationToken);
        var found = await service.FindRunAsync(name, cancellationToken);
        var protocol = (await Development.ReadAsync(service, found, cancellationToken)).Protocol;
        var wanted = only?.Select(QuestionFingerprint.Of).ToHashSet(StringComparer.Ordinal);
        var (questions, answers) = (new List<Question>(), new List<AnsweredQuestion>());
        await foreach (var (question, answered) in service.AnswersAsync(found, cancellationToken))
        {
            if (wanted?.Contains(QuestionFingerprint.Of(question)) != false)
            {
                questions.Add(question);
                answers.Add(answered with { Reasonings = [] });
            }
        }

        if (questions.Count == 0)
        {
            throw new InputException($"Run {found.Id} asked none of the questions of that file.");
        }

        var overlap = new TextOverlap(questions);
        await ScanAsync(
            context,
            overlap,
            with,
            examples ? [.. protocol.Exemplars, .. protocol.DatasetExemplars.SelectMany(static set => set.Exemplars)] : [],
            cancellationToken);
        var accumulator = new OverlapAccumulator(overlap);
        foreach (var answered in answers)
        {
            accumulator.Add(answered);
        }

        return accumulator.Build();
    }

    private static async Task ScanAsync(
        CommandContext context, TextOverlap overlap, string[] with, IEnumerable<Exemplar> examples, CancellationToken cancellationToken)
    {
        foreach (var file in with.SelectMany(TrainingText.FilesOf))
        {
            using var text = Open(file);
            if (text is null)
            {
                context.Console.Note($"{file}: skipped, not a text.");
                continue;
            }

            context.Console.Note($"Searching {file}…");
            await overlap.ScanAsync(text, cancellationToken);
        }

        foreach (var example in examples)
        {
            overlap.Scan(string.Join('\n', example.Context, example.Text, example.Explanation));
        }
    }

    private static TextReader? Open(string file)
    {
        try
        {
            return TrainingText.Open(file);
        }
        catch (InvalidDataException exception)
        {
            throw new InputException($"{file} is not a valid .gz file: {exception.Message}");
        }
    }
}
