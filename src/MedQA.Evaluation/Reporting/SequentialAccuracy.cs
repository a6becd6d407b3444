using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>
/// The accuracy of a run whose questions are asked in a random order, with an interval that holds at every look: a
/// <see cref="ConfidenceSequence"/> without replacement for all questions, and one for each data set.
/// </summary>
/// <remarks>
/// The values are those of the questions, in the order in which they are asked. A question of which it is not known whether it would be
/// right (infrastructure failed, or it cannot be asked) ends what can be said: going on behind it would choose questions by how they
/// turned out.
/// </remarks>
public sealed class SequentialAccuracy
{
    private readonly double _halfWidth;
    private readonly ConfidenceSequence _all;
    private readonly Dictionary<string, ConfidenceSequence> _datasets = new(StringComparer.Ordinal);

    /// <summary>A run of which no question is answered yet.</summary>
    /// <param name="target">The precision to reach, and of which questions.</param>
    /// <param name="confidence">Between 0 and 1, both excluded.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// No question has a known right option, or the confidence is outside its range.
    /// </exception>
    public SequentialAccuracy(AccuracyTarget target, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(target);
        _halfWidth = (double)(target.Points / 100);
        _all = new ConfidenceSequence(target.Datasets.Sum(static dataset => dataset.Questions), confidence);
        foreach (var (dataset, questions) in target.Datasets)
        {
            // One data set is all questions.
            _datasets.Add(dataset, target.Datasets.Length == 1 ? _all : new ConfidenceSequence(questions, confidence));
        }
    }

    /// <summary>Whether a question came of which it is not known whether it would be right: later ones are not counted.</summary>
    public bool IsHeldUp { get; private set; }

    /// <summary>Whether the accuracy of all questions, and of each data set, is known as precisely as was asked for.</summary>
    public bool IsReached =>
        !IsHeldUp && IsNarrow(_all) && _datasets.Values.All(IsNarrow);

    /// <summary>Counts the next answer in the order of asking; one without a known right option changes nothing.</summary>
    public void Add(AnsweredQuestion answered)
    {
        ArgumentNullException.ThrowIfNull(answered);
        if (!IsHeldUp && answered.RightOptions is not null)
        {
            Add(answered.Dataset, answered.Failure is null ? answered.Correct : null);
        }
    }

    /// <summary>Returns the interval of a data set's accuracy had all its questions been asked, or of that of all questions.</summary>
    /// <param name="dataset">The data set; <see langword="null"/> for all questions.</param>
    /// <returns><see langword="null"/> if the run has no such data set.</returns>
    public Interval? IntervalOf(string? dataset) =>
        dataset is null ? _all.Interval : _datasets.TryGetValue(dataset, out var one) ? one.Interval : null;

    /// <summary>Counts an answer.</summary>
    /// <param name="dataset">The question's data set.</param>
    /// <param name="right">Whether it is right; <see langword="null"/> if that is not known.</param>
    internal void Add(string dataset, bool? right)
    {
        if (right is not { } known || !_datasets.TryGetValue(dataset, out var one))
        {
            IsHeldUp = true;
            return;
        }

        one.Add(known ? 1 : 0);
        if (!ReferenceEquals(one, _all))
        {
            _all.Add(known ? 1 : 0);
        }
    }

    private bool IsNarrow(ConfidenceSequence sequence) =>
        sequence.Interval is var (lower, upper) && (upper - lower) / 2 <= _halfWidth;
}
