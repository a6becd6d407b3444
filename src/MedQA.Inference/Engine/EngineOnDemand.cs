using MedQA.Evaluation.LanguageModels;

namespace MedQA.Inference.Engine;

/// <summary>A model's engine, which takes no memory before it is first wanted. Safe for concurrent use.</summary>
/// <param name="load">Loads it.</param>
/// <param name="name">The model's name, for messages.</param>
/// <param name="loaded">The engine, if it is loaded already.</param>
internal sealed class EngineOnDemand(
    Func<CancellationToken, Task<InferenceEngine>> load, string name, InferenceEngine? loaded = null) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile InferenceEngine? _engine = loaded;
    private bool _isDisposed;

    /// <summary>Returns the engine, loading it the first time.</summary>
    /// <param name="cancellationToken">Ends the waiting; a load that it interrupts begins again with the next call.</param>
    /// <exception cref="ModelUnavailableException">It cannot be loaded now; a later call tries again.</exception>
    public async ValueTask<InferenceEngine> GetAsync(CancellationToken cancellationToken)
    {
        if (_engine is { } known)
        {
            return known;
        }

        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _engine ??= await load(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or ObjectDisposedException))
        {
            // Whatever it is, no question is at fault: they wait until the model can be loaded.
            throw new ModelUnavailableException(
                $"Model {name} cannot be loaded: {exception.Message.TrimEnd('.')}.", retryAfter: null, exception);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Waits for running operations, then frees the memory.</summary>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            _isDisposed = true;
            if (_engine is { } engine)
            {
                await Task.Run(engine.Dispose).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }
    }
}
