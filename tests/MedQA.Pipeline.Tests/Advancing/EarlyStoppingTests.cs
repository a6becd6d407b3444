using System.Globalization;
using System.Text;
using Azure.Storage.Blobs.Models;
using MedQA.Evaluation;
using MedQA.Evaluation.Reporting;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;

namespace MedQA.Pipeline.Tests.Advancing;

public sealed class EarlyStoppingTests(AzuriteFixture azurite)
{
    private const int Questions = 120;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_stops_when_its_accuracy_is_known_and_counts_what_it_asked_until_then()
    {
        var bench = NewBench(await azurite.NewAsync());
        var run = await StartAsync(bench, "20");
        var manifest = (await bench.Reader.GetManifestAsync(run, Cancel))!;
        Assert.Equal((4, 30, 20m), (manifest.BatchSize, manifest.Batches, manifest.Until));
        Assert.Equal([new DatasetSize("set", Questions)], manifest.Scored!.Value);

        var summary = await CompleteBatchByBatchAsync(bench, run);

        var stop = summary.StoppedAfter!.Value;
        Assert.Equal(await ExpectedStopAsync(bench, run, 20), stop);
        Assert.InRange(stop, 16, Questions - 8);
        Assert.Equal((RunState.Completed, Questions, stop, 20m), (summary.State, summary.Questions, summary.Totals.Done, summary.Until));
        Assert.InRange(bench.Model.Asked.Count, stop, stop + 8);
        Assert.Equal($$"""{"batches":{{stop / 4}},"questions":{{stop}},"v":1}""", await bench.TextAsync(run, "stop.json"));
        var report = await ReportAsync(bench, run);
        Assert.Equal((stop, Questions, 20m), (report.StoppedEarly!.Asked, report.StoppedEarly.Of, report.StoppedEarly.Points));
        Assert.Equal((report.Accuracy.Interval!.Value.Lower, report.Accuracy.Interval.Value.Upper), (summary.AccuracyLow!.Value, summary.AccuracyHigh!.Value));
        Assert.InRange(report.Accuracy.Interval.Value.Upper - report.Accuracy.Interval.Value.Lower, 0, 0.4);
        Assert.False(report.Provisional);
        Assert.Empty((await bench.Reader.CheckSealAsync(run, report.Circumstances.Seal, Cancel))!.Differences);
        Assert.Equal(stop, (await bench.Reader.AnswersAsync(run, null, 500, AnswerFilter.All, Cancel)).Answers.Count);
        Assert.Null((await bench.Advancer.AdvanceAsync(run, Cancel)).ComeBackIn);
        Assert.Equal(RequestOutcome.NotPossible, await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Retry, Cancel));
        Assert.Equal(Questions, await bench.Reader.AllQuestionsAsync(run, Cancel).CountAsync(Cancel));
        var slices = await Assert.ThrowsAsync<InputException>(() => RunSlices.ReadAsync(bench.Reader, run, ["difficulty"], Cancel));
        Assert.Contains("stopped early", slices.Message, StringComparison.Ordinal);

