using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Randomness;
using MedQA.Evaluation.Verifying;
using MedQA.Inference;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.SoftPrompts;
using MedQA.Pipeline.Storage;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa verify</c>: verifies that a run's answers are unchanged, and that the model reproduces them.</summary>
internal static class VerifyCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "Run name, unique prefix, or 'latest'" }.WithRuns();
        var questions = new NumberOption<int>("--questions", NumberRange.Whole(0))
        {
            Description = "Number of random questions to ask the model again; 0 for none",
            HelpName = "N",
            DefaultValueFactory = static _ => 3
        };
        var seed = new Option<long?>("--seed")
        {
            Description = "Seed of the random questions. Default: random, and printed",
            HelpName = "N"
        };
        var tolerance = new NumberOption<double>(
            "--tolerance",
            new("a number above 0", static most => most is > 0 and < double.PositiveInfinity))
            {
                Description = "Tolerance in nats per token for log-likelihoods on another kind of machine",
                HelpName = "X",
                DefaultValueFactory = static _ => AnswerVerifier.DefaultTolerance
            };
        var command = new CommandWithExamples("verify", "Verify that a finished run's answers are unchanged (by the hashes in its seal) "
            + "and that the model reproduces them: bit for bit on the same engine, otherwise by the log-likelihood of every stored "
            + "sample. Exit code 1 if they differ.", """
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
                $"The report follows version {report.EvaluationRules} of the evaluation's rules, this medqa version "
                    + $"{EvaluationRules.Version}: questions, answers and answers.csv are checked, but the report is not regenerated.");
        }

        var seal = await reader.CheckSealAsync(run, report.Circumstances.Seal, cancellationToken);
        var answers =
            count > 0 ? await AskAgainAsync(context, storage, reader, run, count, seed, tolerance, cancellationToken) : [];
        var verification = new RunVerification(
            run.ToString(),
            seal?.Batches,
            seal?.Differences ?? ["the run has no seal, because an earlier version of medqa wrote its result"],
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
            ?? throw new InputException($"The manifest of run {run} is missing.");
        if (manifest.Rules != EvaluationRules.Version)
        {
            throw new InputException(
                $"Run {run} follows version {manifest.Rules} of the evaluation's rules, this medqa version "
                    + $"{EvaluationRules.Version}: use --questions 0, or the medqa version that created the run.");
        }

        var answered = new List<(int Ordinal, string Id)>();
        await foreach (var row in reader.AllAnswersAsync(run, AnswerFilter.All, cancellationToken))
        {
            if (row.Failure is null)
            {
                answered.Add((row.Ordinal, row.Id));
            }
        }

        var verified = new List<AnswerVerification>();
        var toAsk = new List<(int Ordinal, string Id, bool UsedFastGraph)>();
        foreach (var (ordinal, id) in Draw(answered, count, seed))
        {
            try
            {
                var stored = await ReadAnswerAsync(ordinal);
                toAsk.Add((ordinal, id, OnnxLanguageModel.UsedFastGraph(stored.EngineFingerprint)));
            }
            catch (InvalidDataException exception)
            {
                verified.Add(Unreadable(ordinal, id, exception));
            }
        }

        if (manifest.Endpoint is not null)
        {
            context.Console.Note(
                $"{manifest.Endpoint.Host} answered this run and cannot be made to answer the same again: the votes are counted again from "
                    + "the stored samples.");
            foreach (var (ordinal, id, _) in toAsk)
            {
                verified.Add(await RecountAsync(ordinal, id));
            }

            toAsk = [];
        }

        // Answers are asked again with the graph that gave them: bits can only be compared with those of the same graph.
        foreach (var byGraph in toAsk.GroupBy(static asked => asked.UsedFastGraph))
        {
            await using var model =
                await LocalModel.LoadAsync(context.Settings, context.Console, cancellationToken, hasFastGraph: byGraph.Key);
            if (model.Description.Fingerprint != manifest.ModelFingerprint)
            {
                throw new InputException(
                    new FaultLocation(),
                    $"Run {run} asked the model {manifest.ModelName} ({manifest.ModelFingerprint[..12]}), not "
                        + $"{model.Description.Name} ({model.Description.Fingerprint[..12]})",
                    "Specify that model with --model, or use --questions 0");
            }

            var asked = await new ModelsWithSoftPrompts(model, new SoftPromptStore(storage))
                .GetAsync(manifest.Protocol?.Prefix, cancellationToken);
            foreach (var (ordinal, id, _) in byGraph)
            {
                context.Console.Note($"Asking question {id} again…");
                try
                {
                    var question = await reader.GetQuestionAsync(run, ordinal, cancellationToken)
                        ?? throw new InvalidDataException("the question is missing from storage");
                    var stored = await ReadAnswerAsync(ordinal);
                    verified.Add(
                        await AnswerVerifier.VerifyAsync(
                            asked, manifest.Protocol!, question, stored, tolerance, TimeProvider.System, cancellationToken));
                }
                catch (InvalidDataException exception)
                {
                    // A changed answer may be unreadable, which is a finding too.
                    verified.Add(Unreadable(ordinal, id, exception));
                }
            }
        }

        return [.. verified.OrderBy(static answer => answer.Ordinal)];

        async Task<AnswerVerification> RecountAsync(int ordinal, string id)
        {
            try
            {
                var question = await reader.GetQuestionAsync(run, ordinal, cancellationToken)
                    ?? throw new InvalidDataException("the question is missing from storage");
                return await AnswerVerifier.RecountAsync(
                    manifest.Protocol!, question, await ReadAnswerAsync(ordinal), TimeProvider.System, cancellationToken);
            }
            catch (InvalidDataException exception)
            {
                // A changed answer may be unreadable, which is a finding too.
                return Unreadable(ordinal, id, exception);
            }
        }

        async Task<AnsweredQuestion> ReadAnswerAsync(int ordinal) =>
            await reader.GetAnswerAsync(run, ordinal, cancellationToken)
                ?? throw new InvalidDataException("the answer is missing from storage");
    }

    private static AnswerVerification Unreadable(int ordinal, string id, InvalidDataException exception) => new()
    {
        Ordinal = ordinal,
        Id = id,
        Kind = VerificationKind.Unreadable,
        Samples = 0,
        Difference = exception.Message,
        LargestDeviation = 0,
    };

    /// <summary>Draws the given number of questions uniformly, in ascending order.</summary>
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
                + $"{(verification.SealedBatches == 1 ? "batch" : "batches")}) are unchanged since its result was written, and its "
                + $"report and answers.csv match them (seal {seal})."
            : $"Run {verification.Run}: {string.Join("; ", verification.SealDifferences)}.");
        if (!verification.Answers.IsEmpty)
        {
            var table = new TextTable(
                new TextColumn("Question"),
                new TextColumn("Compared"),
                new TextColumn("Samples", Numbers: true),
                new TextColumn("Largest deviation", Numbers: true),
                new TextColumn("Outcome"));
            foreach (var answer in verification.Answers)
            {
                table.Add(
                    answer.Id,
                    answer.Kind switch
                    {
                        VerificationKind.SameBits => "bit for bit",
                        VerificationKind.LogLikelihoods => "log-likelihoods",
                        VerificationKind.Recounted => "votes, from the stored samples",
                        _ => "nothing"
                    },
                    answer.Samples.ToString(CultureInfo.InvariantCulture),
                    answer.Kind != VerificationKind.LogLikelihoods
                        ? "–"
                        : answer.LargestDeviation.ToString("0.####", CultureInfo.InvariantCulture),
                    answer.Difference ?? "the same");
            }

            table.Write(console.Output);
            console.Line($"Questions drawn by seed {verification.Seed}.");
        }

        console.Line(verification.Holds ? "The run is verified." : "The run is not verified.");
    }
}

/// <summary>The findings of <c>medqa verify</c>.</summary>
/// <param name="Run">The run.</param>
/// <param name="SealedBatches">The number of sealed batches; <see langword="null"/> if the run has no seal.</param>
/// <param name="SealDifferences">Differences from the seal, one sentence each.</param>
/// <param name="Seed">The seed that drew the questions.</param>
/// <param name="Answers">The questions that were asked again.</param>
internal sealed record RunVerification(
    string Run, int? SealedBatches, ImmutableArray<string> SealDifferences, long Seed, ImmutableArray<AnswerVerification> Answers)
{
    /// <summary>Whether everything matches the seal and the model.</summary>
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
