using System.Globalization;
using System.Runtime.CompilerServices;
using Xunit.v3;

namespace MedQA.Tests;

/// <summary>
/// A test that takes longer than a person waits for. It runs where <c>MEDQA_LONG</c> asks for it: <c>all</c>, or a share such as <c>2/3</c>, the
/// second third of them. A machine that tests every day and takes the shares in turn has run them all after so many days.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongFactAttribute : FactAttribute, ITraitAttribute
{
    /// <summary>Marks a test.</summary>
    public LongFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1, [CallerMemberName] string name = "")
        : base(file, line) => Explicit = !IsAskedFor(Environment.GetEnvironmentVariable("MEDQA_LONG"), name);

    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Category", "Long")];

    /// <summary>Whether a test is among those that a share means.</summary>
    internal static bool IsAskedFor(string? share, string name) => share switch
    {
        null or "" => false,
        "all" => true,
        _ when share.Split('/') is [var part, var parts]
            && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var one)
            && int.TryParse(parts, NumberStyles.None, CultureInfo.InvariantCulture, out var of)
            && one >= 1 && one <= of => Hash(name) % of == one - 1,
        _ => throw new ArgumentException($"MEDQA_LONG is '{share}'; it must be all, or a share such as 1/3.", nameof(share)),
    };

    /// <summary>FNV-1a in 31 bits: the same on every machine, and even over the shares.</summary>
    private static int Hash(string name) => (int)(name.Aggregate(2166136261u, static (hash, letter) => (hash ^ letter) * 16777619u) >> 1);
}
