using MathNet.Numerics;

namespace MedQA.Evaluation.Statistics;

/// <summary>
/// Deferral with a guarantee: from a development file, a threshold of confidence such that, with a given probability over the choice of
/// that file, the answers at or above it are right at least as often as asked for (Angelopoulos et al., Learn then Test, arXiv 2110.01052).
/// </summary>
/// <remarks>
/// The guarantee holds for questions from the development questions' distribution, answered by the same protocol. Thresholds,
/// their order and the starts are fixed before the answers are seen: tests go down from each of several starts spread over the thresholds,
/// each start with its part of the error (fixed-sequence testing with multiple starts), and go on only while they reject. Answers of one
/// cluster (equal questions, questions on one passage) count as if all of them were right or wrong together: the least that they can be
/// worth.
/// </remarks>
internal static class LearnThenTest
{
    /// <summary>Starts of the sequences of tests.</summary>
    public const int Starts = 4;

    /// <summary>Returns the thresholds of agreements of k samples: k/k down to 1/k.</summary>
    public static double[] ThresholdsOfVotes(int samples) =>
        [.. Enumerable.Range(0, samples).Select(index => (double)(samples - index) / samples)];

    /// <summary>Finds the lowest threshold that the tests allow.</summary>
    /// <param name="development">The answers to the development questions.</param>
    /// <param name="thresholds">The thresholds to choose from, falling; chosen without looking at the answers.</param>
    /// <param name="accuracy">The share of the kept answers to be right, for example 0.9.</param>
    /// <param name="confidence">The probability of that, for example 0.95.</param>
    /// <returns>The threshold, or <see langword="null"/> if none can be guaranteed: the development file is too small or the model too
    /// often wrong.</returns>
    /// <exception cref="ArgumentException">The thresholds do not fall.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Accuracy or confidence is not between 0 and 1.</exception>
    public static GuaranteedThreshold? Find(
        ConfidenceTable development, ReadOnlySpan<double> thresholds, double accuracy = 0.9, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(development);
        CheckShare(accuracy, nameof(accuracy));
        CheckShare(confidence, nameof(confidence));
        for (var i = 1; i < thresholds.Length; i++)
        {
            if (!(thresholds[i] < thresholds[i - 1]))
            {
                throw new ArgumentException(
                    $"Thresholds must fall, but {thresholds[i]} comes after {thresholds[i - 1]}.", nameof(thresholds));
            }
        }

        var starts = Math.Min(Starts, thresholds.Length);
        var allowed = (1 - confidence) / starts;
        GuaranteedThreshold? lowest = null;
        for (var start = 0; start < starts; start++)
        {
            for (var place = start * thresholds.Length / starts; place < thresholds.Length; place++)
            {
                var tested = Test(development, thresholds[place], accuracy, confidence);
                if (tested is null || tested.P > allowed)
                {
                    break;
                }

                if (lowest is null || tested.Threshold < lowest.Threshold)
                {
                    lowest = tested;
                }
            }
        }

        return lowest;
    }

    private static GuaranteedThreshold? Test(ConfidenceTable development, double threshold, double accuracy, double confidence)
    {
        var (kept, wrong, effective) = (0, 0, (double?)null);
        foreach (var level in development.Levels)
        {
            if (level.Confidence >= threshold)
            {
                // The lowest level that is kept says what all those above it are worth together.
                effective ??= level.EffectiveKept;
                kept += level.Count;
                wrong += level.Wrong;
            }
        }

        if (kept == 0)
        {
            return null;
        }

        var worth = Math.Min(1, (effective ?? kept) / kept);
        return new GuaranteedThreshold(
            threshold, accuracy, confidence, kept, kept - wrong, development.Count, AtMostWrong(wrong * worth, kept * worth, 1 - accuracy));
    }

    /// <summary>
    /// P(Binomial(kept, rate) ≤ wrong): the chance of so few wrong ones if the true rate is the highest that is not allowed. The numbers
    /// need not be whole: answers of one cluster count together.
    /// </summary>
    private static double AtMostWrong(double wrong, double kept, double rate) =>
        kept - wrong < 1e-9 ? 1 : SpecialFunctions.BetaRegularized(kept - wrong, wrong + 1, 1 - rate);

    private static void CheckShare(double share, string name)
    {
        if (!(share > 0 && share < 1))
        {
            throw new ArgumentOutOfRangeException(name, share, "A share must be between 0 and 1, both excluded.");
        }
    }
}

/// <summary>A threshold of confidence with a guarantee.</summary>
/// <param name="Threshold">Answers with at least this confidence are kept.</param>
/// <param name="TargetAccuracy">The least share of them that is right.</param>
/// <param name="Confidence">The probability of that.</param>
/// <param name="Kept">Development answers kept.</param>
/// <param name="Right">Of them, right ones.</param>
/// <param name="Development">All development answers.</param>
/// <param name="P">p of the hypothesis that fewer are right.</param>
public sealed record GuaranteedThreshold(
    double Threshold, double TargetAccuracy, double Confidence, int Kept, int Right, int Development, double P)
{
    /// <summary><see cref="Kept"/> / <see cref="Development"/>.</summary>
    public double Coverage => (double)Kept / Development;

    /// <summary><see cref="Right"/> / <see cref="Kept"/>.</summary>
    public double Accuracy => (double)Right / Kept;
}
