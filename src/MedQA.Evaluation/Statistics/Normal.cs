using MathNet.Numerics;

namespace MedQA.Evaluation.Statistics;

/// <summary>The standard normal distribution.</summary>
internal static class Normal
{
    /// <summary>z such that a standard normal value lies between −z and z with the given probability: 1.96 for 0.95.</summary>
    public static double TwoSidedQuantile(double probability) => Math.Sqrt(2) * SpecialFunctions.ErfInv(probability);

    /// <summary>Returns the probability that a standard normal value is at least as far from 0 as <paramref name="z"/>.</summary>
    public static double TwoSidedTail(double z) => SpecialFunctions.Erfc(Math.Abs(z) / Math.Sqrt(2));
}
