namespace MedQA.Cli.Hub;

/// <summary>The time limits of a hub.</summary>
internal sealed record HubPatience
{
    /// <summary>The time without data after which a connection counts as cut.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The first pause before a connection without data is retried; each further pause is twice as long.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait that a busy hub may ask for; beyond it, the command ends and reports the wait.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(5);
}
