using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;
using MedQA.Client;
using MedQA.Datasets.Writing;
using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa profiles</c>: lists profiles, shows one, and stores and deletes them.</summary>
internal static class ProfilesCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new CommandWithExamples("profiles", "List the profiles, which define how questions are asked.", """
            Examples:
              medqa profiles
              medqa profiles show self-consistency > mine.json   (edit it and give it a new name)
              medqa run mine.csv --profile mine.json
              medqa profiles save mine.json                      (known by its name from then on)
              medqa profiles delete mine
            """);
        CommandWork.Set(command, static (context, _, cancel) => ListAsync(context, cancel), writesCsv: true);

        var list = new Command("list", "List the profiles.");
        CommandWork.Set(list, static (context, _, cancel) => ListAsync(context, cancel), writesCsv: true);
        command.Add(list);

        var name = new Argument<string>("NAME") { Description = "Profile name" }.WithProfiles();
        var show = new Command(
            "show", "Write a profile with all its fields as JSON, to edit and use with `medqa run --profile FILE.json`.") { name };
        CommandWork.Set(show, (context, parsed, cancel) => ShowAsync(context, parsed.GetRequiredValue(name), cancel));
        command.Add(show);

        var file = new Argument<string>("FILE") { Description = "Profile file, as JSON" };
        var save = new Command(
            "save", "Store a file's profile under its name, in place of one that was stored before, for everybody who uses the storage.")
        {
            file
        };
        CommandWork.Set(save, (context, parsed, cancel) => SaveAsync(context, parsed.GetRequiredValue(file), cancel));
        command.Add(save);

        var stored = new Argument<string>("NAME") { Description = "Name of a stored profile" }.WithProfiles();
        var delete = new Command("delete", "Delete a stored profile. Runs keep theirs.") { stored, Deletion.Confirmed };
        CommandWork.Set(delete, (context, parsed, cancel) => DeleteAsync(context, parsed, parsed.GetRequiredValue(stored), cancel));
        command.Add(delete);
        return command;
    }

    private static async Task<int> SaveAsync(CommandContext context, string file, CancellationToken cancellationToken)
    {
        var read = ProfileChoice.ReadFile(file);
        await using var service = await CalledService.OpenAsync(context, cancellationToken);
        var (name, _) = await ProfileChoice.StoreAsync(service.Client, file, read, unlisted: false, cancellationToken);
        await (service.Storage?.SaveAsync(cancellationToken) ?? Task.CompletedTask);
        KnownProfiles.Add(context.Settings, name);
        context.Console.Note($"Profile {name} is stored. `medqa run FILE --profile {name}` uses it.");
        return ExitCode.Success;
    }

    private static async Task<int> DeleteAsync(
        CommandContext context, ParseResult parsed, string name, CancellationToken cancellationToken)
    {
        if (context.Settings.Endpoint is null && ProfileFolders.OfHost(context.Settings).Names.Contains(name))
        {
            throw new InputException(
                $"Profile {name} is built in, or in a folder of this machine's settings or model: only stored profiles can be deleted.");
        }

        if (context.Settings.Endpoint is null
            && !LocalStorage.Exists(context.Settings)
            && !ProfileFolders.Kept(context.Settings).Names.Contains(name))
        {
            // Without a storage there is nothing to delete, and none is made for that.
            throw new InputException(
                ProfileFolders.Unknown(name, await ProfileFolders.Open(context.Settings).NamesAsync(cancellationToken)));
        }

        await using var service = await CalledService.OpenAsync(context, cancellationToken);
        try
        {
            await service.Client.GetProfileAsync(name, cancellationToken: cancellationToken);
        }
        catch (MedQAException exception) when (exception.Type == "urn:medqa:unknown-profile")
        {
            throw new InputException(await UnknownAsync(service.Client, name, cancellationToken), exception);
        }
        catch (MedQAException exception) when (exception.Type == "urn:medqa:broken-profile")
        {
            context.Console.Note(exception.Message);
        }

        await Deletion.ConfirmAsync(context.Console, parsed, $"Profile {name}", cancellationToken);
        await service.Client.DeleteProfileAsync(name, cancellationToken);
        await (service.Storage?.SaveAsync(cancellationToken) ?? Task.CompletedTask);
        KnownProfiles.Remove(context.Settings, name);
        context.Console.Note($"Profile {name} is deleted. Runs keep their profiles.");
        return ExitCode.Success;
    }

    private static async Task<int> ListAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var broken = new List<InputException>();
        var profiles = await ReadAsync(context, broken.Add, cancellationToken);
        if (context.Output != OutputFormat.Table)
        {
            broken.ForEach(fault => context.Console.Note($"Skipped: {fault.Message}"));
        }

        if (context.Output == OutputFormat.Csv)
        {
            context.Console.Text(string.Concat(
            [
                CsvLine.Of("profile", "strategy", "samples", "temperature", "exemplars", "max_tokens"),
                .. profiles.Select(
                    static profile => CsvLine.Of(
                        profile.Name, profile.Strategy.Name, profile.Samples, profile.Temperature, profile.Exemplars, profile.MaxTokens)),
            ]));
            return ExitCode.Success;
        }

        if (context.Output == OutputFormat.Json)
        {
            context.Console.Line($"[{string.Join(",\n", profiles.Select(Json))}]");
            return ExitCode.Success;
        }

        var table = new TextTable(
            new TextColumn("Profile"),
            new TextColumn("Strategy"),
            new TextColumn("Samples", Numbers: true),
            new TextColumn("Temperature", Numbers: true),
            new TextColumn("Worked examples", Numbers: true),
            new TextColumn("Tokens at most", Numbers: true));
        foreach (var profile in profiles)
        {
            table.Add(
                profile.Name,
                profile.Strategy.Name,
                profile.Samples.ToString(CultureInfo.InvariantCulture),
                profile.Temperature.ToString(CultureInfo.InvariantCulture),
                profile.Exemplars.ToString(CultureInfo.InvariantCulture),
                profile.MaxTokens.ToString(CultureInfo.InvariantCulture));
        }

        table.Write(context.Console.Output);
        broken.ForEach(fault => context.Console.Line($"Broken: {fault.Message}"));
        return ExitCode.Success;
    }

    private static async Task<int> ShowAsync(CommandContext context, string name, CancellationToken cancellationToken)
    {
        if (context.Settings.Endpoint is null)
        {
            context.Console.Line(Json(await ProfileFolders.FindAsync(context.Settings, context.Console, name, "", cancellationToken)));
            return ExitCode.Success;
        }

        using var client = CalledService.ClientOf(context.Settings);
        try
        {
            var profile = await client.GetProfileAsync(name, context.Settings.ChosenModel, cancellationToken);
            context.Console.Line(Json(ProfileReader.Parse(profile.GetRawText(), context.Settings.Endpoint.ToString())));
            return ExitCode.Success;
        }
        catch (MedQAException exception) when (exception.Type == "urn:medqa:unknown-profile")
        {
            throw new InputException(await UnknownAsync(client, name, cancellationToken), exception);
        }
    }

    private static async Task<string> UnknownAsync(MedQAClient client, string name, CancellationToken cancellationToken) =>
        ProfileFolders.Unknown(
            name,
            [.. (await client.ListProfilesAsync(cancellationToken: cancellationToken)).Select(
                static profile => profile.GetProperty("name").GetString()!)]);

    private static async Task<IReadOnlyList<Profile>> ReadAsync(
        CommandContext context, Action<InputException> unusable, CancellationToken cancellationToken)
    {
        if (context.Settings.Endpoint is { } endpoint)
        {
            using var client = CalledService.ClientOf(context.Settings);
            return [.. (await client.ListProfilesAsync(context.Settings.ChosenModel, cancellationToken)).Select(
                profile => ProfileReader.Parse(Encoding.UTF8.GetBytes(profile.GetRawText()), endpoint.ToString()))];
        }

        if (!LocalStorage.Exists(context.Settings))
        {
            return await ProfileFolders.Open(context.Settings).ListAsync(unusable, cancellationToken);
        }

        var profiles = await ProfileFolders.UseAsync(
            context.Settings, context.Console, profiles => profiles.ListAsync(unusable, cancellationToken), cancellationToken);
        KnownProfiles.Keep(context.Settings, profiles.Select(static profile => profile.Name));
        return profiles;
    }

    private static string Json(Profile profile)
    {
        using var document = JsonDocument.Parse(CanonicalJson.Of(profile));
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(
            stream,
            new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            document.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
