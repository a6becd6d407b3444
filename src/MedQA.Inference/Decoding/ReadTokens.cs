using MedQA.Inference.Memory;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Decoding;

/// <summary>A prompt that the engine has read.</summary>
internal sealed class ReadTokens : IAsyncDisposable
{
    private readonly Func<KeyValueCache, ValueTask> _release;
    private readonly NativeBuffer<float> _logits;
    private int _isDisposed;

    /// <summary>Holds a prompt that the engine has read; disposing returns its cache to the engine.</summary>
    public ReadTokens(Func<KeyValueCache, ValueTask> release, int[] ids, int virtualTokens, KeyValueCache cache, ReadOnlySpan<float> logits)
    {
        (_release, Ids, VirtualTokens, Cache) = (release, ids, virtualTokens, cache);
        _logits = new(logits.Length);
        logits.CopyTo(_logits.Span);
    }

    /// <summary>
    /// Its tokens; those of a soft prompt, which no vocabulary has, come first, with a negative id unique to the soft prompt.
    /// </summary>
    public int[] Ids { get; }

    /// <summary>How many of its first tokens are those of a soft prompt.</summary>
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
            await _release(Cache).ConfigureAwait(false);
            _logits.Dispose();
        }
    }
}
