using MedQA.Evaluation.Reporting;

namespace MedQA.Web;

/// <summary>
/// The comparisons of ended runs that were asked for last. They do not change, and each costs a look at every answer: it is made once,
/// however many ask for it at a time.
/// </summary>
public sealed class RecentComparisons
{
    private const int MaxKept = 32;

    private readonly Lock _lock = new();
    private readonly LinkedList<(string Key, Task<RunComparison> Comparison)> _recent = new();

    /// <summary>The comparison that was made before, or is being made, or is made now.</summary>
    /// <param name="key">Names the runs and the revisions of their results.</param>
    /// <param name="make">Makes it. Nobody's leaving ends it: others may wait for it.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
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

            // One that could not be made is tried again.
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
