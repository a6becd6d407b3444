using MathNet.Numerics;

namespace MedQA.Evaluation.Statistics;

/// <summary>The binomial distribution with probability ½, which sign tests and stop rules use.</summary>
internal static class FairCoin
{
    /// <summary>Up to here 2⁻ⁿ is a double of full precision, and with it every probability that is built up from it.</summary>
    private const int ExactTosses = 1000;

    /// <summary>Returns the probability of exactly this many heads.</summary>
    public static double Exactly(int heads, int tosses)
    {
        if (heads < 0 || heads > tosses)
        {
            return 0;
        }

        if (tosses > ExactTosses)
        {
            return Math.Exp(SpecialFunctions.BinomialLn(tosses, heads) - (tosses * Constants.Ln2));
        }

        var probability = Math.ScaleB(1, -tosses);
        for (var i = 1; i <= Math.Min(heads, tosses - heads); i++)
        {
            probability = probability * (tosses - i + 1) / i;
        }

        return probability;
    }

    /// <summary>Returns the probability of at most this many heads.</summary>
    public static double AtMost(int heads, int tosses)
    {
        if (heads < 0)
        {
            return 0;
        }

        if (2L * heads >= tosses)
        {
            return 1 - AtMost(tosses - heads - 1, tosses);
        }

        // From the largest term down: those below it soon add nothing.
        var term = Exactly(heads, tosses);
        var sum = 0.0;
        for (var i = heads; i >= 0 && term > sum * 1e-18; i--)
        {
            sum += term;
            term = term * i / (tosses - i + 1);
        }

        return sum;
    }
}
