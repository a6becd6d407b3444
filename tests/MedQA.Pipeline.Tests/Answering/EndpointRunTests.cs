using System.Text;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Reporting;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedQA.Pipeline.Tests.Answering;

/// <summary>Runs of a model behind an endpoint: a question costs 100 tokens at 10 and 30 tokens at 100 a million.</summary>
public sealed class EndpointRunTests(AzuriteFixture azurite)
{
    private const double PerQuestion = 0.004;
    private static readonly ModelEndpoint Endpoint = new("models.example.com", "large", new TokenPrices(10, 100, "EUR"));
    private static readonly SplitOptions OneBatch = new() { DefaultProfile = "quick", BatchSize = 100 };
    private static readonly WorkerOptions Hasty = new() { Drain = TimeSpan.Zero, GiveIn = TimeSpan.FromMilliseconds(200) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Row_and_report_say_where_questions_were_sent_and_what_they_cost()
    {
        var bench = new Bench(await azurite.NewAsync(), new ScriptedModel { Endpoint = Endpoint, AtOnce = 3 });
        var ended = await bench.CompleteAsync(await bench.StartAsync(5));

        Assert.Equal((RunState.Completed, "models.example.com", "EUR"), (ended.State, ended.Host, ended.Currency));
        Assert.Equal((5, 0, 500, 150), (ended.Totals.Requests, ended.Totals.LostRequests, ended.Totals.CountedPromptTokens, ended.Totals.CountedCompletionTokens));
        Assert.Equal(5 * PerQuestion, ended.Totals.Cost, 1e-12);
        var report = await ReadAsync(bench, ended.Run);
        Assert.Equal(Endpoint, report.Circumstances.Endpoint);
        Assert.Equal(
            new TokenUsage { Requests = 5, PromptTokens = 500, CompletionTokens = 150, Cost = 0.02m, Versions = ["scripted-1"] },
            report.Circumstances.Usage);
        var text = (await bench.TextAsync(ended.Run, "report.md"))!;
        Assert.Contains("models.example.com", text, StringComparison.Ordinal);
        Assert.Contains("0.02 EUR", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_cannot_be_asked_makes_the_run_wait_and_fails_no_question()
    {
        var bench = new Bench(
            await azurite.NewAsync(),
            new ScriptedModel { Endpoint = Endpoint, AtOnce = 2 },
            split: OneBatch,
            worker: Hasty,
            advance: new AdvanceOptions { ResendAfter = TimeSpan.FromMilliseconds(50) });
        var isDown = true;
        bench.Model.Before = (text, _) => isDown && text.Contains("case 2?", StringComparison.Ordinal)
            ? throw new ModelUnavailableException("models.example.com answers 401: set MODEL_KEY to a key that it accepts.")
            : Task.CompletedTask;
        var run = await bench.StartAsync(5);
        await bench.Advancer.AdvanceAsync(run, Cancel);

        Assert.Equal(BatchOutcome.ModelUnavailable, await bench.AnswerNextAsync(Cancel));
        Assert.Equal(RunState.Waiting, (await bench.Advancer.AdvanceAsync(run, Cancel)).State);
        var waiting = (await bench.Reader.GetAsync(run, Cancel))!;
        Assert.Equal("models.example.com answers 401: set MODEL_KEY to a key that it accepts.", waiting.Reason);
        Assert.Equal(0, waiting.Totals.Failed);

        isDown = false;
        var ended = await bench.CompleteAsync(run);
        Assert.Equal((RunState.Completed, 5, 0, null), (ended.State, ended.Totals.Done, ended.Totals.Failed, ended.Reason));
        Assert.Equal((5, 0), (ended.Totals.Requests, ended.Totals.LostRequests));
        Assert.All(bench.Model.Asked.Values, static times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task What_a_killed_worker_had_sent_is_reported_as_possibly_paid_twice()
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage, new ScriptedModel { Endpoint = Endpoint, AtOnce = 3 }, split: OneBatch, worker: Hasty);
        var run = await bench.StartAsync(5);
        var blob = storage.Progress(run, BatchId.First(0)).Client;
        await blob.CreateAsync(cancellationToken: Cancel);
        await blob.AppendBlockAsync(new MemoryStream(Encoding.UTF8.GetBytes("""
            {"attempt":1,"worker":"killed","started":"2026-01-01T00:00:00+00:00"}
            {"ordinal":1,"attempt":1,"started":"2026-01-01T00:00:02+00:00"}
            {"ordinal":3,"attempt":1,"started":"2026-01-01T00:00:02+00:00"}
            {"attempt":2,"worker":"killed","started":"2026-01-01T00:00:03+00:00"}
            {"ordinal":1,"attempt":2,"started":"2026-01-01T00:00:04+00:00"}

            """.ReplaceLineEndings("\n"))), cancellationToken: Cancel);

        var ended = await bench.CompleteAsync(run);

        Assert.Equal((RunState.Completed, 5, 0), (ended.State, ended.Totals.Done, ended.Totals.Failed));
        Assert.Equal((5, 3), (ended.Totals.Requests, ended.Totals.LostRequests));
        Assert.Equal(5 * PerQuestion, ended.Totals.Cost, 1e-12);
        Assert.All(bench.Model.Asked.Values, static times => Assert.Equal(1, times));
        Assert.Contains("3 requests were sent whose answer did not arrive", await bench.TextAsync(run, "report.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_tries_without_an_answer_have_cost_is_counted_and_a_question_that_cost_ten_of_them_fails()
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage, new ScriptedModel { Endpoint = Endpoint, AtOnce = 3 }, split: OneBatch, worker: Hasty);
        var run = await bench.StartAsync(5);
        var spent = ""","attempt":1,"dropped":"2026-01-01T00:00:03+00:00","usage":{"requests":2,"lostRequests":1,"promptTokens":200,"completionTokens":60,"cost":0.008}}""";
        var blob = storage.Progress(run, BatchId.First(0)).Client;
        await blob.CreateAsync(cancellationToken: Cancel);
        await blob.AppendBlockAsync(
            new MemoryStream(Encoding.UTF8.GetBytes($"{{\"ordinal\":2{spent}\n{string.Concat(Enumerable.Repeat($"{{\"ordinal\":4{spent}\n", 10))}")), cancellationToken: Cancel);

        var ended = await bench.CompleteAsync(run);

        Assert.Equal((RunState.CompletedWithFailures, 5, 1), (ended.State, ended.Totals.Done, ended.Totals.Failed));
        Assert.Equal("badAnswer", (await bench.Reader.GetAnswerAsync(run, 4, Cancel))!.Failure!.Code);
        Assert.Equal(4, bench.Model.Asked.Count);
        Assert.Equal((4 + (11 * 2), 11), (ended.Totals.Requests, ended.Totals.LostRequests));
        Assert.Equal((4 * PerQuestion) + (11 * 0.008), ended.Totals.Cost, 1e-12);

        Assert.Equal(RequestOutcome.Accepted, await new RunControl(storage, bench.Time).RequestAsync(run, RequestedAction.Retry, Cancel));
        var retried = await bench.CompleteAsync(run);
        Assert.Equal((RunState.Completed, 5, 0), (retried.State, retried.Totals.Done, retried.Totals.Failed));
        Assert.Equal((5 + (11 * 2), 11), (retried.Totals.Requests, retried.Totals.LostRequests));
        var usage = (await ReadAsync(bench, run)).Circumstances.Usage!;
        Assert.Equal((5 + (11 * 2), 11, (5 * 30) + (11 * 60)), (usage.Requests, usage.LostRequests, usage.CompletionTokens));
        Assert.Equal((decimal)retried.Totals.Cost, usage.Cost!.Value, 9);
        Assert.Empty((await bench.Reader.CheckSealAsync(run, null, Cancel))!.Differences);
    }

    [Fact]
    public async Task Costs_follow_from_the_prices_that_the_run_states_whatever_the_worker_s_file_says()
    {
        var bench = new Bench(await azurite.NewAsync(), new ScriptedModel { Endpoint = Endpoint });
        var run = await bench.StartAsync(5);
        bench.Model.Endpoint = Endpoint with { Prices = new TokenPrices(1, 1, "EUR") };

        var ended = await bench.CompleteAsync(run);

        Assert.Equal(5 * PerQuestion, ended.Totals.Cost, 1e-12);
        Assert.Equal(0.02m, (await ReadAsync(bench, run)).Circumstances.Usage!.Cost);
    }

    [Fact]
    public async Task A_run_that_can_cost_more_than_the_limit_asks_nothing_until_it_is_approved()
    {
        var bench = new Bench(
            await azurite.NewAsync(), new ScriptedModel { Endpoint = Endpoint }, advance: new AdvanceOptions { MaxCost = 0.01m });
        var run = await bench.StartAsync(4);

        Assert.Equal(RunState.Waiting, (await bench.Advancer.AdvanceAsync(run, Cancel)).State);
        Assert.Matches(@"^The run can cost up to 0\.0\d+ EUR; more than 0\.01 EUR needs approval\.$", (await bench.Reader.GetAsync(run, Cancel))!.Reason);
        Assert.Null(await bench.AnswerNextAsync(Cancel));
        Assert.Empty(bench.Model.Asked);

        Assert.Equal(RequestOutcome.Accepted, await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Approve, Cancel));
        var ended = await bench.CompleteAsync(run);
        Assert.Equal((RunState.Completed, 4), (ended.State, ended.Totals.Done));
    }

    [Fact]
    public async Task A_run_whose_repeated_requests_cost_more_than_the_limit_waits()
    {
        // Without a limit on tokens of prompts the most is what is estimated; the service counts more than that.
        var bench = new Bench(
            await azurite.NewAsync(),
            new ScriptedModel { Endpoint = Endpoint with { Prices = new TokenPrices(0, 10, "EUR") } },
            advance: new AdvanceOptions { MaxCost = 0.0058m });
        bench.Model.Before = static (_, _) => Task.CompletedTask;
        var run = await bench.StartAsync(6);
        Assert.Equal(RunState.Queued, (await bench.Advancer.AdvanceAsync(run, Cancel)).State);
        await new BatchRows(bench.Storage).NoteWorkAsync(
            run,
            (await bench.RowsAsync(run))[0] with { State = BatchState.Running, Totals = new RunTotals { Done = 1, Requests = 9, Cost = 0.006 } },
            Cancel);

        Assert.Equal(RunState.Waiting, (await bench.Advancer.AdvanceAsync(run, Cancel)).State);
        Assert.Equal(
            "The run has cost 0.006 EUR for 1 of 6 questions; more than 0.0058 EUR needs approval.", (await bench.Reader.GetAsync(run, Cancel))!.Reason);

        // A process without that limit, such as one that runs another set on the same data folder, does not lift it.
        var unlimited = new RunAdvancer(bench.Storage, new AdvanceOptions(), bench.Time, NullLogger<RunAdvancer>.Instance);
        Assert.Equal(RunState.Waiting, (await unlimited.AdvanceAsync(run, Cancel)).State);
        Assert.Equal((true, false), ((await bench.Reader.GetAsync(run, Cancel))!.NeedsApproval, (await bench.Reader.GetAsync(run, Cancel))!.Approved));
        await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Approve, Cancel);
        Assert.NotEqual(RunState.Waiting, (await unlimited.AdvanceAsync(run, Cancel)).State);
    }

    [Fact]
    public async Task A_profile_that_needs_what_the_model_does_not_give_is_refused_with_those_that_work()
    {
        var bench = new Bench(await azurite.NewAsync(), new ScriptedModel { Endpoint = Endpoint });
        var outcome = await bench.Splitter.OnUploadAsync(
            "likelihood/cases.csv", new StoredVersion((await bench.UploadAsync("likelihood/cases.csv", Bench.Csv(2))).ToString()), Cancel);

        Assert.Equal(SplitResult.Rejected, outcome.Result);
        Assert.Equal(
            "profile likelihood (likelihood) needs the log-likelihoods of options, which model scripted does not give; use a profile that "
                + "draws answers. Profiles that work with it: quick, few-shot.",
            outcome.Rejection!.Sentence);
    }

    private static async Task<RunReport> ReadAsync(Bench bench, RunId run) =>
        ReportJson.Read(Encoding.UTF8.GetBytes((await bench.TextAsync(run, "report.json"))!));
}
