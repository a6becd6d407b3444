using System.CommandLine;
using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;

namespace MedQA.Cli.Commands;

/// <summary>The options that every command has.</summary>
internal static class CommonOptions
{
    private static readonly (Setting Setting, Option<string> Option)[] SettingOptions =
    [
        .. Setting.All.Select(static setting => (setting, new Option<string>(setting.Option)
        {
            Description = setting.Meaning,
            HelpName = setting.Value,
            Recursive = true,
            Hidden = !setting.IsCommon,
        })),
    ];

    /// <summary>Suppresses everything but results and faults.</summary>
    public static Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "Write only results and faults", Recursive = true };

    /// <summary>Confirms that questions are sent to the address of the model; for commands that ask one.</summary>
    public static Option<bool> Yes { get; } = new("--yes", "-y")
    {
        Description = "Confirm that questions are sent to the address of a model behind an endpoint; needed once per address"
    };

    /// <summary>The format of results.</summary>
    public static Option<OutputFormat> Output { get; } = new("--output", "-o")
    {
        Description = "Output format: table, json or, for lists and answers, csv",
        HelpName = "FORMAT",
        Recursive = true
    };

    // The library would parse 1 as json, and a list of formats as one of them.
    static CommonOptions() => Output.AcceptOnlyFromAmong("table", "json", "csv");

    /// <summary>Adds these options to a root command.</summary>
    public static void AddTo(RootCommand root)
    {
        foreach (var (_, option) in SettingOptions)
        {
            root.Add(option);
        }

        root.Add(Output);
        root.Add(Quiet);
    }

    /// <summary>Returns the settings given on the command line, by name.</summary>
    public static Dictionary<string, string> Given(ParseResult parsed) => SettingOptions
        .Select(pair => (pair.Setting.Name, Text: parsed.GetValue(pair.Option)))
        .Where(static pair => pair.Text is not null)
        .ToDictionary(static pair => pair.Name, static pair => pair.Text!);
}
