using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MedQA.Cli.Hosting;
using MedQA.Cli.Terminal;
using MedQA.Datasets;
using MedQA.Datasets.Reading;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Strategies;
using MedQA.Files;
using MedQA.Pipeline.Queries;
using MedQA.Web.Contracts;
using AnsweredQuestion = MedQA.Evaluation.Answering.AnsweredQuestion;
using Profile = MedQA.Evaluation.Profiles.Profile;
using Question = MedQA.Evaluation.Questions.Question;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa estimate</c>: estimates the time and tokens of a run from a few questions.</summary>
internal static class EstimateCommand
{
    private const int DefaultMeasured = 3;
    private const int MaxMeasured = 1_000_000;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Question sets", Arity = ArgumentArity.OneOrMore };
        var profile = new Option<string>("--profile", "-p")
        {
            Description = "Profile to ask with: a name or a JSON file. Default: self-consistency",
            HelpName = "NAME|FILE.json"
        }.WithProfiles();
        var samples = new NumberOption<int?>("--samples", NumberRange.Whole(1, Profile.MaxSamples))
        {
            Description = "Samples per question, instead of the profile's",
            HelpName = "N"
        };
        var seed = new Option<long?>("--seed") { Description = "Seed of every random stream, instead of the profile's", HelpName = "N" };
        var measured = new NumberOption<int?>("--measure", NumberRange.Whole(1, MaxMeasured))
        {
            Description = $"Number of questions to ask for the measurement. Default: {DefaultMeasured}",
            HelpName = "N"
        };
        var price = new NumberOption<decimal?>("--price", new("a number from 0 to 1,000,000,000", static price => price is >= 0 and <= 1e9))
        {
            Description = "Cost of an hour of this machine",
            HelpName = "AMOUNT"
        };
        var reading = new SetReadingOptions();
        var command = new CommandWithExamples("estimate", "Ask a few questions of a set without storing anything, and estimate what the "
            + "whole set would take on this machine.", """
            Examples:
              medqa estimate mine.csv
              medqa estimate mine.csv --profile deferral --price 1.20
              medqa estimate mine.csv --endpoint https://medqa.example.com     from what earlier runs of the service took
            """) {
                files, profile, samples, seed, measured, price, reading.Notation, reading.RightAnswers, reading.DropFillers,
                reading.Limit, reading.Sample,
                reading.Map,
            };
        command.Add(CommonOptions.Yes);
        CommandWork.Set(command, (context, parsed, cancel) => EstimateAsync(
            context,
            parsed.GetRequiredValue(files),
            ProfileChoice.Of(parsed.GetValue(profile), parsed.GetValue(samples), parsed.GetValue(seed)),
            parsed.GetValue(measured) ?? DefaultMeasured,
            parsed.GetValue(price),
            reading.Of(parsed),
            cancel));
        return command;
    }

    /// <summary>Estimates a run from questions that were asked for the measurement.</summary>
    /// <param name="sized">The sizes of the question set, known without asking.</param>
    /// <param name="answers">The answers to the measured questions, at least one, in the order in which they were asked.</param>
    /// <remarks>
    /// The first question also processes the shared worked examples, so its time is ignored if there are others.
    /// </remarks>
    internal static RunEstimate Measured(RunEstimate sized, IReadOnlyList<AnsweredQuestion> answers)
    {
        var timed = answers.Count > 1 ? answers.Skip(1).ToList() : answers;
        var seconds = timed.Sum(static answer => answer.Seconds);
        return sized with
        {
            Measured = answers.Count,
            ExpectedPromptTokens = (long)(answers.Average(static answer => answer.Usage?.PromptTokens ?? answer.PromptTokens)
                * sized.Questions),
            ExpectedGeneratedTokens = (long)(answers.Average(static answer => answer.GeneratedTokens) * sized.Questions),
            TokensPerSecond = seconds > 0 ? timed.Sum(static answer => answer.GeneratedTokens) / seconds : null,
            ExpectedSeconds = seconds / timed.Count * sized.Questions,
            ExpectedCost = answers.All(static answer => answer.Usage?.Cost is not null)
                ? answers.Sum(static answer => answer.Usage!.Cost!.Value) * sized.Questions / answers.Count
                : null,
        };
    }

    private static async Task<int> EstimateAsync(
        CommandContext context,
        string[] files,
        ProfileChoice choice,
        int measured,
        decimal? price,
        SetReading reading,
        CancellationToken cancellationToken)
    {
        using var inputs = new InputFiles();
        var sets = new List<QuestionSet>();
        var profile = context.Settings.Endpoint is null
            ? await choice.ChooseAsync(context.Settings, context.Console, cancellationToken)
            : null;
        foreach (var file in files)
        {
            var set = new QuestionSet(inputs.Add(await QuestionSetCheck.OpenAsync(context.Console, file, cancellationToken)));
            set.Rejected.AddRange(
                await QuestionSetCheck.ReadAsync(
                    context.Console,
                    set.Input,
                    reading,
                    set.Tally,
                    profile is null ? static _ => { } : set.Questions.Add,
                    cancellationToken));
            if (profile?.GetIncompatibility(set.Tally.Accepted, set.Tally.FreeAnswers, set.Tally.SeveralRight) is { } unsuited)
            {
                throw new InputException($"{set.Input}: {unsuited}");
            }

            sets.Add(set);
        }

        if (profile is null)
        {
            using var client = CalledService.ClientOf(context.Settings);
            var (named, hash) = await choice.GiveAsync(client, cancellationToken);
            foreach (var set in sets)
            {
                await using var content = set.Input.OpenRead();
                Write(context, price, await client.EstimateAsync(
                    content,
                    set.Input.Name,
                    named,
                    reading.NotationName,
                    reading.DropsFillers,
                    reading.Limit,
                    reading.Sample,
                    choice.Samples,
                    choice.Seed,
                    context.Settings.ChosenModel,
                    profileHash: hash,
                    map: reading.Map?.ToString(),
                    rightAnswers: reading.RightAnswersName,
                    cancellationToken: cancellationToken));
            }

            return ExitCode.Success;
        }

        await using var model = await LocalModel.LoadAsync(context.Settings, context.Console, cancellationToken);
        await PrefixChoice.CheckAsync(model.Description, profile, context.Settings, cancellationToken);
        var asking = await PrefixChoice.AskingAsync(model, profile, context.Settings, cancellationToken);
        var estimates = new List<RunEstimate>();
        foreach (var set in sets)
        {
            var answers = new List<AnsweredQuestion>();

            // Spread over the file, because its parts may differ.
            var asked = Math.Min(measured + 1, set.Questions.Count);
            for (var i = 0; i < asked; i++)
            {
                context.Console.Note($"Asking question {i + 1} of {asked}…");
                var question = set.Questions[(int)((long)i * set.Questions.Count / asked)];
                answers.Add(await AnswerAsync(asking, profile, question, i, cancellationToken));
            }

            var sized = RunEstimates.Sized(set.Input.Name, profile, model.Description.Name, set.Tally, set.Rejected);
            if (model.Description.Endpoint is { } endpoint)
            {
                sized = RunEstimates.WithMaxCost(sized, profile, endpoint, RunEstimates.PromptTokensOf(profile, set.Questions));
            }

            estimates.Add(Measured(sized, answers));
            Write(context, price, estimates[^1]);
        }

        if (estimates.Count > 1)
        {
            var seconds = estimates.Sum(static estimate => estimate.ExpectedSeconds ?? 0);
            context.Console.Note($"Together: {estimates.Sum(static estimate => estimate.Questions):#,0} questions, "
                + $"about {DurationText.Of(TimeSpan.FromSeconds(seconds))}"
                + $"{(price is { } hour ? $", about {Cost(hour, seconds).ToString("#,0.00", CultureInfo.InvariantCulture)}" : "")}.");
        }

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

        // Uses as many worked examples as fit.
        return await QuestionAnswerer.AnswerAsync(model, protocol, question, ordinal, TimeProvider.System, cancellationToken);
    }

    private static decimal Cost(decimal hour, double seconds) => Math.Round(hour * (decimal)seconds / 3600, 2);

    private static void Write(CommandContext context, decimal? price, RunEstimate estimate)
    {
        if (price is { } hour && estimate.ExpectedSeconds is { } seconds)
        {
            estimate = estimate with { Cost = Cost(hour, seconds) };
        }

        if (context.Output == OutputFormat.Json)
        {
            context.Console.Line(JsonSerializer.Serialize(estimate, WebJson.Default.RunEstimate));
            return;
        }

        var table = TextTable.OfValues();
        void Row(string name, string value) => table.Add(name, value);
        Row("Question set", estimate.Name);
        Row("Profile", $"{estimate.Profile}, {estimate.CallsPerQuestion:#,0} {(estimate.CallsPerQuestion == 1 ? "answer" : "answers")} of "
            + $"{estimate.Model} per question at most");
        Row("Questions", $"{estimate.Questions:#,0}, {estimate.Graded:#,0} of them with the right option; "
            + $"{estimate.RejectedRows:#,0} {(estimate.RejectedRows == 1 ? "row" : "rows")} rejected");
        if (estimate.Measured is { } measured)
        {
            Row("Measured", $"{measured:#,0} {(measured == 1 ? "question" : "questions")} asked for this estimate");
        }

        if (estimate.ExpectedPromptTokens is { } prompts)
        {
            Row("Prompt tokens", $"about {prompts:#,0}");
        }

        Row("Generated tokens", estimate.ExpectedGeneratedTokens is { } expected
            ? $"about {expected:#,0}, at most {estimate.MaxGeneratedTokens:#,0}"
            : $"at most {estimate.MaxGeneratedTokens:#,0}");
        if (estimate.ExpectedSeconds is { } time)
        {
            Row(
                estimate.Measured is null ? "Time of one worker" : "Time here",
                $"about {DurationText.Of(TimeSpan.FromSeconds(time))}");
        }

        if (estimate.Host is { } host)
        {
            Row("Questions sent to", host);
        }

        if (estimate is { Currency: { } currency, MaxCost: { } most })
        {
            Row("Cost of the model's service", estimate.ExpectedCost is { } charged
                ? $"about {CostText.Of(charged, currency)}, at most {CostText.Of(most, currency)}"
                : $"at most {CostText.Of(most, currency)}");
        }

        if (estimate.Cost is { } cost)
        {
            Row("Cost", cost.ToString("about #,0.00", CultureInfo.InvariantCulture));
        }

        table.Write(context.Console.Output);
        foreach (var sentence in estimate.Unknown.Concat(estimate.Warnings))
        {
            context.Console.Line($"Note: {sentence}");
        }
    }

    /// <summary>A question set that was read.</summary>
    private sealed record QuestionSet(InputFile Input)
    {
        public QuestionSetTally Tally { get; } = new();

        public List<Question> Questions { get; } = [];

        public List<RejectedRow> Rejected { get; } = [];
    }
}
