using System.Buffers.Binary;
using System.Collections.Immutable;

namespace MedQA.Evaluation.Reporting;

/// <summary>
/// Which questions a run asked, short enough for its report: the smallest fingerprints of all (a bottom-k sketch: Cohen and Kaplan, PODC
/// 2007). Fingerprints are as good as random, so what two sketches share says how many questions two runs share; of runs with no more
/// questions than a sketch holds, exactly.
/// </summary>
/// <param name="Questions">How many different questions there are.</param>
/// <param name="Smallest">The smallest fingerprints, rising, of 8 bytes each, the most significant first, as Base64.</param>
public sealed record QuestionSketch(int Questions, string Smallest)
{
    /// <summary>The most fingerprints that a sketch holds.</summary>
    public const int MaxQuestions = 2048;

    /// <summary>Returns the sketch of a set of fingerprints.</summary>
    /// <param name="fingerprints">Each once.</param>
    public static QuestionSketch Of(IReadOnlyCollection<ulong> fingerprints)
    {
        ArgumentNullException.ThrowIfNull(fingerprints);
        var smallest = fingerprints.Order().Take(MaxQuestions).ToArray();
        var bytes = new byte[smallest.Length * sizeof(ulong)];
        for (var i = 0; i < smallest.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(i * sizeof(ulong)), smallest[i]);
        }

        return new QuestionSketch(fingerprints.Count, Convert.ToBase64String(bytes));
    }

    /// <summary>Returns how many questions both have.</summary>
    /// <returns>The number, and whether it is exact.</returns>
    /// <exception cref="FormatException">A sketch is damaged.</exception>
    public (int Questions, bool Exact) Shared(QuestionSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var (own, others) = (Fingerprints(), other.Fingerprints().ToHashSet());
        if (Questions <= own.Length && other.Questions <= others.Count)
        {
            return (own.Count(others.Contains), true);
        }

        // The smallest fingerprints of both together, as far as both sketches reach: a sample of all questions of the two runs.
        var sample = own.Union(others).Order().Take(MaxQuestions).ToArray();
        var share = (double)sample.Count(
            fingerprint => others.Contains(fingerprint) && own.AsSpan().BinarySearch(fingerprint) >= 0) / sample.Length;

        // Of a + b − x questions the sample says what share x is.
        return (Math.Min(
            Math.Min(Questions, other.Questions), (int)Math.Round(share * (Questions + (double)other.Questions) / (1 + share))), false);
    }

    private ImmutableArray<ulong> Fingerprints()
    {
        var bytes = Convert.FromBase64String(Smallest);
        if (bytes.Length % sizeof(ulong) != 0)
        {
            throw new FormatException("The sketch of a run's questions is damaged: its length is not a multiple of 8 bytes.");
        }

        return [.. Enumerable.Range(0, bytes.Length / sizeof(ulong))
            .Select(place => BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(place * sizeof(ulong))))];
    }
}
