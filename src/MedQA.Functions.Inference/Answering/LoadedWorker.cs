using System.Collections.Concurrent;
using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Answering;

namespace MedQA.Functions.Inference.Answering;

/// <summary>The worker, available once its model is loaded.</summary>
public sealed class LoadedWorker
{
    private readonly TaskCompletionSource<(BatchWorker Worker, ModelDescription Model)> _loaded = new(
        TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly ConcurrentDictionary<Task, bool> _running = new();

    /// <summary>The worker's model; <see langword="null"/> before it is loaded.</summary>
    public ModelDescription? Model => _loaded.Task.IsCompletedSuccessfully ? _loaded.Task.Result.Model : null;

    /// <summary>Waits for the worker.</summary>
    public async Task<BatchWorker> GetAsync(CancellationToken cancellationToken) =>
        (await _loaded.Task.WaitAsync(cancellationToken)).Worker;

    /// <summary>Runs work that <see cref="IdleAsync"/> waits for.</summary>
    public async Task RunAsync(Func<Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var running = work();
        _running[running] = true;
        try
        {
            await running;
        }
        finally
        {
            _running.TryRemove(running, out _);
        }
    }

    /// <summary>Waits until no work is running, ignoring its outcome.</summary>
    public Task IdleAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_running.Keys.Select(static running => running.ContinueWith(static _ => { }, TaskScheduler.Default)))
            .WaitAsync(cancellationToken);

    /// <summary>Signals that the model is loaded.</summary>
    public void Complete(BatchWorker worker, ModelDescription model) => _loaded.SetResult((worker, model));
}
