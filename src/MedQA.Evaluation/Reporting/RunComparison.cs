using System.Collections.Immutable;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>Two or more runs on the questions that each pair has in common.</summary>
public sealed record RunComparison
{
    /// <summary>The runs' names, in the order given.</summary>
    public required ImmutableArray<string> Runs { get; init; }

    /// <summary>Every run on each of its data sets: the table of strategies, models and data sets.</summary>
    public ImmutableArray<AccuracyRow> Accuracies { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Pairs of runs that have no question in common, of three or more runs.</summary>
    public ImmutableArray<RunsApart> Apart { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Each pair of runs, on each data set that they share, and on all of them where there are several.</summary>
    public required ImmutableArray<PairedComparison> Pairs { get; init; }

    /// <summary>What a reader must know before using the figures; empty if there is nothing.</summary>
    public ImmutableArray<string> Warnings { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>How many tests the family has that Holm's correction was made for: all of <see cref="Pairs"/>.</summary>
    public int FamilySize => Pairs.Length;

    /// <summary>Compares every pair.</summary>
    /// <param name="runs">Two or more.</param>
    /// <param name="againstFirst">
    /// Whether only the first run is compared with each of the others: fewer tests, so that Holm's correction takes less.
    /// </param>
    /// <param name="anytime">Whether each pair also gets an interval that is valid however often somebody looked.</param>
    /// <exception cref="InputException">
    /// There are fewer than two runs; no two have a question in common; a question has another right option or another text in another run;
    /// or infrastructure failed to answer one of the common questions. Questions that cannot be asked in one of the runs are left out.
    /// </exception>
    public static RunComparison Of(IReadOnlyList<ComparedRun> runs, bool againstFirst = false, bool anytime = false)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count < 2)
        {
            throw new InputException("A comparison needs at least two runs.");
        }

        var pairs = new List<PairedComparison>();
        var apart = new List<RunsApart>();
        for (var first = 0; first < (againstFirst ? 1 : runs.Count); first++)
        {
            for (var second = first + 1; second < runs.Count; second++)
            {
                var before = pairs.Count;
                pairs.AddRange(Compare(runs[first], runs[second], anytime));
                if (pairs.Count == before)
                {
                    apart.Add(new RunsApart(runs[first].Name, runs[second].Name));
                }
            }
        }

        if (pairs.Count == 0)
        {
            throw new InputException(NothingInCommon(runs[0], runs[1]));
        }

        var adjusted = Holm.Adjust([.. pairs.Select(static pair => pair.Test.MidP)]);
        return new RunComparison
        {
            Runs = [.. runs.Select(static run => run.Name)],
            Accuracies = AccuracyTable.Of(runs),
            Apart = [.. apart],
            Warnings = [.. WarningsOf(runs, pairs)],
            Pairs = [.. pairs.Select((pair, index) => pair with { HolmP = adjusted[index] })],
        };
    }

    /// <summary>Compares two runs on a part of the questions that both answered.</summary>
    /// <param name="first">The first run.</param>
    /// <param name="second">The second run.</param>
    /// <param name="passes">Whether a question belongs to the part: its data set and topic.</param>
    /// <param name="confidence">The confidence of the intervals.</param>
    /// <returns><see langword="null"/> if no question of the part is in both runs.</returns>
    /// <exception cref="InputException">As <see cref="Of"/>.</exception>
    internal static PairedComparison? OfPart(
        ComparedRun first, ComparedRun second, Func<string, string?, bool> passes, double confidence)
    {
        var (pairs, unaskable) = PairsOf(first, second);
        List<PairedAnswer> part = [.. pairs.Where(pair => passes(pair.Dataset, pair.Topic))];
        return part.Count == 0 ? null : Compare(
            first,
            second,
            null,
            part,
            first.Answers.Count(entry => passes(entry.Key.Dataset, entry.Value.Topic)),
            second.Answers.Count(entry => passes(entry.Key.Dataset, entry.Value.Topic)),
            unaskable.Count(question => passes(question.Dataset, question.Topic)),
            confidence);
    }

    private static string NothingInCommon(ComparedRun first, ComparedRun second)
    {
        var sentence = $"{first.Name} and {second.Name} have no question in common that has a known right option";
        var unfinished = new[] { first, second }.Where(static run => run.Provisional).Select(static run => run.BatchesSaid).ToList();
        return unfinished.Count == 0
            ? sentence + "."
            : $"{sentence} yet. Of an unfinished run, only the answers of finished batches are compared: {string.Join("; ", unfinished)}. "
                + "Compare again when more batches are finished.";
    }

    private static IEnumerable<string> WarningsOf(IReadOnlyList<ComparedRun> runs, List<PairedComparison> pairs)
    {
        if (runs.Where(static run => run.Provisional).Select(static run => run.Name).ToList() is { Count: > 0 } unfinished)
        {
            yield return $"Provisional: not every question of {string.Join(", ", unfinished)} was answered, and every figure can change. "
                + "What is missing need not be like what is there.";
        }

        if (runs.Where(static run => run.Stopped is not null).Select(static run => run.Name).ToList() is { Count: > 0 } stopped)
        {
            var order = stopped.Count == 1 ? "the run asked that stopped."
                : "the first run of a pair asked, or the second if only that one stopped. Where both stopped, most of their common "
                    + "questions count only if they have the same seed.";
            yield return $"Stopped early, by what was seen: {string.Join(", ", stopped)}. Only questions that both runs of a pair answered "
                + "are compared. The ordinary intervals and p-values suppose a number of questions that was fixed before, which is not "
                + "so here: rely on the intervals that hold however often somebody looked. Those are in the order in which "
                + order;
        }

        var versions = runs.Select(static run => run.Rules).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
        if (versions.Count > 1)
        {
            yield return $"The runs follow versions {string.Join(" and ", versions)} of the evaluation's rules: answers were read by "
                + "different rules, and part of a difference can come from that.";
        }

        if (pairs.Where(static pair => pair.FewClusters).Select(static pair => pair.Clusters!.Value).ToList() is { Count: > 0 } few)
        {
            yield return $"The questions of some pairs are as few as {few.Min()} clusters of equal questions or questions on one passage. "
                + $"Below {ClusteredInterval.FewClusters} clusters there are too few to rely on intervals and tests.";
        }
    }

    private static IEnumerable<PairedComparison> Compare(ComparedRun first, ComparedRun second, bool anytime)
    {
        var (all, unaskable) = PairsOf(first, second);
        anytime |= first.Stopped is not null || second.Stopped is not null;
        var end = anytime ? AnytimeDifference.EndOf(first, second) : 0;
        var common = all.GroupBy(static pair => pair.Dataset).OrderBy(static set => set.Key, StringComparer.Ordinal).ToList();
        foreach (var set in common)
        {
            var comparison = Compare(
                first,
                second,
                set.Key,
                [.. set],
                first.Answers.Keys.Count(key => key.Dataset == set.Key),
                second.Answers.Keys.Count(key => key.Dataset == set.Key),
                unaskable.Count(question => question.Dataset == set.Key));
            yield return anytime ? comparison with { Anytime = AnytimeDifference.Of(set, end) } : comparison;
        }

        if (common.Count > 1)
        {
            var comparison = Compare(first, second, null, all, first.Count, second.Count, unaskable.Count);
            yield return anytime ? comparison with { Anytime = AnytimeDifference.Of(all, end) } : comparison;
        }
    }

    /// <summary>The questions that both runs answered, and those that could not be asked in one of them.</summary>
    private static (List<PairedAnswer> Pairs, List<(string Dataset, string? Topic)> Unaskable) PairsOf(
        ComparedRun first, ComparedRun second)
    {
        var pairs = new List<PairedAnswer>();
        var unaskable = new List<(string, string?)>();
        var isInSecondsOrder = AnytimeDifference.IsInSecondsOrder(first, second);
        foreach (var (key, answer) in first.Answers.OrderBy(static entry => entry.Key.Dataset, StringComparer.Ordinal)
            .ThenBy(static entry => entry.Key.Question, StringComparer.Ordinal))
        {
            if (!second.Answers.TryGetValue(key, out var other))
            {
                continue;
            }

            CheckSameQuestion(first, second, key, answer, other);
            if (answer.Failure == ComparedFailure.OfQuestion || other.Failure == ComparedFailure.OfQuestion)
            {
                unaskable.Add((key.Dataset, answer.Topic));
                continue;
            }

            // A run under older rules does not know the passage: the other one does. A question of which nothing is known stands alone.
            var cluster = answer.Fingerprint is null && other.Fingerprint is null
                ? QuestionCluster.Alone(pairs.Count)
                : other.KnowsPassage && !answer.KnowsPassage
                ? other.Cluster
                : answer.Cluster;
            pairs.Add(new PairedAnswer(
                key.Dataset, answer.Topic, cluster, isInSecondsOrder ? other.Ordinal : answer.Ordinal, answer.Right, other.Right));
        }

        return (pairs, unaskable);
    }

    private static void CheckSameQuestion(
        ComparedRun first, ComparedRun second, (string Dataset, string Question) key, ComparedAnswer answer, ComparedAnswer other)
    {
        if (answer.Fingerprint is { } fingerprint && other.Fingerprint is { } otherFingerprint && fingerprint != otherFingerprint)
        {
            throw new InputException(
                $"Question {key.Question} of {key.Dataset} differs in text or options between {first.Name} and {second.Name}{(
                    answer.SeveralRight == other.SeveralRight ? "" : " (one of them takes several options for right)")}: the "
                    + "runs did not answer the same questions.");
        }

