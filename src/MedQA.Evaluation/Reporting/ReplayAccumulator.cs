using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Statistics;
using MedQA.Evaluation.Strategies;
using MedQA.Evaluation.Strategies.Replay;

namespace MedQA.Evaluation.Reporting;

/// <summary>
/// Replays strategies over a run's answers, one after the other, and keeps counts, and for each question and strategy how confident the
/// answer is.
/// </summary>
public sealed class ReplayAccumulator
{
    private static readonly int[] Prefixes = [1, 3, 5, 11, 21, 41];

    private readonly Profile _profile;
    private readonly ImmutableArray<Replayed> _strategies;
    private readonly SampleTally _samples = new();
    private readonly ThinkingTally _thinking;
    private int _questions;
    private bool _isUnscored;

    /// <param name="profile">
    /// The run's profile: several samples at a temperature, all of which every question got; or one sample, of which only the length of
    /// its thought can be replayed.
    /// </param>
    /// <exception cref="InputException">The profile draws nothing, or stops early, or shows each sample something else, so that fewer
    /// of its samples are not another strategy.</exception>
    public ReplayAccumulator(Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (!profile.Strategy.IsReplayable
            && (profile.Strategy.TakesSamples || profile.Strategy.ScoresOptions || profile.Strategy.WritesFreeAnswers))
        {
            throw NotReplayable(profile);
        }

        _profile = profile;
        _strategies = profile.Samples > 1 ? [.. StrategiesOf(profile)] : [StrategiesOf(profile).First()];
        _thinking = new ThinkingTally(profile.Samples, profile.Seed, profile.ThinkingTokens);
    }

    /// <summary>Whether a sample has a thought, so that runs under other budgets can be set beside.</summary>
    public bool HasThoughts => _thinking.HasThoughts;

    /// <summary>Replays one answer. Questions without a known right option and failed ones are passed over.</summary>
    public void Add(AnsweredQuestion answered)
    {
        ArgumentNullException.ThrowIfNull(answered);
        answered = answered.OverSets();
        if (answered.Failure is not null || answered.Gold is not { } gold)
        {
            return;
        }

        _questions++;
        _thinking.Add(answered, gold);
        _samples.Add(answered);
        // What is not given is stored as null, which is read as the logarithm of 0.
        _isUnscored |= answered.Reasonings.Any(static reasoning => !double.IsFinite(reasoning.LogLikelihood));
        var (baseline, cluster) = (false, QuestionCluster.Of(answered));
        for (var i = 0; i < _strategies.Length; i++)
        {
            var strategy = _strategies[i];
            if (_isUnscored && strategy.NeedsLogLikelihoods)
            {
                continue;
            }

            var answer = strategy.Replay(answered);
            var right = answer.Answer == gold;
            baseline = i == 0 ? right : baseline;
            strategy.Share.Add(cluster, right);
            if (answer.Confidence is { } confidence)
            {
                strategy.Confidences.Add(confidence);
                strategy.Outcomes.Add(right);
                strategy.Clusters.Add(cluster);
            }

            if (right != baseline)
            {
                var (onlyThis, onlyBaseline) = strategy.Apart.GetValueOrDefault(cluster);
                strategy.Apart[cluster] = right ? (onlyThis + 1, onlyBaseline) : (onlyThis, onlyBaseline + 1);
            }

            strategy.Samples += answer.Samples;
            strategy.Tokens += answer.Tokens;
        }
    }

    /// <summary>Returns the report on all answers that were added.</summary>
    /// <param name="report">The run's own report.</param>
    /// <param name="others">Reports of other runs: those under other budgets of thinking tokens are set beside.</param>
    /// <exception cref="InputException">No answer could be replayed, or each question has one sample and none has a thought.</exception>
    public ReplayReport Build(RunReport report, params IReadOnlyList<RunReport> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(report);
        if (report.StoppedEarly is not null)
        {
            throw new InputException(
                new FaultLocation(),
                $"The run on {report.QuestionSet} stopped early, by what it saw: the intervals and tests of a replay suppose a number of "
                    + "questions that was fixed before",
                "Run it without --until");
        }

        if (_questions == 0)
        {
            throw new InputException(
                $"The run on {report.QuestionSet} has no answered question with a known right option: there is nothing to score.");
        }

        if (_strategies.Length == 1 && !_thinking.HasThoughts)
        {
            throw NotReplayable(_profile);
        }

        var all = _strategies[0];
        var rows = _strategies.Where(strategy => !_isUnscored || !strategy.NeedsLogLikelihoods).Select(strategy => new ReplayedStrategy
        {
            Name = strategy.Name,
            Correct = strategy.Share.Right,
            Accuracy = (double)strategy.Share.Right / _questions,
            Interval = strategy.Share.Interval()!.Value,
            MeanSamples = (double)strategy.Samples / _questions,
            Tokens = strategy.Tokens,
            TokensSaved = all.Tokens == 0 ? 0 : 1 - ((double)strategy.Tokens / all.Tokens),
            Deferral = DeferralOf(strategy),
            Test = ReferenceEquals(strategy, all) ? null : TestOf(strategy, all.Share.Clusters is not null),
        }).ToArray();
        var adjusted = Holm.Adjust([.. rows.Skip(1).Select(static row => row.Test!.MidP)]);
        return new ReplayReport
        {
            Run = report.Circumstances.Run,
            QuestionSet = report.QuestionSet,
            Model = report.Model,
            Provisional = report.Provisional,
            Clusters = all.Share.Clusters,
            Warnings = [.. ReportWarnings.OfUnfinished(report), .. ReportWarnings.OfClusters(all.Share.Clusters)],
            Questions = _questions,
            Samples = _profile.Samples,
            Strategies = [rows[0], .. rows.Skip(1).Select((row, index) => row with { HolmP = adjusted[index] })],
            Subsets = _samples.Build()?.Subsets ?? [],
            Thinking = _thinking.Build() is { } curve
                ? curve with
                {
                    Measured =
                    [
                        .. others.Prepend(report)
                            .DistinctBy(static other => other.Circumstances.Run)
                            .Select(other => MeasuredBudget.Of(other, report))
                            .OfType<MeasuredBudget>()
                            .OrderBy(static measured => measured.Budget ?? int.MaxValue)
                            .ThenBy(static measured => measured.Run, StringComparer.Ordinal),
                    ],
                }
                : null,
        };
    }

