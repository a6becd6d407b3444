using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>
/// The difference of two runs with an interval that is valid at all looks together, so also for runs that are watched, or stopped because
/// of what was seen.
/// </summary>
/// <remarks>
/// The interval is a <see cref="ConfidenceSequence"/>. It follows the questions in the first run's order, which was there before any
/// answer, up to the first question that one of the runs has not answered yet: what is answered behind it may be there because it is easy.
/// Where only the second run stopped early, they follow the order in which that run asked.
/// Of questions that belong together only the first counts. The interval is for independent draws of questions, as the ordinary one is.
/// </remarks>
/// <param name="Questions">How many questions count.</param>
/// <param name="Difference">The second run's accuracy on these less the first's.</param>
/// <param name="Interval">95 % interval of the difference between the two, valid at all looks together.</param>
public sealed record AnytimeDifference(int Questions, double Difference, Interval Interval)
{
    /// <summary>
    /// Returns whether questions count in the second run's order: it stopped early and the first run did not, and only its order says
    /// nothing about which questions it asked.
    /// </summary>
    internal static bool IsInSecondsOrder(ComparedRun first, ComparedRun second) => first.Stopped is null && second.Stopped is not null;

    /// <summary>The first place in the order from which on questions do not count, since one run has no answer, or none yet.</summary>
    internal static int EndOf(ComparedRun first, ComparedRun second)
    {
        if (IsInSecondsOrder(first, second))
        {
            (first, second) = (second, first);
        }

        var end = first.Provisional ? first.FirstWithoutAnswer : int.MaxValue;
        if (second.Provisional || second.Stopped is not null)
        {
            var missing = second.FirstWithoutAnswer;
            foreach (var (key, answer) in first.Answers)
            {
                if (answer.Ordinal < end && (!second.Answers.TryGetValue(key, out var other) || other.Ordinal >= missing))
                {
                    end = answer.Ordinal;
                }
            }
        }

        return end;
    }

    /// <summary>Returns the difference on the questions before a place, or <see langword="null"/> if there are none.</summary>
    internal static AnytimeDifference? Of(IEnumerable<PairedAnswer> answers, int end)
    {
        var (sequence, clusters) = (new ConfidenceSequence(), new HashSet<ulong>());
        foreach (var answer in answers.Where(answer => answer.Ordinal < end).OrderBy(static answer => answer.Ordinal))
        {
            if (clusters.Add(answer.Cluster))
            {
                sequence.Add(answer.FirstRight == answer.SecondRight ? 0.5 : answer.SecondRight ? 1 : 0);
            }
        }

        var (lower, upper) = sequence.Interval;
        return sequence.Count == 0 ? null : new AnytimeDifference(
            sequence.Count, (2 * sequence.Mean) - 1, new Interval((2 * lower) - 1, (2 * upper) - 1));
    }
}
