using MedQA.Inference.Caching;
using MedQA.Inference.Memory;

namespace MedQA.Inference.Engine;

/// <summary>A prompt that the engine has read.</summary>
internal sealed class ReadTokens : IAsyncDisposable
{
    private readonly InferenceEngine _engine;
    private readonly NativeBuffer<float> _logits;
    private int _isDisposed;

    /// <summary>Holds what the engine has read.</summary>
    public ReadTokens(InferenceEngine engine, int[] ids, int virtualTokens, KeyValueCache cache, ReadOnlySpan<float> logits)
    {
        (_engine, Ids, VirtualTokens, Cache) = (engine, ids, virtualTokens, cache);
        _logits = new(logits.Length);
        logits.CopyTo(_logits.Span);
    }

    /// <summary>Its tokens; those of a prefix, which no vocabulary has, stand in front with a negative id that is the prefix's own.</summary>
    public int[] Ids { get; }

    /// <summary>How many of its first tokens are those of a prefix.</summary>
    public int VirtualTokens { get; }

    /// <summary>What every sequence that is scored after this prompt begins with.</summary>
    public ReadOnlySpan<int> Virtual => Ids.AsSpan(0, VirtualTokens);

    /// <summary>Its keys and values.</summary>
    public KeyValueCache Cache { get; }

    /// <summary>The logits after it.</summary>
    public ReadOnlySpan<float> Logits => _logits.Span;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            await _engine.ReleaseAsync(Cache).ConfigureAwait(false);
            _logits.Dispose();
        }
    }
}
