namespace MedQA.Pipeline.Notifying;

/// <summary>What became of one try to send a notice.</summary>
/// <param name="Status">The receiver's status; <see langword="null"/> if it did not answer.</param>
/// <param name="Problem">Why there is no answer, as a sentence; otherwise <see langword="null"/>.</param>
/// <param name="RetryAfter">How long the receiver asks to wait; <see langword="null"/> if it does not ask.</param>
internal sealed record NoticeAnswer(int? Status, string? Problem = null, TimeSpan? RetryAfter = null)
{
    /// <summary>Whether the receiver has taken the notice.</summary>
    public bool IsTaken => Status is >= 200 and < 300;

    /// <summary>Whether the receiver wants no more tries.</summary>
    public bool IsGone => Status == 410;
}
