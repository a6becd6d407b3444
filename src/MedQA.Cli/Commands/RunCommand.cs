using System.CommandLine;
using System.Security.Cryptography;
using MedQA.Client;
using MedQA.Datasets;
using MedQA.Datasets.Reading;
using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Strategies;
using MedQA.Files;
using MedQA.Pipeline.Notifying;
using MedQA.Pipeline.Profiles;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa run</c>: answers and scores question sets.</summary>
internal static class RunCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Question sets, such as CSV files with a header; samples/headers.csv shows all supported headers",
            Arity = ArgumentArity.OneOrMore
        };
        var profile = new Option<string>("--profile", "-p")
        {
            Description = "Profile to ask with: a name (see `medqa profiles`) or a JSON file. Default: self-consistency",
            HelpName = "NAME|FILE.json"
        }.WithProfiles();
        var samples = new NumberOption<int?>("--samples", NumberRange.Whole(1, Profile.MaxSamples))
        {
            Description = "Samples per question, instead of the profile's",
            HelpName = "N"
        };
        var seed = new Option<long?>("--seed") { Description = "Seed of every random stream, instead of the profile's", HelpName = "N" };
        var again = new Option<bool>("--again")
        {
            Description = "Repeat a run with the same questions and profile. Default: continue or show the existing run"
        };
        var development = new Option<string>("--dev")
        {
            Description = "Question set to ask first, or a run of the same profile and model, from which to derive the threshold of "
                + "agreement above which at least 90 % are right, with 95 % confidence",
            HelpName = "FILE|RUN"
        }.WithRuns();
        var notify = new Option<string>("--notify")
        {
            Description = "Address that is told when a run has ended, by its name in --notices (with --endpoint, in the service's "
                + "settings), or none. Default: the one without a name, if there is one",
            HelpName = "NAME"
        };
        var until = new Option<string?>("--until")
        {
            Description = "Stop once the 95 % interval of the accuracy is within so many percentage points on either side, as 2 or "
                + "\"±2 %\". The questions are asked in a random order, and the interval holds although the run stops by what it sees",
            HelpName = "POINTS",
            CustomParser = static result =>
            {
                var text = result.Tokens is [var token] ? token.Value : "";
                if (!AccuracyTarget.TryParse(text, out _))
                {
                    result.AddError($"--until is '{text}', but must be {AccuracyTarget.Takes}.");
                }

                return text;
            },
        };
        var reading = new SetReadingOptions();
        var command = new CommandWithExamples("run", "Answer question sets and score the answers.", """
            Examples:
              medqa run samples/medqa.csv
              medqa run mine.csv --profile few-shot
              medqa run mine.csv --limit 20                               a first look
              medqa run mine.csv --until 2                                stop when the accuracy is known to ±2 points
              medqa run a.csv b.csv --samples 5 --seed 2
              medqa run mine.csv --profile deferral --dev others.csv
              medqa run mine.csv --profile mine.json --output json > scores.json
              medqa run mine.csv --endpoint https://medqa.example.com     let a service answer them
            """) {
                files, profile, samples, seed, again, reading.Notation, reading.RightAnswers, reading.DropFillers, reading.Limit,
                reading.Sample, until, reading.Map, development, notify,
            };
        command.Add(CommonOptions.Yes);
        CommandWork.Set(command, (context, parsed, cancel) => RunAsync(
            context,
            FilesOf(parsed.GetRequiredValue(files), parsed.GetValue(until)),
            ProfileChoice.Of(parsed.GetValue(profile), parsed.GetValue(samples), parsed.GetValue(seed)),
            parsed.GetValue(again),
            reading.Of(parsed) with { Until = AccuracyTarget.TryParse(parsed.GetValue(until), out var points) ? points : null },
            parsed.GetValue(development),
            parsed.GetValue(notify),
            cancel), writesCsv: true);
        return command;
    }

    /// <summary>Returns the files; the sign of <c>--until ±2 %</c> without quotes is none.</summary>
    private static string[] FilesOf(string[] names, string? until) =>
        until is null || names.Length < 2 ? names : [.. names.Where(static name => name != "%")];

    private static bool HaveEqualContent(InputFile one, InputFile other)
    {
        using var first = one.OpenRead();
        using var second = other.OpenRead();
        if (first.Length != second.Length)
        {
            return false;
        }

        return SHA256.HashData(first).AsSpan().SequenceEqual(SHA256.HashData(second));
    }

    /// <summary>Checks that the settings have the address that is to be told; a service has settings of its own.</summary>
    private static void CheckAddress(HostSettings settings, string? notify)
    {
        if (settings.Endpoint is not null || notify is null or NoticeOptions.None || settings.Notices.Find(notify) is not null)
        {
            return;
        }

        throw settings.NoticeAddresses.IsEmpty
            ? InputException.Of(
                "--notify", $"is '{notify}', but no address can be told", "Set addresses with --notices or MEDQA_NOTICES")
            : InputException.Of(
                "--notify",
                $"is '{notify}', but --notices (MEDQA_NOTICES) has no address of that name",
                $"It has: {string.Join(", ", settings.NoticeAddresses.Select(static known => known.Name))}");
    }

    private static async Task<int> RunAsync(
        CommandContext context,
        string[] names,
        ProfileChoice choice,
        bool again,
        SetReading reading,
        string? development,
        string? notify,
        CancellationToken cancellationToken)
    {
        var console = context.Console;
        var asksDevelopment =
            development is { Length: > 0 } && RegularFile.KindOf(development) is not (PathKind.Missing or PathKind.Folder);
        Development.CheckName(development);
        if (development is not null && reading.Until is not null)
        {
            throw InputException.Of(
                "--dev",
                "cannot be given together with --until: a guarantee rests on a number of questions that was fixed before",
                "Leave one of them out");
        }

        CheckAddress(context.Settings, notify);
        var asked = context.Settings.Endpoint is null ? await choice.ChooseAsync(context.Settings, console, cancellationToken) : null;
        using var inputs = new InputFiles();
        foreach (var name in asksDevelopment ? [development!, .. names] : names)
        {
            var file = inputs.Add(await QuestionSetCheck.OpenAsync(console, name, cancellationToken));
            var tally = new QuestionSetTally();
            await QuestionSetCheck.ReadAsync(console, file, ReadingOf(file), tally, static _ => { }, cancellationToken);
            if (asked?.GetIncompatibility(tally.Accepted, tally.FreeAnswers, tally.SeveralRight) is { } unsuited)
            {
                throw new InputException($"{file}: {unsuited}");
            }
        }

        var files = inputs.All;
        if (asksDevelopment && files.Skip(1).FirstOrDefault(file => HaveEqualContent(file, files[0])) is { } same)
        {
            throw InputException.Of(
                "--dev",
                $"is {development}, which has the same questions as {same}: a threshold chosen on a run's own questions "
                    + "guarantees nothing about them",
                "Use a file of other questions");
        }

        if (asked is null)
        {
            await using var there = CalledService.Elsewhere(context.Settings);
            return await RunAsync(there, work: null);
        }

        if (development is not null && (asked.Samples < 2 || asked.Strategy.StopsEarly))
        {
            throw InputException.Of(
                "--dev",
                $"needs a profile with a fixed number of samples above 1, such as deferral: profile {asked.Name} has no agreement "
                    + "to defer by.");
        }

        // Everything is checked before the storage is installed or started.
        await using var model = await LocalModel.LoadAsync(context.Settings, console, cancellationToken);
        await PrefixChoice.CheckAsync(model.Description, asked, context.Settings, cancellationToken);
        await using var storage = await LocalStorage.OpenAsync(context.Settings, console, cancellationToken);
        using var logging = LocalLogging.Create(context.Settings);
        using var pipeline = new LocalPipeline(storage.Runs, [model], context.Settings, logging, storage.AtWork);
        await using var here = await CalledService.OverAsync(context.Settings, storage, pipeline, cancellationToken);
        return await RunAsync(here, new WorkHere("run", storage, pipeline, model.Description.Fingerprint));

        // A threshold is guaranteed by all of the development set.
        SetReading ReadingOf(InputFile file) =>
            asksDevelopment && file == inputs.All[0] ? reading with { Limit = null, Sample = null, Until = null } : reading;

        async Task<int> RunAsync(CalledService service, WorkHere? work)
        {
            var (profile, hash) = await choice.GiveAsync(service.Client, cancellationToken);
            var known = choice with { NameOrFile = profile };
            var developed =
                development is null || asksDevelopment ? null : await service.FindRunAsync(development, cancellationToken);

            // Here there is one model, and it is loaded.
            var named = work is null ? context.Settings.ChosenModel : null;
            var runs = new List<RunResource>();
            foreach (var file in files)
            {
                runs.Add(await StartAsync(
                    console, service.Client, file, known, hash, again, ReadingOf(file), named, notify, cancellationToken));
            }

            if (profile is not null && ProfileVariation.IsSaidBy(profile) && !runs[0].Profile.StartsWith(profile, StringComparison.Ordinal))
            {
                console.Note($"Profile {profile} is {runs[0].Profile}: a variation has one name, and runs have that.");
            }

            return await RunFollowing.FollowAsync(context, service, runs, asksDevelopment ? runs[0] : developed, work, cancellationToken);
        }
    }

    private static async Task<RunResource> StartAsync(
        HostConsole console,
        MedQAClient client,
        InputFile file,
        ProfileChoice choice,
        string? profileHash,
        bool again,
        SetReading reading,
        string? model,
        string? notify,
        CancellationToken cancellationToken)
    {
        try
        {
            await using var content = file.OpenRead();
            var (run, isNew) = await client.StartRunAsync(
                content,
                file.Name,
                choice.NameOrFile,
                again,
                reading.NotationName,
                reading.DropsFillers,
                reading.Limit,
                reading.Sample,
                choice.Samples,
                choice.Seed,
                model,
                profileHash: profileHash,
                map: reading.Map?.ToString(),
                notify: notify,
                until: reading.Until,
                rightAnswers: reading.RightAnswersName,
                cancellationToken: cancellationToken);
            if (!isNew)
            {
                console.Note(run.HasEnded
                    ? $"{file} was already asked with this profile and model: run {run.Id}. Use --again to ask again."
                    : $"{file}: continuing run {run.Id}.");
            }

            return run;
        }
        catch (MedQAException exception) when (exception.Type == "urn:medqa:deleted")
        {
            throw new InputException(
                new FaultLocation(),
                $"{file}: the run of these questions and profile was deleted",
                "Use --again to ask them again");
        }
        catch (MedQAException exception) when (exception.Type == "urn:medqa:no-question-set")
        {
            throw new InputException(file.ToString(), exception.Message, exception.Line, exception);
        }
    }
}
