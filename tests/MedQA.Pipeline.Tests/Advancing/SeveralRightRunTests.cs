using System.Text;
using MedQA.Datasets;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Strategies;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Tests.Fixtures;
using MedQA.Pipeline.Uploading;

namespace MedQA.Pipeline.Tests.Advancing;

/// <summary>A run over a set of which several options can be right, from the upload to the exports.</summary>
public sealed class SeveralRightRunTests(AzuriteFixture azurite)
{
    private const string Set = "id,question,option_a,option_b,option_c,option_d,answer\nq0,Which of case 0?,w,x,y,z,AC\nq1,Which of case 1?,w,x,y,z,C\nq2,Which of case 2?,w,x,y,z,\"A, B, C\"\nq3,Which of case 3?,w,x,y,z,\n";

    private static readonly SetReading Several = new(AnswerNotation.Detect, RightAnswers: RightAnswers.Several);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Task<Upload> StoreAsync(Bench bench, SetReading reading, string? profile = null) =>
        bench.Uploads.StoreAsync(new MemoryStream(Encoding.UTF8.GetBytes(Set)), "several.csv", profile, again: false, reading, caller: null, Cancel);

    [Fact]
    public async Task A_run_asks_for_sets_and_every_figure_and_export_is_of_sets()
    {
        var bench = new Bench(await azurite.NewAsync());
        var outcome = await bench.Splitter.StartAsync(await StoreAsync(bench, Several), Cancel);
        Assert.Equal(SplitResult.Created, outcome.Result);
        var run = outcome.Run!.Value;

        var summary = await bench.CompleteAsync(run);

        Assert.Equal((RunState.Completed, 1, 4), (summary.State, summary.Totals.Correct, summary.Totals.Done));
        var written = await bench.Storage.Blob(run, "report.json").Client.DownloadContentAsync(Cancel);
        var report = ReportJson.Read(written.Value.Content.ToMemory().Span);
        Assert.Equal((1, 3, 1), (report.Accuracy.Correct, report.Accuracy.Scored, report.Questions.WithoutGold));

        // Every question is answered A and C: 6 options, of which 2, 1 and 2 are right; 6 are right in all.
        Assert.Equal((3, 6, 6, 5, 1, 1), (report.Sets!.Questions, report.Sets.Right, report.Sets.Chosen, report.Sets.Both, report.Sets.TooMany, report.Sets.TooFew));
        Assert.Contains(report.Notes, static note => note.Contains("2 of 4 questions have more than one right option", StringComparison.Ordinal));
        Assert.Contains("## Several right options", await bench.TextAsync(run, "report.md"));
        Assert.Contains("Several right options", await bench.TextAsync(run, "report.html"));
        var manifest = await bench.TextAsync(run, "manifest.json");
        Assert.Contains("\"severalRight\":true", manifest);
        Assert.Contains("\"v\":2,", manifest);

        var csv = (await bench.TextAsync(run, "answers.csv"))!.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(",4,AC,AC,true,", csv[1]);
        Assert.Contains(",4,ABC,AC,false,", csv[3]);
        Assert.EndsWith("\"{\"\"C\"\":1,\"\"AC\"\":2}\"", csv[1]);
        var table = await Parquet.Serialization.ParquetSerializer.DeserializeUntypedAsync(
            (await bench.Storage.Blob(run, "answers.parquet").Client.DownloadContentAsync(Cancel)).Value.Content.ToStream(), cancellationToken: Cancel);
        Assert.Equal(["AC", "C", "ABC", null], table.Data.Select(static row => row.GetValueOrDefault("gold")));

        var rows = (await bench.Reader.AnswersAsync(run, null, 100, AnswerFilter.All, Cancel)).Answers;
        Assert.Equal([("AC", "AC", true), ("C", "AC", true), ("ABC", "AC", true), (null, "AC", true)], rows.Select(static row => (row.Gold, row.Answer, row.SeveralRight == true)));
        var whole = (await bench.Reader.GetAnswerAsync(run, "q0", Cancel))!;
        Assert.Equal((null, "AC", 2.0 / 3), (whole.Answer, whole.AnswerSet?.ToString(), whole.Agreement));
        Assert.Equal(["AC", "AC", "C"], whole.Reasonings.Select(static reasoning => reasoning.AnswerSet?.ToString()));
    }

    [Fact]
    public async Task The_setting_is_another_upload_and_another_run_and_is_read_from_metadata()
    {
        var bench = new Bench(await azurite.NewAsync());
        var (one, several) = (await StoreAsync(bench, new SetReading(AnswerNotation.Detect)), await StoreAsync(bench, Several));
        var (first, second) = (await bench.Splitter.StartAsync(one, Cancel), await bench.Splitter.StartAsync(several, Cancel));

        Assert.NotEqual(one.BlobName, several.BlobName);
        Assert.Contains("-several", several.BlobName);
        Assert.NotEqual(first.Run, second.Run);
        var manifest = await bench.TextAsync(first.Run!.Value, "manifest.json");
        Assert.DoesNotContain("severalRight", manifest);
        Assert.Contains("\"v\":1,", manifest);
        Assert.Contains("--right-answers several", manifest);
        Assert.Equal(RightAnswers.Several, UploadMetadata.ReadingOf(new Dictionary<string, string> { ["rightanswers"] = "several" }).Reading.RightAnswers);
        Assert.Contains("rightAnswers 'two'", UploadMetadata.ReadingOf(new Dictionary<string, string> { ["rightanswers"] = "two" }).Fault);
    }

    [Fact]
    public async Task A_profile_that_scores_single_options_is_refused_before_anything_is_asked()
    {
        var bench = new Bench(await azurite.NewAsync());
        var upload = await StoreAsync(bench, Several);

        var outcome = await bench.Splitter.StartAsync(upload, Cancel, BuiltInProfiles.Find("likelihood")! with { Name = "quick" });

        Assert.Equal(SplitResult.Rejected, outcome.Result);
        Assert.Contains("scores single options", outcome.Rejection!.Sentence);
        Assert.Contains("self-consistency", outcome.Rejection.Sentence);
        Assert.Empty(bench.Model.Asked);
    }
}
