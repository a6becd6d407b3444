using System.Runtime.InteropServices;

namespace MedQA.Evaluation.Statistics;

/// <summary>
/// An interval of a mean that stays valid whenever and however often somebody looks at it and may stop: the probability that it ever
/// misses the mean is at most the error, over all looks together (a confidence sequence). The hedged capital process of Waudby-Smith and
/// Ramdas, "Estimating means of bounded random variables by betting" (JRSS-B 86, 2024; sections 4 and 5).
/// </summary>
/// <remarks>
/// Against each possible mean m two gamblers bet, one that the values are above and one that they are below. If m is the mean, neither's
/// capital is likely ever to grow beyond 2 / error, so each m that makes one of them so rich is excluded, for good. Values of a finite set
/// are drawn without replacement: the stakes then follow the mean that the rest of the set would have, and once all are drawn the interval
/// is a point. The values may have any form and need not be independent of each other; only their order must be uniformly random and fixed
/// before the first is seen. Without a population they must be independent draws, or each have the mean m given those before.
/// </remarks>
internal sealed class ConfidenceSequence
{
    private readonly int? _population;
    private readonly double _growth;
    private readonly Side _below;
    private readonly Side _above;
    private double _sum;
    private double _squares;
    private bool _contradicted;

    /// <summary>A sequence without a value: its interval is 0 to 1.</summary>
    /// <param name="population">How many values the set has that is drawn without replacement; <see langword="null"/> for independent
    /// draws.</param>
    /// <param name="confidence">Between 0 and 1, both excluded.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    public ConfidenceSequence(int? population = null, double confidence = 0.95)
    {
        if (population is { } size)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(size, 1, nameof(population));
        }

