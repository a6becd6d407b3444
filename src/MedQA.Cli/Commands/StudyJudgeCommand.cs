using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Studies;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Pipeline.Studies;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa study judge</c>: has a language model rate the answers of a study.</summary>
internal static class StudyJudgeCommand
{
    private const int ReportEvery = 10;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var study = new Argument<string>("STUDY") { Description = StudyCommand.StudyMeaning };
        var judge = new Option<string?>("--judge")
        {
            Description = "Model that judges: a folder, or the name of a model. Default: that of --model",
            HelpName = "MODEL"
        };
        var samples = new NumberOption<int>("--samples", NumberRange.Whole(1, Profile.MaxSamples))
        {
            Description = "Verdicts drawn on each axis, of which the most frequent counts; a tie is none",
            HelpName = "N",
            DefaultValueFactory = static _ => 1
        };
        var seed = new Option<long>("--seed")
        {
            Description = "Seed of the samples",
            HelpName = "N",
            DefaultValueFactory = static _ => 1
        };
        var command = new CommandWithExamples("judge", "Have a language model rate the answers of a study on its rubric, as blind as "
            + "people. No rater sees its verdicts. The report corrects them by people's ratings of some of the answers. An interrupted "
            + "command continues when it is repeated.", """
            Examples:
              medqa study judge latest
              medqa study judge latest --judge gpt-endpoint --samples 5
              medqa study report latest                    the judge's shares, corrected by people's ratings
              medqa study delete-rater latest j0f3a91c2b7  delete a judge with its verdicts
            """) { study, judge, samples, seed };
        command.Add(CommonOptions.Yes);
        CommandWork.Set(command, (context, parsed, cancel) => JudgeAsync(
            context,
            parsed.GetRequiredValue(study),
            parsed.GetValue(judge),
            parsed.GetValue(samples),
            parsed.GetValue(seed),
            cancel));
        return command;
    }

    private static async Task<int> JudgeAsync(
        CommandContext context, string name, string? judge, int samples, long seed, CancellationToken cancellationToken)
    {
        RunNames.RequireLocal(context.Settings, "study judge");

        // A graph file is one in the folder of the settings' model.
        var settings = judge is null ? context.Settings
            : context.Settings with { Model = LocalModel.FolderOf(context.Settings, judge, "--judge"), Graph = null };
        await using var service = await CalledService.OpenAsync(context, cancellationToken);
        var found = await service.FindStudyAsync(name, cancellationToken);
        var store = new StudyStore(service.Storage!.Runs, TimeProvider.System);
        if (!StudyId.TryParse(found.Study, out var id) || await store.FindAsync(id, cancellationToken) is not { } study)
        {
            throw new InputException(StudyNames.NoStudy(name));
        }

        var what = study.Manifest.Rubric.Compares ? "orders of pairs" : "answers";
        await using var model = await LocalModel.LoadAsync(settings, context.Console, cancellationToken);
        var outcome = await StudyJudging.JudgeAsync(
            store,
            study,
            model,
            samples,
            seed,
            TimeProvider.System,
            (done, all) =>
            {
                if (done % ReportEvery == 0 || done == all)
                {
                    context.Console.Note($"{done:#,0} of {all:#,0} {what} judged");
                }
            },
            cancellationToken);
        if (context.Output == OutputFormat.Json)
        {
            context.Console.Line(JsonSerializer.Serialize(
                new JudgedStudy(found.Study, outcome.Judge, model.Description.Name, outcome.Places, outcome.Asked, outcome.Unreadable),
                JudgeJson.Default.JudgedStudy));
            return ExitCode.Success;
        }

        context.Console.Line(
            $"Judge {outcome.Judge} ({model.Description.Name}): {outcome.Asked:#,0} of {outcome.Places:#,0} judged now, "
                + $"{outcome.Unreadable:#,0} {(outcome.Unreadable == 1 ? "verdict" : "verdicts")} of these unreadable.");
        context.Console.Note($"The judge's shares are in the report: medqa study report {found.Study}");
        return ExitCode.Success;
    }
}

/// <summary>What a judge has done.</summary>
/// <param name="Study">The study.</param>
/// <param name="Judge">The judge's name within the study.</param>
/// <param name="Model">The model.</param>
/// <param name="Places">How much there is to judge: answers, or twice the pairs of them.</param>
/// <param name="Asked">How much of it was judged now.</param>
/// <param name="Unreadable">Verdicts of these that could not be read.</param>
internal sealed record JudgedStudy(string Study, string Judge, string Model, int Places, int Asked, int Unreadable);

/// <summary>The JSON format of what a judge has done.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(JudgedStudy))]
internal sealed partial class JudgeJson : JsonSerializerContext;
