using System.Globalization;
using System.Text;
using MedQA.Pipeline.Annotating;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Queries;

/// <summary>
/// Finds and sorts runs over all of them. A page continues after the last run of the page before by that run's place in the order, so that
/// runs which are added, deleted or changed meanwhile neither repeat nor skip others.
/// </summary>
/// <param name="runs">The rows.</param>
/// <param name="annotations">What people wrote about runs.</param>
internal sealed class RunList(RunRows runs, RunAnnotations annotations)
{
    /// <summary>More characters of a name are not compared.</summary>
    private const int ComparedLength = 100;

    private const int MostRowsPerCall = 1000;
    private const int AtOnce = 8;

    /// <summary>A page of the runs that a query names.</summary>
    /// <param name="query">Which runs, and in which order.</param>
    /// <param name="continuation">From the page before, or <see langword="null"/>.</param>
    /// <param name="take">The most runs.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="MedQA.Evaluation.InputException">The continuation is not one of this list.</exception>
    public async Task<(IReadOnlyList<RunRow> Rows, string? Continuation)> PageAsync(
        RunQuery query, string? continuation, int take, CancellationToken cancellationToken)
    {
        var list = $"runs {query}";
        var after = Continuation.Key(list, continuation) is { } key ? RunPlace.Parse(key) : null;
        var page = new SortedSet<(RunPlace Place, RunRow Row)>(
            Comparer<(RunPlace Place, RunRow Row)>.Create(static (one, other) => RunPlace.Compare(one.Place, other.Place)));

        // Rows are stored newest first: in this order, the page is complete as soon as it is full. Otherwise all rows are looked at, but
        // only those of the page are read whole.
        var isStoredOrder = query.Order == RunOrder.Newest;
        var isOutline = !isStoredOrder || query.Search is not null || query.Tag is not null
            || query.Filter is not (RunFilter.All or RunFilter.Accepted);
        var pageSize = isOutline ? MostRowsPerCall : Math.Min(MostRowsPerCall, 2 * (take + 1));
        await foreach (var row in runs.AllRecentAsync(isStoredOrder ? after?.Key : null, pageSize, isOutline, cancellationToken))
        {
            var current = await annotations.WithCurrentAsync(row, cancellationToken);
            if (!query.Passes(current.Summary))
            {
                continue;
            }

            var place = new RunPlace(SortedBy(query.Order, current.Summary), row.RecentKey);
            if (after is not null && RunPlace.Compare(place, after) <= 0)
            {
                continue;
            }

            page.Add((place, current));
            if (page.Count > take + 1)
            {
                page.Remove(page.Max);
            }

            if (isStoredOrder && page.Count > take)
            {
                break;
            }
        }

        RunRow[] rows = [.. page.Take(take).Select(static entry => entry.Row)];
        return (
            isOutline ? await WholeAsync(rows, cancellationToken) : rows,
            page.Count > take ? Continuation.Of(list, page.ElementAt(take - 1).Place.ToString()) : null);
    }

    /// <summary>Reads rows whole. A run that was deleted meanwhile is left out.</summary>
    private async Task<IReadOnlyList<RunRow>> WholeAsync(RunRow[] outlines, CancellationToken cancellationToken)
    {
        var whole = new RunRow?[outlines.Length];
        await Parallel.ForAsync(
            0,
            outlines.Length,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (at, cancel) => whole[at] = await runs.FindAsync(outlines[at].Summary.Run, cancel));
        return [.. whole.OfType<RunRow>()];
    }

    /// <summary>A text that sorts ordinally as the order says.</summary>
    private static string SortedBy(RunOrder order, RunSummary run) => order switch
    {
        RunOrder.Newest => "",
        RunOrder.Oldest => run.Created.UtcTicks.ToString("D19", CultureInfo.InvariantCulture),
        RunOrder.Name => Compared(run.Annotation.DisplayName ?? run.Name),
        RunOrder.Profile => Compared(run.Profile),
        RunOrder.Model => Compared(run.Model),
        RunOrder.HighestAccuracy => Share(1 - run.Accuracy),
        RunOrder.LowestAccuracy => Share(run.Accuracy),
        _ => throw new ArgumentOutOfRangeException(nameof(order), order, "Unknown order."),
    };

    private static string Share(double? share) => share?.ToString("0.000000000000", CultureInfo.InvariantCulture) ?? "none";

    private static string Compared(string text)
    {
        var upper = text.ToUpperInvariant();
        return upper.Length <= ComparedLength ? upper
            : upper[..(char.IsHighSurrogate(upper[ComparedLength - 1]) ? ComparedLength - 1 : ComparedLength)];
    }
}

/// <summary>The place of a run in a list.</summary>
/// <param name="SortedBy">A text that sorts ordinally as the list's order says.</param>
/// <param name="Key">The run's key among all runs, newest first; it decides between equal texts.</param>
internal sealed record RunPlace(string SortedBy, string Key)
{
    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="MedQA.Evaluation.InputException">It is no place.</exception>
    public static RunPlace Parse(string text)
    {
        var end = text.IndexOf(' ', StringComparison.Ordinal);
        try
        {
            return end < 0
                ? throw Continuation.NotGivenOut()
                : new RunPlace(Encoding.UTF8.GetString(Convert.FromHexString(text.AsSpan(end + 1))), text[..end]);
        }
        catch (FormatException)
        {
            throw Continuation.NotGivenOut();
        }
    }

    /// <summary>Whether one place is before (negative) or after (positive) another.</summary>
    public static int Compare(RunPlace one, RunPlace other) =>
        string.CompareOrdinal(one.SortedBy, other.SortedBy) is not 0 and var order ? order : string.CompareOrdinal(one.Key, other.Key);

    /// <summary>The place in ASCII.</summary>
    public override string ToString() => $"{Key} {Convert.ToHexStringLower(Encoding.UTF8.GetBytes(SortedBy))}";
}
