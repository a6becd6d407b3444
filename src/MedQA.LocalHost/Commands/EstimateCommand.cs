using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Datasets;
using MedQA.Datasets.Reading;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Strategies;
using MedQA.LocalHost.Hosting;
using MedQA.LocalHost.Settings;
using MedQA.LocalHost.Terminal;
using Spectre.Console;
using Profile = MedQA.Evaluation.Profiles.Profile;

namespace MedQA.LocalHost.Commands;

/// <summary><c>medqa estimate</c>: what a run would take, from a few of its questions.</summary>
internal static class EstimateCommand
{
    private const int DefaultMeasured = 3;
    private const int MostMeasured = 1_000_000;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Question sets", Arity = ArgumentArity.OneOrMore };
        var profile = new Option<string>("--profile", "-p")
        {
            Description = "How to ask: a profile's name or a JSON file. Default: self-consistency",
            HelpName = "NAME|FILE.json"
        }.WithProfiles();
        var samples = new NumberOption<int?>("--samples", NumberRange.Whole(1, Profile.MostSamples))
        {
            Description = "Samples per question, instead of the profile's",
            HelpName = "N"
        };
        var measured = new NumberOption<int?>("--measure", NumberRange.Whole(1, MostMeasured))
        {
            Description = $"How many questions to ask for the measurement. Default: {DefaultMeasured}",
            HelpName = "N"
        };
        var price = new NumberOption<decimal?>("--price", new("a number from 0 to 1,000,000,000", static price => price is >= 0 and <= 1e9))
        {
            Description = "What an hour of this machine costs",
            HelpName = "AMOUNT"
        };
        var reading = new SetReadingOptions();
        var command = new CommandWithExamples("estimate", "Ask a few questions of a set, store nothing, and say what the whole set would "
            + "take "
            + "on this machine.", """
            Examples:
              medqa estimate mine.csv
              medqa estimate mine.csv --profile deferral --price 1.20
              medqa estimate mine.csv --endpoint https://medqa.example.com     from what earlier runs of the service took
            """) { files, profile, samples, measured, price, reading.Notation, reading.DropFillers };
        CommandWork.Set(command, (context, parsed, cancel) =>
        {
            var choice = ProfileChoice.Of(parsed.GetValue(profile), parsed.GetValue(samples), seed: null);
            return context.Settings.Endpoint is null
                ? EstimateAsync(
                    context,
                    parsed.GetRequiredValue(files),
                    choice.Choose(context.Settings),
                    parsed.GetValue(measured) ?? DefaultMeasured,
                    parsed.GetValue(price),
                    reading.Of(parsed),
                    cancel)
                : ServedEstimate.ShowAsync(
                    context, parsed.GetRequiredValue(files), choice.NameThere(), parsed.GetValue(price), reading.Of(parsed), cancel);
        });
        return command;
    }

    private static async Task<int> EstimateAsync(
        CommandContext context,
        string[] files,
        Profile profile,
        int measured,
        decimal? price,
        SetReading reading,
        CancellationToken cancellationToken)
    {
        var (questions, tally) = (new List<Question>(), new QuestionSetTally());
        foreach (var file in files)
        {
            using var input = await QuestionSetCheck.OpenAsync(context.Console, file, cancellationToken);
            await QuestionSetCheck.ReadAsync(context.Console, input, reading, tally, questions.Add, cancellationToken);
        }

        if (profile.GetIncompatibility(tally.Accepted, tally.FreeAnswers) is { } unsuited)
        {
            throw new InputException(unsuited);
        }

        await using var model = await LocalModel.LoadAsync(context.Settings, context.Console, cancellationToken);
        await PrefixChoice.CheckAsync(model.Description, profile, context.Settings, cancellationToken);
        var asking = await PrefixChoice.AskingAsync(model, profile, context.Settings, cancellationToken);
        var answers = new List<AnsweredQuestion>();

        // Spread over the file, whose parts may differ. The first one also reads the worked examples that all share, so it does not count
        // for the time where there are others.
        var asked = Math.Min(measured + 1, questions.Count);
        for (var i = 0; i < asked; i++)
        {
            context.Console.Note($"Asking question {i + 1} of {asked}…");
            var question = questions[(int)((long)i * questions.Count / asked)];
            answers.Add(await AnswerAsync(asking, profile, question, i, cancellationToken));
        }

        Write(context, Estimate.Of(questions.Count, profile, answers, price));
        return ExitCode.Success;
    }

    private static async Task<AnsweredQuestion> AnswerAsync(
        ILanguageModel model, Profile profile, Question question, int ordinal, CancellationToken cancellationToken)
    {
        var protocol = Protocol.Of(profile, [question.Dataset], question.Options.IsEmpty);
        if (Evaluation.Prompting.PromptFit.LargestExemplarCount(
            protocol.WithAtMost(0), question, model.CountTokens, model.Description.ContextLength) is null)
        {
            throw new InputException(
                $"Question {question.Id} does not fit the model's context of {model.Description.ContextLength:#,0} tokens, even without "
                    + "worked examples.");
        }

        // With as many worked examples as fit.
        return await QuestionAnswerer.AnswerAsync(model, protocol, question, ordinal, TimeProvider.System, cancellationToken);
    }

    private static void Write(CommandContext context, Estimate estimate)
    {
        if (context.Output == OutputFormat.Json)
        {
            context.Console.Line(JsonSerializer.Serialize(estimate, EstimateJson.Default.Estimate));
            return;
        }

        var table = new Table { Border = TableBorder.Rounded, ShowHeaders = false };
        table.AddColumns("", "");
        table.AddRow("Questions", $"{estimate.Questions:#,0}; {estimate.Measured:#,0} were asked for this estimate");
        table.AddRow("Prompt tokens", $"about {estimate.PromptTokens:#,0}");
        table.AddRow("Generated tokens", $"about {estimate.GeneratedTokens:#,0}, at most {estimate.MostGeneratedTokens:#,0}");
        table.AddRow("Time here", $"about {ProgressReading.Duration(TimeSpan.FromSeconds(estimate.Seconds))}");
        if (estimate.Cost is { } cost)
        {
            table.AddRow("Cost", cost.ToString("about #,0.00", CultureInfo.InvariantCulture));
        }

        context.Console.Output.Write(table);
    }
}

