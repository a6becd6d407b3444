namespace MedQA.Evaluation.Statistics;

/// <summary>An agreement beyond chance.</summary>
/// <param name="Kappa">1 less the observed disagreement over that of chance.</param>
/// <param name="ChanceDisagreement">The disagreement of chance, as a share of the largest that there can be: above 0, at most 1.</param>
internal readonly record struct ChanceCorrected(double Kappa, double ChanceDisagreement);

/// <summary>The interval of a kappa or alpha.</summary>
internal static class AgreementInterval
{
    /// <summary>
    /// The kappa's variance is that of leaving out one item after the other (Quenouille and Tukey's jackknife). The observed agreement that
    /// goes with it, a share, gets a score interval of the sample size that this variance tells, and Student's distribution; what chance
    /// gives is subtracted again. Unlike kappa ± 1.96 standard errors it stays at or below 1, and is not a point where all raters agree.
    /// </summary>
    /// <param name="items">Items that were rated more than once.</param>
    /// <param name="pairs">Pairs of ratings of one item: the sample is worth no more.</param>
    /// <param name="all">The kappa of all items.</param>
    /// <param name="without">The kappa without one of them.</param>
    /// <param name="confidence">Between 0 and 1, both excluded.</param>
    /// <returns><see langword="null"/> if there are fewer than two items, or the kappa is undefined.</returns>
    public static Interval? Of(int items, double pairs, ChanceCorrected? all, Func<int, ChanceCorrected?> without, double confidence = 0.95)
    {
        if (items < 2 || all is not { } whole)
        {
            return null;
        }

        var kappas = Enumerable.Range(0, items).Select(without).OfType<ChanceCorrected>().Select(static left => left.Kappa).ToArray();
        var mean = kappas.Length == 0 ? 0 : kappas.Average();
        var agreement = Math.Clamp(1 - ((1 - whole.Kappa) * whole.ChanceDisagreement), 0, 1);
        var variance = (items - 1.0) / items * kappas.Sum(
            kappa => (kappa - mean) * (kappa - mean)) * whole.ChanceDisagreement * whole.ChanceDisagreement;
        var spread = agreement * (1 - agreement);

        // Where an item decides whether kappa is defined at all, the variance says nothing.
        var worth = variance > 1e-12 && spread > 1e-12 && kappas.Length == items ? Math.Min(pairs, spread / variance) : items;
        var share = BinomialInterval.Score(agreement * worth, worth, StudentT.TwoSidedQuantile(confidence, items - 1));
        return new Interval(1 - ((1 - share.Lower) / whole.ChanceDisagreement), 1 - ((1 - share.Upper) / whole.ChanceDisagreement));
    }
}