    private static InputException NotReplayable(Profile profile) => new(
        $"A run of profile {profile.Name} (strategy {profile.Strategy.Name}, {profile.Samples} samples) cannot be replayed: that needs "
            + "several samples of each question, as "
            + $"{BuiltInProfiles.NamesWhere(static strategy => strategy.IsReplayable, "and")} draw them, or thoughts whose length can be "
            + "limited.");

    private static ImmutableArray<DeferralPoint> DeferralOf(Replayed strategy)
    {
        if (strategy.Confidences.Count == 0)
        {
            return [];
        }

        var table = ConfidenceTable.OfConfidences([.. strategy.Confidences], [.. strategy.Outcomes]);
        var clustered = strategy.Share.Clusters is null
            ? null
            : new ClusteredConfidences(
                table,
                strategy.Confidences.Select(
                    (confidence, place) => (table.LevelOf(confidence), strategy.Outcomes[place], strategy.Clusters[place])));
        return [.. Enumerable.Range(0, 20).Select(step => Deferral.At(table, clustered, step / 20.0))];
    }

    private static McNemarTest TestOf(Replayed strategy, bool clustered) => clustered
        ? McNemar.Test(strategy.Apart.Values)
        : McNemar.Test(
            strategy.Apart.Values.Sum(static apart => apart.OnlyThis), strategy.Apart.Values.Sum(static apart => apart.OnlyBaseline));

    private static IEnumerable<Replayed> StrategiesOf(Profile profile)
    {
        var (samples, seed) = (profile.Samples, profile.Seed);
        yield return new Replayed(
            samples == 1 ? "the one sample" : $"vote of all {samples} samples", answered => SampleReplay.First(answered, samples, seed));
        foreach (var first in Prefixes.Where(first => first < samples))
        {
            yield return new Replayed(
                first == 1 ? "first sample alone" : $"vote of the first {first} samples",
                answered => SampleReplay.First(answered, first, seed));
        }

        yield return new Replayed(
            "stop when no option can catch up", answered => SampleReplay.Adaptive(answered, StopRule.Margin, 1, 1, seed));
        foreach (var wave in (int[])[1, 4])
        {
            yield return new Replayed(
                $"stop at P(Beta) ≥ {BetaStop.DefaultThreshold}, {(wave == 1 ? "after every sample" : $"in waves of {wave}")}",
                answered => SampleReplay.Adaptive(answered, StopRule.Beta, wave, BetaStop.DefaultThreshold, seed));
        }

        yield return new Replayed(
            "all samples, weighted by probability",
            static answered => SampleReplay.Weighted(answered, SequenceWeight.Probability),
            needsLogLikelihoods: true);
        yield return new Replayed(
            "all samples, weighted by probability per token",
            static answered => SampleReplay.Weighted(answered, SequenceWeight.NormalizedProbability),
            needsLogLikelihoods: true);
    }

    /// <summary>A strategy with its counts.</summary>
    private sealed class Replayed(string name, Func<AnsweredQuestion, ReplayedAnswer> replay, bool needsLogLikelihoods = false)
    {
        /// <summary>Whether it is left out of a run whose model gave no log-likelihoods.</summary>
        public bool NeedsLogLikelihoods { get; } = needsLogLikelihoods;

        public string Name { get; } = name;

        public Func<AnsweredQuestion, ReplayedAnswer> Replay { get; } = replay;

        public ShareTally Share { get; } = new();

        /// <summary>By cluster, questions that only this strategy and that only the vote of all samples answered right.</summary>
        public Dictionary<ulong, (int OnlyThis, int OnlyBaseline)> Apart { get; } = [];

        public List<double> Confidences { get; } = [];

        public List<bool> Outcomes { get; } = [];

        public List<ulong> Clusters { get; } = [];

        public long Samples { get; set; }

        public long Tokens { get; set; }
    }
}
