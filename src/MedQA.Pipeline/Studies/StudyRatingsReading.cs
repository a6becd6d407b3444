using System.Collections.Immutable;
using MedQA.Evaluation.Rating;

namespace MedQA.Pipeline.Studies;

/// <summary>Makes what a report is computed from of what raters clicked.</summary>
public static class StudyRatingsReading
{
    /// <summary>The ratings of a study. Raters who were deleted or withdrew play no part.</summary>
    /// <param name="study">The study.</param>
    /// <param name="ratings">What its raters clicked.</param>
    public static StudyRatings Of(Study study, IReadOnlyList<RaterRatings> ratings)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(ratings);
        var units = new Dictionary<RatedPair, int>();
        var list = ImmutableArray.CreateBuilder<RatedUnit>();
        foreach (var entry in study.Queues.Raters.Values.SelectMany(static queue => queue))
        {
            var pair = RatedPair.Of(entry);
            if (units.TryAdd(pair, list.Count))
            {
                list.Add(
                    new RatedUnit(
                        study.Answers[pair.First].Question,
                        study.Answers[pair.First].Source,
                        pair.Second is { } second ? study.Answers[second].Source : null));
            }
        }

        var counting = ratings.Where(static rater => rater.Rater.State != RaterState.Withdrawn).ToList();
        return new StudyRatings
        {
            Study = study.Manifest.Name,
            Rubric = study.Manifest.Rubric,
            Sources = [.. study.Manifest.Sources.Select(static source => source.Name)],
            Units = list.ToImmutable(),
            Assigned = counting.Sum(rater => study.QueueOf(rater.Rater.Name).Length),
            Ratings = [.. counting.SelectMany(
                rater =>
                    rater.Answers.Values.Select(answer => Rating(rater, study.QueueOf(rater.Rater.Name)[answer.Place], answer, units)))],
            IsProvisional = ratings.Any(static rater => rater.Rater.State is RaterState.Invited or RaterState.Rating),
            HasComputableBlinding = !study.Manifest.IsBlindedBySecret,
            Seed = study.Manifest.Seed,
        };
    }

    private static UnitRating Rating(RaterRatings rater, QueueEntry entry, RatedAnswer answer, Dictionary<RatedPair, int> units)
    {
        var pair = RatedPair.Of(entry);
        var choices = pair.First == entry.Answers[0] ? answer.Choices : answer.Choices.ToImmutableSortedDictionary(static choice =>
            choice.Key, static choice => choice.Value switch
        {
            "first" => "second",
            "second" => "first",
            var other => other,
        });
        return new UnitRating(rater.Rater.Name, units[pair], choices, answer.Skipped, answer.Seconds, answer.Last);
    }

    /// <summary>An answer, or a pair of answers in the order of their sources, whichever was shown first.</summary>
    private readonly record struct RatedPair(int First, int? Second)
    {
        public static RatedPair Of(QueueEntry entry) =>
            entry.Answers.Length == 1
                ? new RatedPair(entry.Answers[0], null)
                : new RatedPair(Math.Min(entry.Answers[0], entry.Answers[1]), Math.Max(entry.Answers[0], entry.Answers[1]));
    }
}
