using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Tests.Fixtures;

namespace MedQA.Pipeline.Tests.Advancing;

public sealed class WholeRunTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_answers_every_question_once_and_every_part_of_the_contract_is_written()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(7);

        var summary = await bench.CompleteAsync(run);

        Assert.Equal(RunState.Completed, summary.State);
        Assert.Equal((7, 7, 0), (summary.Questions, summary.Totals.Done, summary.Totals.Failed));
        Assert.Equal((4, 4, 1), (summary.Batches, summary.FinishedBatches, summary.Revision));
        Assert.All(bench.Model.Asked, static asked => Assert.Equal(1, asked.Value));
        Assert.Equal(7, bench.Model.Asked.Count);
        Assert.Equal(summary.Totals.Correct / 7.0, summary.Accuracy);
        foreach (var name in (string[])
            ["manifest.json", "report.json", "report.md", "report.html", "answers.csv", "answers.parquet", "index/ids.bin", "index/text.jsonl", "index/wrong.list", "index/wrong.jsonl", "questions/00000003.jsonl", "progress/00000003.jsonl", "answers/00000003.jsonl"])
        {
            Assert.True(await bench.Storage.Blob(run, name).ExistsAsync(Cancel), name);
        }

        var written = await bench.Storage.Blob(run, "report.json").Client.DownloadContentAsync(Cancel);
        var report = MedQA.Evaluation.Reporting.ReportJson.Read(written.Value.Content.ToMemory().Span);
        Assert.Equal(["q0", "q1", "q2"], report.Prompts.Select(static prompt => prompt.Question));
        Assert.NotEmpty(report.QuestionSetHash!);

        var csv = (await bench.TextAsync(run, "answers.csv"))!.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var parquet = await bench.Storage.Blob(run, "answers.parquet").Client.DownloadContentAsync(Cancel);
        Assert.Equal("application/vnd.apache.parquet", parquet.Value.Details.ContentType);
        var table = await Parquet.Serialization.ParquetSerializer.DeserializeUntypedAsync(parquet.Value.Content.ToStream(), cancellationToken: Cancel);
        Assert.Equal(csv[0].Split(','), table.Schema.DataFields.Select(static field => field.Name));
        Assert.Equal(csv[1..].Select(static line => line.Split(',')[1]), table.Data.Select(static row => (string)row["id"]));

        var answers = await bench.Reader.AnswersAsync(run, null, 100, AnswerFilter.All, Cancel);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], answers.Answers.Select(static answer => answer.Ordinal));
        Assert.Equal(summary.Totals.Correct, answers.Answers.Count(static answer => answer.Correct == true));
        var whole = await bench.Reader.GetAnswerAsync(run, "q5", Cancel);
        Assert.Equal(("q5", 3), (whole!.Id, whole.Reasonings.Length));
        Assert.NotNull(await bench.Reader.GetAnswerAsync(run, "set/q5", Cancel));
        Assert.Null(await bench.Reader.GetAnswerAsync(run, "q7", Cancel));
        Assert.Equal(run, Assert.Single((await bench.Reader.ListAsync(null, 10, Cancel)).Runs).Run);
    }
}
