namespace MedQA.Evaluation.Statistics;

/// <summary>A closed interval of plausible values.</summary>
/// <param name="Lower">Its lower end.</param>
/// <param name="Upper">Its upper end; never below <paramref name="Lower"/>.</param>
public readonly record struct Interval(double Lower, double Upper)
{
    /// <summary>Returns whether a value lies in it, its ends included.</summary>
    public bool Contains(double value) => value >= Lower && value <= Upper;
}
