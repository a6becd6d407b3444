using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MedQA.Benchmarks.Load;

/// <summary>A `medqa serve` over the measured runs, as a process of its own, on the loopback address.</summary>
internal sealed class ServedRuns : IAsyncDisposable
{
    private readonly Process _process;

    private ServedRuns(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>The most memory that it had, in MiB.</summary>
    public double Peak
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64 / 1048576.0;
        }
    }

    /// <summary>Processor seconds so far.</summary>
    public double Processor => _process.TotalProcessorTime.TotalSeconds;

    /// <summary>Starts it and waits until it answers.</summary>
    public static async Task<ServedRuns> StartAsync(string medqa, string connection, string folder)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        string[] arguments = ["serve", "--storage", connection, "--data", Path.Combine(folder, "served"), "--urls", address.ToString()];
        var process = Process.Start(medqa.EndsWith(".dll", StringComparison.Ordinal) ? new ProcessStartInfo("dotnet", [medqa, .. arguments]) : new ProcessStartInfo(medqa, arguments))!;
        var served = new ServedRuns(process, address);
        using var client = new HttpClient { BaseAddress = address };
        for (var began = Stopwatch.GetTimestamp(); !process.HasExited && Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(2); await Task.Delay(200))
        {
            try
            {
                using var answer = await client.GetAsync("api/runs?take=1");
                if (answer.IsSuccessStatusCode)
                {
                    return served;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }

        await served.DisposeAsync();
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{medqa} serve does not answer."));
    }

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
