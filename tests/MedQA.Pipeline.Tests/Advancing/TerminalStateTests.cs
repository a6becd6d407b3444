using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Studies;
using MedQA.Pipeline.Tests.Fixtures;
using MedQA.Pipeline.Uploading;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Pipeline.Tests.Advancing;

/// <summary>From what is withdrawn, being deleted or deleted, everything is tried that could lead back.</summary>
public sealed class TerminalStateTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_rater_goes_only_where_the_states_allow_and_from_a_withdrawal_nowhere()
    {
        Dictionary<RaterState, RaterState[]> ways = new()
        {
            [RaterState.Invited] = [RaterState.Rating, RaterState.Stopped, RaterState.Withdrawn],
            [RaterState.Rating] = [RaterState.Submitted, RaterState.Stopped, RaterState.Withdrawn],
            [RaterState.Submitted] = [],
            [RaterState.Stopped] = [RaterState.Withdrawn],
            [RaterState.Withdrawn] = [],
        };
        Assert.Equal(Enum.GetValues<RaterState>(), ways.Keys.Order());
        var storage = await azurite.NewAsync();
        var store = new StudyStore(storage, TimeProvider.System);
        foreach (var from in ways.Keys)
        {
            foreach (var to in ways.Keys)
            {
                var made = from == RaterState.Invited ? await MadeStudy.InvitedAsync(storage) : await MadeStudy.StoreAsync(storage);
                var session = await made.OpenAsync(store, 0);
                if (from is not (RaterState.Invited or RaterState.Rating))
                {
                    Assert.NotNull(await store.ChangeAsync(session, from, Cancel));
                    session = await made.OpenAsync(store, 0);
                }

                Assert.Equal(from, session.Rater.State);
                if (to == from || ways[from].Contains(to))
                {
                    Assert.Equal(to, (await store.ChangeAsync(session, to, Cancel))!.State);
                }
                else
                {
                    await Assert.ThrowsAsync<ArgumentException>(() => store.ChangeAsync(session, to, Cancel));
                    Assert.Equal(from, (await made.OpenAsync(store, 0)).Rater.State);
                }
            }
        }
    }

    [Fact]
    public async Task A_withdrawal_stays_whatever_comes_after_it()
    {
        var storage = await azurite.NewAsync();
        var store = new StudyStore(storage, TimeProvider.System);
        var made = await MadeStudy.StoreAsync(storage);
        var before = await made.OpenAsync(store, 0);
        Assert.NotNull(await store.ChangeAsync(before, RaterState.Withdrawn, Cancel));

        // Whoever has read the rater before changes nothing.
        foreach (var state in Enum.GetValues<RaterState>().Where(before.Rater.CanBecome).Except([RaterState.Rating]))
        {
            Assert.Null(await store.ChangeAsync(before, state, Cancel));
        }

        Assert.Equal(RaterState.Withdrawn, await store.AddAsync(before, [MadeStudy.Click(1)], Cancel));
        var renewed = await store.RenewLinkAsync(made.Study.Id, "r1", Cancel);
        await store.FinishRemovalsAsync(Cancel);
        Assert.Equal(RaterState.Withdrawn, (await store.OpenAsync(renewed!, Cancel))!.Rater.State);
        Assert.Empty((await store.RatingsAsync(made.Study.Id, "r1", Cancel))!.Clicks);
        Assert.Equal(["rater"], await made.RowsAsync(storage, 0));
    }

    [Fact]
    public async Task A_rater_and_a_study_that_are_being_deleted_or_are_deleted_stay_so()
    {
        var storage = await azurite.NewAsync();
        var store = new StudyStore(storage, TimeProvider.System);
        foreach (var cutOff in (bool[])[true, false])
        {
            foreach (var whole in (bool[])[true, false])
            {
                var made = await MadeStudy.StoreAsync(storage);
                var session = await made.OpenAsync(store, 0);
                var prefix = storage.Runs.Name[..^"runs".Length];

                // The first call of a rater's deletion marks the row; by the fourth of a study's the mark stands and the manifest is gone.
                var faults = new StorageFaults { KillAfter = cutOff ? (whole ? 4 : 1) : int.MaxValue };
                var deleting = new StudyStore(azurite.Open(prefix, faults.Configure), TimeProvider.System);
                var death = await Record.ExceptionAsync(async () => Assert.True(whole
                    ? await deleting.DeleteAsync(made.Study.Id, Cancel)
                    : await deleting.DeleteRaterAsync(made.Study, "r1", Cancel)));
                Assert.Equal(cutOff, death is ProcessKilledException);

                Assert.Null(await store.OpenAsync(made.Links[0], Cancel));
                if (whole)
                {
                    Assert.Null(await store.FindAsync(made.Study.Id, Cancel));
                    Assert.DoesNotContain(made.Study.Id.ToString(), (await store.ListAsync(Cancel)).Select(static study => study.Study));
                }
                else
                {
                    Assert.Null(await store.RenewLinkAsync(made.Study.Id, "r1", Cancel));
                    Assert.Null(await store.RatingsAsync(made.Study.Id, "r1", Cancel));
                    Assert.Null(await store.AddAsync(session, [MadeStudy.Click(1)], Cancel));
                    foreach (var state in Enum.GetValues<RaterState>()
                        .Where(state => state != session.Rater.State && session.Rater.CanBecome(state)))
                    {
                        Assert.Null(await store.ChangeAsync(session, state, Cancel));
                    }

                    Assert.Single(await store.RatingsAsync(made.Study, Cancel));
                }

                await store.FinishRemovalsAsync(Cancel);
                Assert.Empty(await made.RowsAsync(storage, 0));
                Assert.Equal(whole, (await made.BlobsAsync(storage)).Count == 0);
                Assert.Equal(!whole, await store.DeleteAsync(made.Study.Id, Cancel));
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_that_is_being_deleted_or_is_deleted_stays_so(bool cutOff)
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage);
        var etag = await bench.UploadAsync("cases.csv", Bench.Csv(2));
        var run = (await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel)).Run!.Value;
        await bench.CompleteAsync(run);
        var rows = new RunRows(storage);
        var stale = (await rows.FindAsync(run, Cancel))!;
        var control = new RunControl(storage, TimeProvider.System);
        await control.RequestAsync(run, RequestedAction.Delete, Cancel);
        if (cutOff)
        {
            // Read, then the copy, the row and the look whether they match: it is marked, and no more.
            var faults = new StorageFaults { KillAfter = 4 };
            var cut = new RunAdvancer(azurite.Open(storage.Runs.Name[..^"runs".Length], faults.Configure), new AdvanceOptions(),
                TimeProvider.System, NullLogger<RunAdvancer>.Instance);
            await Assert.ThrowsAsync<ProcessKilledException>(() => cut.AdvanceAsync(run, Cancel));
            Assert.Equal(RunState.Deleting, (await bench.Reader.GetAsync(run, Cancel))!.State);
        }
        else
        {
            await bench.GoneAsync(run);
        }

        var state = cutOff ? RunState.Deleting : (RunState?)null;
        foreach (var action in Enum.GetValues<RequestedAction>().Except([RequestedAction.None, RequestedAction.Delete]))
        {
            Assert.Equal(cutOff ? RequestOutcome.NotPossible : RequestOutcome.NotFound, await control.RequestAsync(run, action, Cancel));
            Assert.Equal(state, (await bench.Reader.GetAsync(run, Cancel))?.State);
        }

        Assert.Null(await rows.TryUpdateAsync(stale with { Summary = stale.Summary with { State = RunState.Queued } }, Cancel));
        await new RunRetention(storage, new RetentionOptions { RunDays = 1 }, new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(3)),
            NullLogger<RunRetention>.Instance).SweepAsync(Cancel);
        Assert.Equal(state, (await bench.Reader.GetAsync(run, Cancel))?.State);
        Assert.Equal(cutOff ? SplitResult.Known : SplitResult.Deleted,
            (await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel)).Result);
        await bench.Splitter.RecordFailureAsync(new UploadEvent("cases.csv", etag), new InvalidOperationException("poisoned"), Cancel);
        Assert.Equal(state, (await bench.Reader.GetAsync(run, Cancel))?.State);
        Assert.Equal(cutOff ? 1 : 0, (await bench.Reader.ListAsync(null, 10, Cancel)).Runs.Count);

        await bench.GoneAsync(run);

        Assert.Null(await bench.Reader.GetAsync(run, Cancel));
        Assert.Equal(SplitResult.Deleted, (await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel)).Result);
    }

    [Fact]
    public async Task A_failed_run_that_is_asked_to_go_is_not_brought_back_by_its_upload()
    {
        var bench = new Bench(await azurite.NewAsync());
        var etag = await bench.UploadAsync("cases.csv", Bench.Csv(2));
        var run = (await bench.Splitter.RecordFailureAsync(new UploadEvent("cases.csv", etag), new InvalidOperationException("broken"),
            Cancel))!.Value;
        await new RunControl(bench.Storage, TimeProvider.System).RequestAsync(run, RequestedAction.Delete, Cancel);
        await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel);
        Assert.Equal(RequestedAction.Delete, (await bench.Reader.GetAsync(run, Cancel))!.Requested);
        Assert.Single((await bench.Reader.ListAsync(null, 10, Cancel)).Runs);
        await bench.GoneAsync(run);

        Assert.Null(await bench.Reader.GetAsync(run, Cancel));
        Assert.Empty((await bench.Reader.ListAsync(null, 10, Cancel)).Runs);
        Assert.Equal(SplitResult.Deleted, (await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel)).Result);

        // Without the request it comes, once.
        var again = await bench.UploadAsync("cases.csv", Bench.Csv(2));
        var failed = (await bench.Splitter.RecordFailureAsync(new UploadEvent("cases.csv", again), new InvalidOperationException("broken"),
            Cancel))!.Value;
        Assert.Equal(failed, (await bench.Splitter.OnUploadAsync("cases.csv", again, Cancel)).Run);
        Assert.Equal(RunState.Queued, Assert.Single((await bench.Reader.ListAsync(null, 10, Cancel)).Runs).State);
    }
}
