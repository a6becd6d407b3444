using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Azure.Data.Tables;
using MedQA.Evaluation;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Rating;
using MedQA.Evaluation.Reporting;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Studies;
using MedQA.Pipeline.Tests.Fixtures;

namespace MedQA.Pipeline.Tests.Storage;

/// <summary>What a newer version has stored is refused with a sentence, and what an earlier one stored without a version is read.</summary>
public sealed class StoredFormatTests(AzuriteFixture azurite)
{
    /// <summary>Forms without a version of their own, and whose version is theirs.</summary>
    private static readonly Dictionary<Type, Type> Within = new()
    {
        [typeof(AnsweredQuestion)] = typeof(RunManifest),
        [typeof(AnswerRow)] = typeof(RunManifest),
        [typeof(BatchQuestion)] = typeof(RunManifest),
        [typeof(CountedAnswer)] = typeof(RunManifest),
        [typeof(CountedBatch)] = typeof(RunManifest),
        [typeof(ProgressMark)] = typeof(RunManifest),
        [typeof(IndexedText)] = typeof(RunManifest),
        [typeof(RunAnnotation)] = typeof(RunManifest),
        [typeof(RunSeal)] = typeof(RunManifest),
        [typeof(System.Collections.Immutable.ImmutableArray<StudyAnswer>)] = typeof(StudyManifest),
        [typeof(StudyQueues)] = typeof(StudyManifest),
        [typeof(StoredSecret)] = typeof(StudyManifest),
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_form_that_is_stored_has_a_version_or_is_part_of_one_that_has()
    {
        foreach (var type in (Type[])[typeof(PipelineJson), typeof(StudyJson)])
        {
            foreach (var form in type.GetCustomAttributesData()
                .Where(static data => data.AttributeType == typeof(JsonSerializableAttribute))
                .Select(static data => (Type)data.ConstructorArguments[0].Value!))
            {
                var owner = Within.GetValueOrDefault(form, form);
                Assert.True(owner.GetProperty("V")?.PropertyType == typeof(int), $"{form} needs a property V, or a place among the forms of another's version.");
            }
        }
    }

    [Fact]
    public async Task A_run_of_a_newer_version_is_refused_by_everybody_and_one_without_a_version_is_read()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(3);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        var manifest = bench.Storage.Manifest(run);
        var written = JsonNode.Parse((await manifest.FindContentAsync(Cancel))!.ToString())!.AsObject();
        Assert.Equal(1, (int)written["v"]!);
        Assert.Equal("self-consistency", (string?)written["protocol"]!["profile"]!["strategy"]);

        written["v"] = 3;
        await manifest.PutAsync(BinaryData.FromString(written.ToJsonString()), "application/json", Cancel);
        var sentence = $"Run {run} was written by a newer version of medqa (format 3; this one reads up to 2): update medqa.";
        Assert.Equal(sentence, (await Assert.ThrowsAsync<UnusableException>(() => bench.Worker.AnswerAsync(new BatchMessage { Run = run.ToString(), Batch = "00000000" }, Cancel))).Message);
        Assert.Equal(sentence, (await Assert.ThrowsAsync<UnusableException>(() => new Bench(bench.Storage).Advancer.AdvanceAsync(run, Cancel))).Message);
        Assert.Equal(sentence, (await Assert.ThrowsAsync<UnusableException>(() => bench.Reader.GetManifestAsync(run, Cancel))).Message);

        written.Remove("v");
        await manifest.PutAsync(BinaryData.FromString(written.ToJsonString()), "application/json", Cancel);
        Assert.Equal(3, (await bench.Reader.GetManifestAsync(run, Cancel))!.Questions);
    }

