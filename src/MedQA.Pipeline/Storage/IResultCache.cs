using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>A part of a result, as it was loaded.</summary>
/// <param name="Value">The part, which is never changed.</param>
/// <param name="Bytes">The memory that it takes; <see langword="null"/> for a part that is not to be kept.</param>
public readonly record struct LoadedPart<T>(T Value, long? Bytes)
    where T : class;

/// <summary>Keeps parts of the results of ended runs in memory. A result does not change as long as its version is the same.</summary>
public interface IResultCache
{
    /// <summary>
    /// Returns a part of a run's result: the kept one, or the one that <paramref name="load"/> returns. Callers who ask for the same part
    /// at once share one load. A load that fails is not kept, and one that a caller no longer waits for continues for the others.
    /// </summary>
    /// <param name="run">The run, as it was just read. Of a run whose result can change, nothing is kept and no load is shared.</param>
    /// <param name="part">Names the part.</param>
    /// <param name="load">Loads the part.</param>
    /// <param name="cancellationToken">Cancels the waiting.</param>
    Task<T> GetAsync<T>(
        RunSummary run, string part, Func<CancellationToken, Task<LoadedPart<T>>> load, CancellationToken cancellationToken)
        where T : class;
}
