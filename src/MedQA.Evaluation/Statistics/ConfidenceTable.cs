using System.Collections.Immutable;

namespace MedQA.Evaluation.Statistics;

/// <summary>
/// How often answers of each confidence are right: all that calibration and deferral need to know of a run. With k samples a question there
/// are k + 1 levels (the reliability table), with likelihoods as many as there are different ones.
/// </summary>
public sealed class ConfidenceTable
{
    /// <summary>
    /// Bins of calibration errors: ten of equal width, each without its lower end and with its upper; 0 belongs to the first.
    /// </summary>
    public const int Bins = 10;

    private ConfidenceTable(ImmutableArray<ConfidenceLevel> levels)
    {
        Levels = levels;
        Count = levels.Sum(static level => level.Count);
    }

    /// <summary>The levels that occur, from the lowest confidence to the highest.</summary>
    public ImmutableArray<ConfidenceLevel> Levels { get; }

    /// <summary>How many answers the table holds.</summary>
    public int Count { get; }

    /// <summary>
    /// Returns a table of agreements. Levels and bins come from the whole numbers, so that 3/10 is in the bin that ends with 0.3 whatever
    /// its double says.
    /// </summary>
    /// <param name="answers">Votes for the answer, samples asked for, and how many such answers are right and wrong.</param>
    /// <exception cref="ArgumentOutOfRangeException">Votes are outside 0 to samples, samples below 1, or a number of answers is
    /// negative.</exception>
    public static ConfidenceTable OfVotes(IEnumerable<(int Votes, int Samples, int Right, int Wrong)> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        var levels = new SortedDictionary<(int Votes, int Samples), (int Right, int Wrong)>();
        foreach (var (votes, samples, right, wrong) in answers)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1, nameof(answers));
            ArgumentOutOfRangeException.ThrowIfNegative(votes, nameof(answers));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(votes, samples, nameof(answers));
            ArgumentOutOfRangeException.ThrowIfNegative(right, nameof(answers));
            ArgumentOutOfRangeException.ThrowIfNegative(wrong, nameof(answers));
            var divisor = (int)System.Numerics.BigInteger.GreatestCommonDivisor(votes, samples);
            var key = (votes / divisor, samples / divisor);
            var (otherRight, otherWrong) = levels.GetValueOrDefault(key);
            levels[key] = (otherRight + right, otherWrong + wrong);
        }

        return new ConfidenceTable(
        [
            .. levels
                .Where(static level => level.Value.Right + level.Value.Wrong > 0)
                .Select(
                    static level => new ConfidenceLevel(
                        (double)level.Key.Votes / level.Key.Samples,
                        BinOf(level.Key.Votes, level.Key.Samples),
                        level.Value.Right,
                        level.Value.Wrong))
                .OrderBy(static level => level.Confidence),
        ]);
    }

    /// <summary>Returns a table of levels that another table had.</summary>
    /// <param name="levels">By rising confidence.</param>
    internal static ConfidenceTable OfLevels(ImmutableArray<ConfidenceLevel> levels) => new(levels);

    /// <summary>Returns the place of the level with a confidence that occurs.</summary>
    internal int LevelOf(double confidence)
    {
        var (low, high) = (0, Levels.Length - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Levels[middle].Confidence < confidence ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>Returns a table of confidences that are not shares of votes.</summary>
    /// <param name="confidences">From 0 to 1.</param>
    /// <param name="correct">Whether the answer of the same place is right.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a confidence is not from 0 to 1.</exception>
    public static ConfidenceTable OfConfidences(ReadOnlySpan<double> confidences, ReadOnlySpan<bool> correct)
    {
        if (confidences.Length != correct.Length)
        {
            throw new ArgumentException($"There are {confidences.Length} confidences and {correct.Length} outcomes.", nameof(correct));
        }

        var levels = new SortedDictionary<double, (int Right, int Wrong)>();
        for (var i = 0; i < confidences.Length; i++)
        {
            if (!(confidences[i] is >= 0 and <= 1))
            {
                throw new ArgumentException($"The confidence {confidences[i]} is not from 0 to 1.", nameof(confidences));
            }

            var (right, wrong) = levels.GetValueOrDefault(confidences[i]);
            levels[confidences[i]] = correct[i] ? (right + 1, wrong) : (right, wrong + 1);
        }

        return new ConfidenceTable(
            [.. levels.Select(static level => new ConfidenceLevel(level.Key, BinOf(level.Key), level.Value.Right, level.Value.Wrong))]);
    }

    /// <summary>ceil(10 · votes / samples) − 1 in whole numbers.</summary>
    private static int BinOf(int votes, int samples) => votes == 0 ? 0 : (((Bins * votes) + samples - 1) / samples) - 1;

    private static int BinOf(double confidence)
    {
        var bin = 0;
        while (bin < Bins - 1 && confidence > (bin + 1) / (double)Bins)
        {
            bin++;
        }

        return bin;
    }
}

/// <summary>The answers of one confidence.</summary>
/// <param name="Confidence">0 to 1.</param>
/// <param name="Bin">The bin it falls in, from 0 to 9.</param>
/// <param name="Right">Right answers.</param>
/// <param name="Wrong">Wrong answers.</param>
public readonly record struct ConfidenceLevel(double Confidence, int Bin, int Right, int Wrong)
{
    /// <summary>
    /// Where answers come in clusters, how many independent ones those of this confidence and above are worth if in each cluster all are
    /// right or wrong together, (Σ n)² / Σ n²; else <see langword="null"/>.
    /// </summary>
    public double? EffectiveKept { get; init; }

    /// <summary>
    /// Where answers come in clusters, the 95 % interval of the accuracy of those of this confidence and above; else
    /// <see langword="null"/>.
    /// </summary>
    public Interval? KeptInterval { get; init; }

    /// <summary>All answers of the level.</summary>
    public int Count => Right + Wrong;

    /// <summary><see cref="Right"/> / <see cref="Count"/>.</summary>
    public double Accuracy => (double)Right / Count;
}
