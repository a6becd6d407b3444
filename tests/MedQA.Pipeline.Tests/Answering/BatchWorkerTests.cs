using System.Text;
using Azure.Storage.Blobs.Specialized;
using MedQA.Evaluation.Answering;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;

namespace MedQA.Pipeline.Tests.Answering;

public sealed class BatchWorkerTests(AzuriteFixture azurite)
{
    private static readonly SplitOptions Impatient = new() { DefaultProfile = "impatient", BatchSize = 100 };
    private static readonly SplitOptions OneBatch = new() { DefaultProfile = "quick", BatchSize = 100 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static BatchMessage MessageOf(RunId run, int batch = 0) => new() { Run = run.ToString(), Batch = BatchId.First(batch).ToString(), Sent = DateTimeOffset.UnixEpoch };

    [Fact]
    public async Task A_batch_that_another_holds_is_left_to_it()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(2);
        var blob = bench.Storage.Progress(run, BatchId.First(0)).Client;
        await blob.CreateAsync(cancellationToken: Cancel);
        await blob.GetBlobLeaseClient().AcquireAsync(TimeSpan.FromSeconds(60), cancellationToken: Cancel);

        Assert.Equal(BatchOutcome.HeldByAnother, await bench.Worker.AnswerAsync(MessageOf(run), Cancel));
        Assert.Empty(bench.Model.Asked);
    }

    [Fact]
    public async Task A_worker_with_a_lasting_identity_takes_up_the_lease_of_its_killed_process_and_others_do_not()
    {
        var storage = await azurite.NewAsync();
        var identity = new WorkerOptions { Name = "one", Identity = Guid.NewGuid() };
        var first = new Bench(storage, worker: identity);
        var run = await first.StartAsync(2);
        var blob = storage.Progress(run, BatchId.First(0)).Client;
        await blob.CreateAsync(cancellationToken: Cancel);
        await blob.GetBlobLeaseClient(identity.LeaseIdFor(run, BatchId.First(0))).AcquireAsync(TimeSpan.FromSeconds(60), cancellationToken: Cancel);

        Assert.Equal(BatchOutcome.HeldByAnother, await new Bench(storage, worker: identity with { Identity = Guid.NewGuid() }).Worker.AnswerAsync(MessageOf(run), Cancel));
        Assert.Equal(BatchOutcome.Finished, await new Bench(storage, worker: identity).Worker.AnswerAsync(MessageOf(run), Cancel));
    }

    [Fact]
    public async Task One_worker_asked_twice_for_a_batch_at_a_time_answers_it_once()
    {
        var bench = new Bench(await azurite.NewAsync(), worker: new WorkerOptions { Identity = Guid.NewGuid() });
        var run = await bench.StartAsync(2);

        var outcomes = await Task.WhenAll(bench.Worker.AnswerAsync(MessageOf(run), Cancel), bench.Worker.AnswerAsync(MessageOf(run), Cancel));

        Assert.Equal([BatchOutcome.Finished, BatchOutcome.HeldByAnother], outcomes.Order());
        Assert.Equal(BatchOutcome.AlreadyFinished, await bench.Worker.AnswerAsync(MessageOf(run), Cancel));
        Assert.All(bench.Model.Asked, static asked => Assert.Equal(1, asked.Value));
    }

    [Fact]
    public async Task A_batch_goes_on_behind_a_torn_line_and_asks_only_what_is_not_answered()
    {
        var bench = new Bench(await azurite.NewAsync(), split: OneBatch);
        var run = await bench.StartAsync(3);
        Assert.Equal(BatchOutcome.Finished, await bench.Worker.AnswerAsync(MessageOf(run), Cancel));
        var lines = (await bench.TextAsync(run, "progress/00000000.jsonl"))!.Split('\n');
        var answers = await bench.TextAsync(run, "answers/00000000.jsonl");

        // The process died while it wrote the third answer: the attempt and two answers stand, and half a line.
        await bench.Storage.Answers(run, BatchId.First(0)).DeleteAsync(cancellationToken: Cancel);
        var blob = bench.Storage.Progress(run, BatchId.First(0)).Client;
        await blob.CreateAsync(cancellationToken: Cancel);
        await blob.AppendBlockAsync(new MemoryStream(Encoding.UTF8.GetBytes($"{lines[0]}\n{lines[1]}\n{lines[2]}\n{lines[3][..40]}")), cancellationToken: Cancel);
        var second = new Bench(bench.Storage, split: OneBatch);

        Assert.Equal(BatchOutcome.Finished, await second.Worker.AnswerAsync(MessageOf(run), Cancel));
        Assert.Single(second.Model.Asked);
        var after = await bench.TextAsync(run, "answers/00000000.jsonl");
        Assert.Equal(WithoutTimes(answers!), WithoutTimes(after!));
    }

