namespace MedQA.Pipeline.Tests.Fixtures;

/// <summary>The clock of a machine whose time of day is wrong, and can be set while it runs. Its timers and what it measures run as everywhere.</summary>
internal sealed class SkewedTime(TimeSpan ahead) : TimeProvider
{
    /// <summary>How far ahead it is; negative for behind.</summary>
    public TimeSpan Ahead { get; set; } = ahead;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}
