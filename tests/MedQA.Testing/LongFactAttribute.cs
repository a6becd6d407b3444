using System.Globalization;
using System.Runtime.CompilerServices;
using Xunit.v3;

namespace MedQA.Testing;

/// <summary>
/// A test that takes longer than a person waits for. It runs where <c>MEDQA_LONG</c> asks for it: <c>all</c>, or a share such as <c>2/3</c>, the
/// second third of them. A machine that tests every day and takes the shares in turn has run them all after so many days.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LongFactAttribute : FactAttribute, ITraitAttribute
{
    /// <summary>Marks a test.</summary>
    public LongFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1, [CallerMemberName] string name = "")
        : base(file, line) => Explicit = !IsAskedFor(Environment.GetEnvironmentVariable("MEDQA_LONG"), name);

    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Category", "Long")];

    /// <summary>
    /// Whether one of many cases that are alike, such as the calls after which a process is killed, is tried: all where <c>MEDQA_LONG</c> is
    /// <c>all</c>, its own part where it is a share, and without it the first of every seven.
    /// </summary>
    /// <param name="number">The case's number, from 1.</param>
    public static bool Takes(int number) => Part(Environment.GetEnvironmentVariable("MEDQA_LONG")) switch
    {
        (0, _) => number % 7 == 1,
        var (one, of) => number % of == one % of,
    };

    /// <summary>Whether a test is among those that a share means.</summary>
    internal static bool IsAskedFor(string? share, string name) => Part(share) is var (one, of) && one > 0 && Hash(name) % of == one - 1;

    /// <summary>Which of how many parts a share means; 0 of 1 for none.</summary>
    private static (int One, int Of) Part(string? share) => share switch
    {
        null or "" => (0, 1),
        "all" => (1, 1),
        _ when share.Split('/') is [var part, var parts]
            && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var one)
            && int.TryParse(parts, NumberStyles.None, CultureInfo.InvariantCulture, out var of)
            && one >= 1 && one <= of => (one, of),
        _ => throw new ArgumentException($"MEDQA_LONG is '{share}'; it must be all, or a share such as 1/3.", nameof(share)),
    };

    /// <summary>FNV-1a in 31 bits: the same on every machine, and even over the shares.</summary>
    private static int Hash(string name) => (int)(name.Aggregate(2166136261u, static (hash, letter) => (hash ^ letter) * 16777619u) >> 1);
}
