namespace MedQA.Endpoints.Pacing;

/// <summary>A request that a pacer has let through.</summary>
internal sealed class PacedRequest : IDisposable
{
    private readonly RequestPacer _pacer;
    private bool _hasEnded;

    internal PacedRequest(RequestPacer pacer, long tokens) => (_pacer, Tokens) = (pacer, tokens);

    /// <summary>When it was let through, since the pacer was made.</summary>
    internal TimeSpan At { get; init; }

    /// <summary>The tokens that it is counted with.</summary>
    internal long Tokens { get; set; }

    /// <summary>Whether it is too long ago to be counted.</summary>
    internal bool IsForgotten { get; set; }

    /// <summary>Counts it with the tokens that it has used.</summary>
    public void Settle(long tokens) => _pacer.Settle(this, tokens);

    /// <summary>Makes room for another one.</summary>
    public void Dispose()
    {
        if (!_hasEnded)
        {
            _hasEnded = true;
            _pacer.End();
        }
    }
}
