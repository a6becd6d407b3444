using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Reading;

/// <summary>Pages of answers by conditions that need more than one index: words, and agreement below a threshold.</summary>
internal sealed class AnswerSearch(RunStorage storage)
{
    /// <summary>So many rows are read for one page; it may then be short and still have a continuation.</summary>
    private const int MostRead = 4 * RunReader.MaxPage;

    private readonly AnswerRows _answers = new(storage.AnswerTable);

    /// <summary>A page of the answers that pass.</summary>
    /// <param name="run">The run.</param>
    /// <param name="query">Which answers.</param>
    /// <param name="list">What continuations are good for.</param>
    /// <param name="from">The first ordinal of the page.</param>
    /// <param name="take">The most rows.</param>
    /// <param name="questions">The run's number of questions.</param>
    /// <param name="indexed">Whether the indexes of the result stand; else every row is looked at.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task<AnswerPage> PageAsync(RunId run, AnswerQuery query, string list, int from, int take, int questions, bool indexed, CancellationToken cancellationToken)
    {
        var allowed = indexed ? await AllowedAsync(run, query, cancellationToken) : null;
        var total = from == 0 && query.Words.Length == 0 ? allowed?.Count : null;
        var (rows, ordinals, read) = (new List<AnswerRow>(), new List<int>(), 0);
        await foreach (var ordinal in CandidatesAsync(run, query, from, questions, allowed, cancellationToken))
        {
            if (rows.Count + ordinals.Count == take)
            {
                read += ordinals.Count;
                await ReadAsync();
                if (rows.Count == take || read >= MostRead)
                {
                    return new AnswerPage(rows, new AnswerPlace(ordinal).Continue(list)) { Total = total };
                }
            }

            ordinals.Add(ordinal);
        }

        await ReadAsync();
        return new AnswerPage(rows, null) { Total = from == 0 ? rows.Count : null };

        async Task ReadAsync()
        {
            var found = indexed ? await new AnswerList(storage, run, AnswerFilter.All).FindAsync(ordinals, cancellationToken) : [];
            if (found.Count == 0)
            {
                found = [.. (await Task.WhenAll(ordinals.Select(ordinal => _answers.FindAsync(run, ordinal, cancellationToken)))).OfType<AnswerRow>()];
            }

            rows.AddRange(found.Where(row => query.Filter.Passes(row) && query.PassesAgreement(row)));
            ordinals.Clear();
        }
    }

    /// <summary>The ordinals that may pass, ascending.</summary>
    private async IAsyncEnumerable<int> CandidatesAsync(
        RunId run, AnswerQuery query, int from, int questions, SortedSet<int>? allowed, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var words = query.Words;
        if (words.Length == 0)
        {
            foreach (var ordinal in allowed?.GetViewBetween(from, int.MaxValue) ?? Enumerable.Range(from, Math.Max(0, questions - from)))
            {
                yield return ordinal;
            }

            yield break;
        }

        await foreach (var text in new TextIndex(storage).AllAsync(run, cancellationToken))
        {
            if (text.Ordinal >= from && allowed?.Contains(text.Ordinal) != false && text.HasAll(words))
            {
                yield return text.Ordinal;
            }
        }
    }

    private async Task<SortedSet<int>?> AllowedAsync(RunId run, AnswerQuery query, CancellationToken cancellationToken)
    {
        SortedSet<int>? allowed = null;
        if (query.Filter != AnswerFilter.All
            && await new AnswerList(storage, run, query.Filter).OrdinalsAsync(cancellationToken) is { } filtered)
        {
            allowed = [.. filtered];
        }

        if (query.AgreementBelow is { } threshold && await storage.Blob(run, AgreementIndex.Name).FindContentAsync(cancellationToken) is { } agreements)
        {
            var below = AgreementIndex.Below(agreements.ToMemory().Span, threshold);
            if (allowed is null)
            {
                allowed = [.. below];
            }
            else
            {
                allowed.IntersectWith(below);
            }
        }

        return allowed;
    }
}
