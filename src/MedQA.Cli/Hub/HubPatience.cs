namespace MedQA.Cli.Hub;

/// <summary>How long a hub is waited for.</summary>
internal sealed record HubPatience
{
    /// <summary>After so long without a byte a connection counts as cut.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The first pause before a connection that gave nothing is tried again; each further one is twice as long.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A busy hub that wants to be left alone for longer than this ends the command, which says for how long.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(5);
}
