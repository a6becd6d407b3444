using System.Text;
using Azure.Storage.Blobs.Models;
using MedQA.Datasets;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Results;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Tests.Fixtures;
using MedQA.Pipeline.Uploading;
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
    public async Task A_report_compares_pairs_and_is_verified_and_one_of_before_stays_verified()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await StartAsync(bench, "id,question,option_a,option_b,answer,Pair,GROUP\nq0,Is it fever?,yes,no,A,1,male\nq1,Is she fevered?,yes,no,A,1,female\nq2,Is it rash?,yes,no,A,2,male\n");
        await bench.CompleteAsync(run);
        var report = ReportJson.Read(Encoding.UTF8.GetBytes((await bench.TextAsync(run, "report.json"))!));
        Assert.Equal(("male", 1, "GROUP"), (report.Pairs!.Reference, report.Pairs.Pairs, report.Pairs.GroupColumn));
        Assert.Contains("Counterfactual pairs</h2>", await bench.TextAsync(run, "report.html"), StringComparison.Ordinal);
        Assert.Empty((await bench.Reader.CheckSealAsync(run, null, Cancel))!.Differences);
        var summary = (await bench.Reader.GetAsync(run, Cancel))!;
        Assert.Equal(ReportJson.Write(report.Pairs), ReportJson.Write(await RunPairs.ReadAsync(bench.Reader, summary, null, null, null, Cancel)));

        var before = report with { Pairs = null };
        await bench.Storage.Blob(run, "report.json").PutAsync(BinaryData.FromBytes(ReportJson.Write(before)), "text/plain", Cancel);
        await bench.Storage.Blob(run, "report.md").PutAsync(BinaryData.FromString(ReportMarkdown.Write(before)), "text/plain", Cancel);
        await bench.Storage.Blob(run, "report.html").PutAsync(BinaryData.FromString(ReportHtml.Write(before)), "text/plain", Cancel);
        Assert.Empty((await bench.Reader.CheckSealAsync(run, null, Cancel))!.Differences);

        var other = report with { Pairs = report.Pairs with { Changed = 7 } };
        await bench.Storage.Blob(run, "report.json").PutAsync(BinaryData.FromBytes(ReportJson.Write(other)), "text/plain", Cancel);
        Assert.Contains("the report differs from the one that this medqa computes from the answers", (await bench.Reader.CheckSealAsync(run, null, Cancel))!.Differences);
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

    [Theory]
    [InlineData("difficulty:hard", "q0")]
    [InlineData("difficulty:HARD", "q0")]
    [InlineData("difficulty:very hard", "q2")]
    [InlineData("Difficulty:hard", "")]
    [InlineData("=year:2019", "q0 q1")]
    [InlineData("note:=1+1", "q0")]
    [InlineData("note:zeb", "")]
    [InlineData("other:x", "")]
    [InlineData("""{"difficulty":"easy","=year":"2019"}""", "q1")]
    [InlineData("""{"difficulty":"easy","=year":"2020"}""", "")]
    public async Task Questions_are_filtered_by_metadata_in_every_order(string filter, string found)
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await StartAsync(bench, Set);
        Assert.True(MetadataFilter.TryParse(filter, out var metadata));
        await bench.CompleteAsync(run);
        Assert.Equal(found, string.Join(' ', await FindAsync(bench, run, new AnswerQuery { Metadata = metadata })));
        Assert.Equal(found.Split(' ').Order(), (await FindAsync(bench, run, new AnswerQuery { Metadata = metadata, Order = AnswerOrder.Agreement })).DefaultIfEmpty("").Order());
        Assert.Equal(found.Contains("q0", StringComparison.Ordinal) ? "q0" : "", string.Join(' ', await FindAsync(bench, run, new AnswerQuery { Metadata = metadata, Search = "fever" })));
    }

    [Theory]
    [InlineData("")]
    [InlineData("difficulty")]
    [InlineData(":hard")]
    [InlineData("difficulty: ")]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("""{"a":1}""")]
    [InlineData("""{"a":"x","a":"y"}""")]
    [InlineData("""{"a":""}""")]
    public void What_is_no_filter_is_refused(string text) => Assert.False(MetadataFilter.TryParse(text, out _));

    [Fact]
    public void Filters_that_say_the_same_are_equal_and_others_have_other_texts()
    {
        Assert.True(MetadataFilter.TryParse("""{"b":"2","a":"1"}""", out var one));
        Assert.True(MetadataFilter.TryParse("""{"a":"1","b":"2"}""", out var two));
        Assert.True(MetadataFilter.TryParse("""{"a":"11:b1:2"}""", out var three));
        Assert.Equal(new AnswerQuery { Metadata = one }, new AnswerQuery { Metadata = two });
        Assert.NotEqual(one.ToString(), three.ToString());
    }

    [Fact]
    public async Task A_map_of_columns_makes_another_upload_and_is_kept_with_the_run()
    {
        var bench = new Bench(await azurite.NewAsync());
        var uploads = new QuestionSetUploads(bench.Storage, bench.Time);
        Task<Upload> StoreAsync(string? map) => uploads.StoreAsync(
            BinaryData.FromString("question,op x,op y,right_letter\nOne?,yes,no,B\n").ToStream(), "set.csv", "quick", again: false,
            new SetReading(AnswerNotation.Detect, Map: map is not null && ColumnMap.TryParse(map, out var found, out _) ? found : null), caller: null, Cancel);
        var bare = await StoreAsync(null);
        var mapped = await StoreAsync("gold=right_letter,option_a=op x,option_b=op y");
        Assert.Equal(mapped, await StoreAsync("""{"option_b": "op y", "option_a": "op x", "gold": "right_letter"}""") with { Created = true });
        Assert.Matches("^quick/[0-9a-f]{64}-map[0-9a-f]{16}\\.csv$", mapped.BlobName);
        Assert.Matches("^quick/[0-9a-f]{64}\\.csv$", bare.BlobName);
        var outcome = await bench.Splitter.StartAsync(mapped, Cancel);
        Assert.Equal(SplitResult.Created, outcome.Result);
        var run = outcome.Run!.Value;
        Assert.Equal("""{"gold":"right_letter","option_a":"op x","option_b":"op y"}""", (await bench.Reader.GetManifestAsync(run, Cancel))!.Map);
        var question = await bench.Reader.GetQuestionAsync((await bench.Reader.GetAsync(run, Cancel))!, 0, Cancel);
        Assert.Equal((1, 2, null), (question!.Gold, question.Options.Length, question.Metadata));

        await bench.Storage.QuestionSets.GetBlobClient("quick/odd.csv").UploadAsync(
            BinaryData.FromString("question,answer\nOne?,x\n"), new BlobUploadOptions { Metadata = new Dictionary<string, string> { ["map"] = "right=x" } }, Cancel);
        var odd = await bench.Splitter.OnUploadAsync(new UploadEvent("quick/odd.csv", null), Cancel);
        Assert.StartsWith("the upload's metadata has a map of columns that names the part 'right'; the parts are ", odd.Rejection!.Sentence, StringComparison.Ordinal);
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
        await FindAsync(bench, run, new AnswerQuery { Search = words });

    private static async Task<IEnumerable<string>> FindAsync(Bench bench, RunId run, AnswerQuery query) =>
        (await bench.Reader.AnswersAsync((await bench.Reader.GetAsync(run, Cancel))!, null, 100, query, Cancel)).Answers.Select(static row => row.Id);
}
