using System.Collections.Immutable;
using System.Globalization;

namespace MedQA.Evaluation.Rating;

/// <summary>Assigns units to raters, in order.</summary>
public static class StudyAssignment
{
    /// <summary>
    /// Gives each unit to a number of raters. Raters get equally many, give or take one, and meet a question twice only where exchanges
    /// between two raters cannot help it. All raters rate the pilot units, and rate them first. Each rater has an independent random order;
    /// two units of one question follow each other only where nothing else is left.
    /// </summary>
    /// <param name="questions">The question of each unit: units are answers, or pairs of them.</param>
    /// <param name="raters">How many raters; at least 1.</param>
    /// <param name="ratersPerUnit">How many of them rate each unit; 1 to <paramref name="raters"/>.</param>
    /// <param name="pilot">How many units all raters rate.</param>
    /// <param name="secret">The source of randomness.</param>
    /// <returns>For each rater the units in order, and whether each is of the pilot.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    public static ImmutableArray<ImmutableArray<(int Unit, bool IsPilot)>> Assign(
        IReadOnlyList<int> questions, int raters, int ratersPerUnit, int pilot, BlindingSecret secret)
    {
        ArgumentNullException.ThrowIfNull(questions);
        ArgumentNullException.ThrowIfNull(secret);
        ArgumentOutOfRangeException.ThrowIfLessThan(raters, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ratersPerUnit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ratersPerUnit, raters);
        ArgumentOutOfRangeException.ThrowIfNegative(pilot);
        var units = Shuffled(Enumerable.Range(0, questions.Count), secret, "units", "");
        var shared = units.Take(pilot).ToList();
        var queues = Enumerable.Range(0, raters).Select(_ => new List<int>()).ToArray();
        var met = Enumerable.Range(0, raters).Select(_ => shared.Select(unit => questions[unit]).ToHashSet()).ToArray();
        foreach (var (place, unit) in units.Skip(pilot).Index())
        {
            var chances = secret.Draw("raters", place.ToString(CultureInfo.InvariantCulture), raters);
            foreach (var rater in Enumerable.Range(0, raters)
                .OrderBy(rater => queues[rater].Count)
                .ThenBy(rater => met[rater].Contains(questions[unit]))
                .ThenBy(rater => chances[rater])
                .Take(ratersPerUnit))
            {
                queues[rater].Add(unit);
                met[rater].Add(questions[unit]);
            }
        }

        Exchange(questions, queues, shared);
        return
        [
            .. Enumerable.Range(0, raters).Select(rater =>
            {
                var pilots = Apart(Shuffled(shared, secret, "order", string.Create(CultureInfo.InvariantCulture, $"pilot {rater}")),
                    questions, null);
                var others = Apart(Shuffled(queues[rater], secret, "order", rater.ToString(CultureInfo.InvariantCulture)), questions,
                    pilots is [.., var last] ? questions[last] : null);
                return ImmutableArray.Create<(int, bool)>(
                    [.. pilots.Select(static unit => (unit, true)), .. others.Select(static unit => (unit, false))]);
            }),
        ];
    }

    /// <summary>Returns which of two compared answers a rater sees first: an independent draw for each rater and pair.</summary>
    /// <param name="rater">The rater's name.</param>
    /// <param name="first">One answer.</param>
    /// <param name="second">The other.</param>
    /// <param name="secret">The source of randomness.</param>
    /// <returns>The two in the order in which they are shown.</returns>
    public static (int First, int Second) Sides(string rater, int first, int second, BlindingSecret secret)
    {
        ArgumentException.ThrowIfNullOrEmpty(rater);
        ArgumentNullException.ThrowIfNull(secret);
        return secret.Draw("side", string.Create(CultureInfo.InvariantCulture, $"{first} {second} {rater}"), 1)[0] < 0.5 ? (second, first)
            : (first, second);
    }

    /// <summary>
    /// Where a rater meets a question twice, and another has a unit that neither of them would meet twice, they exchange.
    /// </summary>
    private static void Exchange(IReadOnlyList<int> questions, List<int>[] queues, List<int> shared)
    {
        var met = queues.Select(queue => queue.Concat(shared).CountBy(unit => questions[unit]).ToDictionary()).ToArray();
        for (var rater = 0; rater < queues.Length; rater++)
        {
            for (var place = 0; place < queues[rater].Count; place++)
            {
                var unit = queues[rater][place];
                if (met[rater][questions[unit]] < 2 || FindExchange(rater, unit) is not var (other, at))
                {
                    continue;
                }

                var given = queues[other][at];
                (queues[rater][place], queues[other][at]) = (given, unit);
                met[rater][questions[unit]]--;
                met[rater][questions[given]] = 1;
                met[other][questions[given]]--;
                met[other][questions[unit]] = 1;
            }
        }

        (int Rater, int Place)? FindExchange(int rater, int unit)
        {
            for (var other = 0; other < queues.Length; other++)
            {
                if (other == rater || met[other].GetValueOrDefault(questions[unit]) > 0)
                {
                    continue;
                }

                var at = queues[other].FindIndex(candidate => met[rater].GetValueOrDefault(questions[candidate]) == 0);
                if (at >= 0)
                {
                    return (other, at);
                }
            }

            return null;
        }
    }

    /// <summary>Moves units so that none follows one of the same question, where that can be.</summary>
    private static List<int> Apart(List<int> units, IReadOnlyList<int> questions, int? before)
    {
        for (var place = 0; place < units.Count; place++)
        {
            if (!Clashes(place, units[place]))
            {
                continue;
            }

            var other = Enumerable.Range(0, units.Count)
                .FirstOrDefault(other => Math.Abs(other - place) > 1 && !Clashes(place, units[other]) && !Clashes(other, units[place]), -1);
            if (other >= 0)
            {
                (units[place], units[other]) = (units[other], units[place]);
            }
        }

        return units;

        bool Clashes(int place, int unit)
        {
            var previous = place == 0 ? before : questions[units[place - 1]];
            return questions[unit] == previous || (place + 1 < units.Count && questions[unit] == questions[units[place + 1]]);
        }
    }

    private static List<int> Shuffled(IEnumerable<int> items, BlindingSecret secret, string purpose, string name)
    {
        var all = items.ToArray();
        Array.Sort(secret.Draw(purpose, name, all.Length), all);
        return [.. all];
    }
}
