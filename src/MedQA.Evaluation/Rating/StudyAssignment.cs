using System.Collections.Immutable;
using MedQA.Evaluation.Randomness;

namespace MedQA.Evaluation.Rating;

/// <summary>Says who rates what, and in which order.</summary>
public static class StudyAssignment
{
    /// <summary>
    /// Gives each unit to a number of raters. Raters get equally many, give or take one; where that leaves a choice, the rater who has not met the unit's question yet is taken. A pilot of units goes to
    /// everybody, and comes first. Each rater's order is random and of its own.
    /// </summary>
    /// <param name="questions">The question of each unit: units are answers, or pairs of them.</param>
    /// <param name="raters">How many raters; at least 1.</param>
    /// <param name="ratersPerUnit">How many of them rate each unit; 1 to <paramref name="raters"/>.</param>
    /// <param name="pilot">How many units everybody rates.</param>
    /// <param name="seed">Decides all of it.</param>
    /// <returns>For each rater the units in order, and whether each is of the pilot.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    public static ImmutableArray<ImmutableArray<(int Unit, bool IsPilot)>> Assign(IReadOnlyList<int> questions, int raters, int ratersPerUnit, int pilot, long seed)
    {
        ArgumentNullException.ThrowIfNull(questions);
        ArgumentOutOfRangeException.ThrowIfLessThan(raters, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ratersPerUnit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ratersPerUnit, raters);
        ArgumentOutOfRangeException.ThrowIfNegative(pilot);
        var units = Shuffled(Enumerable.Range(0, questions.Count), "study-units", seed, "");
        var shared = units.Take(pilot).ToList();
        var queues = Enumerable.Range(0, raters).Select(_ => new List<int>()).ToArray();
        var met = Enumerable.Range(0, raters).Select(_ => shared.Select(unit => questions[unit]).ToHashSet()).ToArray();
        var stream = RandomStream.For("study-raters", seed, "", "");
        var next = 0;
        foreach (var unit in units.Skip(pilot))
        {
            var chances = Enumerable.Range(0, raters).Select(_ => stream.Uniform(next++)).ToArray();
            foreach (var rater in Enumerable.Range(0, raters).OrderBy(rater => queues[rater].Count).ThenBy(rater => met[rater].Contains(questions[unit])).ThenBy(rater => chances[rater]).Take(ratersPerUnit))
            {
                queues[rater].Add(unit);
                met[rater].Add(questions[unit]);
            }
        }

        return
        [
            .. Enumerable.Range(0, raters).Select(rater => ImmutableArray.Create<(int, bool)>(
            [
                .. Shuffled(shared, "study-order", seed, $"pilot {rater}").Select(static unit => (unit, true)),
                .. Shuffled(queues[rater], "study-order", seed, $"{rater}").Select(static unit => (unit, false)),
            ])),
        ];
    }

    private static List<int> Shuffled(IEnumerable<int> items, string purpose, long seed, string name)
    {
        var stream = RandomStream.For(purpose, seed, "", name);
        return [.. items.Select((item, place) => (item, chance: stream.Uniform(place))).OrderBy(static pair => pair.chance).Select(static pair => pair.item)];
    }
}
