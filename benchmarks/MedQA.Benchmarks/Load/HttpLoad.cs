using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace MedQA.Benchmarks.Load;

/// <summary>Reads the served runs: each reading alone and one after the other, and all of them mixed by many readers at once.</summary>
internal sealed class HttpLoad(Uri address, IReadOnlyList<MeasuredRun> runs)
{
    /// <summary>Times each reading of each run alone and prints a table: the median and the longest of the times in milliseconds, after one that warms up.</summary>
    /// <param name="most">How often each is timed.</param>
    public async Task TimeAsync(int most = 15)
    {
        using var client = Client(1);
        Console.WriteLine();
        Console.WriteLine($"| read alone, median (longest) of {most}, ms | {string.Join(" | ", runs.Select(static run => string.Create(CultureInfo.InvariantCulture, $"{run.Size:#,0}")))} |");
        Console.WriteLine($"| --- | {string.Join(" | ", runs.Select(static _ => "--:"))} |");
        foreach (var reading in Reading.All.Where(reading => runs.Count > 1 || !reading.Name.StartsWith("comparison", StringComparison.Ordinal)))
        {
            var cells = new List<string>();
            foreach (var run in runs)
            {
                var times = new List<double>();
                for (var time = 0; time <= most; time++)
                {
                    var began = Stopwatch.GetTimestamp();
                    await ReadAsync(client, reading, reading.Address(run, (int)(new Draws((ulong)time).Next() >> 34), runs), null);
                    times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                }

                times.RemoveAt(0);
                times.Sort();
                cells.Add(string.Create(CultureInfo.InvariantCulture, $"{times[most / 2]:F1} ({times[^1]:F1})"));
            }

            Console.WriteLine($"| {reading.Name} | {string.Join(" | ", cells)} |");
        }
    }

    /// <summary>Reads with many readers at once for some time and prints what came of it. Each second time that a reader comes back to an address it says what it has of it.</summary>
    public async Task<LoadResult> RunAsync(int readers, TimeSpan duration, TimeSpan pause)
    {
        using var client = Client(readers);
        var (answers, faults) = (new ConcurrentBag<(Reading Reading, double Milliseconds, bool Known)>(), new ConcurrentQueue<string>());
        using var end = new CancellationTokenSource(duration);
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, readers).Select(reader => Task.Run(() => ReaderAsync(client, (ulong)reader, pause, answers, faults, end.Token))));
        var took = Stopwatch.GetElapsedTime(began);
        Print(readers, took, pause, [.. answers], [.. faults]);
        double[] times = [.. answers.Select(static answer => answer.Milliseconds).Order()];
        return new LoadResult(times.Length / took.TotalSeconds, At(times, 0.5), At(times, 0.99), times.LastOrDefault(), faults.Count);
    }

    private async Task ReaderAsync(HttpClient client, ulong seed, TimeSpan pause, ConcurrentBag<(Reading, double, bool)> answers, ConcurrentQueue<string> faults, CancellationToken end)
    {
        var (draw, seen) = (new Draws(seed + 1), new Dictionary<(string, string), EntityTagHeaderValue>());
        Reading[] mix = [.. Reading.All.Where(reading => runs.Count > 1 || !reading.Name.StartsWith("comparison", StringComparison.Ordinal)).SelectMany(static reading => Enumerable.Repeat(reading, reading.Share))];
        await Task.Delay(pause * draw.NextShare(), CancellationToken.None);
        while (!end.IsCancellationRequested)
        {
            var reading = mix[draw.Next(mix.Length)];
            var place = reading.Address(runs[draw.Next(runs.Count)], draw.Next(1 << 30), runs);
            var tag = draw.Next(2) == 0 ? seen.GetValueOrDefault((place, reading.Accept)) : null;
            var began = Stopwatch.GetTimestamp();
            try
            {
                var answered = await ReadAsync(client, reading, place, tag);
                answers.Add((reading, Stopwatch.GetElapsedTime(began).TotalMilliseconds, answered.Status == HttpStatusCode.NotModified));
                if (answered.Tag is { } known)
                {
                    seen[(place, reading.Accept)] = known;
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or TaskCanceledException or InvalidDataException)
            {
                faults.Enqueue($"{reading.Name} ({place}): {exception.Message}");
            }

            await Task.Delay(pause * (2 * draw.NextShare()), CancellationToken.None);
        }
    }

    private static async Task<(HttpStatusCode Status, EntityTagHeaderValue? Tag)> ReadAsync(HttpClient client, Reading reading, string place, EntityTagHeaderValue? known)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, place);
        request.Headers.Accept.ParseAdd(reading.Accept);

        // As browsers do.
        request.Headers.AcceptEncoding.ParseAdd("gzip, deflate, br");
        if (known is not null)
        {
            request.Headers.IfNoneMatch.Add(known);
        }

        using var answer = await client.SendAsync(request);
        var content = await answer.Content.ReadAsByteArrayAsync();
        var expected = known is not null && answer.StatusCode == HttpStatusCode.NotModified ? content.Length == 0 : answer.StatusCode == HttpStatusCode.OK && content.Length > 0;
        return expected ? (answer.StatusCode, answer.Headers.ETag) : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"status {(int)answer.StatusCode} with {content.Length} bytes"));
    }

    private HttpClient Client(int connections) => new(new SocketsHttpHandler { MaxConnectionsPerServer = connections, UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(1) };

    private static void Print(int readers, TimeSpan took, TimeSpan pause, (Reading Reading, double Milliseconds, bool Known)[] answers, string[] faults)
    {
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{readers} readers for {took.TotalSeconds:F0} s, each with a pause of {pause.TotalSeconds:0.#} s on average: {answers.Length} answers ({answers.Length / took.TotalSeconds:F0} a second, {answers.Count(static answer => answer.Known)} of them 304), {faults.Length} faults"));
        Console.WriteLine();
        Console.WriteLine("| reading | answers | median, ms | 95 % | 99 % | longest |");
        Console.WriteLine("| --- | --: | --: | --: | --: | --: |");
        PrintRow("all", [.. answers.Select(static answer => answer.Milliseconds)]);
        foreach (var group in answers.GroupBy(static answer => answer.Reading).OrderBy(static group => Array.IndexOf(Reading.All, group.Key)))
        {
            PrintRow(group.Key.Name, [.. group.Select(static answer => answer.Milliseconds)]);
        }

        foreach (var fault in faults.Take(10))
        {
            Console.WriteLine(fault);
        }
    }

    private static void PrintRow(string name, double[] times)
    {
        Array.Sort(times);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {times.Length} | {At(times, 0.5):F0} | {At(times, 0.95):F0} | {At(times, 0.99):F0} | {times[^1]:F0} |"));
    }

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
}

/// <summary>What readers saw.</summary>
/// <param name="PerSecond">Answers a second.</param>
/// <param name="Median">The median time of an answer, in ms.</param>
/// <param name="Percentile99">The time that 99 % of the answers took at most, in ms.</param>
/// <param name="Longest">The longest time of an answer, in ms.</param>
/// <param name="Faults">Requests without the answer that they should have.</param>
internal sealed record LoadResult(double PerSecond, double Median, double Percentile99, double Longest, int Faults);