        if (answer.Gold != other.Gold)
        {
            throw new InputException(
                $"Question {key.Question} of {key.Dataset} has the right option {answer.Gold} in {first.Name} "
                    + $"and {other.Gold} in {second.Name}: one of the files is wrong.");
        }

        if (answer.Failure == ComparedFailure.OfMachine || other.Failure == ComparedFailure.OfMachine)
        {
            throw new InputException(
                $"Question {key.Question} of {key.Dataset} failed in "
                    + $"{(answer.Failure == ComparedFailure.OfMachine ? first.Name : second.Name)} for a reason that is not the model's. "
                    + "Retry the run, then compare.");
        }
    }

    private static PairedComparison Compare(
        ComparedRun first,
        ComparedRun second,
        string? dataset,
        List<PairedAnswer> answers,
        int inFirst,
        int inSecond,
        int unaskable,
        double confidence = 0.95)
    {
        var shares = PairedShares.Of(
            [.. answers.Select(static answer => (answer.Cluster, answer.FirstRight, answer.SecondRight))], confidence);
        return new PairedComparison
        {
            First = first.Name,
            Second = second.Name,
            Dataset = dataset,
            Questions = answers.Count,
            LeftOutOfFirst = inFirst - answers.Count,
            LeftOutOfSecond = inSecond - answers.Count,
            BothRight = shares.BothRight,
            NeitherRight = shares.NeitherRight,
            Unaskable = unaskable,
            Clusters = shares.Clusters,
            FirstInterval = shares.FirstInterval,
            SecondInterval = shares.SecondInterval,
            StandardError = shares.StandardError,
            Interval = shares.Interval,
            Test = shares.Test,
            Provisional = first.Provisional || second.Provisional,
        };
    }
}

