using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;

namespace MedQA.Pipeline.Tests.Answering;

/// <summary>A model that is asked three questions at once.</summary>
public sealed class QuestionsAtOnceTests(AzuriteFixture azurite)
{
    private static readonly SplitOptions OneBatch = new() { DefaultProfile = "quick", BatchSize = 100 };
    private static readonly WorkerOptions Hasty = new() { Drain = TimeSpan.Zero, GiveIn = TimeSpan.FromMilliseconds(200) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static BatchMessage MessageOf(RunId run) => new() { Run = run.ToString(), Batch = BatchId.First(0).ToString(), Sent = DateTimeOffset.UnixEpoch };

    [Theory]
    [InlineData(null, 3)]
    [InlineData(2, 2)]
    [InlineData(200, 3)]
    public async Task As_many_questions_are_in_flight_as_model_and_setting_allow_and_answered_as_one_after_another(int? setting, int most)
    {
        var alone = new Bench(await azurite.NewAsync(), split: OneBatch);
        var together = new Bench(
            await azurite.NewAsync(), split: OneBatch, model: new ScriptedModel { AtOnce = 3 }, worker: Hasty with { QuestionsAtOnce = setting });
        var (first, second) = (await alone.StartAsync(7), await together.StartAsync(7));
        var flights = new Flights(together.Model, waitFor: most);

        Assert.Equal(BatchOutcome.Finished, await alone.Worker.AnswerAsync(MessageOf(first), Cancel));
        Assert.Equal(BatchOutcome.Finished, await together.Worker.AnswerAsync(MessageOf(second), Cancel));

        Assert.Equal(most, flights.Most);
        Assert.Equal(Answers(await alone.TextAsync(first, "answers/00000000.jsonl")), Answers(await together.TextAsync(second, "answers/00000000.jsonl")));
    }

    [Fact]
    public async Task What_one_question_does_to_the_model_costs_only_itself()
    {
        var bench = new Bench(await azurite.NewAsync(), split: OneBatch with { DefaultProfile = "impatient" }, model: new ScriptedModel { AtOnce = 3 }, worker: Hasty);
        bench.Model.Before = static (text, cancel) => text.Contains("case 1?", StringComparison.Ordinal) ? throw new InvalidOperationException("The graph broke.")
            : text.Contains("case 2?", StringComparison.Ordinal) ? Task.Delay(Timeout.Infinite, cancel) : Task.CompletedTask;
        var run = await bench.StartAsync(6);

        Assert.Equal(BatchOutcome.Finished, await bench.Worker.AnswerAsync(MessageOf(run), Cancel));
        var summary = await bench.CompleteAsync(run);

        Assert.Equal((RunState.CompletedWithFailures, 6, 2), (summary.State, summary.Totals.Done, summary.Totals.Failed));
        Assert.Equal("modelError", (await bench.Reader.GetAnswerAsync(run, 1, Cancel))!.Failure!.Code);
        Assert.True((await bench.Reader.GetAnswerAsync(run, 2, Cancel))!.TriedAgain);
    }

    [Fact]
    public async Task A_stop_drops_what_is_in_flight_and_the_next_worker_answers_it()
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage, split: OneBatch, model: new ScriptedModel { AtOnce = 3 }, worker: Hasty);
        var run = await bench.StartAsync(5);
        using var stop = new CancellationTokenSource();
        var begun = 0;
        bench.Model.Before = async (_, cancel) =>
        {
            if (Interlocked.Increment(ref begun) == 3)
            {
                await stop.CancelAsync();
            }

            await Task.Delay(Timeout.Infinite, cancel);
        };

        Assert.Equal(BatchOutcome.Stopped, await bench.Worker.AnswerAsync(MessageOf(run), stop.Token));
        Assert.Equal(3, begun);
        Assert.Empty(Answers(await bench.TextAsync(run, "progress/00000000.jsonl")));

