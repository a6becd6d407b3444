using System.Collections.Immutable;
using System.Text.Json;
using MedQA.Azurite;
using MedQA.Evaluation;
using MedQA.Files;
using MedQA.Inference.Sessions;
using MedQA.Pipeline.Notifying;
using Microsoft.Extensions.Logging;

namespace MedQA.Cli.Settings;

/// <summary>
/// The host's settings. Options override environment variables, which override medqa.json in the current folder, which overrides the
/// user's own medqa.json.
/// </summary>
internal sealed record HostSettings
{
    /// <summary>The name of the settings file, in the current folder or in <see cref="PersonalFolder"/>.</summary>
    public const string FileName = "medqa.json";

    private const string DataFolderName = ".medqa";

    /// <summary>The folder with the user's own settings; <see langword="null"/> if the system has none.</summary>
    public static string? PersonalFolder { get; } =
        Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify)
            is { Length: > 0 } folder
            ? Path.Combine(folder, "medqa")
            : null;

    /// <summary>The folder with the emulator's data and the profiles of its runs.</summary>
    public string DataFolder { get; init; } = Path.GetFullPath(DataFolderName);

    /// <summary>The language model's folder or name; <see langword="null"/> for the default model.</summary>
    public string? Model { get; init; }

    /// <summary>The graph file in the model's folder; <see langword="null"/> for the one that the folder names.</summary>
    public string? Graph { get; init; }

    /// <summary>A folder with additional profiles, or <see langword="null"/>.</summary>
    public string? ProfilesFolder { get; init; }

    /// <summary>A folder with tuned prefixes, one subfolder each, or <see langword="null"/>.</summary>
    public string? PrefixesFolder { get; init; }

    /// <summary>The address that the HTTP interface listens on.</summary>
    public Uri Url { get; init; } = new("http://127.0.0.1:5080");

    /// <summary>The number of model threads; 0 for one per core.</summary>
    public int Threads { get; init; }

    /// <summary>The most questions that the model is asked at once, or <see langword="null"/> for as many as it answers fastest.</summary>
    public int? AtOnce { get; init; }

    /// <summary>The execution provider.</summary>
    public ExecutionProvider Provider { get; init; } = ExecutionProvider.Cpu;

    /// <summary>The emulator's ports.</summary>
    public AzuritePorts Ports { get; init; } = AzuritePorts.WellKnown;

    /// <summary>The connection string of an account, or <see langword="null"/> for the emulator.</summary>
    public string? Storage { get; init; }

    /// <summary>The folder in which the emulator is installed; <see langword="null"/> for the default.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>The folder to which <c>medqa models fetch</c> downloads models.</summary>
    public string FetchedModels => Path.Combine(Azurite.CacheFolder, "models");

    /// <summary>The folder for the faster graphs that are made of models, once per user.</summary>
    public string GraphCache => Path.Combine(Azurite.CacheFolder, "graphs");

    /// <summary>The Node.js program.</summary>
    public string Node { get; init; } = "node";

    /// <summary>The npm program; <see langword="null"/> for the default name.</summary>
    public string? Npm { get; init; }

    /// <summary>The service to use instead of the runs on this machine, or <see langword="null"/>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The key sent to the service and required by <c>medqa serve</c>, or <see langword="null"/>.</summary>
    public string? Key { get; init; }

    /// <summary>The token sent to the service, or <see langword="null"/>.</summary>
    public string? Token { get; init; }

    /// <summary>Days after which finished runs are deleted; <see langword="null"/> for never.</summary>
    public int? KeepDays { get; init; }

    /// <summary>Days after which uploads are deleted; <see langword="null"/> for never.</summary>
    public int? KeepUploadsDays { get; init; }

    /// <summary>The most hours that workers may spend on a run without approval; <see langword="null"/> for no limit.</summary>
    public double? MaxHours { get; init; }

    /// <summary>
    /// The most that a run may cost without approval, in the currency of its model's prices; <see langword="null"/> for no limit.
    /// </summary>
    public decimal? MaxCost { get; init; }

    /// <summary>The addresses to which notices of ended runs may be sent.</summary>
    public ImmutableArray<NoticeAddress> NoticeAddresses { get; init; } = [];

    /// <summary>The keys that sign notices.</summary>
    public ImmutableArray<ImmutableArray<byte>> NoticeSecrets { get; init; } = [];

    /// <summary>Where notices of ended runs may be sent, and how they are signed.</summary>
    public NoticeOptions Notices => new() { Addresses = NoticeAddresses, Secrets = NoticeSecrets };

    /// <summary>Whether the user has confirmed that questions are sent to the address of the model.</summary>
    public bool Confirmed { get; init; }

    /// <summary>
    /// The model that the command line names, which a service is then asked for; <see langword="null"/> if <see cref="Model"/> is from
    /// elsewhere, and so is meant for this machine.
    /// </summary>
    public string? ChosenModel { get; init; }

    /// <summary>The destination of traces and metrics.</summary>
    public TelemetryExporter Telemetry { get; init; }

    /// <summary>The lowest level that is logged.</summary>
    public LogLevel Log { get; init; } = LogLevel.Warning;

    /// <summary>The options that the emulator is started with.</summary>
    public AzuriteOptions Azurite
    {
        get
        {
            var options = new AzuriteOptions { DataFolder = DataFolder, Ports = Ports, Node = Node };
            options = CacheFolder is null ? options : options with { CacheFolder = CacheFolder };
            return Npm is null ? options : options with { Npm = Npm };
        }
    }

    /// <summary>Reads the settings from this process's environment, the current folder and the user's own file.</summary>
    /// <param name="options">The values given on the command line, by <see cref="Setting.Name"/>.</param>
    /// <exception cref="InputException">A setting is invalid.</exception>
    public static HostSettings Read(IReadOnlyDictionary<string, string> options) =>
        Read(options, Environment.GetEnvironmentVariable, Directory.GetCurrentDirectory(), PersonalFolder);

    /// <summary>Reads the settings.</summary>
    /// <param name="options">The values given on the command line, by <see cref="Setting.Name"/>.</param>
    /// <param name="environment">Returns the value of an environment variable.</param>
    /// <param name="folder">The folder whose medqa.json is read, if any; personal settings are refused there.</param>
    /// <param name="personalFolder">The folder of the user's own medqa.json, usually <see cref="PersonalFolder"/>.</param>
    /// <exception cref="InputException">A setting is invalid.</exception>
    /// <remarks>
    /// A key or token in the user's file is sent only to that file's endpoint. A service named on the command line or in the environment
    /// needs its key there.
    /// </remarks>
    public static HostSettings Read(
        IReadOnlyDictionary<string, string> options, Func<string, string?> environment, string folder, string? personalFolder)
    {
        var personalFile = personalFolder is null ? $"a {FileName} of your own" : Path.Combine(personalFolder, FileName);
        var own = personalFolder is null ? [] : ReadFile(personalFile, personalFile);
        var local = ReadFile(Path.Combine(folder, FileName), FileName);
        if (Setting.All.FirstOrDefault(setting => setting.IsPersonal && local.ContainsKey(setting.Name)) is { } refused)
        {
            throw InputException.Of(
                $"\"{refused.Name}\" in {FileName}",
                "cannot be set by a file in the current folder, which may be somebody else's, because it names a program, a "
                    + "destination or a secret, deletes data, or allows costs",
                $"Use {refused.Option}, {refused.Variable} or {personalFile}");
        }

        if (local.TryGetValue("data", out var data) && LeadsOut(folder, data))
        {
            throw InputException.Of(
                $"\"data\" in {FileName}",
                $"is '{data}', which is outside the folder of that file, and the file may be somebody else's",
                $"Use --data, MEDQA_DATA or {personalFile}");
        }

        var settings = new HostSettings();
        var isElsewhere = options.ContainsKey("endpoint") || environment("MEDQA_ENDPOINT") is { Length: > 0 };
        foreach (var setting in Setting.All)
        {
            var (given, text) = options.TryGetValue(setting.Name, out var option) ? (setting.Option, option)
                : environment(setting.Variable) is { Length: > 0 } variable ? (setting.Variable, variable)
                : local.TryGetValue(setting.Name, out var field) ? ($"\"{setting.Name}\" in {FileName}", field)
                : own.TryGetValue(setting.Name, out var personal) ? ($"\"{setting.Name}\" in {personalFile}", personal)
                : ("", null);
            if (text is null || (isElsewhere && setting.Name is "key" or "token" && given.EndsWith(personalFile, StringComparison.Ordinal)))
            {
                continue;
            }

            try
            {
                settings = setting.Apply(settings, text);
            }
            catch (FormatException exception)
            {
                throw InputException.Of(given, exception.Message, exception);
            }
            catch (ArgumentException exception)
            {
                throw InputException.Of(given, $"is '{text}', which is not a valid path.", exception);
            }
        }

        if (!options.ContainsKey("data") && environment("MEDQA_DATA") is null or "" && !local.ContainsKey("data") && !own.ContainsKey(
            "data")
            && LeadsOut(folder, DataFolderName))
        {
            throw InputException.Of(
                DataFolderName,
                "is a link that leads out of this folder, which may be somebody else's",
                $"Name its target with --data, MEDQA_DATA or {personalFile}");
        }

        return settings.NoticeAddresses.IsEmpty || !settings.NoticeSecrets.IsEmpty
            ? settings
            : throw InputException.Of(
                "--notices",
                "needs a secret, by which receivers know that a notice is genuine",
                "Set MEDQA_NOTICESECRET to whsec_ and the output of `openssl rand -base64 32`");
    }

    /// <summary>Returns whether a path, with links followed, is outside a folder. Invalid paths are reported elsewhere.</summary>
    private static bool LeadsOut(string folder, string path)
    {
        try
        {
            return !path.Contains('\0', StringComparison.Ordinal)
                && Path.GetRelativePath(WithoutLinks(folder), WithoutLinks(Path.Combine(folder, path))) is var way
                && (Path.IsPathRooted(way) || way.Split(Path.DirectorySeparatorChar)[0] == "..");
        }
        catch (IOException)
        {
            // A cycle of links.
            return true;
        }
    }

    private static string WithoutLinks(string path)
    {
        var real = Path.GetPathRoot(Path.GetFullPath(path))!;
        foreach (var part in Path.GetFullPath(path)[real.Length..].Split(Path.DirectorySeparatorChar))
        {
            real = Path.Combine(real, part);
            real = new FileInfo(real).LinkTarget is not null && Directory.ResolveLinkTarget(real, returnFinalTarget: true) is { } target
                ? WithoutLinks(target.FullName)
                : real;
        }

        return real;
    }

    private static Dictionary<string, string> ReadFile(string path, string name)
    {
        if (RegularFile.KindOf(path) == PathKind.Missing)
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(
                RegularFile.ReadAllBytes(path),
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw InputException.Of(name, "must be a JSON object.");
            }

            var fields = new Dictionary<string, string>();
            foreach (var field in document.RootElement.EnumerateObject())
            {
                if (Setting.All.All(setting => setting.Name != field.Name))
                {
                    throw InputException.Of(
                        $"\"{field.Name}\" in {name}",
                        $"is an unknown setting. Settings: {string.Join(", ", Setting.All.Select(static setting => setting.Name))}.");
                }

                var value = field.Value.ValueKind switch
                {
                    JsonValueKind.String => field.Value.GetString()!,
                    JsonValueKind.Number => field.Value.GetRawText(),
                    var kind =>
                        throw InputException.Of(
                            $"\"{field.Name}\" in {name}",
                            $"must be a string or a number, not {(kind == JsonValueKind.Null ? "null" : $"{kind}")}."),
                };
                if (!fields.TryAdd(field.Name, value))
                {
                    throw InputException.Of($"\"{field.Name}\" in {name}", "appears twice.");
                }
            }

            return fields;
        }
        catch (PathException exception)
        {
            throw InputException.Of(name, exception.Problem["it ".Length..] + ".", exception);
        }
        catch (JsonException exception)
        {
            throw InputException.Of(name, $"is not JSON (line {(exception.LineNumber ?? 0) + 1}).", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw InputException.Of(name, "contains invalid Unicode; save it as UTF-8.", exception);
        }
    }
}
