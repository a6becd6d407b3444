using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Notifying;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Pipeline.Tests.Notifying;

public sealed class NoticeDeliveryTests(AzuriteFixture azurite) : IDisposable
{
    private readonly Receiver _receiver = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _receiver.Dispose();

    [Fact]
    public async Task The_end_of_a_run_is_told_once_signed_and_with_its_headline_figures()
    {
        var bench = await NewAsync(_receiver.Options(Receiver.Key, [.. Receiver.Key.Reverse()]) with { Service = new Uri("https://medqa.example.com/") });
        var run = await EndedAsync(bench);
        Assert.Equal(new AdvanceOutcome(RunState.Completed, TimeSpan.Zero, IsNoticeOnly: true), await bench.Advancer.AdvanceAsync(run, Cancel));
        Assert.Empty(_receiver.Requests);

        Assert.True((await bench.Advancer.NotifyAsync(run, Cancel)).IsDone);
        Assert.True((await bench.Advancer.NotifyAsync(run, Cancel)).IsDone);
        Assert.True((await bench.Advancer.AdvanceAsync(run, Cancel)).IsDone);

        var request = Assert.Single(_receiver.Requests);
        Assert.Equal(("/notices", "application/json", _time.GetUtcNow().ToUnixTimeSeconds()), (request.Path, request.ContentType, request.Timestamp));
        Assert.Equal([SignatureOf(request, Receiver.Key), SignatureOf(request, [.. Receiver.Key.Reverse()])], request.Signature.Split(' '));
        Assert.DoesNotContain('.', request.Id);

        var body = JsonNode.Parse(request.Body)!;
        var summary = (await bench.Reader.GetAsync(run, Cancel))!;
        Assert.Equal(("run.completed", summary.Finished), ((string)body["type"]!, (DateTimeOffset)body["timestamp"]!));
        var data = body["data"]!;
        Assert.Equal(
            $$"""{"run":"{{run}}","name":"cases.csv","state":"completed","model":"{{summary.Model}}","profile":"quick","questions":4,"answered":4,"failed":0,"unaskable":0,"provisional":false}""",
            new JsonObject(data.AsObject().Where(static field => field.Key is not ("accuracy" or "datasets" or "url")).Select(static field => KeyValuePair.Create(field.Key, field.Value?.DeepClone()))).ToJsonString());
        Assert.Equal((summary.Accuracy, summary.AccuracyLow, summary.AccuracyHigh), ((double?)data["accuracy"]!["value"], (double?)data["accuracy"]!["low"], (double?)data["accuracy"]!["high"]));
        Assert.Equal($$"""[{"name":"set","accuracy":{{data["accuracy"]!.ToJsonString()}}}]""", data["datasets"]!.ToJsonString());
        Assert.Equal($"https://medqa.example.com/#/runs/{run}", (string?)data["url"]);
        Assert.DoesNotContain("case", Encoding.UTF8.GetString(request.Body).Replace("cases.csv", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal((NoticeState.Sent, 1, 200, null), (summary.Notice!.State, summary.Notice.Tries, summary.Notice.Status, summary.Notice.Next));
    }

    [Fact]
    public async Task A_process_that_is_cut_off_after_sending_leaves_a_try_that_another_repeats_with_the_same_id()
    {
        var bench = await NewAsync();
        var run = await EndedAsync(bench);
        using var killed = new CancellationTokenSource();
        _receiver.Answer = async _ => await killed.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.Advancer.NotifyAsync(run, killed.Token));
        var first = Assert.Single(_receiver.Requests);

        _receiver.Answers(204);
        var other = new Bench(bench.Storage, time: _time, notices: _receiver.Options());
        Assert.True((await other.Advancer.NotifyAsync(run, Cancel)).IsNoticeOnly);
        Assert.Single(_receiver.Requests);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True((await other.Advancer.NotifyAsync(run, Cancel)).IsDone);

        var second = Assert.Single(_receiver.Requests, request => request != first);
        Assert.Equal(first.Id, second.Id);
        Assert.Equal(first.Body, second.Body);
        Assert.NotEqual((first.Timestamp, first.Signature), (second.Timestamp, second.Signature));
        Assert.Equal((NoticeState.Sent, 2, 204), await StateAsync(bench, run));
    }

    [Fact]
    public async Task A_receiver_that_refuses_is_asked_again_after_growing_waits_and_given_up_after_the_eighth_try()
    {
        var log = new FakeLogger<RunAdvancer>();
        var bench = await NewAsync();
        var advancer = new RunAdvancer(bench.Storage, new AdvanceOptions(), _time, log, notices: _receiver.Options(), sender: new NoticeSender(_receiver.Options(), _time));
        var run = await EndedAsync(bench);
        _receiver.Answers(503);
        double[] waits = [5, 60, 300, 1800, 7200, 18_000, 36_000];
        for (var i = 0; i < waits.Length; i++)
        {
            Assert.True((await advancer.NotifyAsync(run, Cancel)).IsNoticeOnly);
            var notice = (await bench.Reader.GetAsync(run, Cancel))!.Notice!;
            Assert.Equal((NoticeState.Waiting, i + 1, 503), (notice.State, notice.Tries, notice.Status));
            var wait = notice.Next!.Value - _time.GetUtcNow();
            Assert.InRange(wait.TotalSeconds, waits[i], waits[i] * 1.1);

            _time.Advance(wait - TimeSpan.FromSeconds(1));
            Assert.True((await advancer.NotifyAsync(run, Cancel)).ComeBackIn > TimeSpan.Zero);
            Assert.Equal(i + 1, _receiver.Requests.Count);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.True((await advancer.NotifyAsync(run, Cancel)).IsDone);
        Assert.Equal((NoticeState.GivenUp, 8, 503), await StateAsync(bench, run));
        Assert.Equal(8, _receiver.Requests.Count);
        Assert.Single(_receiver.Requests.Select(static request => request.Id).Distinct());
        Assert.Equal([.. Enumerable.Repeat(1401, 7), 1402], log.Collector.GetSnapshot().Select(static record => record.Id.Id).Where(static id => id >= 1400));
        Assert.All(log.Collector.GetSnapshot().Where(static record => record.Id.Id >= 1400), record =>
        {
            Assert.Contains($"{run}", record.Message, StringComparison.Ordinal);
            Assert.Contains("503", record.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("127.0.0.1", record.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_receiver_that_is_gone_or_asks_for_time_is_obeyed_and_a_redirect_is_not_followed()
    {
        var bench = await NewAsync();
        using var elsewhere = new Receiver();
        var run = await EndedAsync(bench);
        _receiver.Answers(302, "Location", elsewhere.Url.AbsoluteUri);
        await bench.Advancer.NotifyAsync(run, Cancel);
        Assert.Equal((NoticeState.Waiting, 1, 302), await StateAsync(bench, run));
        Assert.Empty(elsewhere.Requests);

        _time.Advance(TimeSpan.FromSeconds(6));
        _receiver.Answers(429, "Retry-After", "600");
        await bench.Advancer.NotifyAsync(run, Cancel);
        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromMinutes(10), (await bench.Reader.GetAsync(run, Cancel))!.Notice!.Next);

        _time.Advance(TimeSpan.FromMinutes(10));
        _receiver.Answers(410);
        Assert.True((await bench.Advancer.NotifyAsync(run, Cancel)).IsDone);
        Assert.Equal((NoticeState.GivenUp, 3, 410), await StateAsync(bench, run));

        // Sent again by hand, it is the same notice.
        await new RunControl(bench.Storage, _time).NotifyAsync(run, "team", Cancel);
        _receiver.Answers(200);
        Assert.True((await bench.Advancer.NotifyAsync(run, Cancel)).IsDone);
        Assert.Equal((NoticeState.Sent, 1, 200), await StateAsync(bench, run));
        Assert.Single(_receiver.Requests.Select(static request => request.Id).Distinct());
    }

    [Fact]
    public async Task A_receiver_that_answers_too_late_or_not_at_all_gets_the_notice_again()
    {
        var bench = await NewAsync();
        var run = await EndedAsync(bench);
        var come = new TaskCompletionSource();
        _receiver.Answer = _ =>
        {
            come.SetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, Cancel);
        };
        var sending = bench.Advancer.NotifyAsync(run, Cancel);
        await come.Task;
        _time.Advance(NoticeSender.AnswerWithin);
        await sending;
        Assert.Equal("The receiver did not answer within 20 seconds.", (await bench.Reader.GetAsync(run, Cancel))!.Notice!.Problem);

        _time.Advance(TimeSpan.FromSeconds(6));
        var deaf = new NoticeOptions { Addresses = [new NoticeAddress("team", new Uri("http://127.0.0.1:1/"))], Secrets = _receiver.Options().Secrets };
        await new Bench(bench.Storage, time: _time, notices: deaf).Advancer.NotifyAsync(run, Cancel);
        Assert.Equal("The receiver could not be reached.", (await bench.Reader.GetAsync(run, Cancel))!.Notice!.Problem);

        _time.Advance(TimeSpan.FromMinutes(2));
        _receiver.Answers(200);
        Assert.True((await bench.Advancer.NotifyAsync(run, Cancel)).IsDone);
        Assert.Equal((NoticeState.Sent, 3, 200), await StateAsync(bench, run));
        Assert.Equal(2, _receiver.Requests.Count);
        Assert.Single(_receiver.Requests.Select(static request => request.Id).Distinct());
    }

    [Fact]
    public async Task Of_processes_that_advance_a_run_at_once_one_sends()
    {
        var bench = await NewAsync();
        var run = await EndedAsync(bench);
        Bench[] processes = [bench, .. Enumerable.Range(0, 5).Select(_ => new Bench(bench.Storage, time: _time, notices: _receiver.Options()))];
        await Task.WhenAll(processes.Select(process => process.Advancer.NotifyAsync(run, Cancel)));
        Assert.Single(_receiver.Requests);
        Assert.Equal((NoticeState.Sent, 1, 200), await StateAsync(bench, run));
    }

    [Fact]
    public async Task A_process_without_the_address_leaves_the_notice_to_one_that_has_it_and_after_a_day_nobody_waits()
    {
        var bench = await NewAsync();
        var stranger = new Bench(bench.Storage, time: _time);
        var (told, untold) = (await EndedAsync(bench), await EndedAsync(bench, "others.csv"));
        foreach (var run in (RunId[])[told, untold])
        {
            var left = await stranger.Advancer.NotifyAsync(run, Cancel);
            Assert.Equal(new AdvanceOutcome(RunState.Completed, TimeSpan.FromSeconds(30), IsNoticeOnly: true), left);
            Assert.Equal("No process that was asked so far has an address named 'team' in its settings.", (await bench.Reader.GetAsync(run, Cancel))!.Notice!.Problem);
        }

        Assert.True((await bench.Advancer.NotifyAsync(told, Cancel)).IsDone);
        Assert.Null((await bench.Reader.GetAsync(told, Cancel))!.Notice!.Problem);

        _time.Advance(TimeSpan.FromDays(1));
        Assert.True((await stranger.Advancer.NotifyAsync(untold, Cancel)).IsDone);
        Assert.Equal((NoticeState.GivenUp, 0, null), await StateAsync(bench, untold));
        Assert.Single(_receiver.Requests);
    }

    [Fact]
    public async Task A_run_that_is_retried_tells_of_its_next_end_and_a_deleted_one_of_none()
    {
        var bench = await NewAsync();
        var control = new RunControl(bench.Storage, _time);
        bench.Model.Before = static (text, _) => text.Contains("case 1?", StringComparison.Ordinal) ? throw new InvalidOperationException("broken") : Task.CompletedTask;
        var run = await EndedAsync(bench);
        await bench.Advancer.NotifyAsync(run, Cancel);
        var first = Assert.Single(_receiver.Requests);
        Assert.Equal("run.completed_with_failures", (string?)JsonNode.Parse(first.Body)!["type"]);

        bench.Model.Before = static (_, _) => Task.CompletedTask;
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(RequestOutcome.Accepted, await control.RequestAsync(run, RequestedAction.Retry, Cancel));
        await bench.Advancer.AdvanceAsync(run, Cancel);
        Assert.Equal((NoticeState.Planned, 0, null), await StateAsync(bench, run));
        await bench.CompleteAsync(run);
        await bench.Advancer.NotifyAsync(run, Cancel);
        var second = Assert.Single(_receiver.Requests, request => request != first);
        Assert.Equal("run.completed", (string?)JsonNode.Parse(second.Body)!["type"]);
        Assert.NotEqual(first.Id, second.Id);

        var gone = await EndedAsync(bench, "others.csv");
        await bench.DeleteAsync(gone);
        Assert.Equal(2, _receiver.Requests.Count);
    }

    [Fact]
    public async Task Without_a_choice_the_default_address_is_told_and_with_none_nobody_is()
    {
        var bench = await NewAsync(_receiver.Options() with { Addresses = [new NoticeAddress(NoticeOptions.DefaultName, _receiver.Url)] });
        var (told, silent, late) = (await bench.StartAsync(2), await bench.StartAsync(2, "silent.csv"), await bench.StartAsync(2, "late.csv"));
        var control = new RunControl(bench.Storage, _time);
        await control.NotifyAsync(silent, NoticeOptions.None, Cancel);
        foreach (var run in (RunId[])[told, silent])
        {
            await bench.CompleteAsync(run);
            await bench.Advancer.NotifyAsync(run, Cancel);
        }

        Assert.Contains($"{told}", Encoding.UTF8.GetString(Assert.Single(_receiver.Requests).Body), StringComparison.Ordinal);

        // Chosen after the end, it is told at once; chosen again, it is not told twice.
        await new Bench(bench.Storage, bench.Model, _time).CompleteAsync(late);
        Assert.Null((await bench.Reader.GetAsync(late, Cancel))!.Notice);
        await control.NotifyAsync(late, NoticeOptions.DefaultName, Cancel);
        await bench.Advancer.NotifyAsync(late, Cancel);
        await control.NotifyAsync(late, NoticeOptions.DefaultName, Cancel);
        Assert.True((await bench.Advancer.NotifyAsync(late, Cancel)).IsDone);
        Assert.Equal(2, _receiver.Requests.Count);
    }

    [Fact]
    public async Task A_run_that_is_old_is_kept_until_its_notice_is_delivered_or_given_up()
    {
        var bench = await NewAsync();
        var run = await EndedAsync(bench);
        var retention = new RunRetention(bench.Storage, new RetentionOptions { RunDays = 1 }, _time, NullLogger<RunRetention>.Instance);
        _time.Advance(TimeSpan.FromDays(2));
        Assert.Equal((0, 0), await retention.SweepAsync(Cancel));
        Assert.Equal([run], await new RunRows(bench.Storage).ToDriveAsync(Cancel).ToListAsync(Cancel));
        await bench.Advancer.NotifyAsync(run, Cancel);
        Assert.Empty(await new RunRows(bench.Storage).ToDriveAsync(Cancel).ToListAsync(Cancel));
        Assert.Equal((1, 0), await retention.SweepAsync(Cancel));
    }

    [Fact]
    public async Task A_row_has_columns_of_a_notice_only_where_there_is_one()
    {
        var bench = await NewAsync();
        var (plain, told) = (await bench.StartAsync(2), await EndedAsync(bench, "others.csv"));
        var table = bench.Storage.RunTable;
        var columns = (await table.GetEntityAsync<Azure.Data.Tables.TableEntity>(RunRow.Partition, $"{plain}", cancellationToken: Cancel)).Value.Keys;
        Assert.DoesNotContain(columns, static column => column.StartsWith("Notice", StringComparison.Ordinal));
        Assert.Null((await bench.Reader.GetAsync(plain, Cancel))!.Notice);

        var row = (await table.GetEntityAsync<Azure.Data.Tables.TableEntity>(RunRow.Partition, $"{told}", cancellationToken: Cancel)).Value;
        Assert.Equal(["NoticeId", "NoticeSince", "NoticeState", "NoticeTo"], row.Keys.Where(static column => column.StartsWith("Notice", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task A_slow_receiver_holds_up_no_other_run_of_the_loop()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var options = _receiver.Options() with { Addresses = [new NoticeAddress(NoticeOptions.DefaultName, _receiver.Url)] };
        var bench = new Bench(await azurite.NewAsync(), notices: options);
        var come = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _receiver.Answer = _ =>
        {
            come.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        };
        var slow = await bench.StartAsync(2);
        await bench.CompleteAsync(slow);
        var loop = new RunLoop(bench.Storage, bench.Advancer, bench.Splitter, TimeProvider.System, NullLogger<RunLoop>.Instance);
        var looping = loop.RunAsync(stop.Token);
        await come.Task.WaitAsync(Cancel);

        var next = await bench.StartAsync(2, "others.csv");
        while (!(await bench.Reader.GetAsync(next, Cancel))!.State.IsFinal())
        {
            await bench.AnswerNextAsync(Cancel);
        }

        Assert.Equal((NoticeState.Waiting, 1, null), await StateAsync(bench, slow));
        await stop.CancelAsync();
        await looping;
    }

    private static string SignatureOf(Received request, byte[] key) =>
        $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes($"{request.Id}.{request.Timestamp}."), .. request.Body]))}";

    private static async Task<(NoticeState State, int Tries, int? Status)> StateAsync(Bench bench, RunId run) =>
        (await bench.Reader.GetAsync(run, Cancel))!.Notice is { } notice ? (notice.State, notice.Tries, notice.Status) : default;

    private async Task<Bench> NewAsync(NoticeOptions? options = null) =>
        new(await azurite.NewAsync(), time: _time, notices: options ?? _receiver.Options());

    /// <summary>A run that has ended and chose the receiver.</summary>
    private async Task<RunId> EndedAsync(Bench bench, string blob = "cases.csv")
    {
        var run = await bench.StartAsync(4, blob);
        await new RunControl(bench.Storage, _time).NotifyAsync(run, "team", Cancel);
        await bench.CompleteAsync(run);
        return run;
    }
}