        var next = new Bench(storage, split: OneBatch, model: new ScriptedModel { AtOnce = 3 }, worker: Hasty);
        Assert.Equal(BatchOutcome.Finished, await next.Worker.AnswerAsync(MessageOf(run), Cancel));
        Assert.Equal(5, next.Model.Asked.Count);
    }

    [Fact]
    public async Task Behind_a_crash_the_first_that_are_left_are_asked_alone_and_only_they_are_marked()
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage, split: OneBatch, model: new ScriptedModel { AtOnce = 3 }, worker: Hasty);
        var run = await bench.StartAsync(8);
        await AttemptAsync(storage, run, """{"attempt":1,"worker":"killed","started":"2026-01-01T00:00:00+00:00"}""");
        var flights = new Flights(bench.Model, waitFor: 1);

        Assert.Equal(BatchOutcome.Finished, await bench.Worker.AnswerAsync(MessageOf(run), Cancel));

        Assert.Equal([1, 1, 1], flights.Companies.Take(3));
        Assert.Contains(flights.Companies.Skip(3), static company => company > 1);
        var marks = (await bench.TextAsync(run, "progress/00000000.jsonl"))!.Split('\n').Where(static line => line.StartsWith("{\"ordinal\"", StringComparison.Ordinal) && line.Contains("\"started\"", StringComparison.Ordinal));
        Assert.Equal(["{\"ordinal\":0,", "{\"ordinal\":1,", "{\"ordinal\":2,"], marks.Select(static mark => mark[..13]));
    }

    [Fact]
    public async Task A_question_that_crashed_its_worker_twice_when_it_was_asked_alone_fails_and_no_other_does()
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage, split: OneBatch, model: new ScriptedModel { AtOnce = 3 }, worker: Hasty);
        var run = await bench.StartAsync(5);
        await AttemptAsync(
            storage,
            run,
            """
            {"attempt":1,"worker":"killed","started":"2026-01-01T00:00:00+00:00"}
            {"attempt":2,"worker":"killed","started":"2026-01-01T00:00:01+00:00"}
            {"ordinal":1,"attempt":2,"started":"2026-01-01T00:00:02+00:00"}
            {"attempt":3,"worker":"killed","started":"2026-01-01T00:00:03+00:00"}
            {"ordinal":1,"attempt":3,"started":"2026-01-01T00:00:04+00:00"}
            """);

        Assert.Equal(BatchOutcome.Finished, await bench.Worker.AnswerAsync(MessageOf(run), Cancel));
        await bench.CompleteAsync(run);

        var failed = Assert.Single((await bench.Reader.AnswersAsync(run, null, 10, AnswerFilter.Failed, Cancel)).Answers);
        Assert.Equal((1, "workerCrashed"), (failed.Ordinal, failed.Failure));
    }

    [Fact]
    public async Task Seconds_of_questions_at_once_add_up_to_no_more_than_the_clock()
    {
        var bench = new Bench(await azurite.NewAsync(), split: OneBatch, model: new ScriptedModel { AtOnce = 3 }, worker: Hasty);
        bench.Model.Before = static (_, cancel) => Task.Delay(TimeSpan.FromMilliseconds(100), cancel);
        var run = await bench.StartAsync(6);
        var watch = Stopwatch.StartNew();

        await bench.Worker.AnswerAsync(MessageOf(run), Cancel);

        var seconds = (await bench.CompleteAsync(run)).Totals.Seconds;
        Assert.InRange(seconds, 0.01, watch.Elapsed.TotalSeconds);
    }

    private static async Task AttemptAsync(RunStorage storage, RunId run, string lines)
    {
        var blob = storage.Progress(run, BatchId.First(0)).Client;
        await blob.CreateAsync(cancellationToken: Cancel);
        await blob.AppendBlockAsync(new MemoryStream(Encoding.UTF8.GetBytes(lines.ReplaceLineEndings("\n") + "\n")), cancellationToken: Cancel);
    }

    /// <summary>The answers of a blob in the order of the questions, without how long they took.</summary>
    private static string[] Answers(string? lines) => [.. lines!.Split('\n')
        .Where(static line => line.Contains("\"votes\"", StringComparison.Ordinal))
        .Select(static line => System.Text.RegularExpressions.Regex.Replace(line, "\"seconds\":[^,}]*", ""))];

    /// <summary>How many questions are being read at a time.</summary>
    private sealed class Flights
    {
        private readonly ConcurrentQueue<int> _companies = [];
        private int _now;

        public Flights(ScriptedModel model, int waitFor)
        {
            var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            model.Before = async (_, cancel) =>
            {
                var company = Interlocked.Increment(ref _now);
                _companies.Enqueue(company);
                if (company >= waitFor)
                {
                    enough.TrySetResult();
                }

                await enough.Task.WaitAsync(cancel);
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancel);
                Interlocked.Decrement(ref _now);
            };
        }

        public IEnumerable<int> Companies => _companies;

        public int Most => _companies.Max();
    }
}
