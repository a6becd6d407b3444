using System.Text;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Results;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Tests.Fixtures;
using Parquet.Serialization;

namespace MedQA.Pipeline.Tests.Queries;

public sealed class RunMetadataTests(AzuriteFixture azurite)
{
    private const string Set = "id,question,option_a,option_b,answer,difficulty,=year,note\n"
        + "q0,Is it fever?,yes,no,A,hard,2019,=1+1\n"
        + "q1,Is it cough?,yes,no,B,easy,2019,\n"
        + "q2,Is it rash?,yes,no,A,very hard,2020,zebra\n"
        + "q3,Is it pain?,yes,no,B,,,\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metadata_is_in_questions_rows_and_exports_and_the_result_can_be_verified()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await StartAsync(bench, Set);
        await bench.CompleteAsync(run);
        Assert.Equal(["difficulty", "=year", "note"], (await bench.Reader.GetManifestAsync(run, Cancel))!.Metadata!.Value);
        var summary = (await bench.Reader.GetAsync(run, Cancel))!;
        Assert.Equal("hard", (await bench.Reader.GetQuestionAsync(summary, 0, Cancel))!.Metadata!["difficulty"]);

        var rows = await bench.Reader.AllTextsAsync(run, AnswerFilter.All, Cancel).ToListAsync(Cancel);
        Assert.Equal(["hard", "easy", "very hard", null], rows.Select(static row => row.Metadata?.GetValueOrDefault("difficulty")));
        var table = await bench.TextAsync(run, "answers.csv");
        Assert.StartsWith($"{AnswerTable.Header.TrimEnd()},meta:difficulty,meta:=year,meta:note\r\n", table, StringComparison.Ordinal);
        Assert.Contains(",hard,2019,'=1+1\r\n", table, StringComparison.Ordinal);
        Assert.EndsWith(",,,\r\n", table, StringComparison.Ordinal);
        var stored = await bench.Storage.Blob(run, "answers.parquet").Client.DownloadContentAsync(Cancel);
        var parquet = await ParquetSerializer.DeserializeUntypedAsync(stored.Value.Content.ToStream(), cancellationToken: Cancel);
        Assert.Equal(["2019", "2019", "2020", null], parquet.Data.Select(static row => (string?)row.GetValueOrDefault("meta:=year")));
        using var lines = new MemoryStream();
        await bench.Reader.WriteExportAsync(run, RunExport.Answers, lines, Cancel);
        Assert.Contains("\"metadata\":{\"difficulty\":\"very hard\",\"=year\":\"2020\",\"note\":\"zebra\"}", Encoding.UTF8.GetString(lines.ToArray()), StringComparison.Ordinal);
        Assert.Empty((await bench.Reader.CheckSealAsync(run, null, Cancel))!.Differences);
    }

    [Fact]
    public async Task Words_of_metadata_are_found()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await StartAsync(bench, Set);
        await bench.CompleteAsync(run);
        Assert.Equal(["q2"], await SearchAsync(bench, run, "ZEBRA"));
        Assert.Equal(["q0", "q2"], await SearchAsync(bench, run, "hard"));
        Assert.Equal(["q2"], await SearchAsync(bench, run, "hard rash"));
        Assert.Equal([], await SearchAsync(bench, run, "difficulty"));
    }

    [Fact]
    public async Task A_run_without_metadata_is_stored_as_it_always_was()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(3);
        await bench.CompleteAsync(run);
        foreach (var blob in (string[])["manifest.json", "questions/0-0000.jsonl", "index/text.jsonl", "answers.csv"])
        {
            var text = await bench.Storage.Blob(run, blob).FindContentAsync(Cancel);
            Assert.DoesNotContain("meta", text?.ToString() ?? "", StringComparison.OrdinalIgnoreCase);
        }

        Assert.StartsWith(AnswerTable.Header, await bench.TextAsync(run, "answers.csv"), StringComparison.Ordinal);
    }

    private static async Task<RunId> StartAsync(Bench bench, string text)
    {
        var blob = "quick/set.csv";
        return (await bench.Splitter.OnUploadAsync(blob, await bench.UploadAsync(blob, text), Cancel)).Run!.Value;
    }

    private static async Task<IEnumerable<string>> SearchAsync(Bench bench, RunId run, string words) =>
        (await bench.Reader.AnswersAsync((await bench.Reader.GetAsync(run, Cancel))!, null, 100, new AnswerQuery { Search = words }, Cancel)).Answers
            .Select(static row => row.Id);
}
