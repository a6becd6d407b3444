using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using MedQA.Azurite;

namespace MedQA.Faults.Tests.Processes;

/// <summary>An Azurite of a test's own that can be stopped in order, killed, and started again over the same data.</summary>
internal sealed class AzuriteProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);

    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-faults-").FullName;
    private readonly AzuritePackage.InstalledAzurite _package;
    private readonly Timeline _timeline;
    private Process _process;

    private AzuriteProcess(AzuritePackage.InstalledAzurite package, Timeline timeline)
    {
        (_package, _timeline) = (package, timeline);
        _process = Launch();
    }

    /// <summary>Where it listens.</summary>
    public AzuritePorts Ports { get; } = FreePorts.Take();

    /// <summary>Starts one over an empty folder.</summary>
    public static async Task<AzuriteProcess> StartAsync(Timeline timeline, CancellationToken cancellationToken)
    {
        var package = await AzuritePackage.InstallAsync(new AzuriteOptions { DataFolder = Path.GetTempPath() }, timeline.Note, cancellationToken);
        var azurite = new AzuriteProcess(package, timeline);
        await azurite.ListensAsync(cancellationToken);
        return azurite;
    }

    /// <summary>Stops it in order, so that it keeps everything, and starts it again after a pause.</summary>
    public async Task RestartAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        _timeline.Note("Azurite is stopped");
        await Signals.SendAsync("TERM", _process.Id, cancellationToken);

        await StartAgainAsync(pause, cancellationToken);
    }

    /// <summary>Kills it, so that it forgets what it has not flushed yet, and starts it again after a pause.</summary>
    public async Task KillAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        _timeline.Note("kill -9 Azurite");
        _process.Kill();
        await StartAgainAsync(pause, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAgainAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        _process.Dispose();

        // The outage itself: how long it lasts is part of the seed.
        await Task.Delay(pause, cancellationToken);
        _process = Launch();
        await ListensAsync(cancellationToken);
        _timeline.Note("Azurite listens again");
    }

    private Process Launch()
    {
        static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
        var process = Process.Start(new ProcessStartInfo(
            "node",
            [
                _package.EntryPath, "--location", _folder, "--blobPort", Text(Ports.Blob), "--queuePort", Text(Ports.Queue), "--tablePort", Text(Ports.Table),
                "--silent", "--disableTelemetry", "--skipApiVersionCheck",
            ])
        { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, said) => _timeline.Note($"Azurite: {said.Data}");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task ListensAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        foreach (var port in (int[])[Ports.Blob, Ports.Queue, Ports.Table])
        {
            while (true)
            {
                using var client = new TcpClient();
                try
                {
                    await client.ConnectAsync("127.0.0.1", port, limit.Token);
                    break;
                }
                catch (SocketException)
                {
                    // A port that is not open yet says so at once and has no event to wait for.
                    Assert.False(_process.HasExited, $"Azurite ended at its start. {_timeline}");
                    await Task.Delay(50, limit.Token);
                }
            }
        }
    }
}