        BinomialInterval.CheckConfidence(confidence);
        (_population, _growth) = (population, Math.Log(2 / (1 - confidence)));
        (_below, _above) = (new Side(population, _growth), new Side(population, _growth));
    }

    /// <summary>Values so far.</summary>
    public int Count { get; private set; }

    /// <summary>The mean of the values so far; ½ before the first.</summary>
    public double Mean => Count == 0 ? 0.5 : _sum / Count;

    /// <summary>
    /// What no look has excluded so far. Where looks contradict each other, one of them was wrong (which the confidence allows) or the
    /// order was not random: then only what is certain is left, that the values not drawn are from 0 to 1.
    /// </summary>
    public Interval Interval
    {
        get
        {
            var certain = _population is { } size
                ? new Interval(_sum / size, Math.Max(_sum, _sum + size - Count) / size)
                : new Interval(0, 1);
            return _contradicted ? certain : new Interval(_below.Bound, Math.Max(_below.Bound, 1 - _above.Bound));
        }
    }

    /// <summary>Adds the next value and looks.</summary>
    /// <param name="value">0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside its range.</exception>
    /// <exception cref="InvalidOperationException">All values of the population were added before.</exception>
    public void Add(double value)
    {
        if (!(value >= 0 && value <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "A value must be from 0 to 1.");
        }

        if (Count == _population)
        {
            throw new InvalidOperationException($"All {_population} values of the population were added before.");
        }

        // Stakes may depend only on earlier values. They shrink so that the interval is narrow at many numbers of values, not at one.
        var variance = (0.25 + _squares) / (Count + 1);
        var stake = Math.Sqrt(2 * _growth / (variance * (Count + 1) * Math.Log(Count + 2)));
        _below.Add(value, stake);
        _above.Add(1 - value, stake);
        Count++;
        _sum += value;
        var mean = (0.5 + _sum) / (Count + 1);
        _squares += (value - mean) * (value - mean);
        _contradicted |= _below.Bound > 1 - _above.Bound + 1e-12;
    }

    /// <summary>The gambler who bets that values are above m, and the largest m that has made the gambler rich.</summary>
    private sealed class Side(int? population, double enough)
    {
        /// <summary>The largest share of the capital that is staked.</summary>
        private const double MostStaked = 0.5;

        /// <summary>Factors are from ½ to a few; the product of so many has room in a double many times over.</summary>
        private const int FactorsPerLogarithm = 32;

        private readonly List<Bet> _bets = [];
        private double _sum;
        private double _capital;
        private double _steepness = 1;

        public double Bound { get; private set; }

        public void Add(double value, double stake)
        {
            // Were the overall mean m, the values not yet drawn would have the mean Slope × m − Offset.
            var bet = population is { } size
                ? new Bet(value, stake, (double)size / (size - _bets.Count), _sum / (size - _bets.Count))
                : new Bet(value, stake, 1, 0);
            _bets.Add(bet);
            _sum += value;
            _capital += Math.Log(FactorOf(bet, Bound));
            if (_capital >= enough)
            {
                Raise();
            }

            if (population is { } all && _sum / all > Bound)
            {
                // A smaller mean is impossible: the values drawn alone are more.
                Bound = _sum / all;
                _capital = CapitalAt(Bound);
                if (_capital >= enough)
                {
                    Raise();
                }
            }
        }

        /// <summary>Raises the bound to where the capital, which falls as m rises, is no longer enough.</summary>
        private void Raise()
        {
            // Near the last bound the capital falls about as steeply as there, so that the step to try first is nearly known.
            var (low, atLow) = (Bound, _capital - enough);
            var step = 1.5 * Math.Max(atLow, 1e-12) / _steepness;
            double high, atHigh;
            while (true)
            {
                high = Math.Min(1, low + step);
                atHigh = CapitalAt(high) - enough;
                if (atHigh < 0 || high >= 1)
                {
                    break;
                }

                (low, atLow, step) = (high, atHigh, 4 * step);
            }

            // The Illinois rule: along the secant between the two ends, where an end that stays counts half the next time.
            var (first, atFirst, stayed) = (Bound, _capital, 0);
            var (weightLow, weightHigh) = (atLow, atHigh);
            while (atLow > 1e-12 && high - low > 1e-15 && atHigh < 0)
            {
                var next = low + ((high - low) * weightLow / (weightLow - weightHigh));
                if (!(next > low && next < high))
                {
                    next = low + ((high - low) / 2);
                }

                if (!(next > low && next < high))
                {
                    break;
                }

                var at = CapitalAt(next) - enough;
                if (at >= 0)
                {
                    (low, atLow, weightLow) = (next, at, at);
                    weightHigh = stayed > 0 ? weightHigh / 2 : atHigh;
                    stayed = 1;
                }
                else
                {
                    (high, atHigh, weightHigh) = (next, at, at);
                    weightLow = stayed < 0 ? weightLow / 2 : atLow;
                    stayed = -1;
                }
            }

            (Bound, _capital) = (low, atLow + enough);
            _steepness = low > first ? Math.Max(1e-3, (atFirst - _capital) / (low - first)) : _steepness;
        }

        /// <summary>The logarithm of the capital after all bets against m.</summary>
        private double CapitalAt(double m)
        {
            var (sum, product, factors) = (0.0, 1.0, 0);
            foreach (ref readonly var bet in CollectionsMarshal.AsSpan(_bets))
            {
                product *= FactorOf(bet, m);
                if (++factors == FactorsPerLogarithm)
                {
                    sum += Math.Log(product);
                    (product, factors) = (1, 0);
                }
            }

            return sum + Math.Log(product);
        }

        private static double FactorOf(in Bet bet, double m)
        {
            var expected = (bet.Slope * m) - bet.Offset;
            return bet.Stake * expected <= MostStaked
                ? 1 + (bet.Stake * (bet.Value - expected))
                : 1 - MostStaked + (MostStaked * bet.Value / expected);
        }

        private readonly record struct Bet(double Value, double Stake, double Slope, double Offset);
    }
}