/// <summary>A question that two runs answered.</summary>
/// <param name="Dataset">Its data set.</param>
/// <param name="Topic">Its topic, or <see langword="null"/>.</param>
/// <param name="Cluster">What it belongs together with.</param>
/// <param name="Ordinal">Its place in the first run; in the second where only that one stopped early.</param>
/// <param name="FirstRight">Whether the first run's answer is right.</param>
/// <param name="SecondRight">Whether the second run's answer is right.</param>
internal readonly record struct PairedAnswer(
    string Dataset, string? Topic, ulong Cluster, int Ordinal, bool FirstRight, bool SecondRight);

/// <summary>Two runs that have no question in common.</summary>
/// <param name="First">The first run's name.</param>
/// <param name="Second">The second run's name.</param>
public sealed record RunsApart(string First, string Second);

/// <summary>Two runs on the questions of one data set, or of all, that both answered.</summary>
public sealed record PairedComparison
{
    /// <summary>
    /// Below this many questions (or clusters) that tell the runs apart, the interval of the difference is rough: rely on the test.
    /// </summary>
    public const int FewDiscordant = 10;

    /// <summary>The first run's name.</summary>
    public required string First { get; init; }

    /// <summary>The second run's name.</summary>
    public required string Second { get; init; }

    /// <summary>The data set; <see langword="null"/> for all together.</summary>
    public string? Dataset { get; init; }

