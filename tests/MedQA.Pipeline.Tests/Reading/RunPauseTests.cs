using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;

namespace MedQA.Pipeline.Tests.Reading;

/// <summary>Whether nobody works on a run, read off those who are at work.</summary>
public sealed class RunPauseTests(AzuriteFixture azurite)
{
    private static readonly RunAttendant Serve = new(Drives: true, "scripted-model");
    private static readonly RunAttendant OtherServe = new(Drives: true, "other");
    private static readonly RunAttendant Worker = new(Drives: false, "scripted-model");
    private static readonly RunAttendant OtherWorker = new(Drives: false, "other");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_has_not_ended_is_paused_while_nobody_who_can_works_on_it_and_in_lists_too()
    {
        var (bench, present) = (new Bench(await azurite.NewAsync()), new Attendance());
        var reader = new RunReader(bench.Storage, present);
        var run = await bench.StartAsync(4);

        Assert.True(await PausedAsync(reader, run));
        Assert.False(await PausedAsync(reader, run, present, Serve));
        Assert.False(await PausedAsync(reader, run, present, Serve, OtherServe));
        Assert.False(await PausedAsync(reader, run, present, OtherServe, Worker));
        Assert.True(await PausedAsync(reader, run, present, OtherServe, OtherWorker));
        Assert.True(await PausedAsync(reader, run, present, OtherWorker));

        // A worker alone goes on with what was sent to it, and then stands.
        Assert.True(await PausedAsync(reader, run, present, Worker));
        await bench.Advancer.AdvanceAsync(run, Cancel);
        await new BatchRows(bench.Storage).NoteWorkAsync(
            run, new BatchRow { Batch = BatchId.First(1), State = BatchState.Running, Worker = "one" }, Cancel);
        Assert.False(await PausedAsync(reader, run, present, Worker));
        Assert.True(
            await PausedAsync(new RunReader(bench.Storage, present, new SkewedTime(TimeSpan.FromMinutes(1))), run, present, Worker));

        await bench.CompleteAsync(run);
        Assert.False(await PausedAsync(reader, run, present));
    }

    [Fact]
    public async Task Where_nobody_can_know_who_works_no_run_is_paused()
    {
        var bench = new Bench(await azurite.NewAsync());
        Assert.False(await PausedAsync(bench.Reader, await bench.StartAsync(2)));
    }

    [Theory]
    [InlineData(RunState.Queued, false, true)]
    [InlineData(RunState.Running, false, true)]
    [InlineData(RunState.Waiting, false, true)]
    [InlineData(RunState.Waiting, true, false)]
    [InlineData(RunState.Completed, false, false)]
    [InlineData(RunState.CompletedWithFailures, false, false)]
    [InlineData(RunState.Cancelled, false, false)]
    [InlineData(RunState.Rejected, false, false)]
    [InlineData(RunState.Failed, false, false)]
    [InlineData(RunState.Deleting, false, false)]
    public async Task Only_what_would_go_on_by_itself_is_paused(RunState state, bool needsApproval, bool paused)
    {
        var run = Summary(state) with { NeedsApproval = needsApproval };

        Assert.Equal(paused, await RunPause.IsPausedAsync(run, [], static () => Task.FromResult(false)));
    }

    [Fact]
    public async Task What_waits_for_its_model_while_another_is_at_work_says_so_itself()
    {
        Assert.False(await RunPause.IsPausedAsync(Summary(RunState.Waiting), [OtherServe], static () => Task.FromResult(false)));
        Assert.True(await RunPause.IsPausedAsync(Summary(RunState.Running), [OtherServe], static () => Task.FromResult(false)));
    }

    private static async Task<bool> PausedAsync(RunReader reader, RunId run, Attendance? attendance = null, params RunAttendant[] present)
    {
        attendance?.Here = present;
        var listed = Assert.Single((await reader.ListAsync(null, 10, Cancel)).Runs);
        var found = (await reader.GetAsync(run, Cancel))!;
        Assert.Equal(listed, found with { ResultVersion = null });
        return found.Paused;
    }

    private static RunSummary Summary(RunState state) => new()
    {
        Run = RunId.Parse("aaaaaaaaaaaaaaaa"),
        Name = "cases.csv",
        State = state,
        Requested = RequestedAction.None,
        Source = "cases.csv",
        Profile = "quick",
        Model = "scripted",
        ModelFingerprint = "scripted-model",
        Created = DateTimeOffset.UnixEpoch,
        Changed = DateTimeOffset.UnixEpoch,
    };

    private sealed class Attendance : IRunAttendance
    {
        public IReadOnlyList<RunAttendant> Here { get; set; } = [];

        public IReadOnlyList<RunAttendant> Present() => Here;
    }
}
