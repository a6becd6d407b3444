using MedQA.Evaluation.Reporting;

namespace MedQA.Web;

/// <summary>
/// Caches the most recent comparisons of finished runs. They do not change, and each reads every answer, so concurrent requests share
/// one computation.
/// </summary>
public sealed class RecentComparisons
{
    private const int MaxKept = 32;

    private readonly Lock _lock = new();
    private readonly LinkedList<(string Key, Task<RunComparison> Comparison)> _recent = new();

    /// <summary>Returns the cached comparison, or starts or joins its computation.</summary>
    /// <param name="key">Identifies the runs and the revisions of their results.</param>
    /// <param name="make">Computes it. Callers' cancellation does not stop it, because others may wait for it.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public Task<RunComparison> GetAsync(string key, Func<Task<RunComparison>> make, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(make);
        lock (_lock)
        {
            var found = _recent.First;
            while (found is not null && found.Value.Key != key)
            {
                found = found.Next;
            }

            if (found is not null)
            {
                _recent.Remove(found);
            }

            // A failed one is retried.
            if (found is null || found.Value.Comparison is { IsFaulted: true } or { IsCanceled: true })
            {
                found = new((key, Task.Run(make, CancellationToken.None)));
            }

            _recent.AddFirst(found);
            if (_recent.Count > MaxKept)
            {
                _recent.RemoveLast();
            }

            return found.Value.Comparison.WaitAsync(cancellationToken);
        }
    }
}
