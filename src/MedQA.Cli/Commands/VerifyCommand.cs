using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;
using MedQA.Evaluation.Randomness;
using MedQA.Evaluation.Verifying;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.SoftPrompts;
using MedQA.Pipeline.Storage;
using Spectre.Console;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa verify</c>: whether a run's answers are those that were written, and those that the model gives.</summary>
internal static class VerifyCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "Run name, unique prefix, or 'latest'" }.WithRuns();
        var questions = new NumberOption<int>("--questions", NumberRange.Whole(0))
        {
            Description = "Ask the model again about so many questions, drawn at random; 0 for none",
            HelpName = "N",
            DefaultValueFactory = static _ => 3
        };
        var seed = new Option<long?>("--seed")
        {
            Description = "Draw the questions that this seed draws. Default: any; it is printed",
            HelpName = "N"
        };
        var tolerance = new NumberOption<double>(
            "--tolerance",
            new("a number above 0", static most => most is > 0 and < double.PositiveInfinity))
            {
                Description = "Nats per token by which log-likelihoods may differ on another kind of machine",
                HelpName = "X",
                DefaultValueFactory = static _ => AnswerVerifier.DefaultTolerance
            };
        var command = new CommandWithExamples("verify", "Say whether a finished run's answers are as they were written (by the hashes "
            + "that its "
            + "report seals) and are what the model gives: bit for bit where the same engine answered, else by the log-likelihood of "
            + "every stored sample. Exit code 1 where they are not.", """
            Examples:
              medqa verify latest
              medqa verify latest --questions 20 --seed 7
              medqa verify latest --questions 0       only the hashes, which needs no model
            """) { run, questions, seed, tolerance };
        CommandWork.Set(command, (context, parsed, cancel) => VerifyAsync(
            context,
            parsed.GetRequiredValue(run),
            parsed.GetValue(questions),
            parsed.GetValue(seed) ?? Random.Shared.Next(),
            parsed.GetValue(tolerance),
            cancel));
        return command;
    }

    private static async Task<int> VerifyAsync(
        CommandContext context, string name, int count, long seed, double tolerance, CancellationToken cancellationToken)
    {
        RunNames.RequireLocal(context.Settings, "verify");
        await using var service = await CalledService.OpenAsync(context, cancellationToken);
        var found = await service.FindRunAsync(name, cancellationToken);
        var report = await Development.ReadAsync(service, found, cancellationToken);
        var (storage, run) = (service.Storage!.Runs, RunId.Parse(found.Id));
        var reader = new RunReader(storage);
        if (report.EvaluationRules != EvaluationRules.Version)
        {
            context.Console.Note(
                $"The report follows version {report.EvaluationRules} of the evaluation's rules, and this medqa version "
                    + $"{EvaluationRules.Version}: "
                + "questions, answers and answers.csv are checked, and the report itself is not made again.");
        }

        var seal = await reader.CheckSealAsync(run, report.Circumstances.Seal, cancellationToken);
        var answers =
            count > 0 ? await AskAgainAsync(context, storage, reader, run, count, seed, tolerance, cancellationToken) : [];
        var verification = new RunVerification(
            run.ToString(),
            seal?.Batches,
            seal?.Differences ?? ["the run has no seal: an earlier version of medqa wrote its result"],
            seed,
            answers);
        if (context.Output == OutputFormat.Json)
        {
            context.Console.Line(JsonSerializer.Serialize(verification, VerifyJson.Default.RunVerification));
        }
        else
        {
            Write(context.Console, verification, report.Circumstances.Seal);
        }

        return verification.Holds ? ExitCode.Success : ExitCode.Failure;
    }

    private static async Task<ImmutableArray<AnswerVerification>> AskAgainAsync(
        CommandContext context,
        RunStorage storage,
        RunReader reader,
        RunId run,
        int count,
        long seed,
        double tolerance,
        CancellationToken cancellationToken)
    {
        var manifest = await reader.GetManifestAsync(run, cancellationToken)
            ?? throw new InputException($"The manifest of run {run} is gone.");
        if (manifest.Rules != EvaluationRules.Version)
        {
            throw new InputException(
                $"Run {run} follows version {manifest.Rules} of the evaluation's rules and this medqa version "
                    + $"{EvaluationRules.Version}: use --questions 0, or the medqa that made it.");
        }

        await using var model = await LocalModel.LoadAsync(context.Settings, context.Console, cancellationToken);
        if (model.Description.Fingerprint != manifest.ModelFingerprint)
        {
            throw new InputException(
                $"Run {run} asked the model {manifest.ModelName} ({manifest.ModelFingerprint[..12]}), and "
                    + $"{model.Description.Name} ({model.Description.Fingerprint[..12]}) is another. Name that model with --model, or use "
                    + "--questions 0.");
        }

        var models = new ModelsWithSoftPrompts(model, new SoftPromptStore(storage));
        var asked = await models.GetAsync(manifest.Protocol?.Prefix, cancellationToken);

        var answered = new List<(int Ordinal, string Id)>();
        await foreach (var row in reader.AllAnswersAsync(run, AnswerFilter.All, cancellationToken))
        {
            if (row.Failure is null)
            {
                answered.Add((row.Ordinal, row.Id));
            }
        }

        var verified = ImmutableArray.CreateBuilder<AnswerVerification>();
        foreach (var (ordinal, id) in Draw(answered, count, seed))
        {
            try
            {
                var question = await reader.GetQuestionAsync(run, ordinal, cancellationToken)
                    ?? throw new InvalidDataException("the question is gone from storage");
                var stored = await reader.GetAnswerAsync(run, ordinal, cancellationToken)
                    ?? throw new InvalidDataException("the answer is gone from storage");
                context.Console.Note($"Asking question {id} again…");
                verified.Add(
                    await AnswerVerifier.VerifyAsync(
                        asked, manifest.Protocol!, question, stored, tolerance, TimeProvider.System, cancellationToken));
            }
            catch (InvalidDataException exception)
            {
                // What somebody has changed may be no answer any more: that is a finding, too.
                verified.Add(
                    new AnswerVerification
                    {
                        Ordinal = ordinal,
                        Id = id,
                        Kind = VerificationKind.Unreadable,
                        Samples = 0,
                        Difference = exception.Message,
                        LargestDeviation = 0
                    });
            }
        }

        return verified.ToImmutable();
    }

    /// <summary>So many of the questions, each equally likely, in ascending order.</summary>
    private static IEnumerable<(int Ordinal, string Id)> Draw(List<(int Ordinal, string Id)> ordinals, int count, long seed)
    {
        var random = new RandomStream((ulong)seed);
        var drawn = Math.Min(count, ordinals.Count);
        for (var place = 0; place < drawn; place++)
        {
            var other = place + random.Below(ordinals.Count - place, place);
            (ordinals[place], ordinals[other]) = (ordinals[other], ordinals[place]);
        }

        return ordinals.Take(drawn).OrderBy(static drawn => drawn.Ordinal);
    }

    private static void Write(HostConsole console, RunVerification verification, string? seal)
    {
        console.Line(verification.SealDifferences.IsEmpty
            ? $"Run {verification.Run}: its questions and answers ({verification.SealedBatches} "
                + $"{(verification.SealedBatches == 1 ? "batch" : "batches")}) are as they were when its result was written, and its "
                + $"report and answers.csv are what they give (seal {seal})."
            : $"Run {verification.Run}: {string.Join("; ", verification.SealDifferences)}.");
        if (!verification.Answers.IsEmpty)
        {
            var table = new Table { Border = TableBorder.Rounded };
            table.AddColumns(
                new TableColumn("Question"),
                new TableColumn("Compared").NoWrap(),
                new TableColumn("Samples").RightAligned(),
                new TableColumn("Largest deviation").RightAligned(),
                new TableColumn("Outcome"));
            foreach (var answer in verification.Answers)
            {
                table.AddRow(
                    new Text(answer.Id),
                    new Text(
                        answer.Kind switch { VerificationKind.SameBits =>
                            "bit for bit", VerificationKind.LogLikelihoods => "log-likelihoods", _ => "nothing" }),
                    new Text(answer.Samples.ToString(CultureInfo.InvariantCulture)),
                    new Text(
                        answer.Kind != VerificationKind.LogLikelihoods
                            ? "–"
                            : answer.LargestDeviation.ToString("0.####", CultureInfo.InvariantCulture)),
                    new Text(answer.Difference ?? "the same"));
            }

            console.Output.Write(table);
            console.Line($"Questions drawn by seed {verification.Seed}.");
        }

        console.Line(verification.Holds ? "The run is what it says." : "The run is not what it says.");
    }
}

/// <summary>What <c>medqa verify</c> found.</summary>
/// <param name="Run">The run.</param>
/// <param name="SealedBatches">How many batches were sealed; <see langword="null"/> where the run has no seal.</param>
/// <param name="SealDifferences">What is otherwise than sealed, a sentence each.</param>
/// <param name="Seed">What drew the questions.</param>
/// <param name="Answers">The questions that were asked again.</param>
internal sealed record RunVerification(
    string Run, int? SealedBatches, ImmutableArray<string> SealDifferences, long Seed, ImmutableArray<AnswerVerification> Answers)
{
    /// <summary>Whether everything is as the run says.</summary>
    public bool Holds => SealDifferences.IsEmpty && Answers.All(static answer => answer.Holds);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(RunVerification))]
internal sealed partial class VerifyJson : JsonSerializerContext;
