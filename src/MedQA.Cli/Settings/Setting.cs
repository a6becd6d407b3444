using System.Collections.Immutable;
using System.Globalization;
using MedQA.Azurite;
using MedQA.Inference.Sessions;
using Microsoft.Extensions.Logging;

namespace MedQA.Cli.Settings;

/// <summary>One setting of the host: how it is called in each place, and what its text does.</summary>
/// <param name="Name">Its field in medqa.json.</param>
/// <param name="Option">Its option on the command line.</param>
/// <param name="Variable">Its environment variable.</param>
/// <param name="Value">What stands for its value in the help.</param>
/// <param name="Meaning">What it does, for people.</param>
/// <param name="IsCommon">Whether every command's help shows it.</param>
/// <param name="IsPersonal">
/// Whether it names a program, a destination or a secret. Then the medqa.json of the current folder cannot give it: the folder may be
/// somebody else's.
/// </param>
/// <param name="Apply">Reads its text. Throws <see cref="FormatException"/> with the rest of a sentence.</param>
internal sealed record Setting(
    string Name,
    string Option,
    string Variable,
    string Value,
    string Meaning,
    bool IsCommon,
    bool IsPersonal,
    Func<HostSettings, string, HostSettings> Apply)
{
    private const int MaxPort = 65_535;
    private const double HoursLimit = 1e6;

    /// <summary>Every setting.</summary>
    public static ImmutableArray<Setting> All { get; } =
    [
        Of("data", "FOLDER",
            "Where runs are stored. Default: .medqa in the current folder",
            true, static (settings, text) => settings with { DataFolder = Path.GetFullPath(text) }),
        Of("model", "FOLDER",
            "The language model: its folder, or its name in models. Default: smollm2-135m-instruct, which comes with medqa",
            true, static (settings, text) => settings with { Model = text }),
        Of("endpoint", "URL",
            "A service to work with, started by `medqa serve` or in Azure, instead of this machine's own runs",
            true, static (settings, text) => settings with { Endpoint = ServiceUrl(text) }, isPersonal: true),
        Of("key", "KEY",
            "The key for that service; and the key that `medqa serve` asks of everybody who calls it, at least 32 characters. Default: "
                + "none. Better in MEDQA_KEY, where nobody sees it in the list of processes",
            false, static (settings, text) => settings with { Key = Secret(text) }, isPersonal: true),
        Of("token", "TOKEN",
            "The Entra ID token for that service, as `az account get-access-token` gives it. Better in MEDQA_TOKEN",
            false, static (settings, text) => settings with { Token = Secret(text) }, isPersonal: true),
        Of("graph", "FILE",
            "The graph's file within the model's folder, such as one that `medqa models optimize` made. Default: the one that the folder "
                + "names",
            false, static (settings, text) => settings with { Graph = text }),
        Of("profiles", "FOLDER",
            "A folder with further profiles, one JSON file each",
            false, static (settings, text) => settings with { ProfilesFolder = ExistingFolder(text) }),
        Of("prefixes", "FOLDER",
            "A folder with tuned prefixes, each a folder of its own as `medqa tune` makes it: what a profile's prefix names",
            false, static (settings, text) => settings with { PrefixesFolder = ExistingFolder(text) }),
        Of("urls", "URL",
            "Where `medqa serve` listens. Default: http://127.0.0.1:5080",
            false, static (settings, text) => settings with { Url = LoopbackUrl(text) }),
        Of("threads", "N",
            "Threads of the model. Default: as many as the machine has cores",
            false, static (settings, text) => settings with { Threads = Number(text, 1, 1024) }),
        Of("provider", "NAME",
            "What the model runs on: cpu or cuda. Default: cpu",
            false, static (settings, text) => settings with { Provider = Provider(text) }),
        Of("ports", "B,Q,T",
            "Ports of the storage emulator for blobs, queues and tables. Default: 10000,10001,10002",
            false, static (settings, text) => settings with { Ports = Ports(text) }),
        Of("storage", "CONNECTION",
            "Connection string of a storage account to use instead of the emulator",
            false, static (settings, text) => settings with { Storage = text }, isPersonal: true),
        Of("keep", "DAYS",
            "After so many days a run that has ended is deleted, by whatever medqa works on runs then. Default: never",
            false, static (settings, text) => settings with { KeepDays = Number(text, 1, 36_500) }, isPersonal: true),
        Of("keepUploads", "DAYS",
            "After so many days an uploaded question set is deleted, its runs not. Default: never",
            false,
            static (settings, text) => settings with { KeepUploadsDays = Number(text, 1, 36_500) },
            "--keep-uploads",
            isPersonal: true),
        Of("maxHours", "HOURS",
            "A run on which workers have spent more hours than this waits until it is approved. Default: no limit",
            false, static (settings, text) => settings with { MaxHours = Hours(text) }, "--max-hours"),
        Of("telemetry", "WHERE",
            "Where traces and metrics go: none, console (standard error) or otlp (a collector, named by OTEL_EXPORTER_OTLP_ENDPOINT). "
                + "Default: none",
            false, static (settings, text) => settings with { Telemetry = Exporter(text) }, isPersonal: true),
        Of("cache", "FOLDER",
            "Where the emulator is installed and fetched models lie, once per user",
            false, static (settings, text) => settings with { CacheFolder = Path.GetFullPath(text) }, isPersonal: true),
        Of("node", "PROGRAM",
            "The Node.js that runs the emulator", false, static (settings, text) => settings with { Node = text }, isPersonal: true),
        Of("npm", "PROGRAM",
            "The npm that installs the emulator", false, static (settings, text) => settings with { Npm = text }, isPersonal: true),
        Of("log", "LEVEL",
            "What is logged to standard error: none, error, warning, information or debug; never the text of a question. Default: warning",
            false, static (settings, text) => settings with { Log = Level(text) }),
    ];

    private static Setting Of(
        string name,
        string value,
        string meaning,
        bool isCommon,
        Func<HostSettings, string, HostSettings> apply,
        string? option = null,
        bool isPersonal = false) =>
        new(name, option ?? $"--{name}", $"MEDQA_{name.ToUpperInvariant()}", value, meaning, isCommon, isPersonal, apply);

    private static string ExistingFolder(string text) =>
        Directory.Exists(text) ? Path.GetFullPath(text) : throw new FormatException($"is '{text}', and there is no such folder.");

    private static int Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"is '{text}', but must be a whole number from {least:#,0} to {most:#,0}.");

    private static double Hours(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var hours) && hours <= HoursLimit
            ? hours
            : throw new FormatException($"is '{text}', but must be a number of hours from 0 to {HoursLimit:#,0}, for example 2.5.");

    private static TelemetryExporter Exporter(string text) => text switch
    {
        "none" => TelemetryExporter.None,
        "console" => TelemetryExporter.Console,
        "otlp" => TelemetryExporter.Otlp,
        _ => throw new FormatException($"is '{text}', but must be none, console or otlp."),
    };

    private static ExecutionProvider Provider(string text) => text switch
    {
        "cpu" => ExecutionProvider.Cpu,
        "cuda" => ExecutionProvider.Cuda,
        _ => throw new FormatException($"is '{text}', but must be cpu or cuda."),
    };

    private static LogLevel Level(string text) => text switch
    {
        "none" => LogLevel.None,
        "error" => LogLevel.Error,
        "warning" => LogLevel.Warning,
        "information" => LogLevel.Information,
        "debug" => LogLevel.Debug,
        _ => throw new FormatException($"is '{text}', but must be one of none, error, warning, information, debug."),
    };

    private static AzuritePorts Ports(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        return parts.Select(PortOf).ToArray() is [{ } blob, { } queue, { } table] && blob != queue && blob != table && queue != table
            ? new AzuritePorts(blob, queue, table)
            : throw new FormatException(
                $"is '{text}', but must be three different ports from 1 to {MaxPort:#,0} with commas between them, for example "
                    + "11000,11001,11002.");

        static int? PortOf(string part) =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= MaxPort ? port : null;
    }

    private static Uri ServiceUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
            && url.Query.Length == 0
            ? url.Scheme == Uri.UriSchemeHttps || url.IsLoopback
                ? url
                : throw new FormatException($"is '{text}', but questions and keys are sent to other machines by https only.")
            : throw new FormatException($"is '{text}', but must be an address like https://medqa.example.com or http://127.0.0.1:5080.");

    private static string Secret(string text) => text.Any(static letter => letter is <= ' ' or > '~')
        ? throw new FormatException("has characters that no key or token has, such as a blank or a line's end.")
        : text;

    private static Uri LoopbackUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp || url.AbsolutePath != "/")
        {
            throw new FormatException($"is '{text}', but must be an address like http://127.0.0.1:5080.");
        }

        return url.IsLoopback
            ? url
            : throw new FormatException(
                $"is '{text}', but medqa knows no people, at most a key, and listens on this machine only: use 127.0.0.1 or localhost, "
                    + "and a reverse proxy with authentication for others.");
    }
}
