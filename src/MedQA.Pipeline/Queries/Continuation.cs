using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MedQA.Evaluation;

namespace MedQA.Pipeline.Queries;

/// <summary>
/// Where the next page begins, as an opaque token. It is valid for one list only: a few bytes of
/// a hash over list and place show one that was changed, or that belongs to another run or filter. They keep no secret, and need not: a
/// place in a list is none.
/// </summary>
internal static class Continuation
{
    private const int CheckBytes = 4;
    private const int MaxKeyLength = 1024;

    /// <summary>A continuation of a list.</summary>
    /// <param name="list">What is listed: everything that must be the same for the next page.</param>
    /// <param name="key">Where the next page begins.</param>
    public static string Of(string list, string key) => Base64Url.EncodeToString([.. Check(list, key), .. Encoding.ASCII.GetBytes(key)]);

    /// <summary>The place that a continuation of a list names, or <see langword="null"/> without one.</summary>
    /// <exception cref="InputException">It is not a continuation of this list.</exception>
    public static string? Key(string list, string? continuation)
    {
        if (continuation is null)
        {
            return null;
        }

        byte[] bytes;
        try
        {
            bytes = Base64Url.DecodeFromChars(continuation);
        }
        catch (FormatException)
        {
            throw NotGivenOut();
        }

        if (bytes.Length is <= CheckBytes or > CheckBytes + MaxKeyLength || !Ascii.IsValid(bytes.AsSpan(CheckBytes)))
        {
            throw NotGivenOut();
        }

        var key = Encoding.ASCII.GetString(bytes.AsSpan(CheckBytes));
        return Check(list, key).SequenceEqual(bytes.AsSpan(0, CheckBytes)) ? key : throw NotGivenOut();
    }

    /// <summary>That it is not a continuation of this list.</summary>
    public static InputException NotGivenOut() => new(
        new FaultLocation(Parameter: "continuation"),
        "The continuation is not valid for this list.",
        "Omit it to get the first page.");

    private static ReadOnlySpan<byte> Check(string list, string key) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{list}\n{key}")).AsSpan(0, CheckBytes);
}

/// <summary>A place in the answers of a run.</summary>
/// <param name="Ordinal">The first ordinal that can be on the page.</param>
/// <param name="Entry">Where in the filter's index that is, and the revision of the result that wrote the index; <see langword="null"/>
/// where no index was used.</param>
internal readonly record struct AnswerPlace(int Ordinal, (int At, int Revision)? Entry = null)
{
    /// <summary>The continuation that names this place.</summary>
    public string Continue(string list) => Continuation.Of(list, Entry is var (at, revision)
        ? string.Create(CultureInfo.InvariantCulture, $"{Ordinal}-{at}-{revision}")
        : Ordinal.ToString(CultureInfo.InvariantCulture));

    /// <summary>The place that a continuation names; the beginning without one.</summary>
    /// <exception cref="InputException">It is not a continuation of this list.</exception>
    public static AnswerPlace Of(string list, string? continuation)
    {
        if (Continuation.Key(list, continuation) is not { } key)
        {
            return default;
        }

        int[] parts = [.. key.Split('-')
            .Select(
                static part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : throw Continuation.NotGivenOut())];
        return parts switch
        {
            [var ordinal] => new AnswerPlace(ordinal),
            [var ordinal, var at, var revision] => new AnswerPlace(ordinal, (at, revision)),
            _ => throw Continuation.NotGivenOut(),
        };
    }
}
