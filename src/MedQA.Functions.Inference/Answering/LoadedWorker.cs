using System.Collections.Concurrent;
using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Answering;

namespace MedQA.Functions.Inference.Answering;

/// <summary>The worker, once its model is loaded: whoever needs it before waits for it.</summary>
public sealed class LoadedWorker
{
    private readonly TaskCompletionSource<(BatchWorker Worker, ModelDescription Model)> _loaded = new(
        TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly ConcurrentDictionary<Task, bool> _running = new();

    /// <summary>What the worker holds; <see langword="null"/> before it is loaded.</summary>
    public ModelDescription? Model => _loaded.Task.IsCompletedSuccessfully ? _loaded.Task.Result.Model : null;

    /// <summary>The worker, as soon as it is there.</summary>
    public async Task<BatchWorker> GetAsync(CancellationToken cancellationToken) =>
        (await _loaded.Task.WaitAsync(cancellationToken)).Worker;

    /// <summary>Does a piece of work that <see cref="IdleAsync"/> waits for.</summary>
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

    /// <summary>Waits until nothing runs any more; how it ended is the matter of whoever began it.</summary>
    public Task IdleAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_running.Keys.Select(static running => running.ContinueWith(static _ => { }, TaskScheduler.Default)))
            .WaitAsync(cancellationToken);

    /// <summary>Says that the model is loaded.</summary>
    public void Complete(BatchWorker worker, ModelDescription model) => _loaded.SetResult((worker, model));
}
