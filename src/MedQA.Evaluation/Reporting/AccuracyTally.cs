using System.Globalization;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>Counts what an <see cref="Accuracy"/> is made of.</summary>
internal sealed class AccuracyTally
{
    private readonly Dictionary<ulong, (int Questions, int Correct)> _clusters = [];
    private int _questions;
    private int _correct;
    private int _scored;
    private int _unanswered;
    private int _failed;
    private int _withOptions;
    private double _chance;
    private double _agreement;
    private int _alone;
    private int _aloneCorrect;

    public bool HasScored => _scored > 0;

    public double? MeanAgreement => _withOptions == 0 ? null : _agreement / _withOptions;

    public int Questions => _questions;

    public void Add(AnsweredQuestion answered)
    {
        if (answered.Failure is not null)
        {
            _failed += answered.Gold is null ? 0 : 1;
            return;
        }

        _questions++;
        if (answered.OptionCount > 0)
        {
            _withOptions++;
            _agreement += answered.Agreement;
        }

        if (answered.Correct is not { } correct)
        {
            return;
        }

        _scored++;
        _correct += correct ? 1 : 0;
        _unanswered += answered.Answer is null ? 1 : 0;
        _chance += answered.OptionCount > 0 ? 1.0 / answered.OptionCount : 0;
        if (answered.QuestionFingerprint.Length == 0)
        {
            _alone++;
            _aloneCorrect += correct ? 1 : 0;
        }
        else
        {
            // A number takes a third of the memory of its digits, which is what a report of many questions takes most of.
            var cluster = ulong.Parse(answered.QuestionFingerprint, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            var (questions, right) = _clusters.GetValueOrDefault(cluster);
            _clusters[cluster] = (questions + 1, right + (correct ? 1 : 0));
        }
    }

    public Accuracy Build()
    {
        if (_scored == 0)
        {
            return new Accuracy { Correct = 0, Scored = 0, Unanswered = 0, Failed = _failed, Bounds = _failed == 0 ? null : new Interval(0, 1) };
        }

        var all = _scored + _failed;
        return new Accuracy
        {
            Correct = _correct,
            Scored = _scored,
            Unanswered = _unanswered,
            Failed = _failed,
            Value = (double)_correct / _scored,
            Interval = _failed > 0 ? null : BinomialInterval.ClopperPearson(_correct, _scored),
            Bounds = _failed == 0 ? null : new Interval((double)_correct / all, (double)(_correct + _failed) / all),
            Chance = _chance / _scored,
            StandardError = _failed > 0 ? null : StandardError(),
        };
    }

    /// <summary>Root of the sum over clusters of the squared sum of their deviations from the mean, divided by the number of questions.</summary>
    private double StandardError()
    {
        var mean = (double)_correct / _scored;

        // Sums of counts first, so that the order of the clusters leaves no trace in the last bits.
        var sizes = new SortedDictionary<(int Questions, int Correct), int>();
        foreach (var cluster in _clusters.Values)
        {
            sizes[cluster] = sizes.GetValueOrDefault(cluster) + 1;
        }

        var sum = (_aloneCorrect * (1 - mean) * (1 - mean)) + ((_alone - _aloneCorrect) * mean * mean);
        foreach (var ((questions, correct), clusters) in sizes)
        {
            var deviation = correct - (questions * mean);
            sum += clusters * deviation * deviation;
        }

        return Math.Sqrt(sum) / _scored;
    }
}
