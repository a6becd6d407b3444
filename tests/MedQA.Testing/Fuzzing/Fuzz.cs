using System.Diagnostics;
using System.Globalization;

namespace MedQA.Testing.Fuzzing;

/// <summary>
/// Gives bad files to a reader. <c>MEDQA_FUZZ_CASES</c> sets how many cases each reader gets instead of its share, <c>MEDQA_FUZZ_SEED</c> where the seeds begin: a case that failed is
/// replayed with its seed and one case. Tests that use it belong to the collection <see cref="Alone"/>: what is allocated is the whole process's.
/// </summary>
public static class Fuzz
{
    /// <summary>The most that a case may allocate in all, freed or not.</summary>
    public const long MaxAllocated = 256L << 20;

    /// <summary>A case that takes longer hangs. Cases take milliseconds.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(5);

    /// <summary>The seeds to try.</summary>
    public static IEnumerable<int> Seeds(int share)
    {
        var first = Setting("MEDQA_FUZZ_SEED", 1);
        return Enumerable.Range(first, Setting("MEDQA_FUZZ_CASES", share));
    }

    /// <summary>Makes bad files of good ones and gives each to a reader.</summary>
    /// <param name="reader">What is tried, for messages; the cases depend on it.</param>
    /// <param name="good">Good files.</param>
    /// <param name="share">How many cases, where nothing else is set.</param>
    /// <param name="check">Reads a file and throws where the reader does what it must not.</param>
    public static async Task RunAsync(string reader, IReadOnlyList<byte[]> good, int share, Func<byte[], Task> check)
    {
        foreach (var seed in Seeds(share))
        {
            var random = new Random(HashCode(reader, seed));
            await CaseAsync(reader, seed, Mutation.Of(good[seed % good.Count], good[random.Next(good.Count)], random), check);
        }
    }

    /// <summary>One case: it ends in time and without allocating much, and what it throws fails the test with what is needed to replay it.</summary>
    public static async Task CaseAsync(string reader, int seed, byte[] bytes, Func<byte[], Task> check)
    {
        var cancel = TestContext.Current.CancellationToken;
        var allocated = GC.GetTotalAllocatedBytes();
        var clock = Stopwatch.StartNew();
        try
        {
            await Task.Run(() => check(bytes), cancel).WaitAsync(MaxTime, cancel);
        }
        catch (Exception exception) when (!cancel.IsCancellationRequested)
        {
            Assert.Fail($"{await KeptAsync(reader, seed, bytes)} after {clock.Elapsed.TotalSeconds:F1} s: {exception}");
        }

        allocated = GC.GetTotalAllocatedBytes() - allocated;
        if (allocated >= MaxAllocated)
        {
            Assert.Fail($"{await KeptAsync(reader, seed, bytes)}: {allocated >> 20} MiB were allocated for {bytes.Length} bytes.");
        }
    }

    private static async Task<string> KeptAsync(string reader, int seed, byte[] bytes)
    {
        var kept = Path.Combine(Path.GetTempPath(), $"medqa-fuzz-{reader}-{seed}");
        await File.WriteAllBytesAsync(kept, bytes, CancellationToken.None);
        return $"{reader}, seed {seed} (kept as {kept}; MEDQA_FUZZ_SEED={seed} MEDQA_FUZZ_CASES=1 replays it)";
    }

    private static int Setting(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    /// <summary>A seed that is the same on every machine.</summary>
    private static int HashCode(string reader, int seed) => reader.Aggregate(seed, static (hash, letter) => unchecked((hash * 31) + letter));
}
