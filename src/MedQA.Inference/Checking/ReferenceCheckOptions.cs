namespace MedQA.Inference.Checking;

/// <summary>How a model is compared with references.</summary>
public sealed record ReferenceCheckOptions
{
    /// <summary>The most items of each file to check, or <see langword="null"/> for all; at least 1.</summary>
    public int? Limit { get; init; }

    /// <summary>
    /// The largest deviation of a logit, of a continuation's log-likelihood or of a greedy text's mean log-probability that still counts as
    /// equal. The default is what fp32 kernels differ by; a model of lower precision needs more.
    /// </summary>
    public double Tolerance { get; init; } = 1.5e-3;

    /// <summary>Throws if a setting is out of its range.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names it.</exception>
    public void Validate()
    {
        Check(Limit is null or >= 1, nameof(Limit), $"is {Limit}: it must be 1 or more, or left out for all.");
        Check(Tolerance is >= 0 and < double.PositiveInfinity, nameof(Tolerance), $"is {Tolerance}: it must be 0 or more.");
    }

    private static void Check(bool holds, string setting, string problem)
    {
        if (!holds)
        {
            throw new ArgumentException($"{setting} {problem}", setting);
        }
    }
}
