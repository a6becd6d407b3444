using System.Diagnostics;
using System.Text;
using System.Text.Json;
using MedQA.Azurite;
using MedQA.Cli.Terminal;
using MedQA.Pipeline.Storage;

namespace MedQA.Cli.Tests.Commands;

/// <summary>The built tool as people start it: a process of its own, in a folder of its own with data and ports of its own.</summary>
internal sealed class MedqaProcess : IAsyncDisposable
{
    private static readonly string Tool = typeof(ExitCode).Assembly.Location;

    private readonly List<Process> _started = [];
    private readonly AzuritePorts _ports = FreePorts.Take();
    private IAsyncDisposable? _held;

    public MedqaProcess() => Storage = StorageConnection.Open(AzuriteServer.ConnectionStringAt(_ports), configure: static options => options.Retry.MaxRetries = 0);

    /// <summary>The folder in which it works.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("medqa-tool-").FullName;

    /// <summary>
    /// Whether its storage is kept alive between its commands, from the first one on that makes it: that one starts an emulator and the others
    /// do not, which is half their time. A command that is only started does not make it so.
    /// </summary>
    public bool KeepsStorage { get; init; }

    /// <summary>Further environment variables of what is started from now on.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>The connection string of its storage.</summary>
    public string ConnectionString => AzuriteServer.ConnectionStringAt(_ports);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The storage that it uses; it answers while a process of the tool, or <see cref="HoldStorageAsync"/>, keeps it alive.</summary>
    public RunStorage Storage { get; }

