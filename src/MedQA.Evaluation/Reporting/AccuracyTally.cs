using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>Counts the parts of an <see cref="Accuracy"/>.</summary>
internal sealed class AccuracyTally
{
    private readonly ShareTally _share = new();
    private int _unanswered;
    private int _failed;
    private int _unaskable;
    private int _withOptions;
    private double _chance;
    private double _agreement;
    private int? _optionsEach;
    private bool _optionsDiffer;

    public double? MeanAgreement => _withOptions == 0 ? null : _agreement / _withOptions;

    public int Questions { get; private set; }

    /// <summary>
    /// Returns the interval for a mean over data sets; <see langword="null"/> if nothing is scored.
    /// </summary>
    public Interval? ScoreInterval() => _share.ScoreInterval();

    public void Add(AnsweredQuestion answered)
    {
        if (answered.Failure is { } failure)
        {
            var counts = answered.RightOptions is null ? 0 : 1;
            _failed += failure.IsOfQuestion ? 0 : counts;
            _unaskable += failure.IsOfQuestion ? counts : 0;
            return;
        }

        Questions++;
        if (answered.OptionCount > 0)
        {
            _withOptions++;
            _agreement += answered.Agreement;
        }

        if (answered.Correct is not { } correct)
        {
            return;
        }

        _share.Add(QuestionCluster.Of(answered), correct);
        _unanswered += answered.ChosenOptions is null ? 1 : 0;

        // No result is published of a choice among sets.
        _optionsDiffer |= answered.SeveralRight || (_optionsEach is { } others && others != answered.OptionCount);
        _optionsEach = answered.OptionCount;
        var choosable = answered.ChoosableOptions ?? answered.OptionCount;
        _chance += choosable == 0 ? 0 : answered.SeveralRight ? 1 / (Math.Pow(2, choosable) - 1) : 1.0 / choosable;
    }

    public Accuracy Build()
    {
        if (_share.Count == 0)
        {
            return new Accuracy
            {
                Correct = 0,
                Scored = 0,
                Unanswered = 0,
                Failed = _failed,
                Unaskable = _unaskable,
                Bounds = _failed == 0 ? null : new Interval(0, 1),
            };
        }

        var (correct, scored, all) = (_share.Right, _share.Count, _share.Count + _failed);
        return new Accuracy
        {
            Correct = correct,
            Scored = scored,
            Unanswered = _unanswered,
            Failed = _failed,
            Unaskable = _unaskable,
            Value = (double)correct / scored,
            Interval = _failed > 0 ? null : _share.Interval(),
            IntervalOfUnrelated = _failed > 0 || _share.Clusters is null ? null : BinomialInterval.ClopperPearson(correct, scored),
            Clusters = _share.Clusters,
            Bounds = _failed == 0 ? null : new Interval((double)correct / all, (double)(correct + _failed) / all),
            Chance = _chance / scored,
            OptionsEach = _optionsDiffer ? null : _optionsEach,
            StandardError = _failed > 0 ? null : _share.StandardError(),
        };
    }
}
