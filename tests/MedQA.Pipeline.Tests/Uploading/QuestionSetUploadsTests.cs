using System.Text;
using MedQA.Datasets;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Tests.Fixtures;
using MedQA.Pipeline.Uploading;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Pipeline.Tests.Uploading;

public sealed class QuestionSetUploadsTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_content_and_profile_is_the_same_upload_and_run_under_any_name()
    {
        var bench = new Bench(await azurite.NewAsync());
        var uploads = new QuestionSetUploads(bench.Storage, new FakeTimeProvider());

        var first = await StoreAsync(uploads, 3, "Fälle, März.csv", "quick", again: false);
        var same = await StoreAsync(uploads, 3, "b.csv", "quick", again: false);
        var otherProfile = await StoreAsync(uploads, 3, "a.csv", null, again: false);
        var otherContent = await StoreAsync(uploads, 4, "a.csv", "quick", again: false);
        var forced = await StoreAsync(uploads, 3, "a.csv", "quick", again: true);

        Assert.True(first.Created);
        Assert.Equal(first with { Created = false }, same);
        Assert.Equal(4, new[] { first, otherProfile, otherContent, forced }.Select(static upload => upload.BlobName).Distinct().Count());
        var run = await bench.Splitter.OnUploadAsync(first.BlobName, first.ETag, Cancel);
        Assert.Equal(SplitResult.Created, run.Result);
        Assert.Equal("Fälle, März.csv", (await bench.Reader.GetAsync(run.Run!.Value, Cancel))!.Name);
        Assert.Equal(run.Run, (await bench.Splitter.OnUploadAsync(same.BlobName, same.ETag, Cancel)).Run);
    }

    [Fact]
    public async Task After_its_run_was_deleted_the_same_content_makes_a_new_one()
    {
        var bench = new Bench(await azurite.NewAsync());
        var uploads = new QuestionSetUploads(bench.Storage, TimeProvider.System);
        var first = await StoreAsync(uploads, 2, "a.csv", "quick", again: false);
        var run = (await bench.Splitter.OnUploadAsync(first.BlobName, first.ETag, Cancel)).Run!.Value;
        await bench.DeleteAsync(run);

        var second = await StoreAsync(uploads, 2, "a.csv", "quick", again: false);

        Assert.True(second.Created);
        Assert.Equal(SplitResult.Created, (await bench.Splitter.OnUploadAsync(second.BlobName, second.ETag, Cancel)).Result);
    }

    [Fact]
    public async Task Another_answer_notation_is_another_upload_whose_run_reads_it_so()
    {
        var bench = new Bench(await azurite.NewAsync());
        var uploads = new QuestionSetUploads(bench.Storage, bench.Time);
        const string Counted = "question,option_a,option_b,option_c,answer\nWhich?,x,y,z,1\n";
        Task<Upload> Store(AnswerNotation notation) => uploads.StoreAsync(new MemoryStream(Encoding.UTF8.GetBytes(Counted)), "counted.csv", "quick", again: false, new SetReading(notation), caller: null, Cancel);

        var undecided = await SplitAsync(await Store(AnswerNotation.Detect));
        var (zero, one) = (await SplitAsync(await Store(AnswerNotation.FromZero)), await SplitAsync(await Store(AnswerNotation.FromOne)));

        Assert.Equal(SplitResult.Rejected, undecided.Result);
        Assert.Contains("answerNotation", undecided.Rejection!.Sentence, StringComparison.Ordinal);
        Assert.Equal(1, (await bench.Reader.GetQuestionAsync(zero.Run!.Value, 0, Cancel))!.Gold);
        Assert.Equal(0, (await bench.Reader.GetQuestionAsync(one.Run!.Value, 0, Cancel))!.Gold);
        Assert.Equal(AnswerNotation.FromOne, (await bench.Reader.GetManifestAsync(one.Run.Value, Cancel))!.AnswerNotation);
        Assert.False((await Store(AnswerNotation.FromOne)).Created);

        var dropping = await uploads.StoreAsync(BinaryData.FromString(Counted).ToStream(), "counted.csv", "quick", again: false, new SetReading(AnswerNotation.FromOne, DropsFillers: true), caller: null, Cancel);
        Assert.True(dropping.Created);
        Assert.True((await bench.Reader.GetManifestAsync((await SplitAsync(dropping)).Run!.Value, Cancel))!.DropsFillers);

        Task<SplitOutcome> SplitAsync(Upload upload) => bench.Splitter.OnUploadAsync(upload.BlobName, upload.ETag, Cancel);
    }

    [Theory]
    [InlineData("../runs")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData("A")]
    public async Task A_profile_that_could_leave_its_folder_is_refused(string profile)
    {
        var uploads = new QuestionSetUploads(await azurite.NewAsync(), TimeProvider.System);

        await Assert.ThrowsAsync<ArgumentException>(() => StoreAsync(uploads, 1, "a.csv", profile, again: false));
    }

    [Theory]
    [InlineData("..\\..\\evil.csv", ".csv")]
    [InlineData("a.c/../sv", "")]
    [InlineData("a.%2f", "")]
    [InlineData("a.JSONL", ".jsonl")]
    public async Task The_blobs_name_is_the_contents_hash_whatever_people_call_it(string name, string extension)
    {
        var upload = await StoreAsync(new QuestionSetUploads(await azurite.NewAsync(), TimeProvider.System), 1, name, null, again: false);

        Assert.Matches($"^[0-9a-f]{{64}}{System.Text.RegularExpressions.Regex.Escape(extension)}$", upload.BlobName);
    }

    private static Task<Upload> StoreAsync(QuestionSetUploads uploads, int questions, string name, string? profile, bool again) =>
        uploads.StoreAsync(new MemoryStream(Encoding.UTF8.GetBytes(Bench.Csv(questions))), name, profile, again, default, caller: null, Cancel);
}
