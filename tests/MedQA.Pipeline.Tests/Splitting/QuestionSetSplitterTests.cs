using System.Net;
using System.Text.Json;
using Azure.Storage.Sas;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Strategies;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Tests.Fixtures;
using MedQA.Pipeline.Uploading;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Pipeline.Tests.Splitting;

public sealed class QuestionSetSplitterTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_event_is_the_same_run_and_a_changed_upload_another()
    {
        var bench = new Bench(await azurite.NewAsync());
        var etag = await bench.UploadAsync("cases.csv", Bench.Csv(3));

        var first = await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel);
        var again = await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel);
        var changed = await bench.Splitter.OnUploadAsync("cases.csv", await bench.UploadAsync("cases.csv", Bench.Csv(4)), Cancel);
        var late = await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel);

        Assert.Equal((SplitResult.Created, SplitResult.Known, SplitResult.Created, SplitResult.Gone), (first.Result, again.Result, changed.Result, late.Result));
        Assert.Equal(first.Run, again.Run);
        Assert.NotEqual(first.Run, changed.Run);
        Assert.Equal(2, (await bench.Reader.ListAsync(null, 10, Cancel)).Runs.Count);
        Assert.Equal(SplitResult.Gone, (await bench.Splitter.OnUploadAsync("other.csv", etag, Cancel)).Result);
    }

    [Fact]
    public async Task Split_by_two_at_once_an_upload_is_one_run()
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage);
        var etag = await bench.UploadAsync("cases.csv", Bench.Csv(9));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => new Bench(storage).Splitter.OnUploadAsync("cases.csv", etag, Cancel)));

        Assert.Equal([SplitResult.Created, SplitResult.Known, SplitResult.Known, SplitResult.Known], outcomes.Select(static outcome => outcome.Result).Order());
        Assert.Single((await bench.Reader.ListAsync(null, 10, Cancel)).Runs);
    }

    [LongFact]
    public async Task Whatever_a_split_was_doing_when_its_run_was_deleted_elsewhere_nothing_of_it_is_left()
    {
        for (var at = 1; ; at++)
        {
            var prefix = azurite.NewPrefix();
            var bench = new Bench(azurite.Open(prefix));
            await bench.Storage.EnsureCreatedAsync(Cancel);
            var etag = await bench.UploadAsync("cases.csv", Bench.Csv(4));
            var faults = new StorageFaults { Before = call => call == at ? SplitAndDeleteAsync() : Task.CompletedTask };
            var run = (await new Bench(azurite.Open(prefix, faults.Configure)).Splitter.OnUploadAsync("cases.csv", etag, Cancel)).Run!.Value;
            if (faults.Calls < at)
            {
                Assert.InRange(at, 10, 40);
                return;
            }

            // A row that came too late is found by the next look at the runs that are active.
            while ((await bench.Advancer.AdvanceAsync(run, Cancel)).State is not null)
            {
                Assert.InRange((await bench.Reader.ListAsync(null, 10, Cancel)).Runs.Count, 0, 1);
            }

            var left = await bench.Storage.Runs.GetBlobsAsync(new Azure.Storage.Blobs.Models.GetBlobsOptions { Prefix = $"{run}/" }, Cancel).Select(static blob => blob.Name).ToListAsync(Cancel);
            Assert.True(left is [var tombstone] && tombstone == $"{run}/manifest.json", $"Deleted before call {at}: {string.Join(", ", left)}");
            Assert.Empty((await bench.Reader.ListAsync(null, 10, Cancel)).Runs);
            Assert.Equal(SplitResult.Deleted, (await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel)).Result);

            async Task SplitAndDeleteAsync() => await bench.DeleteAsync((await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel)).Run!.Value);
        }
    }

    [Fact]
    public async Task Questions_stand_in_batches_in_the_order_of_the_file_and_nothing_is_sent()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(5);

        var manifest = (await bench.Reader.GetManifestAsync(run, Cancel))!;
        Assert.Equal((5, 2, 3), (manifest.Questions, manifest.BatchSize, manifest.Batches));
        Assert.Equal(Bench.Quick, manifest.Protocol!.Profile with { Stop = Bench.Quick.Stop });
        Assert.Equal(64, manifest.QuestionsHash.Length);
        var lines = (await bench.TextAsync(run, "questions/00000002.jsonl"))!.TrimEnd('\n').Split('\n');
        Assert.Equal(4, JsonDocument.Parse(Assert.Single(lines)).RootElement.GetProperty("ordinal").GetInt32());
        Assert.Equal("Which finding goes with case 4?", (await bench.Reader.GetQuestionAsync(run, 4, Cancel))!.Text);
        Assert.Empty((await bench.Storage.BatchQueue.PeekMessagesAsync(1, Cancel)).Value);
    }

    [Fact]
    public async Task A_row_that_cannot_be_used_is_listed_with_its_line_and_the_rest_is_asked()
    {
        var bench = new Bench(await azurite.NewAsync());
        var etag = await bench.UploadAsync("cases.csv", "id,question,option_a,option_b,answer\n=1+1,Which one is it?,fever,cough,Q\nb,Which one is it?,fever,cough,A\n");

        var outcome = await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel);

        var manifest = (await bench.Reader.GetManifestAsync(outcome.Run!.Value, Cancel))!;
        Assert.Equal((SplitResult.Created, 1, 1), (outcome.Result, manifest.Questions, manifest.RejectedRows));
        Assert.Equal(2, Assert.Single(manifest.FirstRejected).Line);
        Assert.Contains("\r\n2,'=1+1,", await bench.TextAsync(outcome.Run.Value, "rejected.csv"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("a,b\n1,2\n", "")]
    [InlineData("id,question,option_a,option_b,answer\na,Which?,fever,cough,Q\n", "the only row cannot be used")]
    public async Task A_file_without_a_usable_question_is_rejected_with_a_sentence_and_leaves_no_questions(string content, string sentence)
    {
        var bench = new Bench(await azurite.NewAsync());
        var etag = await bench.UploadAsync("cases.csv", content);

        var outcome = await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel);
        var again = await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel);

        Assert.Equal(SplitResult.Rejected, outcome.Result);
        Assert.StartsWith(sentence, outcome.Rejection!.Sentence, StringComparison.Ordinal);
        Assert.Equal(outcome, again);
        var summary = (await bench.Reader.GetAsync(outcome.Run!.Value, Cancel))!;
        Assert.Equal((RunState.Rejected, outcome.Rejection.Sentence), (summary.State, summary.Reason));
        Assert.True((await bench.Advancer.AdvanceAsync(summary.Run, Cancel)).IsDone);
        Assert.Empty(await bench.Storage.Runs.GetBlobsAsync(new Azure.Storage.Blobs.Models.GetBlobsOptions { Prefix = $"{summary.Run}/questions" }, Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task The_folder_picks_the_profile_then_the_metadata_and_an_unknown_one_is_rejected_by_name()
    {
        var bench = new Bench(await azurite.NewAsync());
        var few = await bench.Splitter.OnUploadAsync("few-shot/cases.csv", await bench.UploadAsync("few-shot/cases.csv", Bench.Csv(1)), Cancel);
        Assert.Equal("few-shot", (await bench.Reader.GetAsync(few.Run!.Value, Cancel))!.Profile);

        var options = new Azure.Storage.Blobs.Models.BlobUploadOptions { Metadata = new Dictionary<string, string> { ["Profile"] = "few-shot" } };
        var etag = (await bench.Storage.QuestionSets.GetBlobClient("plain.csv").UploadAsync(BinaryData.FromString(Bench.Csv(1)), options, Cancel)).Value.ETag;
        var plain = await bench.Splitter.OnUploadAsync("plain.csv", etag, Cancel);
        Assert.Equal("few-shot", (await bench.Reader.GetAsync(plain.Run!.Value, Cancel))!.Profile);

        var unknown = await bench.Splitter.OnUploadAsync("2024/cases.csv", await bench.UploadAsync("2024/cases.csv", Bench.Csv(1)), Cancel);
        Assert.Equal(SplitResult.Rejected, unknown.Result);
        Assert.Contains("'2024'", unknown.Rejection!.Sentence, StringComparison.Ordinal);
        Assert.Contains("few-shot", unknown.Rejection.Sentence, StringComparison.Ordinal);
    }

    public static TheoryData<string> StrangeNames =>
        [new string('a', 1014) + ".csv", string.Concat(Enumerable.Repeat("é", 500)) + ".csv", "what? #1 100%2f +&.csv", "..csv", "a..b", ".hidden", "e\u0301 \ud83d\ude37.csv", "x//y.csv", "back\\slash.csv"];

    [Theory]
    [MemberData(nameof(StrangeNames))]
    public async Task An_upload_can_have_any_name_that_the_storage_takes(string name)
    {
        var bench = new Bench(await azurite.NewAsync());
        await bench.UploadAsync("quick/" + name, Bench.Csv(2));
        var listed = (await bench.Storage.QuestionSets.GetBlobsAsync(cancellationToken: Cancel).ToArrayAsync(Cancel))[0];

        var outcome = await bench.Splitter.OnUploadAsync(listed.Name, listed.Properties.ETag!.Value, Cancel);

        Assert.Equal(SplitResult.Created, outcome.Result);
        var run = (await bench.Reader.GetAsync(outcome.Run!.Value, Cancel))!;
        Assert.Equal((listed.Name, "quick", listed.Name[(listed.Name.LastIndexOf('/') + 1)..]), (run.Source, run.Profile, run.Name));
    }

    [Fact]
    public async Task A_name_that_would_lead_an_address_elsewhere_is_left_alone()
    {
        var bench = new Bench(await azurite.NewAsync());
        await bench.Storage.Runs.GetBlobClient("other.csv").UploadAsync(BinaryData.FromString(Bench.Csv(2)), Cancel);
        var target = (await bench.Storage.Runs.GetBlobClient("other.csv").GetPropertiesAsync(cancellationToken: Cancel)).Value.ETag;
        var name = $"quick/../../{bench.Storage.Runs.Name}/other.csv";

        // No client of Azure's writes such a name, but the service takes it from a request of one's own.
        using var http = new HttpClient();
        using var content = new StringContent(Bench.Csv(2)) { Headers = { { "x-ms-blob-type", "BlockBlob" } } };
        var address = new UriBuilder(bench.Storage.QuestionSets.GenerateSasUri(BlobContainerSasPermissions.Write, DateTimeOffset.UtcNow.AddHours(1)));
        address.Path += "/" + Uri.EscapeDataString(name);
        using var stored = await http.PutAsync(address.Uri, content, Cancel);
        Assert.Equal(HttpStatusCode.Created, stored.StatusCode);
        var listed = Assert.Single(await bench.Storage.QuestionSets.GetBlobsAsync(cancellationToken: Cancel).ToArrayAsync(Cancel));
        Assert.Equal(name, listed.Name);

        Assert.Equal(new SplitOutcome(SplitResult.Gone, null), await bench.Splitter.OnUploadAsync(name, listed.Properties.ETag!.Value, Cancel));
        Assert.Equal(new SplitOutcome(SplitResult.Gone, null), await bench.Splitter.OnUploadAsync(new UploadEvent(name, ETag: null), Cancel));
        Assert.Equal(new SplitOutcome(SplitResult.Gone, null), await bench.Splitter.OnUploadAsync(new UploadEvent(name, target), Cancel));
        Assert.Null(await bench.Splitter.RecordFailureAsync(new UploadEvent(name, ETag: null), new InvalidOperationException("broken"), Cancel));
        var retention = new RunRetention(bench.Storage, new RetentionOptions { UploadDays = 1 }, new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(9)), NullLogger<RunRetention>.Instance);
        Assert.Equal((0, 0), await retention.SweepAsync(Cancel));

        Assert.Empty((await bench.Reader.ListAsync(null, 10, Cancel)).Runs);
        Assert.True(await bench.Storage.Runs.GetBlobClient("other.csv").ExistsAsync(Cancel));
    }

    [Fact]
    public async Task The_metadata_of_an_upload_can_say_how_it_names_the_right_option()
    {
        var bench = new Bench(await azurite.NewAsync());
        async Task<SplitOutcome> Split(string notation)
        {
            var options = new Azure.Storage.Blobs.Models.BlobUploadOptions { Metadata = new Dictionary<string, string> { ["answerNotation"] = notation } };
            var content = BinaryData.FromString("question,option_a,option_b,option_c,answer\nWhich?,x,y,z,1\n");
            return await bench.Splitter.OnUploadAsync("counted.csv", (await bench.Storage.QuestionSets.GetBlobClient("counted.csv").UploadAsync(content, options, Cancel)).Value.ETag, Cancel);
        }

        var counted = await Split("FromZero");
        Assert.Equal(1, (await bench.Reader.GetQuestionAsync(counted.Run!.Value, 0, Cancel))!.Gold);
        var unknown = await Split("roman");
        Assert.Equal(SplitResult.Rejected, unknown.Result);
        Assert.Contains("answerNotation 'roman', but it must be detect, letter, fromZero, fromOne or text.", unknown.Rejection!.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dropFillers", "true", 2, null)]
    [InlineData("dropFillers", "perhaps", 0, "dropFillers 'perhaps', but it must be true or false.")]
    [InlineData("name", "free.csv", 0, "none of the 1 questions has options, which profile quick")]
    [InlineData("name", "filled.csv", 3, null)]
    public async Task What_has_no_options_for_the_profile_is_rejected_and_fillers_are_dropped_where_the_upload_says_so(string key, string value, int options, string? rejection)
    {
        var bench = new Bench(await azurite.NewAsync());
        var upload = new Azure.Storage.Blobs.Models.BlobUploadOptions { Metadata = new Dictionary<string, string> { [key] = value } };
        var content = BinaryData.FromString(value == "free.csv" ? "question\nWhat is asthma?\n" : "question,option_a,option_b,option_c,answer\nWhich?,x,y,N/A,A\n");
        var stored = await bench.Storage.QuestionSets.GetBlobClient("quick/set.csv").UploadAsync(content, upload, Cancel);

        var outcome = await bench.Splitter.OnUploadAsync("quick/set.csv", stored.Value.ETag, Cancel);

        Assert.Equal(rejection is null, outcome.Rejection is null);
        Assert.Contains(rejection ?? "", outcome.Rejection?.Sentence ?? "", StringComparison.Ordinal);
        Assert.Equal(options, outcome.Rejection is null ? (await bench.Reader.GetQuestionAsync(outcome.Run!.Value, 0, Cancel))!.Options.Length : 0);
    }

    [Theory]
    [InlineData("limit", "2", "Only the file's first 2 usable questions are asked.", null)]
    [InlineData("sample", "2", "A random sample of 2 of the file's 5 usable questions is asked.", null)]
    [InlineData("limit", "0", null, "limit '0', but it must be a whole number, 1 or more.")]
    [InlineData("sample", "some", null, "sample 'some', but it must be a whole number, 1 or more.")]
    public async Task A_part_of_a_set_is_asked_where_the_upload_says_so_and_the_report_says_that_too(string key, string value, string? note, string? rejection)
    {
        var bench = new Bench(await azurite.NewAsync());
        var upload = new Azure.Storage.Blobs.Models.BlobUploadOptions { Metadata = new Dictionary<string, string> { [key] = value } };
        var stored = await bench.Storage.QuestionSets.GetBlobClient("set.csv").UploadAsync(BinaryData.FromString(Bench.Csv(5)), upload, Cancel);

        var outcome = await bench.Splitter.OnUploadAsync("set.csv", stored.Value.ETag, Cancel);

        if (rejection is not null)
        {
            Assert.Equal($"the upload's metadata has {rejection}", outcome.Rejection!.Sentence);
            return;
        }

        var ended = await bench.CompleteAsync(outcome.Run!.Value);
        Assert.Equal((2, 2), (ended.Questions, ended.Totals.Done));
        Assert.Contains(note!, await bench.TextAsync(ended.Run, "report.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_rows_mean_for_the_scores_stands_in_manifest_and_report()
    {
        var bench = new Bench(await azurite.NewAsync());
        var csv = Bench.Csv(2) + "hidden,set,Which one is it?,fever,cough,rash,pain,\nbroken,set,,fever,cough,rash,pain,A\n";
        var outcome = await bench.Splitter.OnUploadAsync("a.csv", await bench.UploadAsync("a.csv", csv), Cancel);
        await bench.CompleteAsync(outcome.Run!.Value);

        string[] notes = ["1 of 3 questions do not say which option is right: they are answered, but not scored.", "1 of 4 rows cannot be used; each is listed with its line and reason."];
        Assert.Equal(notes, (await bench.Reader.GetManifestAsync(outcome.Run.Value, Cancel))!.Notes);
        Assert.Equal(notes, ReportJson.Read(System.Text.Encoding.UTF8.GetBytes((await bench.TextAsync(outcome.Run.Value, "report.json"))!)).Notes);
        Assert.Contains("- " + notes[0], await bench.TextAsync(outcome.Run.Value, "report.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_question_set_has_one_result_under_every_file_name()
    {
        var bench = new Bench(await azurite.NewAsync());
        const string Rows = "question,option_a,option_b,answer\nWhich one is it?,fever,cough,A\n";
        foreach (var name in (string[])["one.csv", "another.csv"])
        {
            var outcome = await bench.Splitter.OnUploadAsync(name, await bench.UploadAsync(name, Rows), Cancel);
            Assert.Equal("questions", (await bench.Reader.GetQuestionAsync(outcome.Run!.Value, 0, Cancel))!.Dataset);
        }
    }

    [Fact]
    public async Task As_many_worked_examples_are_used_as_fit_the_longest_question()
    {
        var bench = new Bench(await azurite.NewAsync());
        var filler = new string('x', 8000);
        var csv = Bench.Csv(2) + $"long,set,Which one is it? {filler},fever,cough,rash,pain,A\n";
        var asked = BuiltInProfiles.Find("few-shot")!.Exemplars;

        var small = await bench.Splitter.OnUploadAsync("few-shot/a.csv", await bench.UploadAsync("few-shot/a.csv", Bench.Csv(2)), Cancel);
        var tight = new QuestionSetSplitter(
            bench.Storage, new MedQA.Pipeline.Profiles.ProfileCatalog(new MedQA.Pipeline.Profiles.ProfileFolder(null)), bench.Model.Description with { ContextLength = 2600 }, new SplitOptions(), bench.Time, Microsoft.Extensions.Logging.Abstractions.NullLogger<QuestionSetSplitter>.Instance, countTokens: CountAll);
        var large = await tight.OnUploadAsync("few-shot/b.csv", await bench.UploadAsync("few-shot/b.csv", csv), Cancel);

        var all = (await bench.Reader.GetManifestAsync(small.Run!.Value, Cancel))!.Protocol!;
        var fitting = (await bench.Reader.GetManifestAsync(large.Run!.Value, Cancel))!;
        Assert.Equal(asked, all.Exemplars.Length);
        Assert.InRange(fitting.Protocol!.Exemplars.Length, 1, asked - 1);
        Assert.Equal((asked, true), (fitting.ExemplarsAsked, fitting.ExemplarsChecked));
        var longest = (await bench.Reader.GetQuestionAsync(large.Run.Value, 2, Cancel))!;
        var room = 2600 - fitting.Protocol.Profile.TokensBehindPrompt;
        Assert.True(CountAll(MedQA.Evaluation.Prompting.PromptBuilder.Build(fitting.Protocol, longest)) <= room);
        var more = Protocol.Of(fitting.Protocol.Profile, ["set"]).WithAtMost(fitting.Protocol.Exemplars.Length + 1);
        Assert.True(CountAll(MedQA.Evaluation.Prompting.PromptBuilder.Build(more, longest)) > room);
    }

    [Fact]
    public async Task A_profile_that_suits_no_question_of_the_model_is_rejected_at_once()
    {
        var bench = new Bench(await azurite.NewAsync());
        var plain = new QuestionSetSplitter(
            bench.Storage, new MedQA.Pipeline.Profiles.ProfileCatalog(new MedQA.Pipeline.Profiles.ProfileFolder(null)), bench.Model.Description with { HasChatTemplate = false }, new SplitOptions(), bench.Time, Microsoft.Extensions.Logging.Abstractions.NullLogger<QuestionSetSplitter>.Instance, countTokens: CountAll);

        var outcome = await plain.OnUploadAsync("a.csv", await bench.UploadAsync("a.csv", Bench.Csv(2)), Cancel);

        Assert.Equal(SplitResult.Rejected, outcome.Result);
        Assert.Contains("chat template", outcome.Rejection!.Sentence, StringComparison.Ordinal);
        Assert.Null((await bench.Reader.GetManifestAsync(outcome.Run!.Value, Cancel))!.Protocol);
    }

    [Fact]
    public async Task Worked_examples_that_are_chosen_for_each_question_need_a_model_that_gives_embeddings_and_all_stand_in_the_manifest()
    {
        var bench = new Bench(await azurite.NewAsync());
        var outcome = await bench.Splitter.OnUploadAsync("near/a.csv", await bench.UploadAsync("near/a.csv", Bench.Csv(2)), Cancel);
        Assert.Equal(SplitResult.Rejected, outcome.Result);
        Assert.Contains("\"exemplarSelection\": \"nearest\"", outcome.Rejection!.Sentence, StringComparison.Ordinal);

        var able = new QuestionSetSplitter(
            bench.Storage, new MedQA.Pipeline.Profiles.ProfileCatalog(new Bench.OneProfile()), bench.Model.Description with { Fingerprint = "able", GivesEmbeddings = true }, new SplitOptions(), bench.Time, Microsoft.Extensions.Logging.Abstractions.NullLogger<QuestionSetSplitter>.Instance, countTokens: bench.Model.CountTokens);
        var run = (await able.OnUploadAsync("near/a.csv", await bench.UploadAsync("near/a.csv", Bench.Csv(2)), Cancel)).Run!.Value;
        var manifest = (await bench.Reader.GetManifestAsync(run, Cancel))!;
        Assert.Equal((1, false), (manifest.ExemplarsAsked, manifest.ExemplarsChecked));
        Assert.Equal(MedQA.Evaluation.Profiles.ExemplarSets.Find("medqa")!.Exemplars.Length, manifest.Protocol!.Exemplars.Length);
    }

    [Fact]
    public void A_batch_has_sixteen_to_256_questions_by_the_work_that_its_profile_means()
    {
        var options = new SplitOptions();
        var here = new ScriptedModel().Description;
        var there = new ScriptedModel { Endpoint = new("models.example.com", "large", null) }.Description;
        Assert.Equal(256, options.BatchSizeFor(BuiltInProfiles.Find("deferral")!, there));
        Assert.Equal(256, options.BatchSizeFor(BuiltInProfiles.Find("few-shot")!, here));
        Assert.InRange(options.BatchSizeFor(BuiltInProfiles.Find("self-consistency")!, here), 17, 255);
        Assert.Equal(16, options.BatchSizeFor(BuiltInProfiles.Find("deferral")! with { MaxTokens = 1024 }, here));
        Assert.Contains("BatchSize", Assert.Throws<ArgumentException>(() => (options with { BatchSize = 1001 }).Check()).Message, StringComparison.Ordinal);
    }

    private static int CountAll(MedQA.Evaluation.LanguageModels.Prompt prompt) =>
        ((MedQA.Evaluation.LanguageModels.ChatPrompt)prompt).Messages.Sum(static message => message.Content.Length / 4);
}
