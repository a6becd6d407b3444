using System.Collections.Immutable;
using MedQA.Evaluation.Randomness;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Rating;

/// <summary>Computes what came of a study. The same ratings give the same report.</summary>
public static class StudyReportBuilder
{
    /// <summary>Resamples where each answer has one rating.</summary>
    public const int Resamples = 1000;

    /// <summary>Resamples, of answers with all their ratings, where answers have several.</summary>
    public const int ClusteredResamples = 10_000;

    private const int Permutations = 10_000;

    /// <summary>The report.</summary>
    public static StudyReport Build(StudyRatings study)
    {
        ArgumentNullException.ThrowIfNull(study);
        var (rubric, whole) = (study.Rubric, study.Rubric.Axes.Length);
        var said = study.Ratings.Where(static rating => !rating.Skipped && rating.Choices.Count > 0).ToList();
        var complete = said.Where(rating => rating.Choices.Count == whole).ToList();
        var groups = Groups(study);
        var axes = rubric.Axes.Select(axis => Axis(study, axis, said, groups)).ToList();
        var corrected = Holm.Adjust([.. axes.SelectMany(static axis => axis.Differences).Select(static difference => difference.P)]);
        var next = 0;
        return new StudyReport
        {
            Study = study.Study,
            Rubric = rubric,
            Sources = [.. groups.Select(static group => group.Name)],
            Questions = study.Units.Select(static unit => unit.Question).Distinct().Count(),
            Units = study.Units.Length,
            Completeness = new StudyCompleteness(
                study.Assigned, complete.Count, said.Count - complete.Count, study.Ratings.Count(static rating => rating.Skipped), said.Select(static rating => rating.Unit).Distinct().Count(),
                complete.Count == 0 ? null : complete.Average(static rating => rating.Seconds), Median(complete.Select(static rating => rating.Seconds))),
            Axes = [.. axes.Select(axis => axis with { Differences = [.. axis.Differences.Select(difference => difference with { HolmP = corrected[next++] })] })],
            FamilySize = corrected.Length,
            Raters = [.. study.Ratings.GroupBy(static rating => rating.Rater).OrderBy(static rater => rater.Key.Length).ThenBy(static rater => rater.Key, StringComparer.Ordinal).Select(rater => Rater(rubric, rater.Key, [.. rater]))],
            Warnings = [.. Warnings(study, complete.Count)],
        };
    }

    private static IEnumerable<string> Warnings(StudyRatings study, int complete)
    {
        if (study.IsProvisional)
        {
            yield return "Provisional: raters are still at work, and every figure can change.";
        }

        if (complete < study.Assigned)
        {
            yield return $"{complete} of {study.Assigned} ratings are whole. What is missing is not missing by chance where raters skip what is hard or stop early.";
        }

        yield return "Intervals speak of the answers that were drawn, rated by these raters: other raters can judge otherwise.";
    }

    /// <summary>Sources, or pairs of them, with the units of each.</summary>
    private static ImmutableArray<(string Name, int[] Units)> Groups(StudyRatings study) =>
    [
        .. Enumerable.Range(0, study.Units.Length).GroupBy(unit => (study.Units[unit].First, study.Units[unit].Second)).OrderBy(static group => group.Key.First).ThenBy(static group => group.Key.Second)
            .Select(group => (group.Key.Second is { } second ? $"{study.Sources[group.Key.First]} (A), {study.Sources[second]} (B)" : study.Sources[group.Key.First], group.ToArray())),
    ];

