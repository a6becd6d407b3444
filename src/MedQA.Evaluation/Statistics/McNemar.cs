namespace MedQA.Evaluation.Statistics;

/// <summary>Compares two runs on the questions that only one of them answered right (McNemar, Psychometrika 12, 1947).</summary>
public static class McNemar
{
    /// <summary>Tests whether both runs are equally often the right one.</summary>
    /// <param name="onlyFirst">Questions that only the first run answered right.</param>
    /// <param name="onlySecond">Questions that only the second run answered right.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public static McNemarTest Test(int onlyFirst, int onlySecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        var discordant = onlyFirst + onlySecond;
        if (discordant == 0)
        {
            return new McNemarTest(0, 0, 1, 1, null);
        }

        var fewer = Math.Min(onlyFirst, onlySecond);
        var exact = Math.Min(1, 2 * FairCoin.AtMost(fewer, discordant));
        var point = FairCoin.Exactly(fewer, discordant);
        var midP = onlyFirst == onlySecond ? 1 - (point / 2) : exact - point;
        var difference = Math.Max(0, Math.Abs(onlyFirst - onlySecond) - 1);
        return new McNemarTest(onlyFirst, onlySecond, midP, exact, Normal.TwoSidedTail(difference / Math.Sqrt(discordant)));
    }
}

/// <summary>The outcome of McNemar's test; every p is two-sided.</summary>
/// <param name="OnlyFirst">Questions that only the first run answered right, b.</param>
/// <param name="OnlySecond">Questions that only the second run answered right, c.</param>
/// <param name="MidP">The mid-p value (Fagerland, Lydersen and Laake, BMC Medical Research Methodology 13:91, 2013): the exact p less half the probability of what was seen. The figure to report.</param>
/// <param name="ExactP">The exact conditional p: never too small, often too large.</param>
/// <param name="CorrectedChiSquareP">p of Edwards' continuity-corrected chi-square, (|b − c| − 1)² / (b + c); <see langword="null"/> where no question tells the runs apart.</param>
public sealed record McNemarTest(int OnlyFirst, int OnlySecond, double MidP, double ExactP, double? CorrectedChiSquareP)
{
    /// <summary>Whether no question tells the runs apart: p is then 1 by convention, and says nothing.</summary>
    public bool Undecided => OnlyFirst + OnlySecond == 0;
}
