using Azure.Storage.Blobs.Specialized;
using MedQA.Evaluation;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Pipeline.Tests.Advancing;

public sealed class RunAdvancerTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Advanced_by_many_at_once_a_run_comes_to_one_result_and_asks_every_question_once()
    {
        var storage = await azurite.NewAsync();
        var first = new Bench(storage);
        var run = await first.StartAsync(9);
        var others = Enumerable.Range(0, 3).Select(_ => new Bench(storage, first.Model)).ToList();

        var summaries = await Task.WhenAll(others.Select(bench => bench.CompleteAsync(run)));

        Assert.All(summaries, static summary => Assert.Equal((RunState.Completed, 9, 5), (summary.State, summary.Totals.Done, summary.FinishedBatches)));
        Assert.Equal(9, first.Model.Asked.Values.Sum());
        var quiet = new Bench(await azurite.NewAsync());
        Assert.Equal(await quiet.ReportAsync((await quiet.CompleteAsync(await quiet.StartAsync(9))).Run), await first.ReportAsync(run));
    }

    [Fact]
    public async Task A_lost_message_is_sent_again_after_two_minutes_and_a_message_that_still_lies_there_is_not()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var bench = new Bench(await azurite.NewAsync(), time: time);
        var run = await bench.StartAsync(2);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        time.Advance(TimeSpan.FromMinutes(3));
        await bench.Advancer.AdvanceAsync(run, Cancel);
        Assert.Equal(1, Assert.Single(await bench.RowsAsync(run)).Sends);

        await bench.Storage.BatchQueue.ClearMessagesAsync(Cancel);
        time.Advance(TimeSpan.FromMinutes(1));
        await bench.Advancer.AdvanceAsync(run, Cancel);

        Assert.Equal(2, Assert.Single(await bench.RowsAsync(run)).Sends);
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(run)).State);
    }

    [Fact]
    public async Task A_message_that_a_worker_holds_counts_as_lying_in_the_queue()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var bench = new Bench(await azurite.NewAsync(), time: time);
        var run = await bench.StartAsync(2);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        Assert.NotNull((await bench.Storage.BatchQueue.ReceiveMessageAsync(TimeSpan.FromSeconds(60), Cancel)).Value);
        time.Advance(TimeSpan.FromMinutes(3));

        await bench.Advancer.AdvanceAsync(run, Cancel);

        Assert.Equal(1, Assert.Single(await bench.RowsAsync(run)).Sends);
    }

    [Fact]
    public async Task A_batch_whose_worker_is_gone_is_sent_again_once_its_lease_has_ended()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var bench = new Bench(await azurite.NewAsync(), time: time);
        var run = await bench.StartAsync(2);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        await bench.Storage.BatchQueue.ClearMessagesAsync(Cancel);

        // Another process takes the batch and dies in it.
        var progress = bench.Storage.Progress(run, BatchId.First(0)).Client;
        await progress.CreateAsync(cancellationToken: Cancel);
        var lease = progress.GetBlobLeaseClient();
        await lease.AcquireAsync(TimeSpan.FromSeconds(60), cancellationToken: Cancel);
        var row = Assert.Single(await bench.RowsAsync(run));
        await new BatchRows(bench.Storage).NoteWorkAsync(run, row with { State = BatchState.Running, Heard = row.Sent, Worker = "other", Attempt = 1 }, Cancel);
        time.Advance(TimeSpan.FromMinutes(3));

        await bench.Advancer.AdvanceAsync(run, Cancel);
        Assert.Equal(1, Assert.Single(await bench.RowsAsync(run)).Sends);
        await lease.BreakAsync(TimeSpan.Zero, cancellationToken: Cancel);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        Assert.Equal(2, Assert.Single(await bench.RowsAsync(run)).Sends);
    }

    [Fact]
    public async Task Duplicated_messages_change_nothing()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(4);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        foreach (var message in (await bench.Storage.BatchQueue.PeekMessagesAsync(32, Cancel)).Value)
        {
            await bench.Storage.BatchQueue.SendMessageAsync(message.MessageText, Cancel);
        }

        var summary = await bench.CompleteAsync(run);

        Assert.Equal((RunState.Completed, 4), (summary.State, summary.Totals.Done));
        Assert.All(bench.Model.Asked, static asked => Assert.Equal(1, asked.Value));
    }

    [Fact]
    public async Task Answers_can_be_read_while_the_run_goes_on()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(4);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        Assert.Equal(BatchOutcome.Finished, await bench.AnswerNextAsync(Cancel));

        await bench.Advancer.AdvanceAsync(run, Cancel);

        var summary = (await bench.Reader.GetAsync(run, Cancel))!;
        Assert.Equal((RunState.Running, 2, 1), (summary.State, summary.Totals.Done, summary.FinishedBatches));
        Assert.Equal(2, (await bench.Reader.AnswersAsync(run, null, 10, AnswerFilter.All, Cancel)).Answers.Count);
        var filtered = await bench.Reader.AnswersAsync(run, null, 10, AnswerFilter.Correct, Cancel);
        Assert.Equal(summary.Totals.Correct, filtered.Answers.Count);
    }

    [Fact]
    public async Task Only_so_many_batches_are_out_at_a_time()
    {
        var bench = new Bench(await azurite.NewAsync(), advance: new AdvanceOptions { MaxOutstanding = 3 });
        var run = await bench.StartAsync(20);
        await bench.Advancer.AdvanceAsync(run, Cancel);

        Assert.Equal(3, (await bench.RowsAsync(run)).Count);
        Assert.Equal((RunState.Completed, 20), ((await bench.CompleteAsync(run)).State, (await bench.Reader.GetAsync(run, Cancel))!.Totals.Done));
    }

    [Fact]
    public async Task A_step_costs_the_same_at_the_end_of_a_run_as_at_its_beginning()
    {
        var prefix = azurite.NewPrefix();
        await azurite.Open(prefix).EnsureCreatedAsync(Cancel);
        var faults = new StorageFaults();
        var bench = new Bench(azurite.Open(prefix, faults.Configure), split: new SplitOptions { DefaultProfile = "quick", BatchSize = 1 }, advance: new AdvanceOptions { MaxOutstanding = 2 });
        var run = await bench.StartAsync(40);
        var costs = new List<int>();
        while (true)
        {
            var before = faults.Calls;
            if ((await bench.Advancer.AdvanceAsync(run, Cancel)).IsDone)
            {
                break;
            }

            costs.Add(faults.Calls - before);
            await bench.AnswerNextAsync(Cancel);
        }

        Assert.True(costs[^3..].Max() <= costs[..6].Max(), string.Join(' ', costs));
    }

    [Fact]
    public async Task Cancelled_a_run_keeps_what_is_answered_says_so_and_goes_on_when_retried()
    {
        var bench = new Bench(await azurite.NewAsync());
        var control = new RunControl(bench.Storage, bench.Time);
        var run = await bench.StartAsync(6);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        await bench.AnswerNextAsync(Cancel);

        Assert.Equal(RequestOutcome.NotPossible, await control.RequestAsync(run, RequestedAction.Retry, Cancel));
        Assert.Equal(RequestOutcome.Accepted, await control.RequestAsync(run, RequestedAction.Cancel, Cancel));
        var cancelled = await bench.CompleteAsync(run);

        Assert.Equal((RunState.Cancelled, 2, 4), (cancelled.State, cancelled.Totals.Done, cancelled.Remaining));
        Assert.Contains("\"provisional\": true", await bench.TextAsync(run, "report.json"), StringComparison.Ordinal);
        Assert.Equal(RequestOutcome.NotPossible, await control.RequestAsync(run, RequestedAction.Cancel, Cancel));
        Assert.Equal(RequestOutcome.Accepted, await control.RequestAsync(run, RequestedAction.Retry, Cancel));
        var completed = await bench.CompleteAsync(run);
        Assert.Equal((RunState.Completed, 6, 2), (completed.State, completed.Totals.Done, completed.Revision));
        Assert.All(bench.Model.Asked, static asked => Assert.Equal(1, asked.Value));
    }

    [Fact]
    public async Task Retried_a_run_asks_only_the_failed_questions_again_and_the_last_retry_wins()
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage);
        var control = new RunControl(storage, bench.Time);
        var broken = new HashSet<string> { "case 1?", "case 4?" };
        bench.Model.Before = (text, _) => broken.Any(part => text.Contains(part, StringComparison.Ordinal)) ? throw new InvalidOperationException("broken") : Task.CompletedTask;
        var run = await bench.StartAsync(6);
        var failed = await bench.CompleteAsync(run);
        Assert.Equal((RunState.CompletedWithFailures, 2), (failed.State, failed.Totals.Failed));

        broken.Remove("case 4?");
        await control.RequestAsync(run, RequestedAction.Retry, Cancel);
        var better = await bench.CompleteAsync(run);
        Assert.Equal((RunState.CompletedWithFailures, 6, 1, 2), (better.State, better.Totals.Done, better.Totals.Failed, better.Revision));
        Assert.Equal([new BatchId(1, 0), new BatchId(1, 2)], (await bench.RowsAsync(run, retry: 1)).Select(static row => row.Batch));

        broken.Clear();
        await control.RequestAsync(run, RequestedAction.Retry, Cancel);
        var whole = await bench.CompleteAsync(run);

        Assert.Equal((RunState.Completed, 6, 0, 3), (whole.State, whole.Totals.Done, whole.Totals.Failed, whole.Revision));
        Assert.All(bench.Model.Asked, static asked => Assert.Equal(1, asked.Value));
        Assert.Empty((await bench.Reader.AnswersAsync(run, null, 10, AnswerFilter.Failed, Cancel)).Answers);
        Assert.Equal("r2-00000000", (await new AnswerRows(bench.Storage).FindAsync(run, 1, Cancel))!.Batch);
        var undisturbed = new Bench(await azurite.NewAsync());
        Assert.Equal(await undisturbed.ReportAsync((await undisturbed.CompleteAsync(await undisturbed.StartAsync(6))).Run), await bench.ReportAsync(run));
        Assert.Equal(RequestOutcome.NotPossible, await control.RequestAsync(run, RequestedAction.Retry, Cancel));
    }

    [Fact]
    public async Task A_run_under_another_version_of_the_rules_is_shown_but_not_retried()
    {
        var bench = new Bench(await azurite.NewAsync());
        bench.Model.Before = static (_, _) => throw new InvalidOperationException("broken");
        var run = await bench.StartAsync(2);
        await bench.CompleteAsync(run);
        var manifest = (await bench.TextAsync(run, "manifest.json"))!;
        Assert.Contains($"\"rules\":\"{EvaluationRules.Version}\"", manifest, StringComparison.Ordinal);
        await bench.Storage.Blob(run, "manifest.json").Client.UploadAsync(BinaryData.FromString(manifest.Replace($"\"rules\":\"{EvaluationRules.Version}\"", "\"rules\":\"1\"", StringComparison.Ordinal)).ToStream(), cancellationToken: Cancel);

        Assert.Equal(RequestOutcome.OtherRules, await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Retry, Cancel));
        Assert.Contains("uses version 1 of the evaluation rules", RunControl.OtherRulesOf(run, "1"), StringComparison.Ordinal);
        Assert.Equal(2, (await bench.Reader.AnswersAsync(run, null, 10, AnswerFilter.All, Cancel)).Answers.Count);
        Assert.NotNull(await bench.Reader.OpenFileAsync(run, "report.json", Cancel));
    }

    [Fact]
    public async Task Deleted_a_run_leaves_a_tombstone_that_keeps_a_repeated_event_from_reviving_it()
    {
        var bench = new Bench(await azurite.NewAsync());
        var etag = await bench.UploadAsync("cases.csv", Bench.Csv(4));
        var run = (await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel)).Run!.Value;
        await bench.CompleteAsync(run);

        await bench.DeleteAsync(run);

        Assert.Null(await bench.Reader.GetAsync(run, Cancel));
        Assert.Empty((await bench.Reader.ListAsync(null, 10, Cancel)).Runs);
        Assert.Empty(await bench.RowsAsync(run));
        Assert.Equal(["manifest.json"], await BlobsOfAsync(bench, run));
        Assert.Equal(SplitResult.Deleted, (await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel)).Result);
        Assert.Equal(BatchOutcome.Deleted, await bench.Worker.AnswerAsync(new BatchMessage { Run = run.ToString(), Batch = "00000000" }, Cancel));
        Assert.Equal(["manifest.json"], await BlobsOfAsync(bench, run));
        Assert.Null((await bench.Advancer.AdvanceAsync(run, Cancel)).State);
        Assert.Equal(RequestOutcome.NotFound, await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Delete, Cancel));
    }

    [Fact]
    public async Task Deletion_waits_for_the_worker_that_holds_a_batch()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(2);
        var progress = bench.Storage.Progress(run, BatchId.First(0)).Client;
        await progress.CreateAsync(cancellationToken: Cancel);
        var lease = progress.GetBlobLeaseClient();
        await lease.AcquireAsync(TimeSpan.FromSeconds(60), cancellationToken: Cancel);
        await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Delete, Cancel);

        Assert.Equal(RunState.Deleting, (await bench.Advancer.AdvanceAsync(run, Cancel)).State);
        Assert.True(await progress.ExistsAsync(Cancel));
        await lease.ReleaseAsync(cancellationToken: Cancel);
        Assert.Null((await bench.Advancer.AdvanceAsync(run, Cancel)).State);
        Assert.False(await progress.ExistsAsync(Cancel));
    }

    [Fact]
    public async Task What_somebody_who_is_cut_off_has_written_of_a_deleted_run_is_found_by_a_later_look()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var bench = new Bench(await azurite.NewAsync(), time: time);
        var run = await bench.StartAsync(4);
        await bench.DeleteAsync(run);
        foreach (var name in (string[])["questions/00000001.jsonl", "index/text.jsonl", "report.json"])
        {
            await bench.Storage.Blob(run, name).PutAsync(BinaryData.FromString("late"), "text/plain", Cancel);
        }

        await new BatchRows(bench.Storage).CreateAsync(run, [BatchId.First(0)], Cancel);
        await new AnswerRows(bench.Storage).WriteAsync(run, [new StoredAnswerRow { Ordinal = 3, Id = "late", Dataset = "set" }], Cancel);

        var look = await bench.Advancer.AdvanceAsync(run, Cancel);
        Assert.Equal((null, TimeSpan.FromMinutes(10)), (look.State, look.ComeBackIn));
        Assert.Equal(["manifest.json"], await BlobsOfAsync(bench, run));
        Assert.Empty(await bench.RowsAsync(run));
        Assert.Null(await new AnswerRows(bench.Storage).FindAsync(run, 3, Cancel));

        time.Advance(TimeSpan.FromMinutes(10));
        Assert.True((await bench.Advancer.AdvanceAsync(run, Cancel)).IsDone);
    }

    [LongFact]
    public async Task Whatever_a_step_was_doing_when_its_run_was_deleted_elsewhere_nothing_of_it_is_left()
    {
        // Batches that are answered, so that the step collects them, writes the result and ends the run.
        for (var at = 1; ; at += 5)
        {
            var prefix = azurite.NewPrefix();
            var bench = new Bench(azurite.Open(prefix));
            await bench.Storage.EnsureCreatedAsync(Cancel);
            var run = await bench.StartAsync(4);
            await bench.Advancer.AdvanceAsync(run, Cancel);
            while (await bench.AnswerNextAsync(Cancel) is not null)
            {
                // The next.
            }

            var faults = new StorageFaults { Before = call => call == at ? bench.DeleteAsync(run) : Task.CompletedTask };
            var overtaken = new Bench(azurite.Open(prefix, faults.Configure));
            while (await overtaken.Advancer.AdvanceAsync(run, Cancel) is { IsDone: false, State: not null })
            {
                // The next step, as whoever drives a run does.
            }

            if (faults.Calls < at)
            {
                Assert.InRange(at, 20, 200);
                return;
            }

            Assert.True(await BlobsOfAsync(bench, run) is ["manifest.json"], $"Deleted before call {at}: {string.Join(", ", await BlobsOfAsync(bench, run))}");
            Assert.Null(await bench.Reader.GetAsync(run, Cancel));
            Assert.Empty(await bench.RowsAsync(run));
            Assert.Null(await new AnswerRows(bench.Storage).FindAsync(run, 0, Cancel));
        }
    }

    [Fact]
    public async Task A_run_above_the_limits_waits_for_approval()
    {
        var bench = new Bench(await azurite.NewAsync(), advance: new AdvanceOptions { MaxQuestions = 3 });
        var run = await bench.StartAsync(4);

        Assert.Equal(RunState.Waiting, (await bench.Advancer.AdvanceAsync(run, Cancel)).State);
        Assert.Contains("approval", (await bench.Reader.GetAsync(run, Cancel))!.Reason, StringComparison.Ordinal);
        Assert.Null(await bench.AnswerNextAsync(Cancel));
        await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Approve, Cancel);
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(run)).State);
    }

    [Fact]
    public async Task A_run_that_no_worker_takes_says_after_five_minutes_what_it_waits_for()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var bench = new Bench(await azurite.NewAsync(), time: time);
        var run = await bench.StartAsync(2);
        Assert.Equal(RunState.Queued, (await bench.Advancer.AdvanceAsync(run, Cancel)).State);
        time.Advance(TimeSpan.FromMinutes(6));

        Assert.Equal(RunState.Waiting, (await bench.Advancer.AdvanceAsync(run, Cancel)).State);
        Assert.Contains("scripted", (await bench.Reader.GetAsync(run, Cancel))!.Reason, StringComparison.Ordinal);
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(run)).State);
    }

    [Fact]
    public async Task With_all_rows_lost_a_run_is_made_again_from_its_blobs_without_asking_anything_again()
    {
        var bench = new Bench(await azurite.NewAsync());
        bench.Model.Before = static (text, _) => text.Contains("case 1?", StringComparison.Ordinal) ? throw new InvalidOperationException("broken") : Task.CompletedTask;
        var run = await bench.StartAsync(4);
        await bench.CompleteAsync(run);
        bench.Model.Before = static (_, _) => Task.CompletedTask;
        await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Retry, Cancel);
        var before = await bench.CompleteAsync(run);
        var report = await bench.ReportAsync(run);
        foreach (var table in (Azure.Data.Tables.TableClient[])[bench.Storage.RunTable, bench.Storage.BatchTable, bench.Storage.AnswerTable])
        {
            await foreach (var row in table.QueryAsync<Azure.Data.Tables.TableEntity>(cancellationToken: Cancel))
            {
                await table.DeleteEntityAsync(row.PartitionKey, row.RowKey, cancellationToken: Cancel);
            }
        }

        var second = new Bench(bench.Storage);
        var after = await second.CompleteAsync(run);

        Assert.Equal((before.State, before.Totals.Done, before.Retry), (after.State, after.Totals.Done, after.Retry));
        Assert.Equal(report, await second.ReportAsync(run));
        Assert.Equal(4, (await second.Reader.AnswersAsync(run, null, 10, AnswerFilter.All, Cancel)).Answers.Count);
        Assert.Empty(second.Model.Asked);
        Assert.Equal(4, bench.Model.Asked.Values.Sum());
    }

    [Fact]
    public async Task Answers_that_storage_has_lost_after_they_were_collected_are_asked_for_again_instead_of_being_left_out()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(6);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        await bench.AnswerNextAsync(Cancel);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        var lost = Assert.Single(await bench.RowsAsync(run), static row => row.Collected).Batch;
        await bench.Storage.Answers(run, lost).DeleteAsync(cancellationToken: Cancel);
        await bench.Storage.Progress(run, lost).Client.DeleteAsync(cancellationToken: Cancel);

        var summary = await bench.CompleteAsync(run);

        Assert.Equal((RunState.Completed, 6, 3), (summary.State, summary.Totals.Done, summary.FinishedBatches));
        Assert.Equal(8, bench.Model.Asked.Values.Sum());
        Assert.DoesNotContain("\"provisional\": true", await bench.TextAsync(run, "report.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_without_its_manifest_fails_with_the_reason_and_the_repeated_event_makes_it_again()
    {
        var bench = new Bench(await azurite.NewAsync());
        var etag = await bench.UploadAsync("cases.csv", Bench.Csv(2));
        var run = (await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel)).Run!.Value;
        await bench.Storage.Manifest(run).DeleteAsync(cancellationToken: Cancel);

        Assert.Equal(RunState.Failed, (await bench.Advancer.AdvanceAsync(run, Cancel)).State);
        Assert.Contains("manifest", (await bench.Reader.GetAsync(run, Cancel))!.Reason, StringComparison.Ordinal);
        var again = await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel);
        Assert.Equal((SplitResult.Created, run), (again.Result, again.Run!.Value));
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(run)).State);
    }

    private static async Task<List<string>> BlobsOfAsync(Bench bench, RunId run) =>
        await bench.Storage.Runs.GetBlobsAsync(new Azure.Storage.Blobs.Models.GetBlobsOptions { Prefix = $"{run}/" }, Cancel).Select(blob => blob.Name[17..]).ToListAsync(Cancel);
}
