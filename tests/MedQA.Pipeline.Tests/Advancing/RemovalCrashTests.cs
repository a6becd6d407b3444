using Azure.Data.Tables;
using Azure.Storage.Blobs.Models;
using MedQA.Evaluation.Rating;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Studies;
using MedQA.Pipeline.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Pipeline.Tests.Advancing;

/// <summary>
/// Everything that marks and then removes. Every write to storage is in turn the last of its process; then the request comes again, or
/// nobody asks and whoever drives runs goes on. Either way all of it is
/// gone, or nothing was begun.
/// </summary>
public sealed class RemovalCrashTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_withdrawal_takes_every_click_with_it(bool repeated) => KilledAnywhereAsync(
        repeated,
        MadeStudy.StoreAsync,
        static async (storage, made) => await WithdrawAsync(storage, made),
        static async (storage, made) =>
        {
            var store = StoreOver(storage);
            var rater = (await made.OpenAsync(store, 0)).Rater;
            var clicks = (await made.RowsAsync(storage, 0)).Count - 1;
            Assert.Equal(MadeStudy.Clicks + 1, (await made.RowsAsync(storage, 1)).Count);
            return (rater.State, clicks) switch
            {
                (RaterState.Withdrawn, 0) => true,
                (RaterState.Rating, MadeStudy.Clicks) => false,
                var other => throw new InvalidOperationException($"Half done: {other}"),
            };
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_deleted_rater_leaves_no_row(bool repeated) => KilledAnywhereAsync(
        repeated,
        MadeStudy.StoreAsync,
        static async (storage, made) => Assert.True(await StoreOver(storage).DeleteRaterAsync(made.Study, made.Links[0].Rater, Cancel)),
        static async (storage, made) =>
        {
            var rows = (await made.RowsAsync(storage, 0)).Count;
            Assert.Equal(MadeStudy.Clicks + 1, (await made.RowsAsync(storage, 1)).Count);
            Assert.Equal(rows == 0, await StoreOver(storage).OpenAsync(made.Links[0], Cancel) is null);
            return WholeOrGone(rows, MadeStudy.Clicks + 1);
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_deleted_study_leaves_no_blob_and_no_row(bool repeated) => KilledAnywhereAsync(
        repeated,
        MadeStudy.StoreAsync,
        static async (storage, made) => await StoreOver(storage).DeleteAsync(made.Study.Id, Cancel),
        static async (storage, made) =>
        {
            var rows = (await made.RowsAsync(storage, 0)).Count + (await made.RowsAsync(storage, 1)).Count;
            var left = (await made.BlobsAsync(storage)).Count + rows;
            Assert.Equal(left == 0, await StoreOver(storage).FindAsync(made.Study.Id, Cancel) is null);
            Assert.Equal(left == 0, await StoreOver(storage).OpenAsync(made.Links[1], Cancel) is null);
            return WholeOrGone(left, 4 + (2 * (MadeStudy.Clicks + 1)));
        });

    [Fact]
    public async Task A_study_whose_making_was_cut_off_is_nobodys_and_goes_a_day_later()
    {
        var storage = await azurite.NewAsync();
        var whole = await MadeStudy.StoreAsync(storage);
        var (prefix, calls) = (storage.Runs.Name[..^"runs".Length], 1);
        for (var killed = true; killed; calls++)
        {
            var faults = new StorageFaults { KillAfter = calls, WritesOnly = true };
            var study = MadeStudy.New();
            var making = StoreOver(azurite.Open(prefix, faults.Configure))
                .CreateAsync(study, new BlindingSecret(new byte[BlindingSecret.Length]), Cancel);
            killed = await Record.ExceptionAsync(() => making) is not null;
            var exists = await StoreOver(storage).FindAsync(study.Id, Cancel) is not null;
            Assert.True(exists || killed, $"Write {calls}");
            Assert.Equal(exists, await StoreOver(storage).DeleteAsync(study.Id, Cancel));
        }

        var left = await storage.Studies.GetBlobsAsync(cancellationToken: Cancel).CountAsync(Cancel);
        await StoreOver(storage).FinishRemovalsAsync(Cancel);
        Assert.Equal(left, await storage.Studies.GetBlobsAsync(cancellationToken: Cancel).CountAsync(Cancel));
        await new StudyStore(storage, new FakeTimeProvider(DateTimeOffset.UtcNow.AddHours(25))).FinishRemovalsAsync(Cancel);
        Assert.All(await storage.Studies.GetBlobsAsync(cancellationToken: Cancel).Select(static blob => blob.Name).ToListAsync(Cancel),
            name => Assert.StartsWith($"{whole.Study.Id}/", name, StringComparison.Ordinal));
        Assert.All(await storage.RatingTable.QueryAsync<TableEntity>(cancellationToken: Cancel).ToListAsync(Cancel),
            row => Assert.StartsWith($"{whole.Study.Id}-", row.PartitionKey, StringComparison.Ordinal));
        Assert.NotNull(await StoreOver(storage).FindAsync(whole.Study.Id, Cancel));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_deleted_run_leaves_its_tombstone_and_what_a_late_writer_left_goes_too(bool repeated) => KilledAnywhereAsync(
        repeated,
        EndedRunAsync,
        static async (storage, made) =>
        {
            await new RunControl(storage, TimeProvider.System).RequestAsync(made, RequestedAction.Delete, Cancel);
            await new Bench(storage).GoneAsync(made);
        },
        static async (storage, made) =>
        {
            var bench = new Bench(storage);
            if (await bench.Reader.GetAsync(made, Cancel) is { } standing)
            {
                Assert.Equal((RunState.Completed, RequestedAction.None), (standing.State, standing.Requested));
                return false;
            }

            // Somebody who was writing was killed, and so was who deleted.
            await storage.Blob(made, "questions/00000000.jsonl").PutAsync(BinaryData.FromString("late"), "text/plain", Cancel);
            Assert.Contains(made,
                await new RunSignals(storage, AdvancerOver(storage, TimeProvider.System), NullLogger<RunSignals>.Instance).ActiveAsync(Cancel)
                .ToListAsync(Cancel));
            Assert.Null((await AdvancerOver(storage, new FakeTimeProvider(DateTimeOffset.UtcNow.AddMinutes(11)))
                .AdvanceAsync(made, Cancel)).ComeBackIn);
            Assert.Equal([$"{made}/manifest.json"],
                await storage.Runs.GetBlobsAsync(new GetBlobsOptions { Prefix = $"{made}/" }, Cancel).Select(static blob => blob.Name)
                .ToListAsync(Cancel));
            Assert.Contains("deleted", await bench.TextAsync(made, "manifest.json"), StringComparison.Ordinal);
            Assert.Empty(await RowsOfAsync(storage, made));
            Assert.DoesNotContain(made, (await bench.Reader.ListAsync(null, 100, Cancel)).Runs.Select(static run => run.Run));
            return true;
        });

    [Fact]
    public Task A_sweep_that_was_cut_off_is_done_by_the_next() => KilledAnywhereAsync(
        repeated: true,
        static async storage =>
        {
            var run = await EndedRunAsync(storage);
            await storage.RunTable.UpsertEntityAsync(new TableEntity("budget", "day-2020-01-01"), TableUpdateMode.Replace, Cancel);
            return run;
        },
        static async (storage, made) =>
        {
            var later = new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(40));
            var options = new RetentionOptions { RunDays = 30, UploadDays = 30 };
            await new RunRetention(storage, options, later, NullLogger<RunRetention>.Instance,
                ledger: new BudgetLedger(storage, new DayBudget { MaxGeneratedTokensPerDay = 1 }, later)).SweepAsync(Cancel);
            while ((await AdvancerOver(storage, TimeProvider.System).AdvanceAsync(made, Cancel)).State is RunState.Deleting)
            {
                // The next part.
            }
        },
        static async (storage, made) =>
        {
            var stands = await new Bench(storage).Reader.GetAsync(made, Cancel) is not null;
            var uploads = await storage.QuestionSets.GetBlobsAsync(cancellationToken: Cancel).CountAsync(Cancel);
            var sums = await storage.RunTable.QueryAsync<TableEntity>("PartitionKey eq 'budget'", cancellationToken: Cancel)
                .CountAsync(Cancel);

            // Each is looked for anew by every sweep, so one part can be done without another.
            return !stands && uploads == 0 && sums == 0;
        });

    [Fact]
    public async Task Clicks_under_way_do_not_come_after_a_withdrawal_an_end_or_a_deletion()
    {
        var storage = await azurite.NewAsync();
        var store = StoreOver(storage);
        foreach (var state in (RaterState?[])[RaterState.Withdrawn, RaterState.Stopped, RaterState.Submitted, null])
        {
            var made = await MadeStudy.StoreAsync(storage);
            var underWay = await made.OpenAsync(store, 0);
            if (state is { } end)
            {
                Assert.NotNull(await store.ChangeAsync(await made.OpenAsync(store, 0), end, Cancel));
            }
            else
            {
                Assert.True(await store.DeleteRaterAsync(made.Study, underWay.Rater.Name, Cancel));
            }

            var before = await made.RowsAsync(storage, 0);
            Assert.Equal(state, await store.AddAsync(underWay, [MadeStudy.Click(500)], Cancel));
            Assert.Equal(before, await made.RowsAsync(storage, 0));
        }

        // Two tabs are no end: both are taken.
        var both = await MadeStudy.StoreAsync(storage);
        var (one, other) = (await both.OpenAsync(store, 0), await both.OpenAsync(store, 0));
        Assert.Equal(RaterState.Rating, await store.AddAsync(one, [MadeStudy.Click(500)], Cancel));
        Assert.Equal(RaterState.Rating, await store.AddAsync(other, [MadeStudy.Click(501)], Cancel));
        Assert.Equal(MadeStudy.Clicks + 3, (await both.RowsAsync(storage, 0)).Count);
    }

    /// <summary>Does something again and again, killed after each of its writes, and goes on; at last it lives to the end.</summary>
    /// <param name="repeated">Whether the request comes again; else only what drives runs goes on.</param>
    /// <param name="make">Makes what is removed.</param>
    /// <param name="remove">Removes it.</param>
    /// <param name="isGone">Whether it is gone; <see langword="false"/> where it is as it was, and an exception where it is in
    /// between.</param>
    private async Task KilledAnywhereAsync<T>(bool repeated, Func<RunStorage, Task<T>> make, Func<RunStorage, T, Task> remove,
        Func<RunStorage, T, Task<bool>> isGone)
    {
        var prefix = azurite.NewPrefix();
        var storage = azurite.Open(prefix);
        await storage.EnsureCreatedAsync(Cancel);
        foreach (var call in Enumerable.Range(1, 200).Where(LongFactAttribute.Takes))
        {
            var faults = new StorageFaults { KillAfter = call, WritesOnly = true };
            var made = await make(storage);
            var death = await Record.ExceptionAsync(() => remove(azurite.Open(prefix, faults.Configure), made));
            if (repeated)
            {
                await remove(storage, made);
            }
            else
            {
                await GoOnAsync(storage);
            }

            var gone = await isGone(storage, made);
            Assert.True(gone || (!repeated && death is not null), $"Killed after write {call}: it is not gone.");
            if (death is null)
            {
                Assert.True(call > 3, "Nothing was removed.");
                return;
            }

            Assert.True(faults.Killed, $"{death}");
            if (!gone)
            {
                await remove(storage, made);
            }
        }

        Assert.Fail("The removal takes more than 200 writes.");
    }

    /// <summary>What a process does that nobody has asked for anything, as it begins.</summary>
    private static async Task GoOnAsync(RunStorage storage)
    {
        await StoreOver(storage).FinishRemovalsAsync(Cancel);
        var advancer = AdvancerOver(storage, TimeProvider.System);
        foreach (var run in await new RunSignals(storage, advancer, NullLogger<RunSignals>.Instance).ActiveAsync(Cancel).ToListAsync(Cancel))
        {
            while ((await advancer.AdvanceAsync(run, Cancel)).State is RunState.Deleting)
            {
                // The next part.
            }
        }
    }

    private static bool WholeOrGone(int left, int all) => left == 0
        || (left == all ? false : throw new InvalidOperationException($"{left} of {all} are left."));

    private static StudyStore StoreOver(RunStorage storage) => new(storage, TimeProvider.System);

    private static RunAdvancer AdvancerOver(RunStorage storage, TimeProvider time) =>
        new(storage, new AdvanceOptions(), time, NullLogger<RunAdvancer>.Instance);

    private static async Task WithdrawAsync(RunStorage storage, MadeStudy made)
    {
        var store = StoreOver(storage);
        Assert.NotNull(await store.ChangeAsync(await made.OpenAsync(store, 0), RaterState.Withdrawn, Cancel));
    }

    private static async Task<RunId> EndedRunAsync(RunStorage storage)
    {
        var bench = new Bench(storage);
        var upload = await bench.Uploads.StoreAsync(BinaryData.FromString(Bench.Csv(3)).ToStream(), "cases.csv", null, again: true,
            default, null, Cancel);
        var outcome = await bench.Splitter.OnUploadAsync(upload.BlobName, upload.ETag, Cancel);
        Assert.Equal(SplitResult.Created, outcome.Result);

        // As it stands at its end, without the work.
        var (run, rows) = (outcome.Run!.Value, new RunRows(storage));
        await new BatchRows(storage).CreateAsync(run, [BatchId.First(0), BatchId.First(1)], Cancel);
        await new AnswerRows(storage).WriteAsync(run, [new StoredAnswerRow { Ordinal = 2, Id = "q2", Dataset = "set" }], Cancel);
        await storage.Blob(run, "report.json").PutAsync(BinaryData.FromString("{}"), "application/json", Cancel);
        var row = (await rows.FindAsync(run, Cancel))!;
        Assert.NotNull(await rows.TryUpdateAsync(row with { Summary = row.Summary with { State = RunState.Completed } }, Cancel));
        return run;
    }

    private static async Task<List<string>> RowsOfAsync(RunStorage storage, RunId run)
    {
        var rows = new List<string>();
        foreach (var table in (TableClient[])[storage.RunTable, storage.BatchTable, storage.AnswerTable, storage.ScoreTable])
        {
            rows.AddRange(await table.QueryAsync<TableEntity>(cancellationToken: Cancel)
                .Select(static row => $"{row.PartitionKey} {row.RowKey}")
                .Where(key => key.Contains(run.ToString(), StringComparison.Ordinal)).ToListAsync(Cancel));
        }

        return rows;
    }
}
