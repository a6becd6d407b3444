using System.Diagnostics;
using System.Reflection;

namespace MedQA.Faults.Tests.Processes;

/// <summary>A process of the pipeline that is started again whenever it has ended, under the same identity, until it is disposed: what a service manager does.</summary>
internal sealed class PipelineProcess : IAsyncDisposable
{
    private static readonly string Program = typeof(PipelineProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static data => data.Key == "FaultsHost").Value!;

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly string[] _arguments;
    private readonly Timeline _timeline;
    private readonly Task _keeping;
    private Process? _process;

    /// <summary>Starts it.</summary>
    /// <param name="name">For the timeline.</param>
    /// <param name="role"><c>control</c> or <c>worker</c>.</param>
    /// <param name="connectionString">Its storage.</param>
    /// <param name="poison">How its model breaks; empty for not at all.</param>
    /// <param name="timeline">Is told what it does and says.</param>
    public PipelineProcess(string name, string role, string connectionString, string poison, Timeline timeline)
    {
        Name = name;
        _arguments = [Program, role, connectionString, Guid.NewGuid().ToString("N"), Repository.PathOf("models", "reasoner"), poison];
        _timeline = timeline;
        _keeping = KeepAsync();
    }

    /// <summary>For the timeline.</summary>
    public string Name { get; }

    /// <summary>Kills it: nothing of it runs any more, and nothing that it held is given back.</summary>
    public void Kill()
    {
        lock (_lock)
        {
            if (_process is { HasExited: false } running)
            {
                _timeline.Note($"kill -9 {Name}");
                running.Kill();
            }
        }
    }

    /// <summary>Stops it where it is, as Ctrl-Z or a machine that sleeps does, and lets it go on after a while: what it held is another's by then.</summary>
    public async Task SuspendAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        if (await SignalAsync("STOP", $"is suspended for {pause.TotalSeconds:0} s", cancellationToken) is { } suspended)
        {
            // How long it lasts is part of the seed.
            await Task.Delay(pause, cancellationToken);
            await SignalAsync("CONT", "goes on", suspended, cancellationToken);
        }
    }

    /// <summary>Sets its clock an hour ahead or back.</summary>
    public Task JumpAsync(bool ahead, CancellationToken cancellationToken) =>
        ahead ? SignalAsync("HUP", "is an hour ahead from now on", cancellationToken) : SignalAsync("QUIT", "is an hour back from now on", cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        Kill();
        await _keeping;
        _ended.Dispose();
    }

    private async Task<int?> SignalAsync(string signal, string what, CancellationToken cancellationToken)
    {
        int id;
        lock (_lock)
        {
            if (_process is not { HasExited: false } running)
            {
                return null;
            }

            id = running.Id;
        }

        await SignalAsync(signal, what, id, cancellationToken);
        return id;
    }

    private async Task SignalAsync(string signal, string what, int id, CancellationToken cancellationToken)
    {
        _timeline.Note($"{Name} {what}");
        await Signals.SendAsync(signal, id, cancellationToken);
    }

    private async Task KeepAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            // It lives for seconds: compiling anything a second time costs more than it gains.
            using var process = Process.Start(new ProcessStartInfo("dotnet", _arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["DOTNET_TC_CallCounting"] = "0", ["DOTNET_TieredPGO"] = "0" } })!;
            lock (_lock)
            {
                _process = process;
            }

            if (_ended.IsCancellationRequested)
            {
                Kill();
            }

            _timeline.Note($"{Name} is process {process.Id}");
            await Task.WhenAll(ListenAsync(process.StandardOutput), ListenAsync(process.StandardError));
            await process.WaitForExitAsync(CancellationToken.None);
            lock (_lock)
            {
                _process = null;
            }

            _timeline.Note($"{Name} ended with code {process.ExitCode}");
        }
    }

    private async Task ListenAsync(StreamReader output)
    {
        while (await output.ReadLineAsync(CancellationToken.None) is { } line)
        {
            _timeline.Note($"{Name}: {line}");
        }
    }
}