    private static AxisReport Axis(StudyRatings study, RubricAxis axis, List<UnitRating> said, ImmutableArray<(string Name, int[] Units)> groups)
    {
        var index = axis.Choices.Select(static (choice, place) => (choice.Id, place)).ToDictionary(static choice => choice.Id, static choice => choice.place);
        var counts = new int[study.Units.Length][];
        foreach (var rating in said)
        {
            if (rating.Choices.TryGetValue(axis.Id, out var choice) && index.TryGetValue(choice, out var place))
            {
                (counts[rating.Unit] ??= new int[axis.Choices.Length])[place]++;
            }
        }

        var favourable = axis.Favourable.Select(choice => index[choice]).ToArray();
        return new AxisReport(
            axis.Id,
            [.. groups.Select(group => Shares(axis, group.Name, [.. group.Units.Select(unit => counts[unit]).OfType<int[]>()], favourable, RandomStream.KeyOf("study-bootstrap", study.Seed, axis.Id, group.Name)))],
            study.Rubric.Compares ? [] : [.. Differences(study, axis, counts, favourable)],
            Agreement(axis, said, counts, index));
    }

    /// <summary>Shares of the ratings, resampled by answer with all ratings of it.</summary>
    private static SourceShares Shares(RubricAxis axis, string source, int[][] units, int[] favourable, ulong key)
    {
        if (units.Length == 0)
        {
            return new SourceShares(source, 0, 0, null, null, [.. axis.Choices.Select(static choice => new ChoiceShare(choice.Id, 0, null, null))]);
        }

        var totals = units.Select(static unit => unit.Sum()).ToArray();
        var resamples = totals.Any(static total => total > 1) ? ClusteredResamples : Resamples;
        var ratings = totals.Sum();
        var (value, interval) = Share(favourable);
        return new SourceShares(source, ratings, units.Length, value, interval, [.. axis.Choices.Select((choice, place) =>
        {
            var (share, range) = Share([place]);
            return new ChoiceShare(choice.Id, units.Sum(unit => unit[place]), share, range);
        })]);

        (double, Interval?) Share(int[] places)
        {
            var hits = units.Select(unit => places.Sum(place => unit[place])).ToArray();
            return ((double)hits.Sum() / ratings, Bootstrap.Percentile(units.Length, Ratio, key, resamples));

            double Ratio(ReadOnlySpan<int> drawn)
            {
                var (hit, all) = (0, 0);
                foreach (var unit in drawn)
                {
                    hit += hits[unit];
                    all += totals[unit];
                }

                return (double)hit / all;
            }
        }
    }

    private static IEnumerable<SourceDifference> Differences(StudyRatings study, RubricAxis axis, int[][] counts, int[] favourable)
    {
        var shares = new Dictionary<(int Source, int Question), double>();
        for (var unit = 0; unit < counts.Length; unit++)
        {
            if (counts[unit] is { } known)
            {
                shares[(study.Units[unit].First, study.Units[unit].Question)] = favourable.Sum(place => (double)known[place]) / known.Sum();
            }
        }

        for (var first = 0; first < study.Sources.Length; first++)
        {
            for (var second = first + 1; second < study.Sources.Length; second++)
            {
                double[] pairs = [.. shares.Keys.Where(key => key.Source == first && shares.ContainsKey((second, key.Question))).OrderBy(static key => key.Question).Select(key => shares[(second, key.Question)] - shares[(first, key.Question)])];
                if (pairs.Length > 0)
                {
                    yield return new SourceDifference(study.Sources[first], study.Sources[second], pairs.Length, pairs.Average(), PairedP(pairs, RandomStream.For("study-permutation", study.Seed, axis.Id, $"{first} {second}")), 1);
                }
            }
        }
    }

    /// <summary>The share of sign changes (the one that was seen among them) whose mean is as far from 0: the exact test's p, by Monte Carlo (Phipson and Smyth, Statistical Applications in Genetics and Molecular Biology 9, 2010).</summary>
    private static double PairedP(double[] differences, RandomStream stream)
    {
        var seen = Math.Abs(differences.Sum());
        var moving = differences.Where(static difference => difference != 0).ToArray();
        var asFar = 1;
        for (var permutation = 0; permutation < Permutations; permutation++)
        {
            var sum = 0.0;
            for (var place = 0; place < moving.Length; place++)
            {
                sum += stream.Uniform(place, permutation) < 0.5 ? moving[place] : -moving[place];
            }

            asFar += Math.Abs(sum) >= seen - 1e-9 ? 1 : 0;
        }

        return asFar / (Permutations + 1.0);
    }

