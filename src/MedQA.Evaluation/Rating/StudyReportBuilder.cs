using System.Collections.Immutable;
using MedQA.Evaluation.Randomness;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Rating;

/// <summary>Computes the result of a study. The same ratings give the same report.</summary>
public static class StudyReportBuilder
{
    /// <summary>Ratings of a rater from which a drift is tested.</summary>
    public const int FewestForDrift = 8;

    private const int DriftPermutations = 4000;
    private const int FewestPermutations = 10_000;
    private const int PermutationsPerTest = 40;
    private const int SignsPerDraw = 52;

    /// <summary>Returns the report.</summary>
    public static StudyReport Build(StudyRatings study)
    {
        ArgumentNullException.ThrowIfNull(study);
        var (rubric, whole) = (study.Rubric, study.Rubric.Axes.Length);
        var said = study.Ratings.Where(static rating => !rating.Skipped && rating.Choices.Count > 0).ToList();
        var complete = said.Where(rating => rating.Choices.Count == whole).ToList();
        var groups = Groups(study);
        var counts = rubric.Axes.Select(axis => Counts(study, axis, said)).ToList();
        var contrasts = rubric.Axes.Zip(counts).Select(pair => Contrasts(study, pair.First, pair.Second).ToList()).ToList();
        var permutations = Math.Max(FewestPermutations, PermutationsPerTest * contrasts.Sum(static axis => axis.Count));
        var axes =
            rubric.Axes.Select((axis, place) => Axis(study, axis, said, groups, counts[place], contrasts[place], permutations)).ToList();
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
                study.Assigned,
                complete.Count,
                said.Count - complete.Count,
                study.Ratings.Count(static rating => rating.Skipped),
                said.Select(static rating => rating.Unit).Distinct().Count(),
                complete.Count == 0 ? null : complete.Average(static rating => rating.Seconds),
                Median(complete.Select(static rating => rating.Seconds))),
            Axes = [.. axes.Select(
                axis =>
                    axis with { Differences = [.. axis.Differences.Select(difference => difference with { HolmP = corrected[next++] })] })],
            FamilySize = corrected.Length,
            Permutations = permutations,
            Raters = Corrected(
                [.. study.Ratings.GroupBy(static rating => rating.Rater)
                    .OrderBy(static rater => rater.Key.Length)
                    .ThenBy(static rater => rater.Key, StringComparer.Ordinal)
                    .Select(rater => Rater(study, rater.Key, [.. rater]))]),
            Published = PublishedRatings.For(rubric),
            Judges = study.Judges.IsEmpty
                ? null
                : [.. study.Judges.Select(
                    judge => JudgeReports.Of(study, judge, groups, [.. counts.Select((axis, place) => PeopleOf(rubric, place, axis))]))],
            Warnings = [.. Warnings(study, complete.Count)],
        };
    }

    private static IEnumerable<string> Warnings(StudyRatings study, int complete)
    {
        if (study.IsProvisional)
        {
            yield return "Provisional: raters are still at work, and every figure can change.";
        }

        if (study.HasComputableBlinding)
        {
            yield return "The blinding was computable: an earlier version of this service drew the order of the answers from the study's "
                + "public seed. A rater who knew the seed could know which source an answer is from.";
        }

        if (complete < study.Assigned)
        {
            yield return $"{complete} of {study.Assigned} ratings are whole. What is missing is not missing by chance where raters skip "
                + "what is hard or stop early.";
        }

        yield return "Intervals speak of the answers that were drawn, rated by these raters: other raters can judge otherwise.";
    }

    /// <summary>Sources, or pairs of them, with the units of each.</summary>
    private static ImmutableArray<(string Name, int[] Units)> Groups(StudyRatings study) =>
    [
        .. Enumerable.Range(0, study.Units.Length).GroupBy(unit => (study.Units[unit].First, study.Units[unit].Second)).OrderBy(
            static group => group.Key.First).ThenBy(static group => group.Key.Second)
            .Select(
                group => (group.Key.Second is { } second
                    ? $"{study.Sources[group.Key.First]} (A), {study.Sources[second]} (B)"
                    : study.Sources[group.Key.First], group.ToArray())),
    ];

    /// <summary>
    /// Returns how often each choice of an axis was made about each unit; <see langword="null"/> for units not rated on it.
    /// </summary>
    private static int[]?[] Counts(StudyRatings study, RubricAxis axis, List<UnitRating> said)
    {
        var index = PlacesOf(axis);
        var counts = new int[]?[study.Units.Length];
        foreach (var rating in said)
        {
            if (rating.Choices.TryGetValue(axis.Id, out var choice) && index.TryGetValue(choice, out var place))
            {
                (counts[rating.Unit] ??= new int[axis.Choices.Length])[place]++;
            }
        }

        return counts;
    }

    /// <summary>Returns how far people find each unit favourable on an axis, as <see cref="JudgeReports.ValueOf"/> has it.</summary>
    private static double?[] PeopleOf(Rubric rubric, int place, int[]?[] counts)
    {
        var values = rubric.Axes[place].Choices.Select(choice => JudgeReports.ValueOf(rubric, rubric.Axes[place], choice.Id)).ToArray();
        return
        [
            .. counts.Select(
                unit => unit is null ? (double?)null : unit.Zip(values, static (count, value) => count * value).Sum() / unit.Sum()),
        ];
    }

    private static Dictionary<string, int> PlacesOf(RubricAxis axis) =>
        axis.Choices.Select(static (choice, place) => (choice.Id, place))
            .ToDictionary(static choice => choice.Id, static choice => choice.place);

    private static AxisReport Axis(
        StudyRatings study,
        RubricAxis axis,
        List<UnitRating> said,
        ImmutableArray<(string Name, int[] Units)> groups,
        int[]?[] counts,
        List<Contrast> contrasts,
        int permutations)
    {
        var index = PlacesOf(axis);
        var favourable = axis.Favourable.Select(choice => index[choice]).ToArray();
        return new AxisReport(
            axis.Id,
            [.. groups.Select(
                group => Shares(axis, group.Name, [.. group.Units.Select(unit => counts[unit]).OfType<int[]>()], favourable))],
            [
                .. contrasts.Select(contrast => new SourceDifference(
                    study.Sources[contrast.First], study.Sources[contrast.Second], contrast.Values.Length, contrast.Values.Average(),
                    PairedP(
                        contrast.Values,
                        permutations,
                        RandomStream.For("study-permutation", study.Seed, axis.Id, $"{contrast.First} {contrast.Second}")), 1)),
            ],
            Agreement(axis, said, counts, index));
    }

    /// <summary>
    /// Means of the answers' own shares, with intervals from how these differ: a pilot's answers, which everybody rates, weigh no more than
    /// others.
    /// </summary>
    private static SourceShares Shares(RubricAxis axis, string source, int[][] units, int[] favourable)
    {
        if (units.Length == 0)
        {
            return new SourceShares(
                source, 0, 0, null, null, [.. axis.Choices.Select(static choice => new ChoiceShare(choice.Id, 0, null, null))]);
        }

        var totals = units.Select(static unit => unit.Sum()).ToArray();
        double[][] columns = [ShareOf(favourable), .. axis.Choices.Select((_, place) => ShareOf([place]))];
        return new SourceShares(
            source, totals.Sum(), units.Length, columns[0].Average(), IntervalOf(columns[0]),
            [.. axis.Choices.Select(
                (choice, place) => new ChoiceShare(
                    choice.Id, units.Sum(unit => unit[place]), columns[place + 1].Average(), IntervalOf(columns[place + 1])))]);

        Interval IntervalOf(double[] shares) => ClusteredInterval.MeanShare(shares, totals.Sum());

        double[] ShareOf(int[] places) => [.. units.Select((unit, place) => (double)places.Sum(choice => unit[choice]) / totals[place])];
    }

    /// <summary>Two sources on an axis: how much more speaks for the second, by question.</summary>
    private sealed record Contrast(int First, int Second, double[] Values);

    private static IEnumerable<Contrast> Contrasts(StudyRatings study, RubricAxis axis, int[]?[] counts)
    {
        var index = PlacesOf(axis);
        if (study.Rubric.Compares)
        {
            return Enumerable.Range(0, counts.Length).Where(unit => counts[unit] is not null).GroupBy(
                unit => (study.Units[unit].First, Second: study.Units[unit].Second!.Value))
                .OrderBy(static pair => pair.Key)
                .Select(
                    pair => new Contrast(
                        pair.Key.First,
                        pair.Key.Second,
                        [.. pair.Select(
                            unit => (double)(counts[unit]![index["second"]] - counts[unit]![index["first"]]) / counts[unit]!.Sum())]));
        }

        var shares = new Dictionary<(int Source, int Question), double>();
        for (var unit = 0; unit < counts.Length; unit++)
        {
            if (counts[unit] is { } known)
            {
                shares[(study.Units[unit].First, study.Units[unit].Question)] =
                    axis.Favourable.Sum(choice => (double)known[index[choice]]) / known.Sum();
            }
        }

        return
            from first in Enumerable.Range(0, study.Sources.Length)
            from second in Enumerable.Range(first + 1, study.Sources.Length - first - 1)
            let values = shares.Keys.Where(key => key.Source == first && shares.ContainsKey((second, key.Question))).OrderBy(
                static key => key.Question)
                .Select(key => shares[(second, key.Question)] - shares[(first, key.Question)]).ToArray()
            where values.Length > 0
            select new Contrast(first, second, values);
    }

    /// <summary>
    /// Returns the share of sign changes (the one that was seen among them) whose mean is as far from 0: the exact test's p, by Monte Carlo
    /// (Phipson and Smyth, Statistical Applications in Genetics and Molecular Biology 9, 2010).
    /// </summary>
    private static double PairedP(double[] differences, int permutations, RandomStream stream)
    {
        var seen = Math.Abs(differences.Sum());
        var moving = differences.Where(static difference => difference != 0).ToArray();
        var asFar = 1;
        for (var permutation = 0; permutation < permutations; permutation++)
        {
            var (sum, signs) = (0.0, 0UL);
            for (var place = 0; place < moving.Length; place++)
            {
                // A uniform has 53 bits, each of which is a coin.
                signs = place % SignsPerDraw == 0
                    ? (ulong)Math.ScaleB(stream.Uniform(place / SignsPerDraw, permutation), SignsPerDraw)
                    : signs >> 1;
                sum += (signs & 1) == 0 ? moving[place] : -moving[place];
            }

            asFar += Math.Abs(sum) >= seen - 1e-9 ? 1 : 0;
        }

        return asFar / (permutations + 1.0);
    }

    private static AxisAgreement? Agreement(RubricAxis axis, List<UnitRating> said, int[]?[] counts, Dictionary<string, int> index)
    {
        var repeated = Enumerable.Range(0, counts.Length).Where(unit => counts[unit]?.Sum() > 1).ToArray();
        if (repeated.Length == 0)
        {
            return null;
        }

        int? raters = repeated.Select(unit => counts[unit]!.Sum()).Distinct().ToArray() is [var one] ? one : null;
        IReadOnlyList<IReadOnlyList<int>> table = [.. repeated.Select(unit => counts[unit]!)];
        var places =
            repeated.Select(static (unit, place) => (unit, place)).ToDictionary(static pair => pair.unit, static pair => pair.place);
        var ofRaters = said.Where(rating => places.ContainsKey(rating.Unit) && rating.Choices.ContainsKey(axis.Id)).GroupBy(
            static rating => rating.Rater)
            .Select(rater => rater.ToDictionary(rating => places[rating.Unit], rating => index[rating.Choices[axis.Id]])).ToList();
        IReadOnlyList<IReadOnlyList<double?>> ratings =
        [
            .. ofRaters.Select(
                rater => (IReadOnlyList<double?>)[.. Enumerable.Range(0, repeated.Length)
                    .Select(unit => rater.TryGetValue(unit, out var choice) ? choice : (double?)null)]),
        ];
        var scale = axis.Ordered ? RatingScale.Ordinal : RatingScale.Nominal;
        var pairs = axis.Ordered ? RaterPair.Of(ofRaters) : [];
        var cohen = MeanCohen(pairs, null);
        return new AxisAgreement(
            repeated.Length,
            raters,
            RaterAgreement.RandolphKappa(table),
            RaterAgreement.FleissKappa(table),
            cohen?.Kappa,
            KrippendorffAlpha.Of(ratings, scale))
        {
            RandolphInterval = RaterAgreement.RandolphInterval(table),
            FleissInterval = RaterAgreement.FleissInterval(table),
            WeightedCohenInterval = AgreementInterval.Of(
                repeated.Length, table.Sum(static unit => unit.Sum() * (unit.Sum() - 1) / 2.0), cohen, left => MeanCohen(pairs, left)),
            KrippendorffInterval = KrippendorffAlpha.IntervalOf(ratings, scale),
        };
    }

    private static ChanceCorrected? MeanCohen(List<RaterPair> pairs, int? leftOut)
    {
        var kappas = pairs.Select(pair => pair.Without(leftOut)).OfType<ChanceCorrected>().ToList();
        return kappas.Count == 0
            ? null
            : new ChanceCorrected(kappas.Average(static kappa => kappa.Kappa), kappas.Average(static kappa => kappa.ChanceDisagreement));
    }

    private static ImmutableArray<RaterReport> Corrected(ImmutableArray<RaterReport> raters)
    {
        var corrected = new Queue<double>(Holm.Adjust([.. raters.Select(static rater => rater.DriftP).OfType<double>()]));
        return [.. raters.Select(rater => rater.DriftP is null ? rater : rater with { DriftP = corrected.Dequeue() })];
    }

    /// <summary>
    /// Returns the share of random orders of a rater's ratings (the one that was seen among them) whose halves differ as much.
    /// </summary>
    private static double DriftP(double[] shares, RandomStream stream)
    {
        var (half, total) = (shares.Length / 2, shares.Sum());
        var seen = Math.Abs(Difference());
        var (asFar, draw) = (1, 0);
        for (var permutation = 0; permutation < DriftPermutations; permutation++)
        {
            for (var place = 0; place < half; place++)
            {
                var other = place + stream.Below(shares.Length - place, draw++);
                (shares[place], shares[other]) = (shares[other], shares[place]);
            }

            asFar += Math.Abs(Difference()) >= seen - 1e-9 ? 1 : 0;
        }

        return asFar / (DriftPermutations + 1.0);

        double Difference()
        {
            var first = 0.0;
            foreach (var share in shares.AsSpan(0, half))
            {
                first += share;
            }

            return ((total - first) / (shares.Length - half)) - (first / half);
        }
    }

    private static RaterReport Rater(StudyRatings study, string rater, ImmutableArray<UnitRating> ratings)
    {
        var rubric = study.Rubric;
        var said = ratings.Where(static rating => !rating.Skipped && rating.Choices.Count > 0).OrderBy(static rating => rating.At).ToList();
        var favourable = rubric.Axes.ToDictionary(static axis => axis.Id, static axis => axis.Favourable);
        return new RaterReport(
            rater,
            said.Count(rating => rating.Choices.Count == rubric.Axes.Length),
            Median(said.Where(rating => rating.Choices.Count == rubric.Axes.Length).Select(static rating => rating.Seconds)),
            Share(said), Share(said.Take(said.Count / 2)), Share(said.Skip(said.Count / 2)),
            said.Count < FewestForDrift
                ? null
                : DriftP([.. said.Select(rating => Share([rating])!.Value)], RandomStream.For("study-drift", study.Seed, "", rater)));

        double? Share(IEnumerable<UnitRating> part)
        {
            var choices = part.SelectMany(static rating => rating.Choices).ToList();
            return choices.Count == 0
                ? null
                : choices.Average(choice => favourable.TryGetValue(choice.Key, out var known) && known.Contains(choice.Value) ? 1.0 : 0.0);
        }
    }

    private static double? Median(IEnumerable<double> values)
    {
        var ordered = values.Order().ToArray();
        return ordered.Length == 0 ? null : (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
    }
}
