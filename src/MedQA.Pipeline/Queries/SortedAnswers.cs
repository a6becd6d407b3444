using System.Runtime.InteropServices;
using MedQA.Pipeline.Results;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Queries;

/// <summary>
/// Pages of a result's answers in another order than that of the questions. The order is made from one pass over the rows, and kept with
/// the other parts of the result.
/// </summary>
internal sealed class SortedAnswers(RunStorage storage, RunSummary summary, ResultFiles files, IResultCache? cache)
{
    private readonly AnswerList _all = new(files, AnswerFilter.All);

    /// <summary>Returns a page of the answers that pass.</summary>
    /// <param name="query">Which answers, and in which order.</param>
    /// <param name="list">What continuations are good for.</param>
    /// <param name="place">Where the page begins.</param>
    /// <param name="take">The most rows.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="Evaluation.InputException">
    /// The continuation is of an earlier revision of the result: its order was another one.
    /// </exception>
    public async Task<AnswerPage> PageAsync(
        AnswerQuery query, string list, AnswerPlace place, int take, CancellationToken cancellationToken)
    {
        var from = place.Entry is var (at, revision)
            ? revision == summary.Revision ? at : throw Continuation.NotGivenOut()
            : place.Ordinal == 0 ? 0 : throw Continuation.NotGivenOut();
        var passing = await KeptAsync($"sorted {query}", cancel => SortAsync(query, cancel), cancellationToken);
        from = Math.Min(from, passing.Length);
        var wanted = passing.AsSpan(from..Math.Min(from + take, passing.Length)).ToArray();
        var rows = (await FindAsync([.. wanted.Order()], cancellationToken)).ToDictionary(static row => row.Ordinal);
        return new AnswerPage(
            [.. wanted.Where(rows.ContainsKey).Select(ordinal => rows[ordinal])],
            from + take < passing.Length
                ? new AnswerPlace(passing[from + take], (from + take, summary.Revision)).Continue(list)
                : null)
        {
            Total = from == 0 ? passing.Length : null,
        };
    }

    private async Task<int[]> SortAsync(AnswerQuery query, CancellationToken cancellationToken)
    {
        // A result without the lists of an index is filtered by its rows.
        if ((query.Filter != AnswerFilter.All && !await new AnswerList(files, query.Filter).ExistsAsync(cancellationToken))
            || (query.AgreementBelow is not null && await files.FindContentAsync(AgreementIndex.Name, cancellationToken) is null))
        {
            var rows = await AllAsync(cancellationToken)
                .Where(row => query.Filter.Passes(row) && query.PassesAgreement(row))
                .Select(static row => row.Ordinal)
                .ToHashSetAsync(cancellationToken: cancellationToken);
            var all = await SortAsync(query with { Filter = AnswerFilter.All, AgreementBelow = null }, cancellationToken);
            return [.. all.Where(rows.Contains)];
        }

        var order = await KeptAsync($"order {query.Order}", cancel => OrderAsync(query.Order, cancel), cancellationToken);
        return await new AnswerSearch(storage, files).PassingAsync(query, summary.Questions, cancellationToken) is { } passing
            ? [.. order.Where(ordinal => Array.BinarySearch(passing, ordinal) >= 0)]
            : order;
    }

    /// <summary>All ordinals in an order.</summary>
    private async Task<int[]> OrderAsync(AnswerOrder order, CancellationToken cancellationToken)
    {
        var (keys, datasets) = (new List<(double Key, int Ordinal)>(), new List<string>());
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        await foreach (var row in AllAsync(cancellationToken))
        {
            keys.Add((
                order switch
                {
                    AnswerOrder.Agreement => AnswerQuery.CanBeDeferred(row) ? row.Agreement : double.PositiveInfinity,
                    AnswerOrder.Dataset => NumberOf(row.Dataset),
                    AnswerOrder.Length => -row.GeneratedTokens,
                    _ => throw new ArgumentOutOfRangeException(nameof(order), order, "Unknown order."),
                },
                row.Ordinal));
        }

        if (order == AnswerOrder.Dataset)
        {
            // The names are numbered as they come; their order is known only once all were seen.
            var places = new double[datasets.Count];
            foreach (var (place, name) in datasets.Order(StringComparer.OrdinalIgnoreCase).Index())
            {
                places[numbers[name]] = place;
            }

            foreach (ref var key in CollectionsMarshal.AsSpan(keys))
            {
                key.Key = places[(int)key.Key];
            }
        }

        keys.Sort();
        return [.. keys.Select(static key => key.Ordinal)];

        int NumberOf(string name)
        {
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, name, out var isKnown);
            if (!isKnown)
            {
                number = datasets.Count;
                datasets.Add(name);
            }

            return number;
        }
    }

    private async IAsyncEnumerable<AnswerRow> AllAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rows = await _all.ExistsAsync(cancellationToken)
            ? _all.AllAsync(cancellationToken)
            : new AnswerRows(storage).FromAsync(summary.Run, 0, summary.Questions, 1000, cancellationToken);
        await foreach (var row in rows)
        {
            yield return row;
        }
    }

    private async Task<IReadOnlyList<AnswerRow>> FindAsync(int[] ordinals, CancellationToken cancellationToken)
    {
        var found = await _all.FindAsync(ordinals, cancellationToken);
        return found.Count > 0
            ? found
            : [.. (await Task.WhenAll(
                ordinals.Select(ordinal => new AnswerRows(storage).FindAsync(summary.Run, ordinal, cancellationToken))))
                .OfType<AnswerRow>()];
    }

    private async Task<int[]> KeptAsync(
        string part, Func<CancellationToken, Task<int[]>> make, CancellationToken cancellationToken)
    {
        return cache is null
            ? await make(cancellationToken)
            : await cache.GetAsync(summary, part, LoadAsync, cancellationToken);

        async Task<LoadedPart<int[]>> LoadAsync(CancellationToken cancel)
        {
            var ordinals = await make(cancel);
            return new LoadedPart<int[]>(ordinals, (long)ordinals.Length * sizeof(int));
        }
    }
}
