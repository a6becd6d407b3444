using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using MedQA.Evaluation;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;

namespace MedQA.Pipeline.Tests.Queries;

/// <summary>Searching, filtering and sorting is over all runs, whatever page is shown.</summary>
public sealed class RunListTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Profiles = ["self-consistency", "few-shot", "Chain-of-thought"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_join_to_all_runs_of_a_query_in_its_order()
    {
        var storage = await azurite.NewAsync();
        var all = await FillAsync(storage, 60);
        var reader = new RunReader(storage);
        foreach (var query in Queries())
        {
            Assert.Equal(Expected(all, query).Select(static run => run.Run), (await PagedAsync(reader, query, 7)).Select(static run => run.Run));
        }
    }

    [Fact]
    public async Task Words_are_found_in_every_text_of_a_run_in_any_case_and_a_tag_only_as_a_whole()
    {
        var storage = await azurite.NewAsync();
        var all = await FillAsync(storage, 60);
        var reader = new RunReader(storage);

        async Task<int> FoundAsync(RunQuery query) => (await PagedAsync(reader, query, 100)).Count;

        Assert.Equal(1, await FoundAsync(new RunQuery { Search = "RUN NUMBER 17" }));
        Assert.Equal(0, await FoundAsync(new RunQuery { Search = "number 17 absent" }));
        Assert.Equal(12, await FoundAsync(new RunQuery { Search = "<b>noted</b>" }));
        Assert.Equal(20, await FoundAsync(new RunQuery { Search = "few-shot" }));
        Assert.Equal(1, await FoundAsync(new RunQuery { Search = all[5].Run.ToString()[..10] }));
        Assert.Equal(15, await FoundAsync(new RunQuery { Tag = "PAPER" }));
        Assert.Equal(15, await FoundAsync(new RunQuery { Search = "pap" }));
        Assert.Equal(0, await FoundAsync(new RunQuery { Tag = "pap" }));
    }

    [Theory]
    [InlineData(RunOrder.Newest)]
    [InlineData(RunOrder.Name)]
    [InlineData(RunOrder.HighestAccuracy)]
    public async Task A_run_that_is_deleted_or_added_between_pages_neither_repeats_nor_hides_others(RunOrder order)
    {
        var storage = await azurite.NewAsync();
        var all = await FillAsync(storage, 20);
        var (reader, rows) = (new RunReader(storage), new RunRows(storage));
        var query = new RunQuery { Filter = RunFilter.Accepted, Order = order };
        var expected = Expected(all, query).Select(static run => run.Run).ToList();

        var first = await reader.ListAsync(query, null, 5, Cancel);
        await rows.DeleteAsync((await rows.FindAsync(expected[4], Cancel))!, isLookedAtAgain: false, Cancel);
        await rows.DeleteAsync((await rows.FindAsync(expected[5], Cancel))!, isLookedAtAgain: false, Cancel);
        await FillAsync(storage, 1, first: 1000);
        var second = await reader.ListAsync(query, first.Continuation, 4, Cancel);

        Assert.Equal(expected[..5], first.Runs.Select(static run => run.Run));
        Assert.Equal(expected[6..9], second.Runs.Select(static run => run.Run).Where(expected.Contains).Take(3));
    }

    [Fact]
    public async Task A_continuation_of_another_list_is_refused()
    {
        var storage = await azurite.NewAsync();
        await FillAsync(storage, 10);
        var reader = new RunReader(storage);
        var query = new RunQuery { Order = RunOrder.Name };
        var continuation = (await reader.ListAsync(query, null, 2, Cancel)).Continuation;
        Assert.Equal(2, (await reader.ListAsync(query, continuation, 2, Cancel)).Runs.Count);
        foreach (var other in (RunQuery[])[new(), query with { Search = "run" }, query with { Tag = "paper" }, query with { Filter = RunFilter.Active }, query with { Order = RunOrder.Model }])
        {
            var fault = await Assert.ThrowsAsync<InputException>(() => reader.ListAsync(other, continuation, 2, Cancel));
            Assert.Equal("continuation", fault.Location.Parameter);
        }
    }

    [Fact]
    public async Task Names_longer_than_what_is_compared_are_listed_once_each()
    {
        var storage = await azurite.NewAsync();
        var emoji = new string('x', 99) + "\U0001F600";
        var runs = Enumerable.Range(0, 6).Select(number => Made(number) with { Name = $"{emoji}{number}", Annotation = new() }).ToList();
        await PutAsync(storage, runs);
        var paged = await PagedAsync(new RunReader(storage), new RunQuery { Order = RunOrder.Name }, 1);
        Assert.Equal(runs.Select(static run => run.Run).Reverse(), paged.Select(static run => run.Run));
    }

    [Fact]
    public async Task Two_thousand_runs_are_searched_and_sorted_as_a_whole()
    {
        var storage = await azurite.NewAsync();
        var all = await FillAsync(storage, 2000);
        var reader = new RunReader(storage);
        foreach (var query in Queries().Prepend(new RunQuery { Search = "number 3" }).Prepend(new RunQuery()))
        {
            var watch = Stopwatch.StartNew();
            var page = await reader.ListAsync(query, null, 100, Cancel);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.ElapsedMilliseconds,6} ms for {page.Runs.Count} of {query}"));
            Assert.Equal(Expected(all, query).Take(100).Select(static run => run.Run), page.Runs.Select(static run => run.Run));
        }
    }

    private static IEnumerable<RunQuery> Queries() =>
        from filter in Enum.GetValues<RunFilter>()
        from order in Enum.GetValues<RunOrder>()
        where filter is RunFilter.All or RunFilter.Accepted or RunFilter.Rejected || order is RunOrder.Newest or RunOrder.HighestAccuracy
        select new RunQuery { Filter = filter, Order = order };

    private static async Task<List<RunSummary>> PagedAsync(RunReader reader, RunQuery query, int take)
    {
        var runs = new List<RunSummary>();
        string? continuation = null;
        do
        {
            var page = await reader.ListAsync(query, continuation, take, Cancel);
            Assert.True(page.Runs.Count == take || page.Continuation is null);
            runs.AddRange(page.Runs);
            continuation = page.Continuation;
        }
        while (continuation is not null);
        return runs;
    }

    /// <summary>The same in another way: everything in memory, by comparisons of values instead of texts.</summary>
    private static IEnumerable<RunSummary> Expected(IEnumerable<RunSummary> all, RunQuery query)
    {
        static bool IsOver(RunState state) => state is not (RunState.Queued or RunState.Running or RunState.Waiting or RunState.Deleting);
        var runs = all.Where(run => query.Search is null || query.Search.Split(' ').All(word => $"{run.Name}\n{run.Annotation.DisplayName}\n{run.Profile}\n{run.Model}\n{run.Run}".Contains(word, StringComparison.OrdinalIgnoreCase)))
            .Where(run => query.Filter switch
            {
                RunFilter.All => true,
                RunFilter.Accepted => run.State != RunState.Rejected,
                RunFilter.Active => !IsOver(run.State),
                _ => run.State.ToString() == query.Filter.ToString(),
            })
            .OrderByDescending(static run => run.Created);
        return query.Order switch
        {
            RunOrder.Newest => runs,
            RunOrder.Oldest => runs.Reverse(),
            RunOrder.Name => runs.OrderBy(static run => run.Annotation.DisplayName, StringComparer.OrdinalIgnoreCase),
            RunOrder.Profile => runs.OrderBy(static run => run.Profile, StringComparer.OrdinalIgnoreCase),
            RunOrder.Model => runs.OrderBy(static run => run.Model, StringComparer.OrdinalIgnoreCase),
            RunOrder.HighestAccuracy => runs.OrderByDescending(static run => run.Accuracy ?? -1),
            _ => runs.OrderBy(static run => run.Accuracy ?? 2),
        };
    }

    private static async Task<List<RunSummary>> FillAsync(RunStorage storage, int count, int first = 0)
    {
        var runs = Enumerable.Range(first, count).Select(Made).ToList();
        await PutAsync(storage, runs);
        return runs;
    }

    private static async Task PutAsync(RunStorage storage, List<RunSummary> runs)
    {
        var table = StoredTable.OfRuns(storage);
        RunRow[] rows = [.. runs.Select(static run => new RunRow { Summary = run })];
        await table.PutAllAsync(rows.Select(static row => row.ToRow(RunRow.Partition, row.Summary.Run.ToString())), Cancel);
        await table.PutAllAsync(rows.Select(static row => row.ToRow(RunRow.RecentPartition, row.RecentKey)), Cancel);
    }

    private static RunSummary Made(int number) => new()
    {
        Run = RunId.FromHash([.. BitConverter.GetBytes((long)number * 7919), 0, 0, 0, 0]),
        Name = $"set-{number % 11}.csv",
        Annotation = new RunAnnotation
        {
            DisplayName = $"Run number {number * 37 % 101} {(number % 2 == 0 ? "é" : "É")} {number}",
            Tags = number % 4 == 0 ? ["paper", "b"] : null,
            Note = number % 5 == 0 ? "<b>noted</b>" : null,
        },
        State = Enum.GetValues<RunState>()[number % Enum.GetValues<RunState>().Length],
        Source = $"set-{number}.csv",
        Profile = Profiles[number % 3],
        Model = $"model-{number % 7}",
        ModelFingerprint = new string('5', 64),
        Created = Start.AddMinutes(number),
        Changed = Start.AddMinutes(number),
        Accuracy = number % 3 == 0 ? null : number * 13 % 17 / 16.0,
    };
}
