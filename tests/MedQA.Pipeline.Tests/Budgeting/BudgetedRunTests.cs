using System.Globalization;
using System.Text;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;
using MedQA.Pipeline.Uploading;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Pipeline.Tests.Budgeting;

/// <summary>Runs against a budget of the day. A question can draw 48 tokens here and draws 15; two are a set.</summary>
public sealed class BudgetedRunTests(AzuriteFixture azurite)
{
    private const int MaxOfSet = 2 * 48;
    private const int TakenBySet = 2 * 15;

    private static readonly DayBudget TwoSets = new() { MaxGeneratedTokensPerDay = 2 * MaxOfSet };
    private static readonly DayBudget OneSet = new() { MaxGeneratedTokensPerDay = MaxOfSet };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_small_sets_stop_at_the_budget_and_go_on_as_others_end_and_leave_room()
    {
        var bench = await BenchAsync(TwoSets);
        var runs = new List<RunId>();
        for (var i = 0; i < 5; i++)
        {
            runs.Add(await bench.StartAsync(2, $"{i}.csv"));
        }

        Assert.Equal([RunState.Queued, RunState.Queued], await StatesAsync(bench, runs[..2]));
        Assert.Equal([RunState.Waiting, RunState.Waiting, RunState.Waiting], await StatesAsync(bench, runs[2..]));
        var waiting = (await bench.Reader.GetAsync(runs[2], Cancel))!;
        Assert.Equal((true, false), (waiting.NeedsApproval, waiting.Approved));
        Assert.Equal(
            "The run waits for room in the day's budget or for approval: it can generate 96 tokens, and all runs of"
                + $" {Today(bench)} (UTC) have taken or reserved 192 of the 192 tokens that Limits__MaxGeneratedTokensPerDay allows.",
            waiting.Reason);
        Assert.Equal(2, (await bench.Storage.BatchQueue.PeekMessagesAsync(32, Cancel)).Value.Length);

        // 30 and 96 are counted then, and 96 more are too many; with 30 and 30 they fit.
        await bench.CompleteAsync(runs[0]);
        Assert.Equal(RunState.Waiting, (await bench.Advancer.AdvanceAsync(runs[2], Cancel)).State);
        await bench.CompleteAsync(runs[1]);
        Assert.Equal([RunState.Queued, RunState.Waiting, RunState.Waiting], await StatesAsync(bench, runs[2..]));
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(runs[2])).State);
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(runs[3])).State);

        // 4 sets took 120: 72 are left of the day.
        Assert.Equal(RunState.Waiting, (await bench.Advancer.AdvanceAsync(runs[4], Cancel)).State);
        Assert.Equal(4 * TakenBySet, await BudgetRows.TokensAsync(bench.Storage));
        Assert.Equal(5, (await bench.Reader.ListAsync(null, 10, Cancel)).Runs.Count);
    }

    [Fact]
    public async Task The_next_day_is_free_and_a_run_counts_for_the_day_on_which_it_begins()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2031, 5, 6, 23, 59, 0, TimeSpan.Zero));
        var bench = new Bench(await azurite.NewAsync(), time: time, budget: OneSet);
        var (first, second) = (await bench.StartAsync(2, "1.csv"), await bench.StartAsync(2, "2.csv"));
        Assert.Equal([RunState.Queued, RunState.Waiting], await StatesAsync(bench, [first, second]));

        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(second)).State);
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(first)).State);

        var sums = (await BudgetRows.DaysAsync(bench.Storage)).Select(static sum => (sum.Day, sum.Tokens));
        Assert.Equal([("2031-05-06", TakenBySet), ("2031-05-07", TakenBySet)], sums);
    }

    [Fact]
    public async Task An_approved_run_goes_on_and_counts_when_it_does()
    {
        var bench = await BenchAsync(new DayBudget { MaxGeneratedTokensPerDay = 2 * TakenBySet + 48 });
        var (large, small) = (await bench.StartAsync(4, "large.csv"), await bench.StartAsync(1, "small.csv"));
        Assert.Equal(RunState.Waiting, (await bench.Advancer.AdvanceAsync(large, Cancel)).State);
        Assert.Equal(0, await BudgetRows.TokensAsync(bench.Storage));

        await new RunControl(bench.Storage, bench.Time).RequestAsync(large, RequestedAction.Approve, Cancel);
        Assert.Equal(RunState.Queued, (await bench.Advancer.AdvanceAsync(large, Cancel)).State);

        Assert.Equal(2 * MaxOfSet, await BudgetRows.TokensAsync(bench.Storage));
        Assert.Equal(RunState.Waiting, (await bench.Advancer.AdvanceAsync(small, Cancel)).State);
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(large)).State);
        Assert.Equal(RunState.Queued, (await bench.Advancer.AdvanceAsync(small, Cancel)).State);
    }

    [Fact]
    public async Task A_run_above_a_limit_of_its_own_reserves_nothing_until_it_is_approved()
    {
        var bench = new Bench(await azurite.NewAsync(), time: Noon(), advance: new AdvanceOptions { MaxQuestions = 1 }, budget: OneSet);
        var run = await bench.StartAsync(2);
        Assert.Equal(RunState.Waiting, (await bench.Advancer.AdvanceAsync(run, Cancel)).State);
        Assert.Empty(await BudgetRows.SumsAsync(bench.Storage));
        await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Approve, Cancel);
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(run)).State);
        Assert.Equal(TakenBySet, await BudgetRows.TokensAsync(bench.Storage));
    }

    [Fact]
    public async Task Deleting_a_run_gives_nothing_back()
    {
        var bench = await BenchAsync(OneSet);
        var (first, second) = (await bench.StartAsync(2, "1.csv"), await bench.StartAsync(2, "2.csv"));
        await bench.Advancer.AdvanceAsync(first, Cancel);
        await bench.DeleteAsync(first);

        Assert.Equal(MaxOfSet, await BudgetRows.TokensAsync(bench.Storage));
        Assert.Equal(RunState.Waiting, (await bench.Advancer.AdvanceAsync(second, Cancel)).State);
        await new RunControl(bench.Storage, bench.Time).RequestAsync(second, RequestedAction.Approve, Cancel);
        await bench.CompleteAsync(second);
        await bench.DeleteAsync(second);
        Assert.Equal(MaxOfSet + TakenBySet, await BudgetRows.TokensAsync(bench.Storage));
        Assert.Empty(await BudgetRows.RowsAsync(bench.Storage, "run-"));
    }

    [Fact]
    public async Task A_run_that_is_cancelled_counts_what_workers_took_and_one_question_for_each_that_was_stopped_in_the_middle()
    {
        var bench = await BenchAsync(new DayBudget { MaxGeneratedTokensPerDay = 2 * MaxOfSet }, batchSize: 4);
        var run = await bench.StartAsync(4);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        var control = new RunControl(bench.Storage, bench.Time);
        bench.Model.Before = async (text, cancel) =>
        {
            if (text.Contains("case 1?", StringComparison.Ordinal))
            {
                await control.RequestAsync(run, RequestedAction.Cancel, cancel);
            }
        };

        // It sees the wish with its next report: two questions are answered.
        Assert.Equal(BatchOutcome.NotWanted, await bench.AnswerNextAsync(Cancel));
        Assert.Equal(RunState.Cancelled, (await bench.CompleteAsync(run)).State);
        Assert.Equal(TakenBySet + 48, await BudgetRows.TokensAsync(bench.Storage));

        // The two that are left are reserved anew; what the progress holds of the others is not counted again.
        bench.Model.Before = static (_, _) => Task.CompletedTask;
        await control.RequestAsync(run, RequestedAction.Retry, Cancel);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        Assert.Equal(TakenBySet + 48 + MaxOfSet, await BudgetRows.TokensAsync(bench.Storage));
        var ended = await bench.CompleteAsync(run);
        Assert.Equal((RunState.Completed, 60), (ended.State, ended.Totals.GeneratedTokens));
        Assert.Equal(TakenBySet + 48 + TakenBySet, await BudgetRows.TokensAsync(bench.Storage));
    }

    [Fact]
    public async Task A_retry_reserves_for_the_questions_that_failed_and_these_count_with_all_that_they_could_draw()
    {
        var time = Noon();
        var bench = new Bench(await azurite.NewAsync(), time: time, budget: new DayBudget { MaxGeneratedTokensPerDay = MaxOfSet + 14 });
        bench.Model.Before = static (text, _) =>
            text.Contains("case 1?", StringComparison.Ordinal) ? throw new InvalidOperationException("broken") : Task.CompletedTask;
        var run = await bench.StartAsync(2);
        Assert.Equal(RunState.CompletedWithFailures, (await bench.CompleteAsync(run)).State);
        Assert.Equal(15 + 48, await BudgetRows.TokensAsync(bench.Storage));

        var control = new RunControl(bench.Storage, time);
        await control.RequestAsync(run, RequestedAction.Retry, Cancel);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        var waits = await bench.Advancer.AdvanceAsync(run, Cancel);
        Assert.Equal(RunState.Waiting, waits.State);
        Assert.Contains("it can generate 48 tokens", (await bench.Reader.GetAsync(run, Cancel))!.Reason, StringComparison.Ordinal);

        bench.Model.Before = static (_, _) => Task.CompletedTask;
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(run)).State);
        Assert.Equal([15 + 48, 15], (await BudgetRows.DaysAsync(bench.Storage)).Select(static sum => sum.Tokens));
    }

    [Fact]
    public async Task Hours_are_reserved_at_the_expected_rate_and_given_back_for_those_that_workers_spent()
    {
        var time = Noon();
        var budget = new DayBudget { MaxComputeHoursPerDay = 0.04, TokensPerSecond = 1 };
        var bench = new Bench(await azurite.NewAsync(), time: time, budget: budget);
        bench.Model.Before = (_, _) =>
        {
            time.Advance(TimeSpan.FromSeconds(2));
            return Task.CompletedTask;
        };
        var (first, second) = (await bench.StartAsync(2, "1.csv"), await bench.StartAsync(2, "2.csv"));
        Assert.Equal([RunState.Queued, RunState.Waiting], await StatesAsync(bench, [first, second]));
        Assert.Equal(96, (await BudgetRows.SumsAsync(bench.Storage))[0].Use.Seconds);

        await bench.CompleteAsync(first);

        Assert.Equal(4, (await BudgetRows.SumsAsync(bench.Storage))[0].Use.Seconds, 6);
        Assert.Equal(RunState.Queued, (await bench.Advancer.AdvanceAsync(second, Cancel)).State);
    }

    [Fact]
    public async Task Processes_that_split_and_advance_at_the_same_moment_let_through_only_what_fits()
    {
        var storage = await azurite.NewAsync();
        Bench[] processes = [.. Enumerable.Range(0, 3).Select(_ => new Bench(storage, time: new SkewedTime(Noon().GetUtcNow() - DateTimeOffset.UtcNow), budget: TwoSets))];
        var uploads = new List<(string Blob, Azure.ETag ETag)>();
        for (var i = 0; i < 5; i++)
        {
            uploads.Add(($"{i}.csv", await processes[0].UploadAsync($"{i}.csv", Bench.Csv(2))));
        }

        await Task.WhenAll(from upload in uploads from process in processes select StartAsync(process, upload.Blob, upload.ETag));

        var runs = (await processes[0].Reader.ListAsync(null, 10, Cancel)).Runs;
        Assert.Equal(5, runs.Count);
        foreach (var run in runs)
        {
            await processes[0].Advancer.AdvanceAsync(run.Run, Cancel);
        }

        var states = (await processes[0].Reader.ListAsync(null, 10, Cancel)).Runs.Select(static run => run.State).ToList();
        Assert.Equal(2, states.Count(static state => state == RunState.Queued));
        Assert.Equal(3, states.Count(static state => state == RunState.Waiting));
        Assert.Equal(2 * MaxOfSet, await BudgetRows.TokensAsync(storage));

        static async Task StartAsync(Bench process, string blob, Azure.ETag etag)
        {
            var run = (await process.Splitter.OnUploadAsync(blob, etag, Cancel)).Run!.Value;
            await process.Advancer.AdvanceAsync(run, Cancel);
        }
    }

    [LongFact]
    public async Task Killed_after_any_call_or_with_an_answer_lost_a_run_counts_once_and_with_what_it_took()
    {
        var prefix = azurite.NewPrefix();
        var storage = azurite.Open(prefix);
        await storage.EnsureCreatedAsync(Cancel);
        var undisturbed = new StorageFaults();
        var counted = 0;
        await CompleteAsync(BenchOver(azurite.Open(prefix, undisturbed.Configure)), await ClaimedAsync(storage, "undisturbed"));

        counted += 15;
        foreach (var killed in (bool[])[true, false])
        {
            // Every call in one of the two ways: all in both take more than a minute.
            for (var call = killed ? 1 : 2; call <= undisturbed.Calls; call += 2)
            {
                var faults = killed ? new StorageFaults { KillAfter = call } : new StorageFaults { LoseAnswerOf = call };
                var upload = await ClaimedAsync(storage, $"{killed} {call}");
                var cut = BenchOver(azurite.Open(prefix, faults.Configure));
                if (killed)
                {
                    await Assert.ThrowsAnyAsync<Exception>(() => CompleteAsync(cut, upload));
                    await CompleteAsync(BenchOver(storage), upload);
                }
                else
                {
                    await CompleteAsync(cut, upload);
                }

                counted += 15;
                var (service, caller) = (await BudgetRows.TokensAsync(storage), await BudgetRows.TokensAsync(storage, "alice"));
                var what = $"{(killed ? "Killed after" : "Without the answer of")} call {call}";
                Assert.True((service, caller) == (counted, counted), $"{what}: {service} and {caller} are counted, not {counted}.");
                await storage.BatchQueue.ClearMessagesAsync(Cancel);
            }
        }

        // Room for a run that counts once, and for none that counts twice.
        Bench BenchOver(RunStorage over) => new(
            over,
            time: Noon(),
            worker: new WorkerOptions { Name = "this machine", Identity = Guid.Parse("0b0ad3c5-6f5e-4a61-9b59-6f3c3ad8f0d2") },
            advance: new AdvanceOptions { OwnWorker = "this machine" },
            budget: new DayBudget { MaxGeneratedTokensPerDay = counted + 48, MaxGeneratedTokensPerCallerPerDay = counted + 48 });

        // As a request does that is cut off before it comes to split what it has stored.
        static async Task<Upload> ClaimedAsync(RunStorage over, string text)
        {
            var uploads = new QuestionSetUploads(over, TimeProvider.System, new BudgetLedger(over, OneSet, TimeProvider.System));
            var body = new MemoryStream(Encoding.UTF8.GetBytes(Bench.Csv(1, text)));
            return await uploads.StoreAsync(body, "cases.csv", null, again: false, default, "alice", Cancel);
        }

        static async Task CompleteAsync(Bench bench, Upload upload)
        {
            var run = (await bench.Splitter.OnUploadAsync(upload.BlobName, upload.ETag, Cancel)).Run!.Value;
            Assert.Equal(RunState.Completed, (await bench.CompleteAsync(run)).State);
        }
    }

    [Fact]
    public async Task A_row_that_is_lost_while_a_run_goes_on_reserves_nothing_again()
    {
        var bench = await BenchAsync(OneSet, batchSize: 1);
        var run = await bench.StartAsync(2);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        await bench.AnswerNextAsync(Cancel);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        await bench.Storage.RunTable.DeleteEntityAsync(RunRow.Partition, run.ToString(), cancellationToken: Cancel);

        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(run)).State);
        Assert.Equal(TakenBySet, await BudgetRows.TokensAsync(bench.Storage));
    }

    [Fact]
    public async Task Old_sums_and_claims_go_and_runs_that_outlive_them_end_as_others_do()
    {
        var time = Noon();
        var bench = new Bench(await azurite.NewAsync(), time: time, budget: TwoSets);
        var run = await bench.StartAsync(2);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        await bench.Ledger!.ClaimAsync("never.csv", "alice", null, Cancel);
        var retention = new RunRetention(bench.Storage, new RetentionOptions(), time, NullLogger<RunRetention>.Instance, ledger: bench.Ledger);

        time.Advance(TimeSpan.FromDays(7));
        await retention.SweepAsync(Cancel);
        Assert.Equal(2, (await BudgetRows.SumsAsync(bench.Storage)).Count);
        time.Advance(TimeSpan.FromDays(1));
        var young = await bench.StartAsync(2, "young.csv");
        await bench.Advancer.AdvanceAsync(young, Cancel);
        await retention.SweepAsync(Cancel);

        var callers = (await BudgetRows.SumsAsync(bench.Storage)).Select(static sum => sum.Caller).Order(StringComparer.Ordinal);
        Assert.Equal(["", BudgetLedger.StorageCaller], callers);
        Assert.Empty(await BudgetRows.RowsAsync(bench.Storage, "upload-"));
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(run)).State);
        Assert.Equal(MaxOfSet, await BudgetRows.TokensAsync(bench.Storage));
    }

    [Fact]
    public async Task Without_a_budget_nothing_is_counted()
    {
        var bench = new Bench(await azurite.NewAsync());
        await bench.CompleteAsync(await bench.StartAsync(2));
        Assert.Empty(await BudgetRows.RowsAsync(bench.Storage));
    }

    /// <summary>Noon of today: no day ends while a test runs.</summary>
    internal static FakeTimeProvider Noon() => new(new DateTimeOffset(DateTime.UtcNow.Date, TimeSpan.Zero).AddHours(12));

    private static string Today(Bench bench) => bench.Time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static async Task<List<RunState?>> StatesAsync(Bench bench, IEnumerable<RunId> runs)
    {
        var states = new List<RunState?>();
        foreach (var run in runs)
        {
            states.Add((await bench.Advancer.AdvanceAsync(run, Cancel)).State);
        }

        return states;
    }

    private async Task<Bench> BenchAsync(DayBudget budget, int batchSize = 2) => new(
        await azurite.NewAsync(),
        time: Noon(),
        split: new SplitOptions { DefaultProfile = "quick", BatchSize = batchSize },
        worker: new WorkerOptions { Name = "one", Report = TimeSpan.Zero },
        budget: budget);
}
