using System.Collections.Immutable;
using System.Globalization;
using MedQA.Azurite;
using MedQA.Inference.Sessions;
using MedQA.Pipeline.Notifying;
using Microsoft.Extensions.Logging;

namespace MedQA.Cli.Settings;

/// <summary>A setting of the host, with its name in each source and the way its text is applied.</summary>
/// <param name="Name">Its field in medqa.json.</param>
/// <param name="Option">Its option on the command line.</param>
/// <param name="Variable">Its environment variable.</param>
/// <param name="Value">The placeholder for its value in the help.</param>
/// <param name="Meaning">Its description in the help.</param>
/// <param name="IsCommon">Whether every command's help shows it.</param>
/// <param name="IsPersonal">
/// Whether it names a program, a destination or a secret. The medqa.json in the current folder, which may be somebody else's, cannot set
/// it.
/// </param>
/// <param name="Apply">Parses its text. Throws <see cref="FormatException"/> with the end of a sentence.</param>
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
    private const decimal AmountLimit = 1_000_000_000;

    /// <summary>All settings.</summary>
    public static ImmutableArray<Setting> All { get; } =
    [
        Of("data", "FOLDER",
            "Where runs are stored. Default: .medqa in the current folder",
            true, static (settings, text) => settings with { DataFolder = Path.GetFullPath(text) }),
        Of("model", "FOLDER",
            "Language model: a folder, or a name that `medqa models` lists. Default: smollm2-135m-instruct, included with medqa",
            true, static (settings, text) => settings with { Model = text }),
        Of("endpoint", "URL",
            "URL of a service (`medqa serve` or Azure) to use instead of the runs on this machine",
            true, static (settings, text) => settings with { Endpoint = ServiceUrl(text) }, isPersonal: true),
        Of("key", "KEY",
            "API key to send to that service; with `medqa serve`, the key required from callers, at least 32 characters. Default: "
                + "none. Prefer MEDQA_KEY, which keeps it out of the process list",
            false, static (settings, text) => settings with { Key = Secret(text) }, isPersonal: true),
        Of("token", "TOKEN",
            "Entra ID token for that service, as printed by `az account get-access-token`. Prefer MEDQA_TOKEN",
            false, static (settings, text) => settings with { Token = Secret(text) }, isPersonal: true),
        Of("graph", "FILE",
            "Graph file in the model's folder, such as one made by `medqa models optimize`. Default: the graph that the folder names, or "
                + "a faster one made from it",
            false, static (settings, text) => settings with { Graph = text }),
        Of("profiles", "FOLDER",
            "Folder with additional profiles, one JSON file each",
            false, static (settings, text) => settings with { ProfilesFolder = ExistingFolder(text) }),
        Of("prefixes", "FOLDER",
            "Folder with tuned prefixes, one subfolder each, as written by `medqa tune`; profiles refer to them by name",
            false, static (settings, text) => settings with { PrefixesFolder = ExistingFolder(text) }),
        Of("urls", "URL",
            "Address that `medqa serve` listens on. Default: http://127.0.0.1:5080",
            false, static (settings, text) => settings with { Url = LoopbackUrl(text) }),
        Of("threads", "N",
            "Number of model threads. Default: one per core",
            false, static (settings, text) => settings with { Threads = Number(text, 1, 1024) }),
        Of("atOnce", "N",
            "Most questions to ask the model at once; answers do not depend on it. Default: as many as it answers fastest",
            false, static (settings, text) => settings with { AtOnce = Number(text, 1, 256) }, "--at-once"),
        Of("provider", "NAME",
            "Execution provider for the model: cpu or cuda. Default: cpu",
            false, static (settings, text) => settings with { Provider = Provider(text) }),
        Of("ports", "B,Q,T",
            "Storage emulator ports for blobs, queues and tables. Default: 10000,10001,10002",
            false, static (settings, text) => settings with { Ports = Ports(text) }),
        Of("storage", "CONNECTION",
            "Connection string of a storage account to use instead of the emulator",
            false, static (settings, text) => settings with { Storage = text }, isPersonal: true),
        Of("keep", "DAYS",
            "Delete finished runs after this many days. Default: never",
            false, static (settings, text) => settings with { KeepDays = Number(text, 1, 36_500) }, isPersonal: true),
        Of("keepUploads", "DAYS",
            "Delete uploaded question sets, but not their runs, after this many days. Default: never",
            false,
            static (settings, text) => settings with { KeepUploadsDays = Number(text, 1, 36_500) },
            "--keep-uploads",
            isPersonal: true),
        Of("maxHours", "HOURS",
            "Hold a run for approval once workers have spent more than this many hours on it. Default: no limit",
            false, static (settings, text) => settings with { MaxHours = Hours(text) }, "--max-hours"),
        Of("maxCost", "AMOUNT",
            "Hold a run for approval if the service of its model can charge more than this for it, by the prices in endpoint.json. "
                + "Default: no limit",
            false, static (settings, text) => settings with { MaxCost = Amount(text) }, "--max-cost", isPersonal: true),
        Of("notices", "ADDRESSES",
            "Where notices of ended runs may be sent: NAME=URL, or a URL for all runs that name none; several are separated by spaces. "
                + "Default: nowhere",
            false,
            static (settings, text) => settings with { NoticeAddresses = NoticeOptions.ReadAddresses(text) },
            isPersonal: true),
        Of("noticeSecret", "SECRET",
            "Secret that signs notices: whsec_ and base64, or two of them separated by a space. Prefer MEDQA_NOTICESECRET, which keeps it "
                + "out of the process list",
            false,
            static (settings, text) => settings with { NoticeSecrets = NoticeOptions.ReadSecrets(text) },
            "--notice-secret",
            isPersonal: true),
        Of("telemetry", "WHERE",
            "Where to send traces and metrics: none, console (standard error) or otlp (the collector at "
                + "OTEL_EXPORTER_OTLP_ENDPOINT). Default: none",
            false, static (settings, text) => settings with { Telemetry = Exporter(text) }, isPersonal: true),
        Of("cache", "FOLDER",
            "Per-user folder for the emulator, fetched models and faster graphs",
            false, static (settings, text) => settings with { CacheFolder = Path.GetFullPath(text) }, isPersonal: true),
        Of("node", "PROGRAM",
            "Node.js program that runs the emulator", false, static (settings, text) => settings with { Node = text }, isPersonal: true),
        Of("npm", "PROGRAM",
            "npm program that installs the emulator", false, static (settings, text) => settings with { Npm = text }, isPersonal: true),
        Of("log", "LEVEL",
            "Log level for standard error: none, error, warning, information or debug. Question text is never logged. Default: warning",
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
        Directory.Exists(text) ? Path.GetFullPath(text) : throw new FormatException($"is '{text}', but that folder does not exist.");

    private static int Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"is '{text}', but must be a whole number from {least:#,0} to {most:#,0}.");

    private static double Hours(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var hours) && hours <= HoursLimit
            ? hours
            : throw new FormatException($"is '{text}', but must be a number of hours from 0 to {HoursLimit:#,0}, for example 2.5.");

    private static decimal Amount(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) && amount <= AmountLimit
            ? amount
            : throw new FormatException($"is '{text}', but must be an amount from 0 to {AmountLimit:#,0}, for example 2.50.");

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
                $"is '{text}', but must be three different ports from 1 to {MaxPort:#,0}, separated by commas, for example "
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
                : throw new FormatException($"is '{text}', but questions and keys are sent to other machines over https only.")
            : throw new FormatException($"is '{text}', but must be an address like https://medqa.example.com or http://127.0.0.1:5080.");

    private static string Secret(string text) => text.Any(static letter => letter is <= ' ' or > '~')
        ? throw new FormatException("contains characters that no key or token has, such as a space or a line break.")
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
                $"is '{text}', but medqa has no user accounts, only an optional key, and listens on this machine only: use 127.0.0.1 "
                    + "or localhost, and a reverse proxy with authentication for other clients.");
    }
}
