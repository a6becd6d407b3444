using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MedQA.Pipeline.Runs;

/// <summary>
/// Names a batch within its run: eight digits, and for the failed questions of a batch that are tried again <c>r{retry}-</c> in front.
/// </summary>
/// <param name="Retry">0 for the first time, n for the n-th retry of the run.</param>
/// <param name="Number">Which range of ordinals it holds, from 0: the same range in every retry.</param>
public readonly record struct BatchId(int Retry, int Number)
{
    /// <summary>The most retries of a run: enough for any person, and it keeps names short.</summary>
    public const int MaxRetries = 99;

    /// <summary>The batch of a range of ordinals, first time.</summary>
    public static BatchId First(int number) => new(0, number);

    /// <summary>Reads a batch's name.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out BatchId batch)
    {
        batch = default;
        var retry = 0;
        var digits = text.AsSpan();
        if (digits is ['r', _, ..])
        {
            var dash = digits.IndexOf('-');
            if (dash < 0
                || !int.TryParse(digits[1..dash], NumberStyles.None, CultureInfo.InvariantCulture, out retry)
                || retry is < 1 or > MaxRetries)
            {
                return false;
            }

            digits = digits[(dash + 1)..];
        }

        if (digits.Length != 8 || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        batch = new BatchId(retry, number);
        return true;
    }

    /// <summary>What the names of all batches of a retry begin with; empty for the first time.</summary>
    public static string PrefixOf(int retry) => retry == 0 ? "" : $"r{retry}-";

    /// <summary>The name.</summary>
    public override string ToString() => $"{PrefixOf(Retry)}{Number:D8}";
}