    private static AxisAgreement? Agreement(RubricAxis axis, List<UnitRating> said, int[][] counts, Dictionary<string, int> index)
    {
        var repeated = Enumerable.Range(0, counts.Length).Where(unit => counts[unit]?.Sum() > 1).ToArray();
        if (repeated.Length == 0)
        {
            return null;
        }

        int? raters = repeated.Select(unit => counts[unit].Sum()).Distinct().ToArray() is [var one] ? one : null;
        IReadOnlyList<IReadOnlyList<int>>? table = raters is null ? null : [.. repeated.Select(unit => counts[unit])];
        var places = repeated.Select(static (unit, place) => (unit, place)).ToDictionary(static pair => pair.unit, static pair => pair.place);
        var ofRaters = said.Where(rating => places.ContainsKey(rating.Unit) && rating.Choices.ContainsKey(axis.Id)).GroupBy(static rating => rating.Rater)
            .Select(rater => rater.ToDictionary(rating => places[rating.Unit], rating => index[rating.Choices[axis.Id]])).ToList();
        return new AxisAgreement(
            repeated.Length,
            raters,
            table is null ? null : RaterAgreement.RandolphKappa(table),
            table is null ? null : RaterAgreement.FleissKappa(table),
            axis.Ordered ? MeanCohen(ofRaters) : null,
            KrippendorffAlpha.Of([.. ofRaters.Select(rater => (IReadOnlyList<double?>)[.. Enumerable.Range(0, repeated.Length).Select(unit => rater.TryGetValue(unit, out var choice) ? choice : (double?)null)])], axis.Ordered ? RatingScale.Ordinal : RatingScale.Nominal));
    }

    private static double? MeanCohen(List<Dictionary<int, int>> raters)
    {
        var kappas = new List<double>();
        for (var first = 0; first < raters.Count; first++)
        {
            for (var second = first + 1; second < raters.Count; second++)
            {
                int[] common = [.. raters[first].Keys.Where(raters[second].ContainsKey).Order()];
                if (common.Length >= 2 && RaterAgreement.CohenKappa([.. common.Select(unit => raters[first][unit])], [.. common.Select(unit => raters[second][unit])], KappaWeights.Quadratic) is { } kappa)
                {
                    kappas.Add(kappa);
                }
            }
        }

        return kappas.Count == 0 ? null : kappas.Average();
    }

    private static RaterReport Rater(Rubric rubric, string rater, ImmutableArray<UnitRating> ratings)
    {
        var said = ratings.Where(static rating => !rating.Skipped && rating.Choices.Count > 0).OrderBy(static rating => rating.At).ToList();
        var favourable = rubric.Axes.ToDictionary(static axis => axis.Id, static axis => axis.Favourable);
        return new RaterReport(
            rater, said.Count(rating => rating.Choices.Count == rubric.Axes.Length), Median(said.Where(rating => rating.Choices.Count == rubric.Axes.Length).Select(static rating => rating.Seconds)),
            Share(said), Share(said.Take(said.Count / 2)), Share(said.Skip(said.Count / 2)));

        double? Share(IEnumerable<UnitRating> part)
        {
            var choices = part.SelectMany(static rating => rating.Choices).ToList();
            return choices.Count == 0 ? null : choices.Average(choice => favourable.TryGetValue(choice.Key, out var known) && known.Contains(choice.Value) ? 1.0 : 0.0);
        }
    }

    private static double? Median(IEnumerable<double> values)
    {
        var ordered = values.Order().ToArray();
        return ordered.Length == 0 ? null : (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
    }
}