    [Fact]
    public async Task A_tombstone_of_a_newer_version_is_refused_and_says_its_own()
    {
        var bench = new Bench(await azurite.NewAsync());
        var etag = await bench.UploadAsync("cases.csv", Bench.Csv(2));
        var run = (await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel)).Run!.Value;
        var tombstone = BinaryData.FromString($$"""{"deleted":"2026-11-28T00:00:00+00:00","run":"{{run}}","questions":2,"v":3}""");
        await bench.Storage.Manifest(run).PutAsync(tombstone, "application/json", Cancel);
        await Assert.ThrowsAsync<UnusableException>(() => bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel));
        Assert.Contains("\"v\":1", System.Text.Json.JsonSerializer.Serialize(new RunTombstone(default, run.ToString()), PipelineJson.Compact.RunTombstone), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_of_a_newer_version_is_refused_wherever_it_is_listed()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(1);
        foreach (var row in (List<TableEntity>)[.. bench.Storage.RunTable.Query<TableEntity>(entity => entity.PartitionKey == RunRow.Partition || entity.PartitionKey == RunRow.RecentPartition, cancellationToken: Cancel)])
        {
            Assert.Equal(1, row.GetInt32("V"));
            row["V"] = 2;
            await bench.Storage.RunTable.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace, Cancel);
        }

        var refused = await Assert.ThrowsAsync<UnusableException>(() => bench.Reader.ListAsync(null, 10, Cancel));
        Assert.StartsWith($"Run {run} was written by a newer version of medqa", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<UnusableException>(() => bench.Reader.GetAsync(run, Cancel));
    }

    [Fact]
    public async Task A_storage_of_a_newer_version_is_not_opened_and_one_without_a_version_is()
    {
        var storage = await azurite.NewAsync();
        Assert.Equal("1", (await storage.Runs.GetPropertiesAsync(cancellationToken: Cancel)).Value.Metadata[RunStorage.VersionMetadata]);
        await storage.Runs.SetMetadataAsync(new Dictionary<string, string>(), cancellationToken: Cancel);
        await storage.EnsureCreatedAsync(Cancel);
        await storage.Runs.SetMetadataAsync(new Dictionary<string, string> { [RunStorage.VersionMetadata] = "2" }, cancellationToken: Cancel);
        Assert.EndsWith("(format 2; this one reads up to 1): update medqa.", (await Assert.ThrowsAsync<UnusableException>(() => storage.EnsureCreatedAsync(Cancel))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_study_of_a_newer_version_is_refused_and_one_without_a_version_is_read()
    {
        var storage = await azurite.NewAsync();
        var store = new StudyStore(storage, TimeProvider.System);
        Assert.True(StudyId.TryParse("aaaaaaaaaaaaaaaa", out var study));
        var blob = storage.Studies.GetBlobClient($"{study}/study.json");
        var manifest = new StudyManifest
        {
            Study = study.ToString(), Name = "n", Title = "t", Instructions = "", Consent = "", Created = default, Rubric = Rubrics.Find("lay-2")!, Seed = 1, RatersPerAnswer = 1,
            Sources = [], Strata = [], Raters = [], Questions = 0, Answers = 0,
        };
        var json = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(manifest, StudyJson.Compact.StudyManifest))!.AsObject();
        Assert.Equal(1, (int)json["v"]!);

        json["v"] = 2;
        await blob.UploadAsync(BinaryData.FromString(json.ToJsonString()), overwrite: true, Cancel);
        var sentence = $"Study {study} was written by a newer version of medqa (format 2; this one reads up to 1): update medqa.";
        Assert.Equal(sentence, (await Assert.ThrowsAsync<UnusableException>(() => store.FindAsync(study, Cancel))).Message);
        await Assert.ThrowsAsync<UnusableException>(() => store.ListAsync(Cancel));

        json.Remove("v");
        await blob.UploadAsync(BinaryData.FromString(json.ToJsonString()), overwrite: true, Cancel);
        Assert.Equal("n", Assert.Single(await store.ListAsync(Cancel)).Name);
    }

    [Fact]
    public void A_message_of_a_newer_version_is_known_for_one()
    {
        const string Newer = """{"v":2,"run":"aaaaaaaaaaaaaaaa","batch":"00000001"}""";
        Assert.False(BatchMessage.TryParse(Newer, out _));
        Assert.True(BatchMessage.IsNewer(Newer));
        Assert.True(BatchMessage.IsNewer(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Newer))));
        Assert.False(BatchMessage.IsNewer(Newer.Replace("\"v\":2,", "", StringComparison.Ordinal)));
        Assert.True(BatchMessage.TryParse(Newer.Replace("\"v\":2,", "", StringComparison.Ordinal), out _));
        Assert.False(BatchMessage.IsNewer("no message"));
    }

    [Theory]
    [InlineData("""{"version":2}""")]
    [InlineData("""{"questions":{"version":1},"version":2,"version":1}""")]
    public void A_report_of_a_newer_version_is_refused(string report) => Assert.Equal(
        "The report was written by a newer version of medqa (format 2; this one reads up to 1): update medqa.",
        Assert.Throws<UnusableException>(() => ReportJson.Read(System.Text.Encoding.UTF8.GetBytes(report))).Message);

    [Fact]
    public void A_prefix_of_a_newer_version_is_refused() => Assert.Equal(
        "it was written by a newer version of medqa (format 2; this one reads up to 1): update medqa",
        Assert.Throws<FormatException>(static () => SoftPromptReference.Parse("""{"format":2}"""u8.ToArray())).Message);
}