/// <summary>What a run would take.</summary>
/// <param name="Questions">Questions that can be asked.</param>
/// <param name="Measured">How many of them the figures come from.</param>
/// <param name="PromptTokens">Tokens of all prompts, each once.</param>
/// <param name="GeneratedTokens">Tokens that would be drawn.</param>
/// <param name="MostGeneratedTokens">Tokens that would be drawn if every reasoning went to its limit.</param>
/// <param name="Seconds">Time on this machine.</param>
/// <param name="Cost">That time at the price of an hour, where one was given.</param>
internal sealed record Estimate(
    int Questions, int Measured, long PromptTokens, long GeneratedTokens, long MostGeneratedTokens, double Seconds, decimal? Cost)
{
    /// <summary>Projects what was measured onto all questions.</summary>
    /// <param name="questions">How many there are.</param>
    /// <param name="profile">How they are asked.</param>
    /// <param name="answers">The measured ones, at least one, in the order in which they were asked.</param>
    /// <param name="price">The price of an hour, or <see langword="null"/>.</param>
    public static Estimate Of(int questions, Profile profile, IReadOnlyList<AnsweredQuestion> answers, decimal? price)
    {
        var timed = answers.Count > 1 ? answers.Skip(1) : answers;
        var seconds = timed.Average(static answer => answer.Seconds) * questions;
        return new Estimate(
            questions,
            answers.Count,
            (long)(answers.Average(static answer => answer.PromptTokens) * questions),
            (long)(answers.Average(static answer => answer.GeneratedTokens) * questions),
            questions * profile.MostTokensPerQuestion,
            seconds,
            price is { } hour ? Math.Round(hour * (decimal)seconds / 3600, 2) : null);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Estimate))]
internal sealed partial class EstimateJson : JsonSerializerContext;
