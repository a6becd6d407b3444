using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Results;
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
    private readonly SharedReads<(RunSummary Run, string? Continuation, int Take, AnswerQuery Query), AnswerPage> _answers = new();

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

    /// <summary>Returns a page of a run's answers with the beginnings of their questions.</summary>
    internal Task<AnswerPage> AnswersAsync(
        Api api, RunSummary run, string? continuation, int take, AnswerQuery query, CancellationToken cancellationToken)
    {
        return _answers.ReadAsync((run, continuation, take, query), ReadAsync, cancellationToken);

        async Task<AnswerPage> ReadAsync()
        {
            var page = await api.Reader.AnswersAsync(run, continuation, take, query, CancellationToken.None);

            // A result's lists include the texts.
            var without = page.Answers.Where(static row => row.Text is null).Select(static row => row.Ordinal);
            var texts = await api.Reader.TextsAsync(run, [.. without.Order()], CancellationToken.None);
            return page with
            {
                Answers = [.. page.Answers.Select(row => row with { Text = row.Text ?? texts.GetValueOrDefault(row.Ordinal) })],
            };
        }
    }
}
