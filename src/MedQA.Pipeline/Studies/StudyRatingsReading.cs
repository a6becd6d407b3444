using System.Collections.Immutable;
using MedQA.Evaluation.Rating;

namespace MedQA.Pipeline.Studies;

/// <summary>Makes what a report is computed from of what raters clicked.</summary>
public static class StudyRatingsReading
{
    /// <summary>The ratings of a study. Raters who were deleted or withdrew play no part.</summary>
    /// <param name="study">The study.</param>
    /// <param name="ratings">What its raters clicked.</param>
    /// <param name="judges">What its judges said.</param>
    public static StudyRatings Of(Study study, IReadOnlyList<RaterRatings> ratings, IReadOnlyList<RaterRatings>? judges = null)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(ratings);
        var pairs = UnitsOf(study);
        var units = pairs.Index().ToDictionary(static unit => unit.Item, static unit => unit.Index);
        var counting = ratings.Where(static rater => rater.Rater.State != RaterState.Withdrawn).ToList();
        return new StudyRatings
        {
            Study = study.Manifest.Name,
            Rubric = study.Manifest.Rubric,
            Sources = [.. study.Manifest.Sources.Select(static source => source.Name)],
            Units = [.. pairs.Select(pair => new RatedUnit(
                study.Answers[pair.First].Question,
                study.Answers[pair.First].Source,
                pair.Second is { } second ? study.Answers[second].Source : null))],
            Assigned = counting.Sum(rater => study.QueueOf(rater.Rater.Name).Length),
            Ratings = [.. counting.SelectMany(
                rater =>
                    rater.Answers.Values.Select(answer => Rating(rater, study.QueueOf(rater.Rater.Name)[answer.Place], answer, units)))],
            IsProvisional = ratings.Any(static rater => rater.Rater.State is RaterState.Invited or RaterState.Rating),
            HasComputableBlinding = !study.Manifest.IsBlindedBySecret,
            Seed = study.Manifest.Seed,
            Judges = [.. (judges ?? []).Select(judge => Verdicts(study, judge, pairs))],
        };
    }

    /// <summary>
    /// Returns what is rated: each answer, or each pair of answers, that somebody's queue has, in the order of the queues.
    /// </summary>
    internal static ImmutableArray<RatedPair> UnitsOf(Study study) =>
        [.. study.Queues.Raters.Values.SelectMany(static queue => queue).Select(RatedPair.Of).Distinct()];

    /// <summary>
    /// Returns a judge's verdicts by unit. Of a pair there is one as soon as both orders were asked: what the judge said in both of them.
    /// </summary>
    private static JudgeVerdicts Verdicts(Study study, RaterRatings judge, ImmutableArray<RatedPair> units)
    {
        var said = RatedAnswer.LatestOf(judge.Clicks)
            .Where(static click => click is { Kind: ClickKind.Choice, Axis: not null })
            .ToDictionary(static click => (click.Place, click.Axis!), static click => click.Choice);
        return new JudgeVerdicts(
            judge.Rater.Name,
            judge.Rater.Judge!.Model,
            judge.Rater.Judge.Samples,
            [.. units.Index().SelectMany(unit => study.Manifest.Rubric.Axes.SelectMany(axis => Verdict(unit.Index, unit.Item, axis.Id)))],
            judge.Rater.Judge.Seed);

        IEnumerable<UnitVerdict> Verdict(int unit, RatedPair pair, string axis)
        {
            if (pair.Second is null)
            {
                return said.TryGetValue((unit, axis), out var choice) ? [new UnitVerdict(unit, axis, choice)] : [];
            }

            if (!said.TryGetValue((2 * unit, axis), out var one) || !said.TryGetValue(((2 * unit) + 1, axis), out var other))
            {
                return [];
            }

            var isSame = one == Turned(other);
            return [new UnitVerdict(unit, axis, isSame ? one : null, !isSame && one is not null && other is not null)];
        }
    }

    /// <summary>Returns a choice between two answers as it is called once these have changed places.</summary>
    private static string? Turned(string? choice) => choice switch
    {
        "first" => "second",
        "second" => "first",
        var other => other,
    };

    private static UnitRating Rating(RaterRatings rater, QueueEntry entry, RatedAnswer answer, Dictionary<RatedPair, int> units)
    {
        var pair = RatedPair.Of(entry);
        var choices = pair.First == entry.Answers[0]
            ? answer.Choices
            : answer.Choices.ToImmutableSortedDictionary(static choice => choice.Key, static choice => Turned(choice.Value)!);
        return new UnitRating(rater.Rater.Name, units[pair], choices, answer.Skipped, answer.Seconds, answer.Last);
    }

    /// <summary>An answer, or a pair of answers in the order of their sources, whichever was shown first.</summary>
    internal readonly record struct RatedPair(int First, int? Second)
    {
        public static RatedPair Of(QueueEntry entry) =>
            entry.Answers.Length == 1
                ? new RatedPair(entry.Answers[0], null)
                : new RatedPair(Math.Min(entry.Answers[0], entry.Answers[1]), Math.Max(entry.Answers[0], entry.Answers[1]));
    }
}
