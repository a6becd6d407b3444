using System.Text;
using System.Text.Json;
using MedQA.Evaluation;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Results;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;

namespace MedQA.Pipeline.Tests.Queries;

public sealed class RunReaderTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_of_answers_join_to_the_whole_with_every_filter()
    {
        var bench = new Bench(await azurite.NewAsync(), split: new SplitOptions { DefaultProfile = "quick", BatchSize = 10 });
        var run = await bench.StartAsync(23);
        await bench.CompleteAsync(run);
        var all = await bench.Reader.AllAnswersAsync(run, AnswerFilter.All, Cancel).ToListAsync(Cancel);
        Assert.Equal(Enumerable.Range(0, 23), all.Select(static answer => answer.Ordinal));

        foreach (var filter in Enum.GetValues<AnswerFilter>())
        {
            var paged = new List<AnswerRow>();
            string? continuation = null;
            do
            {
                var page = await bench.Reader.AnswersAsync(run, continuation, 4, filter, Cancel);
                Assert.True(page.Answers.Count <= 4);
                paged.AddRange(page.Answers);
                continuation = page.Continuation;
            }
            while (continuation is not null);

            Assert.Equal(all.Where(row => filter.Passes(row)), paged.Select(static row => row with { Text = null }));
            Assert.All(paged, static row => Assert.Equal($"Which finding goes with case {row.Ordinal}?", row.Text));
        }
    }

    [Fact]
    public async Task What_was_kept_of_a_batch_is_good_for_its_answers_as_they_were_only()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(4);
        await bench.CompleteAsync(run);
        var before = await AnsweredAsync();
        Assert.All(before, static answered => Assert.All(answered.Reasonings, static reasoning => Assert.Equal(("", 0, 5), (reasoning.Text, reasoning.Tokens.Length, reasoning.DrawnTokens))));

        // Without it, the answers themselves are read.
        var counted = bench.Storage.Counted(run, BatchId.First(0));
        Assert.True(await counted.ExistsAsync(Cancel));
        await counted.DeleteAsync(cancellationToken: Cancel);
        Assert.Equivalent(before, await AnsweredAsync(), strict: true);

        // With other answers in their place, these are read.
        var name = $"answers/{BatchId.First(1)}.jsonl";
        await bench.Storage.Answers(run, BatchId.First(1)).PutAsync(BinaryData.FromString((await bench.TextAsync(run, name))!.Replace("\"id\":\"q3\"", "\"id\":\"q33\"", StringComparison.Ordinal)), "application/x-ndjson", Cancel);
        Assert.Equal(["q0", "q1", "q2", "q33"], (await AnsweredAsync()).Select(static answered => answered.Id));

        async Task<List<AnsweredQuestion>> AnsweredAsync() => await bench.Reader.AllAnsweredAsync(run, Cancel).ToListAsync(Cancel);
    }

    [Fact]
    public async Task The_seal_of_a_result_finds_what_was_changed_afterwards()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(7);
        await bench.CompleteAsync(run);
        var report = ReportJson.Read(Encoding.UTF8.GetBytes((await bench.TextAsync(run, "report.json"))!));
        var seal = report.Circumstances.Seal!;
        Assert.Matches("^[0-9a-f]{64}$", seal);
        Assert.Contains(seal, await bench.TextAsync(run, "report.md"), StringComparison.Ordinal);
        Assert.Equivalent(new SealCheck(4, []), await bench.Reader.CheckSealAsync(run, seal, Cancel));

        // One letter of one reasoning.
        var blob = bench.Storage.Answers(run, BatchId.First(2));
        var answers = (await bench.TextAsync(run, $"answers/{BatchId.First(2)}.jsonl"))!;
        await blob.PutAsync(BinaryData.FromString(answers.Replace("findings", "finding", StringComparison.Ordinal)), "application/x-ndjson", Cancel);
        Assert.Equal([$"the answers of batch {BatchId.First(2)} were changed"], (await bench.Reader.CheckSealAsync(run, seal, Cancel))!.Differences);
        Assert.Contains("was changed", (await Assert.ThrowsAsync<InvalidDataException>(() => bench.Reader.GetAnswerAsync(run, 5, Cancel))).Message, StringComparison.Ordinal);

        // A seal made to fit does not fit the report.
        var forged = await new RunAnswers(bench.Storage).SealAsync(run, (await bench.Reader.GetManifestAsync(run, Cancel))!, 0, Cancel);
        await bench.Storage.Blob(run, "seal.json").PutAsync(BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(forged, PipelineJson.Compact.RunSeal)), "application/json", Cancel);
        Assert.Equal(["the report's seal differs from the one written with it"], (await bench.Reader.CheckSealAsync(run, seal, Cancel))!.Differences);

        await bench.Storage.Blob(run, "seal.json").DeleteAsync(cancellationToken: Cancel);
        Assert.Null(await bench.Reader.CheckSealAsync(run, seal, Cancel));
    }

    [Theory]
    [InlineData("report.json", "\"correct\": ", "\"correct\": 1", "the report differs from the one that this medqa computes from the answers", "report.md or report.html differs from report.json")]
    [InlineData("report.html", "</h1>", " (best)</h1>", "report.md or report.html differs from report.json")]
    [InlineData("answers.csv", ",false,", ",true,", "answers.csv differs from the answers")]
    public async Task A_result_that_is_not_what_its_answers_give_is_found(string file, string part, string other, params string[] differences)
    {
        var bench = new Bench(await azurite.NewAsync());
        bench.Model.Before = static (text, _) => text.Contains("case 1?", StringComparison.Ordinal) ? throw new InvalidOperationException("broken") : Task.CompletedTask;
        var run = await bench.StartAsync(5);
        await bench.CompleteAsync(run);
        bench.Model.Before = static (_, _) => Task.CompletedTask;
        await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Retry, Cancel);
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(run)).State);
        Assert.Empty((await bench.Reader.CheckSealAsync(run, null, Cancel))!.Differences);

        // A page as an earlier version drew it is no less true.
        var report = ReportJson.Read(Encoding.UTF8.GetBytes((await bench.TextAsync(run, "report.json"))!));
        var (page, earlier) = (await bench.TextAsync(run, "report.html"), ReportHtml.WriteEarlier(report));
        Assert.NotEqual(page, earlier);
        await bench.Storage.Blob(run, "report.html").PutAsync(BinaryData.FromString(earlier), "text/html", Cancel);
        Assert.Empty((await bench.Reader.CheckSealAsync(run, null, Cancel))!.Differences);

        var text = (await bench.TextAsync(run, file))!;
        var at = text.IndexOf(part, StringComparison.Ordinal);
        await bench.Storage.Blob(run, file).PutAsync(BinaryData.FromString(text[..at] + other + text[(at + part.Length)..]), "text/plain", Cancel);
        Assert.Equal(differences, (await bench.Reader.CheckSealAsync(run, null, Cancel))!.Differences);
    }

    [Fact]
    public async Task A_report_with_the_first_edition_of_published_results_is_still_what_its_answers_give()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(4);
        await bench.CompleteAsync(run);
        var report = ReportJson.Read(Encoding.UTF8.GetBytes((await bench.TextAsync(run, "report.json"))!));
        Assert.Equal(PublishedResults.CurrentEdition, report.PublishedEdition);
        var earlier = report with { PublishedEdition = null, Published = [.. report.Published.Where(static beside => beside.Result.Url is null)] };
        await bench.Storage.Blob(run, "report.json").PutAsync(BinaryData.FromBytes(ReportJson.Write(earlier)), "application/json", Cancel);
        await bench.Storage.Blob(run, "report.md").PutAsync(BinaryData.FromString(ReportMarkdown.Write(earlier)), "text/markdown", Cancel);
        await bench.Storage.Blob(run, "report.html").PutAsync(BinaryData.FromString(ReportHtml.Write(earlier)), "text/html", Cancel);
        Assert.Empty((await bench.Reader.CheckSealAsync(run, null, Cancel))!.Differences);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"v\":1,\"name\":5}")]
    public async Task A_damaged_manifest_is_named_with_its_run(string content)
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(4);
        await bench.CompleteAsync(run);
        await bench.Storage.Manifest(run).PutAsync(BinaryData.FromString(content), "application/json", Cancel);
        var damaged = await Assert.ThrowsAsync<InvalidDataException>(() => bench.Reader.GetManifestAsync(run, Cancel));
        Assert.StartsWith($"The manifest of run {run}, {run}/manifest.json in the container ", damaged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_seal_covers_the_manifest_and_answers_that_are_gone()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(4);
        await bench.CompleteAsync(run);
        var manifest = (await bench.TextAsync(run, "manifest.json"))!;
        await bench.Storage.Manifest(run).PutAsync(BinaryData.FromString(manifest.Replace("\"samples\":3", "\"samples\":4", StringComparison.Ordinal)), "application/json", Cancel);
        Assert.Equal(["the run's manifest was changed"], (await bench.Reader.CheckSealAsync(run, null, Cancel))!.Differences);

        await bench.Storage.Manifest(run).PutAsync(BinaryData.FromString(manifest), "application/json", Cancel);
        var questions = (await bench.TextAsync(run, $"questions/{BatchId.First(0)}.jsonl"))!;
        await bench.Storage.Questions(run, BatchId.First(0)).PutAsync(BinaryData.FromString(questions.Replace("fever", "chills", StringComparison.Ordinal)), "application/x-ndjson", Cancel);
        Assert.Equal(["the questions differ from those in the manifest"], (await bench.Reader.CheckSealAsync(run, null, Cancel))!.Differences);
        await bench.Storage.Questions(run, BatchId.First(0)).PutAsync(BinaryData.FromString(questions), "application/x-ndjson", Cancel);

        await bench.Storage.Answers(run, BatchId.First(1)).DeleteAsync(cancellationToken: Cancel);
        Assert.Equal([$"the answers of batch {BatchId.First(1)} are missing"], (await bench.Reader.CheckSealAsync(run, null, Cancel))!.Differences);
    }

    [Theory]
    [InlineData(null, 0.5)]
    [LongInlineData(null, 1.0)]
    [InlineData("case 1", null)]
    [InlineData("CASE which", 0.7)]
    [LongInlineData("q7", null)]
    [LongInlineData("rash 22", 1.0)]
    public async Task Pages_by_words_and_agreement_join_to_what_passes(string? search, double? below)
    {
        var bench = new Bench(await azurite.NewAsync(), split: new SplitOptions { DefaultProfile = "quick", BatchSize = 10 });
        var run = await bench.StartAsync(50);
        await bench.CompleteAsync(run);
        var texts = await bench.Reader.TextsAsync((await bench.Reader.GetAsync(run, Cancel))!, [.. Enumerable.Range(0, 50)], Cancel);
        Assert.Equal("Which finding goes with case 49?", texts[49]);
        var expected = await bench.Reader.AllAnswersAsync(run, AnswerFilter.Wrong, Cancel)
            .Where(row => search is null || search.Split(' ').All(word => $"{row.Id} {texts[row.Ordinal]} fever {row.Ordinal} cough {row.Ordinal} rash {row.Ordinal} pain {row.Ordinal}".Contains(word, StringComparison.OrdinalIgnoreCase)))
            .Where(row => below is null || row.Agreement < below).ToListAsync(Cancel);

        var paged = new List<AnswerRow>();
        string? continuation = null;
        int? total = null;
        do
        {
            var page = await bench.Reader.AnswersAsync(run, continuation, 3, new AnswerQuery { Filter = AnswerFilter.Wrong, Search = search, AgreementBelow = below }, Cancel);
            total ??= page.Total;
            paged.AddRange(page.Answers);
            continuation = page.Continuation;
        }
        while (continuation is not null);

        Assert.Equal(expected, paged.Select(static row => row with { Text = null }));
        Assert.True(total is null || total == paged.Count, $"{total} were promised and {paged.Count} came.");
    }

    [Theory]
    [InlineData(AnswerOrder.Agreement, AnswerFilter.All, null, null)]
    [InlineData(AnswerOrder.Dataset, AnswerFilter.Wrong, null, null)]
    [InlineData(AnswerOrder.Length, AnswerFilter.All, "case 1", null)]
    [LongInlineData(AnswerOrder.Agreement, AnswerFilter.Correct, "which", 0.9)]
    public async Task Sorted_pages_join_to_what_passes_in_that_order(
        AnswerOrder order, AnswerFilter filter, string? search, double? below)
    {
        var bench = new Bench(await azurite.NewAsync(), split: new SplitOptions { DefaultProfile = "quick", BatchSize = 10 });
        var csv = Bench.Csv(30).Split('\n').Select(static (line, i) =>
            line.Replace(",set,", i % 3 == 0 ? ",Beta," : i % 3 == 1 ? ",alpha," : ",gamma,", StringComparison.Ordinal));
        var outcome = await bench.Splitter.OnUploadAsync("cases.csv", await bench.UploadAsync("cases.csv", string.Join('\n', csv)), Cancel);
        var run = outcome.Run!.Value;
        await bench.CompleteAsync(run);
        var texts = await bench.Reader.TextsAsync((await bench.Reader.GetAsync(run, Cancel))!, [.. Enumerable.Range(0, 30)], Cancel);
        Assert.Equal(30, texts.Count);
        var passing = await bench.Reader.AllAnswersAsync(run, filter, Cancel)
            .Where(row => search is null || search.Split(' ').All(word =>
                texts[row.Ordinal].Contains(word, StringComparison.OrdinalIgnoreCase)
                || $"{row.Id} fever {row.Ordinal}".Contains(word, StringComparison.Ordinal)))
            .Where(row => below is null || row.Agreement < below)
            .ToListAsync(Cancel);
        var expected = order switch
        {
            AnswerOrder.Agreement => passing.OrderBy(static row => row.Agreement),
            AnswerOrder.Dataset => passing.OrderBy(static row => row.Dataset, StringComparer.OrdinalIgnoreCase),
            _ => passing.OrderByDescending(static row => row.GeneratedTokens),
        };
        Assert.NotEmpty(passing);

        var paged = new List<AnswerRow>();
        string? continuation = null;
        int? total = null;
        do
        {
            var page = await bench.Reader.AnswersAsync(
                run, continuation, 4, new AnswerQuery { Filter = filter, Search = search, AgreementBelow = below, Order = order }, Cancel);
            total ??= page.Total;
            paged.AddRange(page.Answers);
            continuation = page.Continuation;
        }
        while (continuation is not null);

        Assert.Equal(expected, paged.Select(static row => row with { Text = null }));
        Assert.Equal(passing.Count, total);
    }

    [Fact]
    public async Task Answers_are_sorted_once_the_run_has_ended_and_a_page_of_an_earlier_result_is_not_continued()
    {
        var model = new ScriptedModel
        {
            Before = static (text, _) => text.Contains("case 3?", StringComparison.Ordinal)
                ? throw new InvalidOperationException("broken")
                : Task.CompletedTask,
        };
        var bench = new Bench(await azurite.NewAsync(), model);
        var run = await bench.StartAsync(6);
        var query = new AnswerQuery { Order = AnswerOrder.Agreement };
        var early = await Assert.ThrowsAsync<InputException>(() => bench.Reader.AnswersAsync(run, null, 2, query, Cancel));
        Assert.Equal("order", early.Location.Parameter);

        await bench.CompleteAsync(run);
        var page = await bench.Reader.AnswersAsync(run, null, 5, query, Cancel);
        Assert.Equal(6, page.Total);
        var last = await bench.Reader.AnswersAsync(run, page.Continuation, 5, query, Cancel);
        Assert.Equal(3, Assert.Single(last.Answers).Ordinal);
        Assert.Null(last.Continuation);

        model.Before = static (_, _) => Task.CompletedTask;
        Assert.Equal(RequestOutcome.Accepted, await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Retry, Cancel));
        await bench.CompleteAsync(run);
        await Assert.ThrowsAsync<InputException>(() => bench.Reader.AnswersAsync(run, page.Continuation, 5, query, Cancel));
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_page_by_page()
    {
        var bench = new Bench(await azurite.NewAsync());
        var runs = new List<RunId>();
        for (var i = 0; i < 5; i++)
        {
            runs.Insert(0, await bench.StartAsync(1, $"set{i}.csv"));
        }

        var first = await bench.Reader.ListAsync(null, 3, Cancel);
        var second = await bench.Reader.ListAsync(first.Continuation, 3, Cancel);

        Assert.Equal(runs, first.Runs.Concat(second.Runs).Select(static run => run.Run));
        Assert.Equal((3, 2), (first.Runs.Count, second.Runs.Count));
        Assert.Null(second.Continuation);
    }

    [Theory]
    [InlineData("!")]
    [InlineData("")]
    [InlineData("YWJj")]
    [InlineData("LTE")]
    [InlineData("JyBvciAnMSc9JzE")]
    public async Task A_continuation_that_was_not_given_out_is_refused(string continuation)
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(1);

        await Assert.ThrowsAsync<InputException>(() => bench.Reader.AnswersAsync(run, continuation, 10, AnswerFilter.All, Cancel));
    }

    [Fact]
    public async Task A_run_that_is_not_there_has_no_answers()
    {
        var reader = new RunReader(await azurite.NewAsync());
        var run = RunId.Parse("aaaaaaaaaaaaaaaa");

        Assert.Null(await reader.GetAsync(run, Cancel));
        Assert.Null(await reader.GetAnswerAsync(run, 0, Cancel));
        Assert.Null(await reader.OpenFileAsync(run, "report.json", Cancel));
    }
}
