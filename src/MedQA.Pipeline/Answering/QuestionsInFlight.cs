using System.Diagnostics;
using MedQA.Evaluation.Answering;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Answering;

/// <summary>A question that is being answered.</summary>
/// <param name="Asked">The question.</param>
/// <param name="FirstSeconds">How long its first try took, if this is the second.</param>
/// <param name="IsMarked">Whether its beginning is noted in the progress blob.</param>
/// <param name="Activity">Its trace; whoever ends the question disposes of it.</param>
/// <param name="Answering">Its answer or failure; <see langword="null"/> where it was dropped.</param>
/// <param name="LostTries">How many earlier attempts had begun it on a model's service and were killed.</param>
/// <param name="Began">When it began, as a timestamp of the clock.</param>
internal sealed record QuestionInFlight(
    BatchQuestion Asked,
    double? FirstSeconds,
    bool IsMarked,
    Activity? Activity,
    Task<AnsweredQuestion?> Answering,
    int LostTries,
    long Began)
{
    /// <summary>Its part of the time that it took, 0 to 1: time during which n questions are in flight counts 1/n for each.</summary>
    public double Share { get; set; } = 1;

    /// <summary>The seconds since it began that count for others.</summary>
    public double SecondsOfOthers { get; set; }
}

/// <summary>The questions of a batch that are being answered. Used by one flow of control.</summary>
/// <param name="time">The clock.</param>
/// <param name="lost">Drops all of them at once.</param>
internal sealed class QuestionsInFlight(TimeProvider time, CancellationToken lost) : IAsyncDisposable
{
    private readonly CancellationTokenSource _dropped = CancellationTokenSource.CreateLinkedTokenSource(lost);
    private readonly List<QuestionInFlight> _questions = [];
    private long _counted = time.GetTimestamp();

    /// <summary>How many there are.</summary>
    public int Count => _questions.Count;

    /// <summary>Drops a question at once.</summary>
    public CancellationToken Dropped => _dropped.Token;

    /// <summary>Adds a question.</summary>
    public void Add(QuestionInFlight question)
    {
        CountTime();
        _questions.Add(question);
    }

    /// <summary>Waits for the next question that ends, and removes it.</summary>
    public async Task<QuestionInFlight> NextAsync()
    {
        var first = await Task.WhenAny(_questions.Select(static question => question.Answering));
        CountTime();
        var ended = _questions.Find(question => question.Answering == first)!;
        _questions.Remove(ended);
        var seconds = time.GetElapsedTime(ended.Began, _counted).TotalSeconds;
        ended.Share = seconds > 0 ? Math.Clamp(1 - (ended.SecondsOfOthers / seconds), 0, 1) : 1;
        return ended;
    }

    /// <summary>Drops what is left, and waits until it has given in.</summary>
    public async ValueTask DisposeAsync()
    {
        await _dropped.CancelAsync();
        foreach (var question in _questions)
        {
            // What a question ended with does not matter any more.
            await ((Task)question.Answering).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            question.Activity?.Dispose();
        }

        _dropped.Dispose();
    }

    private void CountTime()
    {
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(_counted, now).TotalSeconds;
        foreach (var question in _questions)
        {
            question.SecondsOfOthers += seconds * (_questions.Count - 1) / _questions.Count;
        }

        _counted = now;
    }
}