    [Theory]
    [InlineData("throws", "modelError")]
    [InlineData("takesForEver", FailureCodes.TimeLimit)]
    [InlineData("ignoresTheStop", FailureCodes.TimeLimit)]
    public async Task A_question_that_the_model_cannot_bear_costs_only_itself(string poison, string code)
    {
        var bench = new Bench(
            await azurite.NewAsync(), split: OneBatch with { DefaultProfile = "impatient" }, worker: new WorkerOptions { GiveIn = TimeSpan.FromMilliseconds(200) });
        using var end = new CancellationTokenSource();
        bench.Model.Before = (text, cancel) => !text.Contains("case 1?", StringComparison.Ordinal) ? Task.CompletedTask : poison switch
        {
            "throws" => throw new InvalidOperationException("The graph broke."),
            "takesForEver" => Task.Delay(Timeout.Infinite, cancel),
            _ => Task.Delay(Timeout.Infinite, end.Token),
        };
        var run = await bench.StartAsync(3);

        Assert.Equal(BatchOutcome.Finished, await bench.Worker.AnswerAsync(MessageOf(run), Cancel));
        var summary = await bench.CompleteAsync(run);
        await end.CancelAsync();

        Assert.Equal((RunState.CompletedWithFailures, 3, 1), (summary.State, summary.Totals.Done, summary.Totals.Failed));
        Assert.Null(summary.AccuracyLow);
        var failed = Assert.Single((await bench.Reader.AnswersAsync(run, null, 10, AnswerFilter.Failed, Cancel)).Answers);
        Assert.Equal((1, code), (failed.Ordinal, failed.Failure));
        var answer = (await bench.Reader.GetAnswerAsync(run, 1, Cancel))!;
        Assert.Equal(code == FailureCodes.TimeLimit, answer.TriedAgain);
        Assert.Equal(code == FailureCodes.TimeLimit, answer.Failure!.Message.EndsWith("It was tried twice.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_question_that_runs_out_of_time_is_tried_once_more_behind_the_others_and_draws_the_samples_of_an_undisturbed_run()
    {
        var storage = await azurite.NewAsync();
        var undisturbed = new Bench(storage, split: Impatient);
        var even = await undisturbed.StartAsync(3, "even.csv");
        Assert.Equal(BatchOutcome.Finished, await undisturbed.Worker.AnswerAsync(MessageOf(even), Cancel));

        var bench = new Bench(storage, split: Impatient);
        var order = new List<string>();
        bench.Model.Before = (text, cancel) =>
        {
            var name = CaseOf(text);
            order.Add(name);
            return name == "case 0" && order.Count == 1 ? Task.Delay(Timeout.Infinite, cancel) : Task.CompletedTask;
        };
        var run = await bench.StartAsync(3);

        Assert.Equal(BatchOutcome.Finished, await bench.Worker.AnswerAsync(MessageOf(run), Cancel));

        Assert.Equal(["case 0", "case 1", "case 2", "case 0"], order);
        var summary = await bench.CompleteAsync(run);
        Assert.Equal((RunState.Completed, 0), (summary.State, summary.Totals.Failed));
        var again = (await bench.Reader.GetAnswerAsync(run, 0, Cancel))!;
        Assert.True(again.TriedAgain);
        Assert.True(again.Seconds >= 0.9, "The seconds of the first try are counted.");
        Assert.False((await bench.Reader.GetAnswerAsync(run, 1, Cancel))!.TriedAgain);
        Assert.Equal(
            WithoutTimes((await undisturbed.TextAsync(even, "answers/00000000.jsonl"))!),
            WithoutTimes(
                (await bench.TextAsync(run, "answers/00000000.jsonl"))!.Replace(",\"triedAgain\":true", "", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Killed_between_the_two_tries_a_question_gets_its_second_from_the_next_worker_and_never_a_third()
    {
        var storage = await azurite.NewAsync();
        var identity = new WorkerOptions { Name = "one", Identity = Guid.NewGuid() };
        var run = await new Bench(storage, split: Impatient).StartAsync(3);

        // Its first worker dies when the question has run out of time and another is asked.
        var dying = new Bench(storage, split: Impatient, worker: identity);
        var dead = new TaskCompletionSource();
        dying.Model.Before = async (text, cancel) =>
        {
            if (CaseOf(text) == "case 1")
            {
                dead.SetResult();
                await Task.Delay(Timeout.Infinite, Cancel);
            }

            await (CaseOf(text) == "case 0" ? Task.Delay(Timeout.Infinite, cancel) : Task.CompletedTask);
        };
        _ = dying.Worker.AnswerAsync(MessageOf(run), Cancel);
        await dead.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancel);

        var next = new Bench(storage, split: Impatient, worker: identity);
        var order = new List<string>();
        next.Model.Before = (text, cancel) =>
        {
            order.Add(CaseOf(text));
            return CaseOf(text) == "case 0" ? Task.Delay(Timeout.Infinite, cancel) : Task.CompletedTask;
        };
        Assert.Equal(BatchOutcome.Finished, await next.Worker.AnswerAsync(MessageOf(run), Cancel));

        Assert.Equal(["case 1", "case 2", "case 0"], order);
        await next.CompleteAsync(run);
        Assert.Equal(3, order.Count);
        var failed = (await next.Reader.GetAnswerAsync(run, 0, Cancel))!;
        Assert.Equal((true, FailureCodes.TimeLimit), (failed.TriedAgain, failed.Failure!.Code));
        
        // Two tries of a second each, by a clock whose timers may come a little early.
        Assert.InRange(failed.Seconds, 1.9, 60);
    }

    [Fact]
    public async Task A_worker_that_dies_in_the_second_try_leaves_it_to_the_next_and_twice_is_a_crash()
    {
        var storage = await azurite.NewAsync();
        var identity = new WorkerOptions { Name = "one", Identity = Guid.NewGuid() };
        var run = await new Bench(storage, split: Impatient).StartAsync(2);
        for (var crash = 0; crash < 2; crash++)
        {
            var dying = new Bench(storage, split: Impatient, worker: identity);
            var (dead, asked) = (new TaskCompletionSource(), 0);
            dying.Model.Before = (text, cancel) =>
            {
                if (CaseOf(text) != "case 0")
                {
                    return Task.CompletedTask;
                }

                if (crash == 0 && asked++ == 0)
                {
                    return Task.Delay(Timeout.Infinite, cancel);
                }

                dead.TrySetResult();
                return Task.Delay(Timeout.Infinite, Cancel);
            };
            _ = dying.Worker.AnswerAsync(MessageOf(run), Cancel);
            await dead.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        }

        var last = new Bench(storage, split: Impatient, worker: identity);
        Assert.Equal(BatchOutcome.Finished, await last.Worker.AnswerAsync(MessageOf(run), Cancel));
        await last.CompleteAsync(run);

        Assert.Empty(last.Model.Asked);
        var failed = (await last.Reader.GetAnswerAsync(run, 0, Cancel))!;
        Assert.Equal((true, "workerCrashed"), (failed.TriedAgain, failed.Failure!.Code));
    }

    [Fact]
    public async Task A_question_that_brings_its_worker_down_is_failed_after_it_was_begun_twice_and_the_others_are_answered()
    {
        var storage = await azurite.NewAsync();
        var run = await new Bench(storage, split: OneBatch).StartAsync(3);
        for (var crash = 0; crash < 3; crash++)
        {
            // The process dies within the question: nothing of it happens any more, the lease included.
            var dying = new Bench(storage, split: OneBatch);
            var dead = new TaskCompletionSource();
            dying.Model.Before = (text, _) =>
            {
                if (text.Contains("case 1?", StringComparison.Ordinal))
                {
                    dead.TrySetResult();
                    return Task.Delay(Timeout.Infinite, Cancel);
                }

                return Task.CompletedTask;
            };
            var working = dying.Worker.AnswerAsync(MessageOf(run), Cancel);
            await dead.Task;
            await storage.Progress(run, BatchId.First(0)).Client.GetBlobLeaseClient().BreakAsync(TimeSpan.Zero, cancellationToken: Cancel);
            Assert.False(working.IsCompleted);
        }

        var last = new Bench(storage, split: OneBatch);
        Assert.Equal(BatchOutcome.Finished, await last.Worker.AnswerAsync(MessageOf(run), Cancel));

        var summary = await last.CompleteAsync(run);
        Assert.Equal((RunState.CompletedWithFailures, 3, 1), (summary.State, summary.Totals.Done, summary.Totals.Failed));
        Assert.Equal("workerCrashed", (await last.Reader.GetAnswerAsync(run, 1, Cancel))!.Failure!.Code);
        Assert.Single(last.Model.Asked);
    }

    [Fact]
    public async Task A_worker_that_has_lost_its_lease_writes_nothing_more()
    {
        var storage = await azurite.NewAsync();
        var slow = new Bench(storage, split: OneBatch);
        var run = await slow.StartAsync(3);
        var (reached, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        slow.Model.Before = async (text, _) =>
        {
            if (text.Contains("case 1?", StringComparison.Ordinal))
            {
                reached.TrySetResult();
                await goOn.Task;
            }
        };
        var working = slow.Worker.AnswerAsync(MessageOf(run), Cancel);
        await reached.Task;
        await storage.Progress(run, BatchId.First(0)).Client.GetBlobLeaseClient().BreakAsync(TimeSpan.Zero, cancellationToken: Cancel);
        var other = new Bench(storage, split: OneBatch);
        Assert.Equal(BatchOutcome.Finished, await other.Worker.AnswerAsync(MessageOf(run), Cancel));
        var answers = await other.TextAsync(run, "progress/00000000.jsonl");
        goOn.SetResult();

        Assert.Equal(BatchOutcome.LeaseLost, await working);
        Assert.Equal(answers, await other.TextAsync(run, "progress/00000000.jsonl"));
        Assert.Equal(2, other.Model.Asked.Count);
    }

    [Fact]
    public async Task Told_to_stop_a_worker_drops_the_question_gives_the_batch_back_and_no_crash_is_counted()
    {
        var storage = await azurite.NewAsync();
        var run = await new Bench(storage, split: OneBatch).StartAsync(2);
        for (var i = 0; i < 4; i++)
        {
            var bench = new Bench(storage, split: OneBatch, worker: new WorkerOptions { Drain = TimeSpan.FromMilliseconds(20) });
            await bench.Advancer.AdvanceAsync(run, Cancel);
            using var stopping = new CancellationTokenSource();
            bench.Model.Before = async (_, cancel) =>
            {
                await stopping.CancelAsync();
                await Task.Delay(Timeout.Infinite, cancel);
            };
            Assert.Equal(BatchOutcome.Stopped, await bench.AnswerNextAsync(stopping.Token));
            Assert.Equal(BatchState.Released, Assert.Single(await bench.RowsAsync(run)).State);
        }

        var last = new Bench(storage, split: OneBatch);
        var summary = await last.CompleteAsync(run);
        Assert.Equal((RunState.Completed, 2), (summary.State, last.Model.Asked.Count));
    }

    [Fact]
    public async Task Told_to_stop_a_worker_finishes_a_question_that_needs_no_longer_than_the_drain()
    {
        var bench = new Bench(await azurite.NewAsync(), split: OneBatch);
        var run = await bench.StartAsync(2);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        using var stopping = new CancellationTokenSource();
        bench.Model.Before = (_, _) => stopping.CancelAsync();

        Assert.Equal(BatchOutcome.Stopped, await bench.AnswerNextAsync(stopping.Token));

        Assert.Contains("\"q0\"", await bench.TextAsync(run, "progress/00000000.jsonl"), StringComparison.Ordinal);
        Assert.Equal(1, Assert.Single(await bench.RowsAsync(run)).Totals.Done);
    }

    [Fact]
    public async Task After_its_time_a_worker_gives_the_batch_back()
    {
        var bench = new Bench(await azurite.NewAsync(), split: OneBatch, worker: new WorkerOptions { BatchTime = TimeSpan.FromTicks(1) });
        var run = await bench.StartAsync(2);

        Assert.Equal(BatchOutcome.TimeUsed, await bench.Worker.AnswerAsync(MessageOf(run), Cancel));
    }

    [Fact]
    public async Task A_worker_with_another_model_refuses_and_the_run_waits_with_the_reason_until_the_right_one_comes()
    {
        var storage = await azurite.NewAsync();
        var wrong = new Bench(storage, new ScriptedModel("another model"));
        var right = new Bench(storage);
        var run = await right.StartAsync(2);
        await right.Advancer.AdvanceAsync(run, Cancel);

        Assert.Equal(BatchOutcome.OtherModel, await wrong.AnswerNextAsync(Cancel));
        await right.Advancer.AdvanceAsync(run, Cancel);

        var waiting = (await right.Reader.GetAsync(run, Cancel))!;
        Assert.Equal(RunState.Waiting, waiting.State);
        Assert.Contains("scripted-mod…", waiting.Reason, StringComparison.Ordinal);
        Assert.Contains("another mode…", waiting.Reason, StringComparison.Ordinal);
        Assert.Empty(wrong.Model.Asked);

        await right.Worker.AnswerAsync(MessageOf(run), Cancel);
        Assert.Equal(RunState.Completed, (await right.CompleteAsync(run)).State);
    }

    [Fact]
    public async Task Damaged_questions_fail_the_run_with_the_place()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(2);
        await bench.Storage.Questions(run, BatchId.First(0)).PutAsync(BinaryData.FromString("{\"ordinal\":0,"), "application/x-ndjson", Cancel);

        var summary = await bench.CompleteAsync(run);

        Assert.Equal(RunState.Failed, summary.State);
        Assert.Contains("damaged at byte 0", summary.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_of_no_run_and_one_of_a_cancelled_run_ask_nothing()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(2);
        Assert.Equal(BatchOutcome.NotFound, await bench.Worker.AnswerAsync(new BatchMessage { Run = "aaaaaaaaaaaaaaaa", Batch = "00000000" }, Cancel));
        Assert.Equal(BatchOutcome.NotFound, await bench.Worker.AnswerAsync(MessageOf(run, 7), Cancel));
        Assert.Equal(BatchOutcome.NotFound, await bench.Worker.AnswerAsync(new BatchMessage { Run = run.ToString(), Batch = "../x" }, Cancel));

        Assert.Equal(RequestOutcome.Accepted, await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Cancel, Cancel));
        Assert.Equal(BatchOutcome.NotWanted, await bench.Worker.AnswerAsync(MessageOf(run), Cancel));
        Assert.Empty(bench.Model.Asked);
    }

    [Theory]
    [InlineData(70, "Lease")]
    [InlineData(30, "Renew")]
    public void Settings_that_cannot_work_are_refused_by_name(int seconds, string setting)
    {
        var options = setting == "Lease" ? new WorkerOptions { Lease = TimeSpan.FromSeconds(seconds) } : new WorkerOptions { Renew = TimeSpan.FromSeconds(seconds) };

        Assert.Contains(setting, Assert.Throws<ArgumentException>(options.Check).Message, StringComparison.Ordinal);
    }

    private static string WithoutTimes(string lines) => System.Text.RegularExpressions.Regex.Replace(lines, "\"seconds\":[^,]*,", "");

    private static string CaseOf(string prompt) => System.Text.RegularExpressions.Regex.Match(prompt, @"case \d+(?=\?)").Value;
}
