using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>Collects the confidences of scored answers.</summary>
internal sealed class ConfidenceTally
{
    private const int MaxCurvePoints = 200;

    /// <summary>The most answers that the resamples of one interval draw: seconds of work.</summary>
    private const long MaxDraws = 400_000_000;

    private readonly Dictionary<(int Votes, int Samples), (int Right, int Wrong)> _agreements = [];
    private readonly List<double> _probabilities = [];
    private readonly List<double> _posteriors = [];
    private readonly List<int> _votes = [];
    private readonly List<bool> _correct = [];
    private readonly List<ulong> _clusters = [];
    private bool _scoredOptions;
    private bool _stopsEarly;

    /// <param name="answered">A question that infrastructure did not fail.</param>
    public void Add(AnsweredQuestion answered)
    {
        answered = answered.OverSets();
        if (answered.Correct is not { } correct)
        {
            return;
        }

        var key = (answered.Answer is { } answer ? answered.Votes.ElementAtOrDefault(answer) : 0, answered.SamplesAsked);
        var (right, wrong) = _agreements.GetValueOrDefault(key);
        _agreements[key] = correct ? (right + 1, wrong) : (right, wrong + 1);
        _votes.Add(key.Item1);
        _correct.Add(correct);
        _clusters.Add(QuestionCluster.Of(answered));
        _posteriors.Add(answered.StoppingPosterior ?? 0);
        _stopsEarly |= answered.StoppingPosterior is not null;
        _scoredOptions |= !answered.OptionProbabilities.IsEmpty;
        _probabilities.Add(answered.Answer is { } option ? Math.Min(1, answered.OptionProbabilities.ElementAtOrDefault(option)) : 0);
    }

    /// <summary>Returns the headline: agreement, where every question had the same number of samples and more than one.</summary>
    /// <param name="key">Key of the random stream.</param>
    /// <param name="intervals">The confidence of the intervals; <see langword="null"/> for none.</param>
    /// <param name="strategy">The run's strategy.</param>
    public ConfidenceReport? BuildAgreement(ulong key, double? intervals, Strategy strategy)
    {
        var samples = _agreements.Count == 0 ? 0 : _agreements.Keys.First().Samples;
        if (strategy.StopsEarly || samples < 2 || _agreements.Keys.Any(level => level.Samples != samples))
        {
            return null;
        }

        var table = ConfidenceTable.OfVotes(
            _agreements.Select(static level => (level.Key.Votes, level.Key.Samples, level.Value.Right, level.Value.Wrong)));
        var clustered = Clustered(table, place => (double)_votes[place] / samples);
        return Build($"agreement: votes for the answer over {samples} samples", table, clustered, key, intervals) with
        {
            Levels = Levels(table, clustered)
        };
    }

    public ConfidenceReport? BuildProbability(ulong key, double? intervals) => _scoredOptions
        ? Build("probability of the answer among the options, as the model scores them", _probabilities, key, intervals)
        : null;

    public ConfidenceReport? BuildStoppingPosterior(ulong key, double? intervals) => _stopsEarly
        ? Build(
            "stopping posterior: the probability that the leading answer leads the second, P(Beta(a + 1, b + 1) > 1/2)",
            _posteriors,
            key,
            intervals)
        : null;

    /// <summary>
    /// Returns the expected calibration error of the run's headline confidence: agreement, else the probability of options, else the
    /// stopping posterior; <see langword="null"/> if the run has none.
    /// </summary>
    /// <param name="key">Key of the random stream.</param>
    /// <param name="strategy">The run's strategy.</param>
    /// <param name="intervals">The confidence of the interval.</param>
    public CalibrationMeasure? ExpectedError(ulong key, Strategy strategy, double intervals)
    {
        var isTooFine = (long)Resamples(intervals) * Math.Max(1, _votes.Count) > MaxDraws;
        var confidence = isTooFine ? (double?)null : intervals;
        var said = BuildAgreement(key, confidence, strategy)
            ?? BuildProbability(key, confidence)
            ?? BuildStoppingPosterior(key, confidence);
        var clusters = _clusters.Distinct().Count();
        return said is null ? null : new CalibrationMeasure(
            said.Questions,
            said.Figures.ExpectedError,
            said.Intervals?.ExpectedError,
            isTooFine,
            clusters == _clusters.Count ? null : clusters);
    }

    /// <summary>As many resamples as leave 25 beyond each end of an interval.</summary>
    private static int Resamples(double share) => Math.Max(Bootstrap.DefaultResamples, (int)Math.Round(50 / (1 - share)));

    private ConfidenceReport Build(string confidence, List<double> confidences, ulong key, double? intervals)
    {
        var table = ConfidenceTable.OfConfidences([.. confidences], [.. _correct]);
        return Build(confidence, table, Clustered(table, place => confidences[place]), key, intervals);
    }

    /// <summary>Returns the answers one by one, where two or more are of one cluster.</summary>
    private ClusteredConfidences? Clustered(ConfidenceTable table, Func<int, double> confidenceAt) =>
        _clusters.Distinct().Count() == _clusters.Count
            ? null
            : new ClusteredConfidences(
                table,
                Enumerable.Range(0, _correct.Count)
                    .Select(place => (table.LevelOf(confidenceAt(place)), _correct[place], _clusters[place])));

    private static ImmutableArray<ConfidenceLevel> Levels(ConfidenceTable table, ClusteredConfidences? clustered) => clustered is null
        ? table.Levels
        : [.. table.Levels.Select(
            (level, place) => level with
            {
                EffectiveKept = clustered.LeastEffective(other => other >= place),
                KeptInterval = clustered.Kept(other => other >= place)
            })];

    private static ImmutableArray<CalibrationBin> Bins(ConfidenceTable table, ClusteredConfidences? clustered) => clustered is null
        ? CalibrationFigures.BinsOf(table)
        : [.. CalibrationFigures.BinsOf(table)
            .Select(bin => bin with { OfClusters = clustered.Kept(level => table.Levels[level].Bin == bin.Bin) })];

    private static ConfidenceReport Build(
        string confidence, ConfidenceTable table, ClusteredConfidences? clustered, ulong key, double? intervals)
    {
        var curve = Statistics.Deferral.RiskCoverage(table);
        return new ConfidenceReport
        {
            Confidence = confidence,
            Questions = table.Count,
            Figures = CalibrationFigures.Of(table),
            Intervals = intervals is not { } share ? null
                : clustered is null ? Bootstrap.Calibration(table, key, Resamples(share), share)
                : Bootstrap.Calibration(clustered, key, Resamples(share), share),
            Bins = Bins(table, clustered),
            RiskCoverage = curve.Length <= MaxCurvePoints
                ? curve
                : [.. Enumerable.Range(1, MaxCurvePoints).Select(point => curve[(int)((long)point * curve.Length / MaxCurvePoints) - 1])],
            Deferral = [.. Enumerable.Range(0, 20).Select(step => Statistics.Deferral.At(table, clustered, step / 20.0))],
        };
    }
}

/// <summary>The expected calibration error of a run.</summary>
/// <param name="Questions">Its questions.</param>
/// <param name="Error">The error.</param>
/// <param name="Interval">Its interval; <see langword="null"/> if there is none.</param>
/// <param name="IsTooFine">Whether there is none because its confidence would take too many resamples.</param>
/// <param name="Clusters">The clusters of the questions, where two or more belong together; else <see langword="null"/>.</param>
internal readonly record struct CalibrationMeasure(int Questions, double Error, Interval? Interval, bool IsTooFine, int? Clusters);
