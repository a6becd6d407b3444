using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs.Models;
using FsCheck.Fluent;
using MedQA.Evaluation.Answering;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Results;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Pipeline.Tests.Queries;

/// <summary>Answers of a run in progress, before their batch is finished and collected.</summary>
public sealed class AnswersInWorkTests(AzuriteFixture azurite)
{
    private int _seen;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_answer_is_listed_as_soon_as_it_is_stored_and_is_what_it_will_be_when_it_is_collected()
    {
        var (bench, time, reader) = await BenchAsync(batchSize: 3);
        var steps = new Steps();
        bench.Model.Before = (_, cancel) => steps.BeforeAsync(cancel);
        var run = await bench.StartAsync(4);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        var working = AnswerAsync(bench, run, BatchId.First(0), Cancel);
        await steps.ArrivedAsync();
        Assert.Empty((await reader.AnswersAsync(run, null, 10, AnswerFilter.All, Cancel)).Answers);
        Assert.Equal(0, await reader.GetAnswersVersionAsync((await reader.GetAsync(run, Cancel))!, Cancel));

        var versions = new List<long>();
        for (var answered = 1; answered <= 2; answered++)
        {
            steps.Go();
            await steps.ArrivedAsync();
            time.Advance(AnswersInWork.ReadEvery);
            Assert.Equal(Enumerable.Range(0, answered), await OrdinalsAsync(reader, run));
            versions.Add(await reader.GetAnswersVersionAsync((await reader.GetAsync(run, Cancel))!, Cancel));
        }

        Assert.Equal(versions.Distinct().Order(), versions);
        var before = await EverythingAsync(reader, run, 2);
        Assert.Null(await new AnswerRows(bench.Storage).FindAsync(run, 0, Cancel));
        Assert.Null(await reader.GetAnswerAsync(run, 0, Cancel));

        steps.Go(2);
        Assert.Equal(BatchOutcome.Finished, await working);
        time.Advance(AnswersInWork.ReadEvery);
        Assert.Equal([0, 1, 2], await OrdinalsAsync(reader, run));
        await bench.Advancer.AdvanceAsync(run, Cancel);
        Assert.NotNull(await new AnswerRows(bench.Storage).FindAsync(run, 0, Cancel));
        time.Advance(AnswersInWork.ReadEvery);
        Assert.Equal(before, await EverythingAsync(reader, run, 2));

        steps.Go(1);
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(run)).State);
        Assert.Equal([0, 1, 2, 3], await OrdinalsAsync(reader, run));
    }

    [Fact]
    public async Task A_torn_line_and_marks_of_tries_that_gave_no_answer_are_no_answers_and_of_two_answers_the_first_counts()
    {
        var (bench, time, reader) = await BenchAsync(batchSize: 4);
        var run = await bench.StartAsync(4);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        var work = await WorkAsync(bench, run, BatchId.First(0));
        await work.AppendAsync("""{"started":"2026-01-01T00:00:00+00:00","attempt":1,"worker":"one"}""" + "\n");
        await work.AppendAsync("""{"ordinal":1,"timedOut":"2026-01-01T00:00:00+00:00","seconds":60,"attempt":1}""" + "\n");
        await work.AppendAsync("""{"ordinal":2,"dropped":"2026-01-01T00:00:00+00:00","attempt":1}""" + "\n");
        var line = Line(0, answer: 2);
        await work.AppendAsync(line[..^30]);
        Assert.Empty(await OrdinalsAsync(reader, run));

        await work.AppendAsync(line[^30..]);
        time.Advance(AnswersInWork.ReadEvery);
        Assert.Empty(await OrdinalsAsync(reader, run));
        await work.AppendAsync("\n" + Line(3)[..50]);
        time.Advance(AnswersInWork.ReadEvery);
        Assert.Equal([0], await OrdinalsAsync(reader, run));

        // The next worker closes what is torn, and may have asked again what was answered.
        await work.AppendAsync("\n" + Line(0, answer: 1) + "\n" + Line(1) + "\n");
        time.Advance(AnswersInWork.ReadEvery);
        var rows = (await reader.AnswersAsync(run, null, 10, AnswerFilter.All, Cancel)).Answers;
        Assert.Equal([(0, "C"), (1, "A")], rows.Select(static row => (row.Ordinal, row.Answer!)));
        Assert.Equal(2, (await FindAsync(reader, run, 0))!.Answer);
        Assert.Null(await FindAsync(reader, run, 3));
    }

    [Fact]
    public async Task A_question_of_a_retry_is_listed_once_with_its_current_try()
    {
        var (bench, time, reader) = await BenchAsync(batchSize: 3);
        var steps = new Steps();
        bench.Model.Before = static (text, _) => text.Contains("case 0?", StringComparison.Ordinal) ? Task.CompletedTask : throw new InvalidOperationException("broken");
        var run = await bench.StartAsync(4);
        Assert.Equal(3, (await bench.CompleteAsync(run)).Totals.Failed);
        bench.Model.Before = (_, cancel) => steps.BeforeAsync(cancel);
        await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Retry, Cancel);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        Assert.Equal([1, 2, 3], await OrdinalsAsync(reader, run, AnswerFilter.Failed));

        var working = AnswerAsync(bench, run, new BatchId(1, 0), Cancel);
        await steps.ArrivedAsync();
        steps.Go();
        await steps.ArrivedAsync();
        time.Advance(AnswersInWork.ReadEvery);
        Assert.Equal([2, 3], await OrdinalsAsync(reader, run, AnswerFilter.Failed));
        Assert.Equal([0, 1, 2, 3], await OrdinalsAsync(reader, run));
        Assert.Equal([0, 1, 2, 3], await reader.AllTextsAsync(run, AnswerFilter.All, Cancel).Select(static row => row.Ordinal).ToListAsync(Cancel));
        Assert.Equal([2, 3], await reader.AllTextsAsync(run, AnswerFilter.Failed, Cancel).Select(static row => row.Ordinal).ToListAsync(Cancel));
        Assert.Null((await FindAsync(reader, run, 1))!.Failure);
        Assert.NotNull((await reader.GetAnswerAsync(run, 1, Cancel))!.Failure);
        var before = await EverythingAsync(reader, run, 2);

        steps.Go();
        Assert.Equal(BatchOutcome.Finished, await working);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        time.Advance(AnswersInWork.ReadEvery);
        Assert.Equal(before, await EverythingAsync(reader, run, 2));
        steps.Go();
        await bench.CompleteAsync(run);
    }

    [Fact]
    public async Task Searches_and_thresholds_find_answers_in_work_too()
    {
        var (bench, _, reader) = await BenchAsync(batchSize: 4);
        var run = await bench.StartAsync(4);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        var work = await WorkAsync(bench, run, BatchId.First(0));
        await work.AppendAsync(Line(2) + "\n" + Line(0, votes: 2) + "\n");
        Assert.Equal([2], (await reader.AnswersAsync(run, null, 10, new AnswerQuery { Search = "case 2" }, Cancel)).Answers.Select(static row => row.Ordinal));
        Assert.Equal([0], (await reader.AnswersAsync(run, null, 10, new AnswerQuery { AgreementBelow = 0.9 }, Cancel)).Answers.Select(static row => row.Ordinal));
        Assert.Empty((await reader.AnswersAsync(run, null, 10, new AnswerQuery { Search = "case 1" }, Cancel)).Answers);
    }

    [Fact]
    public async Task What_ended_or_was_deleted_has_none_in_work_and_what_goes_on_again_has_them()
    {
        var (bench, time, reader) = await BenchAsync(batchSize: 4);
        var run = await bench.StartAsync(4);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        var steps = new Steps();
        bench.Model.Before = (_, cancel) => steps.BeforeAsync(cancel);
        using (var stop = new CancellationTokenSource())
        {
            var working = AnswerAsync(bench, run, BatchId.First(0), stop.Token);
            await steps.ArrivedAsync();
            steps.Go();
            await steps.ArrivedAsync();
            Assert.Equal([0], await OrdinalsAsync(reader, run));
            await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Cancel, Cancel);
            await stop.CancelAsync();
            steps.Go();
            Assert.Equal(BatchOutcome.Stopped, await working);
        }

        while ((await bench.Advancer.AdvanceAsync(run, Cancel)).State != RunState.Cancelled)
        {
            // The next step.
        }

        Assert.Empty(await OrdinalsAsync(reader, run));
        Assert.Null(await FindAsync(reader, run, 0));
        await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Retry, Cancel);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        time.Advance(AnswersInWork.ReadEvery);
        Assert.Contains(0, await OrdinalsAsync(reader, run));

        var summary = (await reader.GetAsync(run, Cancel))!;
        await bench.DeleteAsync(run);
        time.Advance(AnswersInWork.ReadEvery);
        Assert.Empty((await reader.AnswersAsync(summary, null, 10, new AnswerQuery(), Cancel)).Answers);
        Assert.Null(await reader.FindAnswerAsync(summary, 0, Cancel));
    }

    [Fact]
    public async Task A_storage_that_was_restored_to_less_is_read_from_the_beginning()
    {
        var (bench, time, reader) = await BenchAsync(batchSize: 4);
        var run = await bench.StartAsync(4);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        var work = await WorkAsync(bench, run, BatchId.First(0));
        await work.AppendAsync(Line(0) + "\n" + Line(1) + "\n");
        Assert.Equal([0, 1], await OrdinalsAsync(reader, run));

        foreach (var less in (string[])[Line(0) + "\n", Line(0) + "\n" + Line(2, id: new string('x', 300)) + "\n"])
        {
            await work.BeginAgainAsync(less);
            time.Advance(AnswersInWork.ReadEvery);
            await OrdinalsAsync(reader, run);
            time.Advance(AnswersInWork.ReadEvery);
            Assert.Equal(less.Count(static c => c == '\n'), (await OrdinalsAsync(reader, run)).Count);
        }

        Assert.Equal(2, (await FindAsync(reader, run, 2))!.Ordinal);
    }

    /// <summary>Another process finishes and collects the batch in front of each of the calls of one page.</summary>
    [Fact]
    public async Task A_batch_that_is_collected_in_the_middle_of_a_reading_is_listed_once()
    {
        for (var call = 1; call <= 6; call++)
        {
            var prefix = azurite.NewPrefix();
            var bench = await BenchAsync(azurite.Open(prefix), batchSize: 2);
            var run = await bench.StartAsync(4);
            await bench.Advancer.AdvanceAsync(run, Cancel);
            var steps = new Steps();
            bench.Model.Before = (_, cancel) => steps.BeforeAsync(cancel);
            var working = AnswerAsync(bench, run, BatchId.First(0), Cancel);
            await steps.ArrivedAsync();
            steps.Go();
            await steps.ArrivedAsync();
            var at = call;
            var faults = new StorageFaults
            {
                Before = async number =>
                {
                    if (number == at)
                    {
                        steps.Go();
                        Assert.Equal(BatchOutcome.Finished, await working);
                        await bench.Advancer.AdvanceAsync(run, Cancel);
                    }
                },
            };
            var reader = new RunReader(azurite.Open(prefix, faults.Configure));
            var summary = (await bench.Reader.GetAsync(run, Cancel))!;
            var page = await reader.AnswersAsync(summary, null, 10, new AnswerQuery(), Cancel);
            var ordinals = page.Answers.Select(static row => row.Ordinal).ToList();
            Assert.True(ordinals is [0] or [0, 1], $"Call {call}: {string.Join(' ', ordinals)}");
            Assert.Equal(0, (await reader.FindAnswerAsync(summary, 0, Cancel))!.Ordinal);
        }
    }

    [Fact]
    public async Task However_many_look_the_storage_is_asked_once_a_second_for_what_was_appended_and_not_at_all_when_nobody_looks()
    {
        var prefix = azurite.NewPrefix();
        var bench = await BenchAsync(azurite.Open(prefix), batchSize: 4);
        var run = await bench.StartAsync(8);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        var work = await WorkAsync(bench, run, BatchId.First(0));
        await WorkAsync(bench, run, BatchId.First(1), BatchState.Released);
        await work.AppendAsync(Line(0) + "\n");
        var (time, faults) = (new FakeTimeProvider(), new StorageFaults());
        var reader = new RunReader(azurite.Open(prefix, faults.Configure), time: time);
        var summary = (await bench.Reader.GetAsync(run, Cancel))!;

        Assert.Equal(2 + 2, await CallsOfViewersAsync());
        Assert.Equal(0, await CallsOfViewersAsync());
        time.Advance(AnswersInWork.ReadEvery / 2);
        Assert.Equal(0, await CallsOfViewersAsync());

        // Then the rows of the batches and the batch that a worker has; the other one has nothing new.
        for (var second = 0; second < 5; second++)
        {
            time.Advance(AnswersInWork.ReadEvery);
            Assert.Equal(2, await CallsOfViewersAsync());
        }

        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(0, faults.Calls - _seen);
        Assert.Equal(2 + 2, await CallsOfViewersAsync());

        async Task<int> CallsOfViewersAsync()
        {
            _seen = faults.Calls;
            await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => reader.GetAnswersVersionAsync(summary, Cancel)));
            var calls = faults.Calls - _seen;
            _seen = faults.Calls;
            return calls;
        }
    }

        [Fact]
    public async Task Of_many_batches_at_once_some_wait_for_the_next_second()
    {
        const int Batches = 40;
        var prefix = azurite.NewPrefix();
        var bench = await BenchAsync(azurite.Open(prefix), batchSize: 2);
        var run = await bench.StartAsync(2 * Batches);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        var work = await Task.WhenAll(Enumerable.Range(0, Batches).Select(number => WorkAsync(bench, run, BatchId.First(number))));
        var (time, faults) = (new FakeTimeProvider(), new StorageFaults());
        var reader = new RunReader(azurite.Open(prefix, faults.Configure), time: time);
        var summary = (await bench.Reader.GetAsync(run, Cancel))!;
        var version = await reader.GetAnswersVersionAsync(summary, Cancel);
        Assert.Equal(2 + Batches, faults.Calls);

        await Task.WhenAll(work.Select(static (batch, number) => batch.AppendAsync(Line(2 * number) + "\n")));
        foreach (var answered in (int[])[32, Batches])
        {
            time.Advance(AnswersInWork.ReadEvery);
            var before = faults.Calls;
            Assert.NotEqual(version, version = await reader.GetAnswersVersionAsync(summary, Cancel));
            Assert.Equal(1 + 32, faults.Calls - before);
            Assert.Equal(answered, (await reader.AnswersAsync(summary, null, RunReader.MaxPage, new AnswerQuery(), Cancel)).Answers.Count);
        }
    }

    [Fact]
    public async Task An_outage_is_said_and_the_next_reading_finds_everything()
    {
        var prefix = azurite.NewPrefix();
        var bench = await BenchAsync(azurite.Open(prefix), batchSize: 4);
        var run = await bench.StartAsync(8);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        await (await WorkAsync(bench, run, BatchId.First(0))).AppendAsync(Line(0) + "\n");
        await (await WorkAsync(bench, run, BatchId.First(1))).AppendAsync(Line(5) + "\n");
        var refusing = true;
        var faults = new StorageFaults { Refuses = (_, address) => refusing && address.AbsolutePath.EndsWith("progress/00000001.jsonl", StringComparison.Ordinal) };
        var reader = new RunReader(azurite.Open(prefix, options =>
        {
            faults.Configure(options);
            options.Retry.MaxRetries = 0;
        }));
        var summary = (await bench.Reader.GetAsync(run, Cancel))!;
        var fault = await Record.ExceptionAsync(() => reader.GetAnswersVersionAsync(summary, Cancel));
        Assert.True(fault?.IsOfStorage(), fault?.ToString());
        refusing = false;
        Assert.Equal([0, 5], (await reader.AnswersAsync(summary, null, 10, new AnswerQuery(), Cancel)).Answers.Select(static row => row.Ordinal));
    }

    /// <summary>Answers are appended, batches collected and time passes in any order while somebody pages through the list.</summary>
    [Fact]
    public async Task Whoever_pages_sees_each_answer_that_was_there_when_he_began_exactly_once()
    {
        const int Batches = 4;
        const int BatchSize = 3;
        var storage = await azurite.NewAsync();
        var scenarios = Gen.Sample(Gen.Zip(Gen.Choose(1, 4), Gen.Choose(0, 99).ListOf(40)), 30, 12).Select(static (scenario, at) => (scenario, at));
        foreach (var ((take, acts), at) in scenarios)
        {
            var bench = await BenchAsync(storage, BatchSize);
            var time = new FakeTimeProvider();
            var reader = new RunReader(storage, time: time);
            var run = await bench.StartAsync(Batches * BatchSize, string.Create(CultureInfo.InvariantCulture, $"scenario-{at}.csv"));
            await bench.Advancer.AdvanceAsync(run, Cancel);
            var work = new Dictionary<int, Work>();
            var left = Enumerable.Range(0, Batches).ToDictionary(static number => number, static number => new List<int>(Enumerable.Range(number * BatchSize, BatchSize)));
            var (expected, seen, continuation, paging) = (new HashSet<int>(), new List<int>(), (string?)null, false);
            foreach (var act in acts)
            {
                var number = act % Batches;
                switch (act / 10)
                {
                    case < 5 when left[number].Count > 0:
                        work.TryAdd(number, await WorkAsync(bench, run, BatchId.First(number), unlessThere: work.ContainsKey(number)));
                        var ordinal = left[number][act % left[number].Count];
                        left[number].Remove(ordinal);
                        await work[number].AppendAsync(Line(ordinal) + "\n");
                        break;
                    case 5 when left[number].Count == 0:
                        await work[number].FinishAsync();
                        await bench.Advancer.AdvanceAsync(run, Cancel);
                        break;
                    case 6 or 7:
                        time.Advance(AnswersInWork.ReadEvery);
                        break;
                    case > 7:
                        var summary = (await reader.GetAsync(run, Cancel))!;
                        if (!paging)
                        {
                            expected = [.. (await reader.AnswersAsync(summary, null, RunReader.MaxPage, new AnswerQuery(), Cancel)).Answers.Select(static row => row.Ordinal)];
                            (seen, paging) = ([], true);
                        }

                        var page = await reader.AnswersAsync(summary, continuation, take, new AnswerQuery(), Cancel);
                        seen.AddRange(page.Answers.Select(static row => row.Ordinal));
                        (continuation, paging) = (page.Continuation, page.Continuation is not null);
                        Assert.Equal(seen.Distinct().Order(), seen);
                        if (!paging)
                        {
                            Assert.Subset(seen.ToHashSet(), expected);
                        }

                        break;
                }
            }
        }
    }

    private static async Task<Bench> BenchAsync(RunStorage storage, int batchSize)
    {
        await storage.EnsureCreatedAsync(Cancel);
        return new Bench(storage, split: new SplitOptions { DefaultProfile = "quick", BatchSize = batchSize, ClaimFor = TimeSpan.FromMilliseconds(50) });
    }

    private async Task<(Bench Bench, FakeTimeProvider Time, RunReader Reader)> BenchAsync(int batchSize)
    {
        var (bench, time) = (await BenchAsync(await azurite.NewAsync(), batchSize), new FakeTimeProvider());
        return (bench, time, new RunReader(bench.Storage, time: time));
    }

    private static Task<BatchOutcome> AnswerAsync(Bench bench, RunId run, BatchId batch, CancellationToken stopping) =>
        bench.Worker.AnswerAsync(new BatchMessage { Run = run.ToString(), Batch = batch.ToString(), Sent = DateTimeOffset.UtcNow }, stopping);

    private static async Task<List<int>> OrdinalsAsync(RunReader reader, RunId run, AnswerFilter filter = AnswerFilter.All) =>
        [.. (await reader.AnswersAsync(run, null, 10, filter, Cancel)).Answers.Select(static row => row.Ordinal)];

    private static async Task<AnsweredQuestion?> FindAsync(RunReader reader, RunId run, int ordinal) =>
        await reader.FindAnswerAsync((await reader.GetAsync(run, Cancel))!, ordinal, Cancel);

    /// <summary>What there is to read of the first answers, as JSON.</summary>
    private static async Task<List<string>> EverythingAsync(RunReader reader, RunId run, int count)
    {
        var everything = new List<string>();
        everything.AddRange((await reader.AnswersAsync(run, null, count, AnswerFilter.All, Cancel)).Answers.Select(Json));
        everything.AddRange(await reader.AllTextsAsync(run, AnswerFilter.All, Cancel).Take(count).Select(Json).ToListAsync(Cancel));
        for (var ordinal = 0; ordinal < count; ordinal++)
        {
            everything.Add(JsonSerializer.Serialize(await FindAsync(reader, run, ordinal), PipelineJson.Compact.AnsweredQuestion));
        }

        Assert.Equal(3 * count, everything.Count);
        return everything;

        static string Json(AnswerRow row) => JsonSerializer.Serialize(row, PipelineJson.Compact.AnswerRow);
    }

    private static string Line(int ordinal, int answer = 0, int votes = 3, string? id = null) => JsonSerializer.Serialize(
        new AnsweredQuestion
        {
            Ordinal = ordinal,
            Id = id ?? $"q{ordinal}",
            Dataset = "set",
            OptionCount = 4,
            Gold = ordinal % 4,
            Answer = answer,
            Votes = [.. Enumerable.Range(0, 4).Select(option => option == answer ? votes : 0)],
            SamplesAsked = 3,
            EngineFingerprint = "scripted engine 1",
        },
        PipelineJson.Compact.AnsweredQuestion);

    /// <summary>A worker of another process has taken the batch.</summary>
    private static async Task<Work> WorkAsync(Bench bench, RunId run, BatchId batch, BatchState state = BatchState.Running, bool unlessThere = false)
    {
        var work = new Work(bench.Storage, run, batch);
        if (!unlessThere)
        {
            await bench.Storage.Progress(run, batch).EnsureCreatedAsync(Cancel);
            Assert.True(await new BatchRows(bench.Storage).NoteWorkAsync(run, new BatchRow { Batch = batch, State = state, Attempt = 1, Worker = "other" }, Cancel));
        }

        return work;
    }

    private sealed class Work(RunStorage storage, RunId run, BatchId batch)
    {
        public async Task AppendAsync(string text) =>
            await storage.Progress(run, batch).Client.AppendBlockAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), cancellationToken: Cancel);

        public async Task BeginAgainAsync(string text)
        {
            await storage.Progress(run, batch).Client.CreateAsync(new AppendBlobCreateOptions(), Cancel);
            await AppendAsync(text);
        }

        /// <summary>Writes the answers and says so.</summary>
        public async Task FinishAsync()
        {
            var (content, _) = await storage.Progress(run, batch).OpenAsync(Cancel);
            await using var opened = content;
            var lines = (await new StreamReader(content).ReadToEndAsync(Cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .OrderBy(static line => JsonElement.Parse(line).GetProperty("ordinal").GetInt32());
            await storage.Answers(run, batch).TryCreateAsync(BinaryData.FromString(string.Concat(lines.Select(static line => line + "\n"))), "application/x-ndjson", Cancel);
            await new BatchRows(storage).NoteWorkAsync(run, new BatchRow { Batch = batch, State = BatchState.Finished, Attempt = 1, Worker = "other" }, Cancel);
        }
    }
}
