using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Overlap;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Reporting;

/// <summary>
/// Questions that appear in a training text, and a run's accuracy on them and on the others. Nothing is scored where there is no run.
/// </summary>
/// <param name="LookedFor">Questions that were looked for.</param>
/// <param name="TooShort">Questions that were too short to be looked for; they count among the others.</param>
/// <param name="All">Accuracy on all questions.</param>
/// <param name="Overlapping">Accuracy on those that appear in the text.</param>
/// <param name="Others">Accuracy on the rest.</param>
/// <param name="Questions">The overlapping questions, in the order of the run or file.</param>
public sealed record OverlapReport(
    int LookedFor, int TooShort, Accuracy All, Accuracy Overlapping, Accuracy Others, ImmutableArray<OverlappingQuestion> Questions)
{
    /// <summary>Returns what was found, without a run.</summary>
    /// <param name="overlap">What was found.</param>
    /// <param name="questions">The questions that were looked for, in their order.</param>
    public static OverlapReport Of(TextOverlap overlap, IEnumerable<Question> questions)
    {
        ArgumentNullException.ThrowIfNull(overlap);
        ArgumentNullException.ThrowIfNull(questions);
        var nothing = new AccuracyTally().Build();
        var found = questions.Where(question => overlap.Found.Contains((question.Dataset, question.Id)))
            .Select(static question => new OverlappingQuestion(question.Dataset, question.Id));
        return new OverlapReport(overlap.Count, overlap.TooShort, nothing, nothing, nothing, [.. found]);
    }
}

/// <summary>A question that appears in a training text.</summary>
/// <param name="Dataset">Its data set.</param>
/// <param name="Question">Its id.</param>
public sealed record OverlappingQuestion(string Dataset, string Question);

/// <summary>Builds an <see cref="OverlapReport"/> from a run's answers.</summary>
/// <param name="overlap">What was found, with every training text looked through.</param>
public sealed class OverlapAccumulator(TextOverlap overlap)
{
    private readonly AccuracyTally _all = new();
    private readonly AccuracyTally _overlapping = new();
    private readonly AccuracyTally _others = new();
    private readonly ImmutableArray<OverlappingQuestion>.Builder _questions = ImmutableArray.CreateBuilder<OverlappingQuestion>();

    /// <summary>Counts an answer.</summary>
    public void Add(AnsweredQuestion answered)
    {
        ArgumentNullException.ThrowIfNull(answered);
        var found = overlap.Found.Contains((answered.Dataset, answered.Id));
        _all.Add(answered);
        (found ? _overlapping : _others).Add(answered);
        if (found)
        {
            _questions.Add(new OverlappingQuestion(answered.Dataset, answered.Id));
        }
    }

    /// <summary>Returns the report on all answers that were added.</summary>
    public OverlapReport Build() =>
        new(overlap.Count, overlap.TooShort, _all.Build(), _overlapping.Build(), _others.Build(), _questions.ToImmutable());
}
