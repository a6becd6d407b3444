using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MedQA.Evaluation.Profiles;
using MedQA.LocalHost.Hosting;
using Spectre.Console;
using Profile = MedQA.Evaluation.Profiles.Profile;

namespace MedQA.LocalHost.Commands;

/// <summary><c>medqa profiles</c>: lists profiles, or shows one.</summary>
internal static class ProfilesCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new TaughtCommand("profiles", "List the profiles: the ways in which questions can be asked.", """
            Examples:
              medqa profiles
              medqa profiles show self-consistency > mine.json   (edit it, give it a name of its own)
              medqa run mine.csv --profile mine.json
            """);
        CommandContext.SetWork(command, static (context, _, _) => Task.FromResult(List(context)));

        var list = new Command("list", "List the profiles.");
        CommandContext.SetWork(list, static (context, _, _) => Task.FromResult(List(context)));
        command.Add(list);

        var name = new Argument<string>("NAME") { Description = "The profile's name" };
        var show = new Command("show", "Write a profile with all its fields as JSON, to be edited and given to `medqa run --profile FILE.json`.") { name };
        CommandContext.SetWork(show, (context, parsed, _) => Task.FromResult(Show(context, parsed.GetRequiredValue(name))));
        command.Add(show);
        return command;
    }

    private static int List(CommandContext context)
    {
        var source = ProfileFolders.Open(context.Settings);
        Profile[] profiles = [.. source.Names.Select(source.Find).OfType<Profile>()];
        if (context.Output == OutputFormat.Json)
        {
            context.Console.Line($"[{string.Join(",\n", profiles.Select(Json))}]");
            return ExitCode.Success;
        }

        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumns(new TableColumn("Profile").NoWrap(), new TableColumn("Strategy"), new TableColumn("Samples").RightAligned(), new TableColumn("Temperature").RightAligned(), new TableColumn("Worked examples").RightAligned(), new TableColumn("Tokens at most").RightAligned());
        foreach (var profile in profiles)
        {
            table.AddRow(
                new Text(profile.Name),
                new Text(profile.Strategy),
                new Text(profile.Samples.ToString(CultureInfo.InvariantCulture)),
                new Text(profile.Temperature.ToString(CultureInfo.InvariantCulture)),
                new Text(profile.Exemplars.ToString(CultureInfo.InvariantCulture)),
                new Text(profile.MaxTokens.ToString(CultureInfo.InvariantCulture)));
        }

        context.Console.Output.Write(table);
        return ExitCode.Success;
    }

    private static int Show(CommandContext context, string name)
    {
        var source = ProfileFolders.Open(context.Settings);
        var profile = source.Find(name) ?? throw new InputException($"There is no profile '{name}'. The profiles are {string.Join(", ", source.Names)}.");
        context.Console.Line(Json(profile));
        return ExitCode.Success;
    }

    private static string Json(Profile profile)
    {
        using var document = JsonDocument.Parse(CanonicalJson.Of(profile));
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            document.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