    /// <summary>Questions that both runs answered and whose right option is known.</summary>
    public required int Questions { get; init; }

    /// <summary>Questions of the first run that are not in the second.</summary>
    public required int LeftOutOfFirst { get; init; }

    /// <summary>Questions of the second run that are not in the first.</summary>
    public required int LeftOutOfSecond { get; init; }

    /// <summary>Common questions that cannot be asked in one of the runs (too long, without options): left out.</summary>
    public int Unaskable { get; init; }

    /// <summary>Clusters of the questions, where two or more are equal or share a passage; else <see langword="null"/>.</summary>
    public int? Clusters { get; init; }

    /// <summary>Whether there are so few clusters that neither interval nor test is to be relied on.</summary>
    public bool FewClusters => Clusters < ClusteredInterval.FewClusters;

    /// <summary>Questions that both answered right.</summary>
    public required int BothRight { get; init; }

    /// <summary>Questions that neither answered right.</summary>
    public required int NeitherRight { get; init; }

    /// <summary>95 % interval of the first run's accuracy on these questions, as <see cref="Accuracy.Interval"/> is computed.</summary>
    public required Interval FirstInterval { get; init; }

    /// <summary>95 % interval of the second run's accuracy on these questions, as <see cref="Accuracy.Interval"/> is computed.</summary>
    public required Interval SecondInterval { get; init; }

    /// <summary>
    /// Standard error of <see cref="Difference"/>, paired by question, with questions that belong together as one cluster.
    /// </summary>
    public required double StandardError { get; init; }

    /// <summary>95 % score interval of <see cref="Difference"/> (Tango), from clusters where questions belong together.</summary>
    public required Interval Interval { get; init; }

    /// <summary>
    /// The difference with an interval that is valid however often somebody looked; <see langword="null"/> where it was not asked for and
    /// no run stopped early, or the first question has no answer yet in one of the runs.
    /// </summary>
    public AnytimeDifference? Anytime { get; init; }

    /// <summary>McNemar's test, over clusters where questions belong together; its mid-p value is the primary one.</summary>
    public required McNemarTest Test { get; init; }

    /// <summary>The mid-p value after Holm's correction for the whole family.</summary>
    public double HolmP { get; init; }

    /// <summary>Whether one of the runs is not finished.</summary>
    public bool Provisional { get; init; }

    /// <summary>The first run's accuracy.</summary>
    public double FirstAccuracy => (double)(BothRight + Test.OnlyFirst) / Questions;

    /// <summary>The second run's accuracy.</summary>
    public double SecondAccuracy => (double)(BothRight + Test.OnlySecond) / Questions;

    /// <summary>The second run's accuracy less the first's: positive where the second run is better.</summary>
    public double Difference => (double)(Test.OnlySecond - Test.OnlyFirst) / Questions;

    /// <summary>Whether so few questions tell the runs apart that the interval is rough.</summary>
    public bool Rough => (Test.Clusters ?? (Test.OnlyFirst + Test.OnlySecond)) < FewDiscordant;
}
