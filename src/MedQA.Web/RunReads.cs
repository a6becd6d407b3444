using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;

namespace MedQA.Web;

/// <summary>
/// Reads runs for requests. Every request reads what storage says after it came, because another process may have changed or deleted a run;
/// requests that come at once share such a read.
/// </summary>
public sealed class RunReads
{
    private readonly SharedReads<RunId, RunSummary?> _runs = new();
    private readonly SharedReads<(RunQuery Query, string? Continuation, int Take), RunPage> _pages = new();

    /// <summary>Returns a run, or <see langword="null"/> if there is none.</summary>
    internal Task<RunSummary?> FindAsync(Api api, RunId run, CancellationToken cancellationToken)
    {
        return _runs.ReadAsync(run, ReadAsync, cancellationToken);

        async Task<RunSummary?> ReadAsync()
        {
            var found = await api.Reader.GetAsync(run, CancellationToken.None);
            api.Results.See(run, found);
            return found;
        }
    }

    /// <summary>Returns a page of runs.</summary>
    internal Task<RunPage> ListAsync(
        Api api, RunQuery query, string? continuation, int take, CancellationToken cancellationToken) =>
        _pages.ReadAsync(
            (query, continuation, take),
            () => api.Reader.ListAsync(query, continuation, take, CancellationToken.None),
            cancellationToken);
}
