using System.Security.Cryptography;
using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;
using MedQA.Pipeline.Uploading;

namespace MedQA.Pipeline.Tests.SoftPrompts;

/// <summary>A run whose profile names a tuned prefix: split, stored, fetched by a worker that has nothing but the storage.</summary>
public sealed class SoftPromptStoreTests(AzuriteFixture azurite) : IDisposable
{
    private static readonly string Fingerprint = new('f', 64);
    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-prefixes-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_is_asked_with_the_prefix_that_its_profile_names_by_a_worker_that_has_only_the_storage()
    {
        var storage = await azurite.NewAsync();
        var hash = Write("one");
        var control = new Bench(storage, new ScriptedModel(Fingerprint), prefixes: _folder);
        var (model, run) = (new ScriptedModel(Fingerprint), await control.StartAsync(5, "tuned/cases.csv"));
        var manifest = (await control.Reader.GetManifestAsync(run, Cancel))!;

        var summary = await new Bench(storage, model).CompleteAsync(run);

        Assert.Equal(new SoftPromptReference("cardiology", hash, 20, Fingerprint, "scripted"), manifest.Protocol!.Prefix);
        Assert.Equal(RunState.Completed, summary.State);
        Assert.Equal(5, model.AskedWith.Count);
        Assert.All(model.AskedWith, asked => Assert.Equal((hash, "one"), (asked.Hash, System.Text.Encoding.UTF8.GetString(asked.KeyValues))));
        Assert.Contains($"cardiology: 20 virtual tokens in front of every prompt, tuned for model scripted, hash {hash}", await control.TextAsync(run, "report.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prefix_that_is_tuned_again_is_another_run_and_the_first_keeps_its_own()
    {
        var storage = await azurite.NewAsync();
        var model = new ScriptedModel(Fingerprint);
        var bench = new Bench(storage, model, prefixes: _folder);
        var first = Write("one");
        var upload = new Upload("tuned/cases.csv", await bench.UploadAsync("tuned/cases.csv", Bench.Csv(2)), Created: true);
        var before = await bench.Splitter.StartAsync(upload, Cancel);
        var second = Write("two");

        // Its event alone makes nothing new of what was handled.
        Assert.Equal(before.Run, (await bench.Splitter.OnUploadAsync(upload.BlobName, upload.ETag, Cancel)).Run);
        var after = await bench.Splitter.StartAsync(upload, Cancel);
        await bench.CompleteAsync(before.Run!.Value);

        Assert.Equal((SplitResult.Created, SplitResult.Created), (before.Result, after.Result));
        Assert.NotEqual(before.Run, after.Run);
        Assert.Equal(SplitResult.Known, (await bench.Splitter.StartAsync(upload, Cancel)).Result);
        Assert.All(model.AskedWith, asked => Assert.Equal(first, asked.Hash));
        await bench.CompleteAsync(after.Run!.Value);
        Assert.Equal([first, first, second, second], model.AskedWith.Select(static asked => asked.Hash));
    }

    [Fact]
    public async Task A_prefix_that_is_in_the_container_needs_no_folder()
    {
        var storage = await azurite.NewAsync();
        var hash = Write("one");
        await storage.Prefixes.GetBlobClient("names/cardiology.json").UploadAsync(Path.Combine(_folder, "cardiology", "manifest.json"), Cancel);
        await storage.Prefixes.GetBlobClient($"{hash}/prefix.safetensors").UploadAsync(Path.Combine(_folder, "cardiology", "prefix.safetensors"), Cancel);
        var bench = new Bench(storage, new ScriptedModel(Fingerprint));

        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(await bench.StartAsync(2, "tuned/cases.csv"))).State);
        Assert.Equal([hash, hash], bench.Model.AskedWith.Select(static asked => asked.Hash));
    }

    [Fact]
    public async Task A_worker_that_cannot_get_the_prefix_leaves_the_batch_and_the_run_waits_with_the_reason_until_it_is_there()
    {
        var storage = await azurite.NewAsync();
        var hash = Write("one");
        var bench = new Bench(storage, new ScriptedModel(Fingerprint), prefixes: _folder);
        var run = await bench.StartAsync(2, "tuned/cases.csv");
        var blob = storage.Prefixes.GetBlobClient($"{hash}/prefix.safetensors");
        await blob.DeleteAsync(cancellationToken: Cancel);
        await bench.Advancer.AdvanceAsync(run, Cancel);

        Assert.Equal(BatchOutcome.OtherModel, await bench.AnswerNextAsync(Cancel));
        await bench.Advancer.AdvanceAsync(run, Cancel);

        var waiting = (await bench.Reader.GetAsync(run, Cancel))!;
        Assert.Equal(RunState.Waiting, waiting.State);
        Assert.Contains($"prefix cardiology is missing: the container {storage.Prefixes.Name} has no {hash}/prefix.safetensors", waiting.Reason, StringComparison.Ordinal);
        Assert.Empty(bench.Model.Asked);

        await blob.UploadAsync(Path.Combine(_folder, "cardiology", "prefix.safetensors"), Cancel);
        await bench.Worker.AnswerAsync(new BatchMessage { Run = run.ToString(), Batch = BatchId.First(0).ToString(), Sent = DateTimeOffset.UtcNow }, Cancel);
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(run)).State);
    }

    [Fact]
    public async Task A_prefix_that_is_missing_damaged_or_for_another_model_rejects_the_upload_with_a_sentence()
    {
        var bench = new Bench(await azurite.NewAsync(), new ScriptedModel(Fingerprint), prefixes: _folder);
        Assert.Contains("profile tuned uses the prefix 'cardiology', which does not exist", await RejectionAsync(1), StringComparison.Ordinal);

        Write("one", new string('e', 64));
        Assert.Equal(
            $"prefix cardiology was tuned for model scripted with fingerprint {new string('e', 64)}, and this model is scripted with fingerprint {Fingerprint}; use a prefix of this model, or the model that this one was tuned for.",
            await RejectionAsync(2));

        Write("one");
        await File.WriteAllTextAsync(Path.Combine(_folder, "cardiology", "prefix.safetensors"), "three", Cancel);
        Assert.Contains("prefix cardiology is damaged", await RejectionAsync(3), StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Combine(_folder, "cardiology", "manifest.json"), "{}", Cancel);
        Assert.Contains("it is not the JSON of a prefix's manifest", await RejectionAsync(4), StringComparison.Ordinal);

        Write("one", length: 4090);
        Assert.Contains("behind the 4090 virtual tokens of prefix cardiology, which leaves no room", await RejectionAsync(5), StringComparison.Ordinal);

        async Task<string> RejectionAsync(int questions)
        {
            var outcome = await bench.Splitter.OnUploadAsync("tuned/cases.csv", await bench.UploadAsync("tuned/cases.csv", Bench.Csv(questions)), Cancel);
            Assert.Equal(SplitResult.Rejected, outcome.Result);
            return outcome.Rejection!.Sentence;
        }
    }

    private string Write(string keyValues, string? fingerprint = null, int length = 20)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "cardiology")).FullName;
        var hash = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(keyValues)));
        File.WriteAllText(Path.Combine(folder, "prefix.safetensors"), keyValues);
        File.WriteAllText(Path.Combine(folder, "manifest.json"), $$"""{"format":1,"name":"anything","length":{{length}},"prefixHash":"{{hash}}","model":{"fingerprint":"{{fingerprint ?? Fingerprint}}","name":"scripted"},"layers":1,"keyValueHeads":1,"headSize":1,"hidden":1}""");
        return hash;
    }
}
