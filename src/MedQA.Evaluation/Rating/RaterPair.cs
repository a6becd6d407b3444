using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Rating;

/// <summary>Two raters, and their weighted kappa over the units that both have rated.</summary>
internal sealed class RaterPair
{
    private readonly Dictionary<int, int> _first;
    private readonly Dictionary<int, int> _second;
    private readonly int[] _common;
    private readonly ChanceCorrected? _whole;

    private RaterPair(Dictionary<int, int> first, Dictionary<int, int> second)
    {
        (_first, _second) = (first, second);
        _common = [.. first.Keys.Where(second.ContainsKey).Order()];
        _whole = Kappa(_common);
    }

    /// <summary>Returns every two raters.</summary>
    /// <param name="raters">The choices of each, by unit.</param>
    public static List<RaterPair> Of(IReadOnlyList<Dictionary<int, int>> raters) =>
    [
        .. from first in Enumerable.Range(0, raters.Count)
           from second in Enumerable.Range(first + 1, raters.Count - first - 1)
           select new RaterPair(raters[first], raters[second]),
    ];

    /// <summary>
    /// Returns the kappa without a unit, or of all units; <see langword="null"/> if it is not defined. Only a unit that both have rated
    /// matters.
    /// </summary>
    public ChanceCorrected? Without(int? unit) => unit is { } left && Array.BinarySearch(_common, left) >= 0
        ? Kappa([.. _common.Where(other => other != left)])
        : _whole;

    private ChanceCorrected? Kappa(int[] units) => units.Length < 2
        ? null
        : RaterAgreement.Cohen([.. units.Select(unit => _first[unit])], [.. units.Select(unit => _second[unit])], KappaWeights.Quadratic);
}
