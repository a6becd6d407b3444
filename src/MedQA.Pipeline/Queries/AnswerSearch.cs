using MedQA.Pipeline.Results;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Queries;

/// <summary>Pages of answers by conditions that need more than one index: words, and agreement below a threshold.</summary>
internal sealed class AnswerSearch(RunStorage storage, ResultFiles files)
{
    /// <summary>So many rows are read for one page; it may then be short and still have a continuation.</summary>
    private const int MaxRead = 4 * RunReader.MaxPage;

    /// <summary>The number of word index segments read ahead of the one being checked.</summary>
    private const int SegmentsAhead = 3;

    /// <summary>Candidates whose texts are looked at together.</summary>
    private const int AtOnce = 100;

    private readonly AnswerRows _answers = new(storage);

    /// <summary>A page of the answers that pass.</summary>
    /// <param name="run">The run.</param>
    /// <param name="query">Which answers.</param>
    /// <param name="list">What continuations are good for.</param>
    /// <param name="from">The first ordinal of the page.</param>
    /// <param name="take">The most rows.</param>
    /// <param name="questions">The run's number of questions.</param>
    /// <param name="indexed">Whether the result's indexes exist; otherwise every row is checked.</param>
    /// <param name="inWork">The answers that are not collected yet.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task<AnswerPage> PageAsync(
        RunId run,
        AnswerQuery query,
        string list,
        int from,
        int take,
        int questions,
        bool indexed,
        RowsInWork inWork,
        CancellationToken cancellationToken)
    {
        var allowed = indexed ? await AllowedAsync(query, cancellationToken) : null;
        var total = from == 0 && !query.LooksAtTexts ? allowed?.Length : null;
        var (rows, ordinals, read) = (new List<AnswerRow>(), new List<int>(), 0);
        await foreach (var ordinal in CandidatesAsync(query, from, questions, allowed, cancellationToken))
        {
            if (rows.Count + ordinals.Count == take)
            {
                read += ordinals.Count;
                await ReadAsync();
                if (rows.Count == take || read >= MaxRead)
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
            var found = indexed ? await new AnswerList(files, AnswerFilter.All).FindAsync(ordinals, cancellationToken) : [];
            if (found.Count == 0)
            {
                found = [.. (await Task.WhenAll(ordinals.Select(
                    async ordinal => inWork.LaterOf(ordinal, await _answers.FindAsync(run, ordinal, cancellationToken)))))
                    .OfType<AnswerRow>()];
            }

            rows.AddRange(found.Where(row => query.Filter.Passes(row) && query.PassesAgreement(row)));
            ordinals.Clear();
        }
    }

    /// <summary>The ordinals of a result that pass, ascending; <see langword="null"/> if all do.</summary>
    public async Task<int[]?> PassingAsync(AnswerQuery query, int questions, CancellationToken cancellationToken)
    {
        var allowed = await AllowedAsync(query, cancellationToken);
        return !query.LooksAtTexts
            ? allowed
            : await CandidatesAsync(query, 0, questions, allowed, cancellationToken).ToArrayAsync(cancellationToken);
    }

    /// <summary>The ordinals that may pass, ascending.</summary>
    private async IAsyncEnumerable<int> CandidatesAsync(
        AnswerQuery query,
        int from,
        int questions,
        int[]? allowed,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var words = query.Words;
        if (!query.LooksAtTexts)
        {
            foreach (var ordinal in allowed?.SkipWhile(ordinal => ordinal < from) ?? Enumerable.Range(from, Math.Max(0, questions - from)))
            {
                yield return ordinal;
            }

            yield break;
        }

        // What a question must have is among the words that the index has of it.
        string[] sought = [.. words, .. query.Metadata?.Values.Select(static value => value.Value) ?? []];
        var (texts, index) = (new TextIndex(files), new WordIndex(files));
        var segments = Enumerable.Range(
            from / WordIndex.SegmentSize, Math.Max(0, ((questions - 1) / WordIndex.SegmentSize) - (from / WordIndex.SegmentSize) + 1));
        var found = ReadAhead.InOrderAsync(
            segments,
            SegmentsAhead,
            async (segment, cancel) => (Segment: segment, Candidates: await index.CandidatesAsync(segment, sought, cancel)),
            cancellationToken);
        await foreach (var (segment, candidates) in found)
        {
            if (candidates is null)
            {
                // Words that are this common come soon.
                var end = (segment + 1) * WordIndex.SegmentSize;
                await foreach (var text in texts.FromAsync(Math.Max(from, segment * WordIndex.SegmentSize), cancellationToken)
                    .TakeWhile(text => text.Ordinal < end))
                {
                    if (IsAllowed(text.Ordinal) && Passes(text))
                    {
                        yield return text.Ordinal;
                    }
                }

                continue;
            }

            foreach (var some in candidates.Where(ordinal => ordinal >= from && IsAllowed(ordinal)).Chunk(AtOnce))
            {
                foreach (var (ordinal, text) in (await texts.ReadAsync(some, cancellationToken)).OrderBy(static text => text.Key))
                {
                    if (Passes(text))
                    {
                        yield return ordinal;
                    }
                }
            }
        }

        bool Passes(IndexedText text) => text.HasAll(words) && query.Metadata?.Passes(text.Metadata) != false;

        bool IsAllowed(int ordinal) => allowed is null || Array.BinarySearch(allowed, ordinal) >= 0;
    }

    /// <summary>The ordinals that pass the filter and the threshold, ascending; <see langword="null"/> for all.</summary>
    private async Task<int[]?> AllowedAsync(AnswerQuery query, CancellationToken cancellationToken)
    {
        var allowed =
            query.Filter == AnswerFilter.All ? null : await new AnswerList(files, query.Filter).OrdinalsAsync(cancellationToken);
        if (query.AgreementBelow is { } threshold
            && await files.FindContentAsync(AgreementIndex.Name, cancellationToken) is { } agreements)
        {
            var below = AgreementIndex.Below(agreements.Span, threshold);
            allowed = allowed is null ? [.. below] : [.. below.Where(ordinal => Array.BinarySearch(allowed, ordinal) >= 0)];
        }

        return allowed;
    }
}
