using System.Collections.Concurrent;
using System.Globalization;

namespace MedQA.Faults.Tests;

/// <summary>
/// Which seeds are tried: MEDQA_SEEDS names a range such as <c>1-200</c>, or one seed to try again; without it few are. MEDQA_SEEDS_AT_ONCE says how many go on side by side, those of all tests together: mostly they wait. MEDQA_SEEDS_LOG names a folder for how each went.
/// </summary>
internal static class Seeds
{
    private static readonly Lock Said = new();
    private static readonly SemaphoreSlim AtOnce = new(int.Parse(Environment.GetEnvironmentVariable("MEDQA_SEEDS_AT_ONCE") ?? "4", CultureInfo.InvariantCulture));

    /// <summary>The seeds.</summary>
    /// <param name="usual">How many are tried where nobody says which; 0 for what takes minutes: the test is skipped then, and says so.</param>
    /// <param name="oneOf">Only every so-manieth of the range is tried: for what is a variant of something else.</param>
    public static IReadOnlyList<int> Of(int usual, int oneOf = 1)
    {
        if (Environment.GetEnvironmentVariable("MEDQA_SEEDS") is not { Length: > 0 } range)
        {
            Assert.SkipWhen(usual == 0, "This takes minutes: it is part of the full run, see docs/faults.md.");
            return [.. Enumerable.Range(1, usual)];
        }

        var ends = range.Split('-').Select(static end => int.Parse(end, CultureInfo.InvariantCulture)).ToList();
        var all = Enumerable.Range(ends[0], ends[^1] - ends[0] + 1).ToList();
        return all.Count == 1 ? all : [.. all.Where(seed => seed % oneOf == 0)];
    }

    /// <summary>Tries every seed; a failure names its seed, and the others are tried all the same.</summary>
    public static async Task TryAllAsync(string what, IReadOnlyList<int> seeds, Func<int, CancellationToken, Task> attempt)
    {
        var failures = new ConcurrentDictionary<int, Exception>();
        await Task.WhenAll(seeds.Select(TryAsync));
        Assert.True(
            failures.IsEmpty,
            string.Join("\n\n", failures.OrderBy(static failure => failure.Key).Select(failure => $"{what}, seed {failure.Key} (try it again with MEDQA_SEEDS={failure.Key}): {failure.Value}")));

        async Task TryAsync(int seed)
        {
            var cancel = TestContext.Current.CancellationToken;
            await AtOnce.WaitAsync(cancel);
            var clock = System.Diagnostics.Stopwatch.StartNew();
            try
            {
                await attempt(seed, cancel);
                Say($"{what}, seed {seed}: as undisturbed, after {clock.Elapsed.TotalSeconds:0} s");
            }
            catch (Exception exception)
            {
                failures[seed] = exception;
                Say($"{what}, seed {seed}: FAILED. {exception.Message.Split('\n')[0]}");
            }
            finally
            {
                AtOnce.Release();
            }
        }
    }

    /// <summary>The folder for how each went, where somebody wants it.</summary>
    public static string? LogFolder { get; } = Environment.GetEnvironmentVariable("MEDQA_SEEDS_LOG") is { Length: > 0 } folder ? Directory.CreateDirectory(folder).FullName : null;

    private static void Say(string line)
    {
        TestContext.Current.SendDiagnosticMessage(line);
        if (LogFolder is not null)
        {
            lock (Said)
            {
                File.AppendAllText(Path.Combine(LogFolder, "seeds.txt"), line + "\n");
            }
        }
    }
}
