namespace MedQA.Pipeline.Advancing;

/// <summary>How long things are kept.</summary>
public sealed record RetentionOptions
{
    /// <summary>
    /// Days after which a run that has ended, and with which nothing has happened since, is deleted; <see langword="null"/> for never.
    /// </summary>
    public int? RunDays { get; init; }

    /// <summary>
    /// Days after which an uploaded question set is deleted, its runs not; <see langword="null"/> for never. Sent once more it is a new
    /// upload, and a new run.
    /// </summary>
    public int? UploadDays { get; init; }

    /// <summary>Refuses what cannot work.</summary>
    /// <exception cref="ArgumentException">A setting is outside its range; the message names it.</exception>
    internal void Check()
    {
        Require(RunDays, nameof(RunDays));
        Require(UploadDays, nameof(UploadDays));
    }

    private static void Require(int? days, string setting)
    {
        if (days is < 1 or > 36_500)
        {
            throw new ArgumentException($"Retention setting {setting} must be 1 to 36500 days, or not set.", setting);
        }
    }
}