        await bench.DeleteAsync(run);
        Assert.Null(await bench.TextAsync(run, "stop.json"));
    }

    [Fact]
    public async Task The_order_of_asking_is_drawn_by_the_seed_before_any_question_is_asked()
    {
        var bench = NewBench(await azurite.NewAsync());
        var first = await IdsAsync(bench, await StartAsync(bench, "20"));
        var second = await IdsAsync(bench, await StartAsync(bench, "5", "other.csv"));
        var plain = await IdsAsync(bench, await bench.StartAsync(Questions, "plain.csv"));

        Assert.Equal(first, second);
        Assert.Equal(plain, first.OrderBy(static id => int.Parse(id[1..], CultureInfo.InvariantCulture)));
        Assert.Equal(
            Enumerable.Range(0, Questions).OrderBy(static place => AskingOrder.RankOf(Bench.Quick.Seed, place)).Select(static place => $"q{place}"),
            first);

        // Of the first half of the file, about half is in the first half of the order.
        Assert.InRange(first.Take(60).Count(static id => int.Parse(id[1..], CultureInfo.InvariantCulture) < 60), 20, 40);
    }

    [Fact]
    public async Task Answers_that_come_late_are_stored_and_not_counted()
    {
        var bench = NewBench(await azurite.NewAsync());
        var (late, prompt) = (await StartAsync(bench, "20"), await StartAsync(bench, "20", "other.csv"));
        await bench.Advancer.AdvanceAsync(late, Cancel);
        while (await bench.AnswerNextAsync(Cancel) is not null)
        {
            // Every batch is answered before the run is looked at.
        }

        var all = await bench.CompleteAsync(late);
        var stopped = await CompleteBatchByBatchAsync(bench, prompt);

        Assert.Equal(stopped.StoppedAfter, all.StoppedAfter);
        Assert.Equal((all.Totals.Done, all.Totals.Correct, all.Accuracy), (stopped.Totals.Done, stopped.Totals.Correct, stopped.Accuracy));
        Assert.Equal((all.AccuracyLow, all.AccuracyHigh), (stopped.AccuracyLow, stopped.AccuracyHigh));
        Assert.True(await bench.Storage.Answers(late, BatchId.First(29)).ExistsAsync(Cancel));
        Assert.NotNull(await bench.Reader.GetAnswerAsync(late, Questions - 1, Cancel));

        // What they took is counted.
        Assert.Equal(15L * Questions, all.Totals.GeneratedTokens);
        Assert.Empty((await bench.Reader.CheckSealAsync(late, (await ReportAsync(bench, late)).Circumstances.Seal, Cancel))!.Differences);
    }

    [Fact]
    public async Task A_crash_between_the_decision_and_the_run_s_row_and_two_who_advance_change_nothing()
    {
        var storage = await azurite.NewAsync();
        var bench = NewBench(storage);
        var (crashed, whole) = (await StartAsync(bench, "20"), await StartAsync(bench, "20", "other.csv"));
        var expected = await CompleteBatchByBatchAsync(bench, whole);
        var stop = new RunStop(expected.StoppedAfter!.Value / 4, expected.StoppedAfter.Value);
        await bench.Advancer.AdvanceAsync(crashed, Cancel);
        while ((await bench.Reader.GetAsync(crashed, Cancel))!.FinishedBatches < stop.Batches - 1)
        {
            await bench.AnswerNextAsync(Cancel);
            await bench.Advancer.AdvanceAsync(crashed, Cancel);
        }

        // The other process wrote its decision and died; a third has the manifest in mind as it was before.
        await bench.AnswerNextAsync(Cancel);
        await storage.Stop(crashed).PutAsync(
            BinaryData.FromBytes(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(stop, PipelineJson.Compact.RunStop)), "application/json", Cancel);
        var other = NewBench(storage, bench.Model);
        await Task.WhenAll(bench.Advancer.AdvanceAsync(crashed, Cancel), other.Advancer.AdvanceAsync(crashed, Cancel));
        for (var turn = 0; turn < 100 && !(await bench.Reader.GetAsync(crashed, Cancel))!.State.IsFinal(); turn++)
        {
            await Task.WhenAll(bench.Advancer.AdvanceAsync(crashed, Cancel), other.Advancer.AdvanceAsync(crashed, Cancel));
            await bench.AnswerNextAsync(Cancel);
        }

        var ended = (await bench.Reader.GetAsync(crashed, Cancel))!;
        Assert.Equal((RunState.Completed, expected.StoppedAfter, expected.Accuracy), (ended.State, ended.StoppedAfter, ended.Accuracy));
        Assert.Equal((expected.AccuracyLow, expected.Totals.Done, 1), (ended.AccuracyLow, ended.Totals.Done, ended.Revision));
    }

    [Fact]
    public async Task A_row_or_a_decision_that_is_lost_is_made_again()
    {
        var storage = await azurite.NewAsync();
        var bench = NewBench(storage);
        var run = await StartAsync(bench, "20");
        var ended = await CompleteBatchByBatchAsync(bench, run);

        // Only blobs are left.
        await foreach (var row in storage.RunTable.QueryAsync<Azure.Data.Tables.TableEntity>(cancellationToken: Cancel))
        {
            await storage.RunTable.DeleteEntityAsync(row.PartitionKey, row.RowKey, cancellationToken: Cancel);
        }

        var again = await NewBench(storage, bench.Model).CompleteAsync(run);
        Assert.Equal((RunState.Completed, ended.StoppedAfter, ended.Accuracy, ended.AccuracyHigh), (again.State, again.StoppedAfter, again.Accuracy, again.AccuracyHigh));

        await storage.Stop(run).DeleteAsync(Cancel);
        var check = await bench.Reader.CheckSealAsync(run, null, Cancel);
        Assert.NotEmpty(check!.Differences);
    }

    [Fact]
    public async Task A_stop_that_the_answers_do_not_reach_is_found()
    {
        var bench = NewBench(await azurite.NewAsync());
        var run = await StartAsync(bench, "20");
        await bench.Advancer.AdvanceAsync(run, Cancel);
        await bench.AnswerNextAsync(Cancel);
        await bench.AnswerNextAsync(Cancel);
        await bench.Storage.Stop(run).PutAsync(BinaryData.FromString("""{"batches":2,"questions":8,"v":1}"""), "application/json", Cancel);

        var ended = await NewBench(bench.Storage, bench.Model).CompleteAsync(run);

        Assert.Equal((RunState.Completed, 8), (ended.State, ended.StoppedAfter));
        Assert.Contains(
            (await bench.Reader.CheckSealAsync(run, null, Cancel))!.Differences,
            static difference => difference.StartsWith("the run stopped after 2 batches, and its answers do not reach", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failed_question_holds_up_the_stop_and_a_retry_completes_the_set()
    {
        var bench = NewBench(await azurite.NewAsync());
        var fails = true;
        bench.Model.Before = (text, _) => fails && text.Contains($"case {Enumerable.Range(0, Questions).MinBy(static place => AskingOrder.RankOf(Bench.Quick.Seed, place))}?", StringComparison.Ordinal)
            ? throw new InvalidOperationException("It fails.")
            : Task.CompletedTask;
        var run = await StartAsync(bench, "20");
        var failed = await CompleteBatchByBatchAsync(bench, run);
        Assert.Equal((RunState.CompletedWithFailures, null, Questions, 1), (failed.State, failed.StoppedAfter, failed.Totals.Done, failed.Totals.Failed));

        fails = false;
        await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Retry, Cancel);
        var retried = await bench.CompleteAsync(run);

        Assert.Equal((RunState.Completed, null, Questions), (retried.State, retried.StoppedAfter, retried.Totals.Graded));
        var report = await ReportAsync(bench, run);
        Assert.Null(report.StoppedEarly);
        Assert.Contains(report.Notes, static note => note.StartsWith("The run was to stop once the 95 % interval of its accuracy is within ±20 points, and asked all questions", StringComparison.Ordinal));
        Assert.Empty((await bench.Reader.CheckSealAsync(run, report.Circumstances.Seal, Cancel))!.Differences);
    }

    [Fact]
    public async Task A_set_that_is_too_small_to_stop_is_asked_whole_and_a_cancelled_run_goes_on_to_its_stop()
    {
        var bench = NewBench(await azurite.NewAsync());
        var small = await StartAsync(bench, "2", questions: 7);
        var ended = await CompleteBatchByBatchAsync(bench, small);
        Assert.Equal((RunState.Completed, null, 7), (ended.State, ended.StoppedAfter, ended.Totals.Done));
        Assert.Equal("Clopper-Pearson", (await bench.TextAsync(small, "report.md"))!.Contains("Clopper-Pearson", StringComparison.Ordinal) ? "Clopper-Pearson" : "");

        var (run, control) = (await StartAsync(bench, "20", "other.csv"), new RunControl(bench.Storage, bench.Time));
        await bench.Advancer.AdvanceAsync(run, Cancel);
        await bench.AnswerNextAsync(Cancel);
        await control.RequestAsync(run, RequestedAction.Cancel, Cancel);
        var cancelled = await bench.CompleteAsync(run);
        Assert.Equal((RunState.Cancelled, null), (cancelled.State, cancelled.StoppedAfter));
        await control.RequestAsync(run, RequestedAction.Retry, Cancel);
        var stopped = await CompleteBatchByBatchAsync(bench, run);
        Assert.Equal((RunState.Completed, await ExpectedStopAsync(bench, run, 20)), (stopped.State, stopped.StoppedAfter!.Value));
    }

    [Theory]
    [InlineData("0", "until '0', but it must be percentage points from 0.1 to 25")]
    [InlineData("2,5", "until '2,5', but it must be")]
    [InlineData("NaN", "until 'NaN', but it must be")]
    public async Task A_half_width_that_is_none_is_refused(string until, string sentence)
    {
        var bench = NewBench(await azurite.NewAsync());
        var outcome = await UploadAsync(bench, until, "set.csv", Bench.Csv(3));
        Assert.Contains(sentence, outcome.Rejection!.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("set.csv", "id,question,option_a,option_b,answer\nq,Which?,x,y,\n", "but no question says which option is right")]
    [InlineData("long-form/set.csv", "id,question,option_a,option_b,answer\nq,Which?,x,y,B\n", "but profile long-form writes free answers")]
    public async Task A_set_without_accuracy_is_refused(string name, string csv, string sentence)
    {
        var bench = NewBench(await azurite.NewAsync());
        var outcome = await UploadAsync(bench, "2", name, csv);
        Assert.Contains(sentence, outcome.Rejection!.Sentence, StringComparison.Ordinal);
    }

    private static Bench NewBench(RunStorage storage, ScriptedModel? model = null) => new(
        storage,
        model,
        split: new SplitOptions { DefaultProfile = "quick", BatchSize = 4, ClaimFor = TimeSpan.FromMilliseconds(50) },
        advance: new AdvanceOptions { MaxOutstanding = 40 });

    private static async Task<SplitOutcome> UploadAsync(Bench bench, string until, string name, string csv)
    {
        var upload = new BlobUploadOptions { Metadata = new Dictionary<string, string> { ["until"] = Uri.EscapeDataString(until) } };
        var stored = await bench.Storage.QuestionSets.GetBlobClient(name).UploadAsync(BinaryData.FromString(csv), upload, Cancel);
        return await bench.Splitter.OnUploadAsync(name, stored.Value.ETag, Cancel);
    }

    private static async Task<RunId> StartAsync(Bench bench, string until, string name = "cases.csv", int questions = Questions)
    {
        var outcome = await UploadAsync(bench, until, name, Bench.Csv(questions));
        Assert.Equal(SplitResult.Created, outcome.Result);
        return outcome.Run!.Value;
    }

    /// <summary>Looks at the run after each batch.</summary>
    private static async Task<RunSummary> CompleteBatchByBatchAsync(Bench bench, RunId run)
    {
        for (var turn = 0; turn < 200; turn++)
        {
            if ((await bench.Advancer.AdvanceAsync(run, Cancel)).IsDone)
            {
                return (await bench.Reader.GetAsync(run, Cancel))!;
            }

            await bench.AnswerNextAsync(Cancel);
        }

        throw new InvalidOperationException($"Run {run} does not end: {await bench.Reader.GetAsync(run, Cancel)}");
    }

    /// <summary>Where a run stops by the answers that the scripted model gives to everything.</summary>
    private static async Task<int> ExpectedStopAsync(Bench bench, RunId run, decimal points)
    {
        var (sequence, asked) = (new SequentialAccuracy(new AccuracyTarget(points, [new("set", Questions)])), 0);
        await foreach (var answered in bench.Reader.AllAnsweredAsync(run, Cancel))
        {
            sequence.Add(answered);
            if (++asked % 4 == 0 && sequence.IsReached)
            {
                return asked;
            }
        }

        return -1;
    }

    private static async Task<List<string>> IdsAsync(Bench bench, RunId run) =>
        await bench.Reader.AllQuestionsAsync(run, Cancel).Select(static question => question.Id).ToListAsync(Cancel);

    private static async Task<RunReport> ReportAsync(Bench bench, RunId run) =>
        ReportJson.Read(Encoding.UTF8.GetBytes((await bench.TextAsync(run, "report.json"))!));
}
