using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;
using MedQA.Datasets.Writing;
using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa profiles</c>: lists profiles or shows one.</summary>
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
        return command;
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

        var profiles = await ReadAsync(context, static _ => { }, cancellationToken);
        var profile = profiles.FirstOrDefault(profile => profile.Name == name)
            ?? throw new InputException(ProfileFolders.Unknown(name, [.. profiles.Select(static profile => profile.Name)]));
        context.Console.Line(Json(profile));
        return ExitCode.Success;
    }

    private static async Task<IReadOnlyList<Profile>> ReadAsync(
        CommandContext context, Action<InputException> unusable, CancellationToken cancellationToken)
    {
        if (context.Settings.Endpoint is { } endpoint)
        {
            using var client = CalledService.ClientOf(context.Settings);
            return [.. (await client.ListProfilesAsync(cancellationToken)).Select(
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