    /// <summary>A question set of the sums that the small reasoning model knows.</summary>
    public string Sums(int count, string name = "sums.csv")
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllLines(path, File.ReadLines(Repository.PathOf("models", "reasoner", "sums.csv")).Take(count + 1));
        return path;
    }

    /// <summary>A profile for that model.</summary>
    public string Profile(int samples)
    {
        var path = Path.Combine(Folder, $"sums-{samples}.json");
        File.WriteAllText(path, $$"""
            {
              "name": "sums-{{samples}}", "strategy": "self-consistency", "format": "completion", "instruction": "",
              "template": "Question: {question}\n(A) {a} (B) {b} (C) {c} (D) {d}\nExplanation:",
              "exemplarSet": null, "exemplars": 0, "samples": {{samples}}, "temperature": 0.7, "maxTokens": 180, "stop": []
            }
            """);
        return path;
    }

    /// <summary>A copy of one of the repository's models, to be changed.</summary>
    public string ModelCopy(string model, string name)
    {
        var copy = Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("models", model)))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    /// <summary>A copy of its data folder, and ports for it. A file may go meanwhile, as where people copy a folder in use.</summary>
    public async Task<(string Folder, string Ports)> DataCopyAsync(string name)
    {
        var copy = Path.Combine(Folder, name);
        using var copying = Process.Start(new ProcessStartInfo("cp", ["-r", Path.Combine(Folder, ".medqa"), copy])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        await copying.WaitForExitAsync(Cancel);
        var ports = FreePorts.Take();
        return (copy, $"{ports.Blob},{ports.Queue},{ports.Table}");
    }

    /// <summary>Copies a folder that nobody writes in.</summary>
    public static void Copy(string folder, string copy)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var path = Path.Combine(copy, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(file, path);
        }
    }

    /// <summary>Keeps its storage alive between two processes of it.</summary>
    public async Task<IAsyncDisposable> HoldStorageAsync() =>
        await AzuriteServer.StartAsync(new AzuriteOptions { DataFolder = Path.Combine(Folder, ".medqa"), Ports = _ports, EndLimit = TimeSpan.FromMinutes(5) }, static _ => { }, Cancel);

    /// <summary>Starts it.</summary>
    public Process Start(params string[] arguments) => Start(new ProcessStartInfo("dotnet", [Tool, .. arguments]));

    /// <summary>Runs a script of bash on a disk that is really small: <c>$DISK</c>, with the tool's data in it; <c>medqa</c> is the tool, and <c>dotnet $TOOL</c> where its process is wanted. See <see cref="SmallDisk"/>.</summary>
    public Task<(int Code, string Output, string Errors)> OnSmallDiskAsync(int mebibytes, string script) =>
        SmallDisk.RunAsync(mebibytes, $"export MEDQA_DATA=$DISK/data\nTOOL={Tool}\nmedqa() {{ dotnet $TOOL \"$@\"; }}\n{script}", Prepare, Cancel);

    private Process Start(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        Prepare(start);
        var process = Process.Start(start)!;
        _started.Add(process);
        return process;
    }

    private void Prepare(ProcessStartInfo start)
    {
        start.UseShellExecute = false;
        start.StandardOutputEncoding = Encoding.UTF8;
        start.WorkingDirectory = Folder;

        // Whoever runs the tests may have settings of their own.
        foreach (var (name, value) in start.Environment.Where(static variable => variable.Key.StartsWith("MEDQA_", StringComparison.Ordinal)).ToList())
        {
            if (value == Environment.GetEnvironmentVariable(name))
            {
                start.Environment.Remove(name);
            }
        }

        start.Environment["XDG_CONFIG_HOME"] = Folder;
        start.Environment["MEDQA_PORTS"] = $"{_ports.Blob},{_ports.Queue},{_ports.Table}";
        start.Environment["MEDQA_MODEL"] = Repository.PathOf("models", "reasoner");
        start.Environment["MEDQA_THREADS"] = "1";
        start.Environment["NO_COLOR"] = "1";
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }
    }

    /// <summary>Waits until a line of standard error begins so, for the rest of it.</summary>
    public static async Task<string> SaidAsync(Process process, string beginning)
    {
        while (await process.StandardError.ReadLineAsync(Cancel) is { } line)
        {
            if (line.StartsWith(beginning, StringComparison.Ordinal))
            {
                return line[beginning.Length..];
            }
        }

        throw new InvalidOperationException($"The process ended before it said '{beginning}'.");
    }

    /// <summary>Tells a process to stop, as a service manager does.</summary>
    public static async Task StopAsync(Process process)
    {
        // Not an interrupt: a job that a shell put into the background ignores those, and what it starts inherits that.
        await Signals.SendAsync("TERM", process.Id, Cancel);

        await process.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromMinutes(2), Cancel);
    }

    /// <summary>Runs it to its end.</summary>
    public Task<(int Code, string Output, string Notices)> RunAsync(params string[] arguments) => RunAsync(new ProcessStartInfo("dotnet", [Tool, .. arguments]));

    /// <summary>Runs a program that starts it.</summary>
    public async Task<(int Code, string Output, string Notices)> RunAsync(ProcessStartInfo start)
    {
        var ending = EndAsync(Start(start));
        if (KeepsStorage && _held is null)
        {
            await HoldWhatIsStartedAsync(ending);
        }

        return await ending;
    }

    /// <summary>Joins the storage that a process starts, so that the end of the process is not the end of the storage.</summary>
    private async Task HoldWhatIsStartedAsync(Task process)
    {
        var data = Path.Combine(Folder, ".medqa");
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!process.IsCompleted && !File.Exists(AzuriteRecord.PathFor(data)))
        {
            // Another process starts it: there is no event here to wait for.
            await timer.WaitForNextTickAsync(Cancel);
        }

        if (Directory.Exists(data))
        {
            _held = await HoldStorageAsync();
        }
    }

    private static async Task<(int Code, string Output, string Notices)> EndAsync(Process process)
    {
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var notices = await process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, await output, notices);
    }

    /// <summary>Runs it to a good end and reads what it writes as JSON.</summary>
    public async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var (code, output, notices) = await RunAsync([.. arguments, "--output", "json"]);
        Assert.True(code == 0, $"exit code {code}: {notices}");
        return JsonElement.Parse(output);
    }

    /// <summary>Ends what still runs, the storage emulator too, and removes the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _started)
        {
            if (!process.HasExited)
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
            }

            process.Dispose();
        }

        if (_held is not null)
        {
            await _held.DisposeAsync();
        }

        if (File.Exists(AzuriteRecord.PathFor(Path.Combine(Folder, ".medqa"))))
        {
            // The emulator of a killed process ends by itself; to hold it and let go is to wait for that.
            await (await HoldStorageAsync()).DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }
}
