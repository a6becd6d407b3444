using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace MedQA.Pipeline.Runs;

/// <summary>
/// Names a run: 80 bits of SHA-256 over everything that decides its result, written as 16 characters of base32 (RFC 4648, lower case).
/// The same event twice therefore names the same run.
/// </summary>
public readonly record struct RunId : IComparable<RunId>
{
    /// <summary>The number of characters.</summary>
    public const int Length = 16;

    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphabet);

    private readonly string? _text;

    private RunId(string text) => _text = text;

    /// <summary>The run that a hash names.</summary>
    /// <param name="hash">At least 10 bytes; the first 10 are used.</param>
    public static RunId FromHash(ReadOnlySpan<byte> hash)
    {
        if (hash.Length < 10)
        {
            throw new ArgumentException("A run's id needs at least 10 bytes of hash.", nameof(hash));
        }

        Span<char> text = stackalloc char[Length];
        for (var i = 0; i < Length; i++)
        {
            var value = 0;
            for (var bit = i * 5; bit < (i * 5) + 5; bit++)
            {
                value = (value << 1) | ((hash[bit >> 3] >> (7 - (bit & 7))) & 1);
            }

            text[i] = Alphabet[value];
        }

        return new RunId(new string(text));
    }

    /// <summary>Reads a run's name.</summary>
    /// <exception cref="FormatException">The text is no run's name.</exception>
    public static RunId Parse(string text) =>
        TryParse(text, out var run)
            ? run
            : throw new FormatException($"'{text}' is not a run's id: an id has {Length} characters from a to z and 2 to 7.");

    /// <summary>Reads a run's name; capital letters are accepted.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out RunId run)
    {
        run = default;
        if (text is not { Length: Length })
        {
            return false;
        }

        var lower = text.ToLowerInvariant();
        if (lower.AsSpan().ContainsAnyExcept(Letters))
        {
            return false;
        }

        run = new RunId(lower);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(RunId other) => string.CompareOrdinal(ToString(), other.ToString());

    /// <summary>The 16 characters.</summary>
    public override string ToString() => _text ?? "";

    /// <summary>Whether one is before the other.</summary>
    public static bool operator <(RunId left, RunId right) => left.CompareTo(right) < 0;

    /// <summary>Whether one is before the other, or they are equal.</summary>
    public static bool operator <=(RunId left, RunId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one is after the other.</summary>
    public static bool operator >(RunId left, RunId right) => left.CompareTo(right) > 0;

    /// <summary>Whether one is after the other, or they are equal.</summary>
    public static bool operator >=(RunId left, RunId right) => left.CompareTo(right) >= 0;
}
