namespace MedQA.Evaluation.Statistics;

/// <summary>Student's distribution (Biometrika 6, 1908).</summary>
internal static class StudentT
{
    /// <summary>
    /// t such that a value of the distribution lies between −t and t with the given probability: 2.093 for 0.95 and 19 degrees of freedom.
    /// </summary>
    /// <param name="probability">Between 0 and 1, both excluded.</param>
    /// <param name="freedom">Degrees of freedom, above 0.</param>
    public static double TwoSidedQuantile(double probability, double freedom)
    {
        // P(|T| > t) is I_x(ν/2, 1/2) at x = ν / (ν + t²).
        var x = Beta.Quantile(1 - probability, freedom / 2, 0.5);
        return Math.Sqrt(freedom * (1 - x) / x);
    }
}
