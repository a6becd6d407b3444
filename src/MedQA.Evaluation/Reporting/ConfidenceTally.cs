using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>Collects the confidences of scored answers.</summary>
internal sealed class ConfidenceTally
{
    private const int MostCurvePoints = 200;

    private readonly Dictionary<(int Votes, int Samples), (int Right, int Wrong)> _agreements = [];
    private readonly List<double> _probabilities = [];
    private readonly List<double> _posteriors = [];
    private readonly List<bool> _correct = [];
    private bool _scoredOptions;
    private bool _stopsEarly;

    /// <param name="answered">A question that infrastructure did not fail.</param>
    public void Add(AnsweredQuestion answered)
    {
        if (answered.Correct is not { } correct)
        {
            return;
        }

        var key = (answered.Answer is { } answer ? answered.Votes.ElementAtOrDefault(answer) : 0, answered.SamplesAsked);
        var (right, wrong) = _agreements.GetValueOrDefault(key);
        _agreements[key] = correct ? (right + 1, wrong) : (right, wrong + 1);
        _correct.Add(correct);
        _posteriors.Add(answered.StoppingPosterior ?? 0);
        _stopsEarly |= answered.StoppingPosterior is not null;
        _scoredOptions |= !answered.OptionProbabilities.IsEmpty;
        _probabilities.Add(answered.Answer is { } option ? Math.Min(1, answered.OptionProbabilities.ElementAtOrDefault(option)) : 0);
    }

    /// <summary>The headline: agreement, where every question had the same number of samples and more than one.</summary>
    public ConfidenceReport? BuildAgreement(ulong key, bool intervals, string strategy)
    {
        var samples = _agreements.Count == 0 ? 0 : _agreements.Keys.First().Samples;
        if (strategy == StrategyNames.AdaptiveSelfConsistency || samples < 2 || _agreements.Keys.Any(level => level.Samples != samples))
        {
            return null;
        }

        var table = ConfidenceTable.OfVotes(_agreements.Select(static level => (level.Key.Votes, level.Key.Samples, level.Value.Right, level.Value.Wrong)));
        return Build($"agreement: votes for the answer over {samples} samples", table, key, intervals) with { Levels = table.Levels };
    }

    public ConfidenceReport? BuildProbability(ulong key, bool intervals) => _scoredOptions
        ? Build("probability of the answer among the options, as the model scores them", ConfidenceTable.OfConfidences([.. _probabilities], [.. _correct]), key, intervals)
        : null;

    public ConfidenceReport? BuildStoppingPosterior(ulong key, bool intervals) => _stopsEarly
        ? Build("stopping posterior: the probability that the leading answer leads the second, P(Beta(a + 1, b + 1) > 1/2)", ConfidenceTable.OfConfidences([.. _posteriors], [.. _correct]), key, intervals)
        : null;

    private static ConfidenceReport Build(string confidence, ConfidenceTable table, ulong key, bool intervals)
    {
        var curve = Statistics.Deferral.RiskCoverage(table);
        return new ConfidenceReport
        {
            Confidence = confidence,
            Questions = table.Count,
            Figures = CalibrationFigures.Of(table),
            Intervals = intervals ? Bootstrap.Calibration(table, key) : null,
            Bins = CalibrationFigures.BinsOf(table),
            RiskCoverage = curve.Length <= MostCurvePoints ? curve : [.. Enumerable.Range(1, MostCurvePoints).Select(point => curve[(int)((long)point * curve.Length / MostCurvePoints) - 1])],
            Deferral = [.. Enumerable.Range(0, 20).Select(step => Statistics.Deferral.At(table, step / 20.0))],
        };
    }
}
