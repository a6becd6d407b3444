using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using MedQA.Evaluation;
using MedQA.Inference.Checking;
using MedQA.Inference.Tests.Models;
using MedQA.Inference.Tests.Sessions;

namespace MedQA.Inference.Tests.Checking;

public sealed class ReferenceCheckTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-references-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_right_conversion_passes()
    {
        Copy("models/tiny/llama.reference.json", "llama.reference.json");
        var progress = new Reports();

        var result = await CheckAsync("llama-optimum", new(), progress);

        Assert.True(result.Passed);
        Assert.Equal(("llama-optimum", "model.onnx"), (result.Model, result.Graph));
        Assert.Matches("^[0-9a-f]{64}$", result.Fingerprint);
        var file = Assert.Single(result.Files);
        Assert.Equal((ReferenceKind.Logits, ReferenceOutcome.Equal, 4, 4, 1.0), (file.Kind, file.Outcome, file.Items, file.Agreeing, file.Agreement));
        Assert.InRange(file.LargestDeviation!.Value, 0, 1e-4);
        Assert.Null(file.Note);
        Assert.Equal([new("llama.reference.json", 1, 4), new("llama.reference.json", 2, 4), new("llama.reference.json", 3, 4), new("llama.reference.json", 4, 4)], progress.All);
    }

    [Fact]
    public async Task A_corrupted_logit_fails_and_is_named()
    {
        Change("models/tiny/llama.reference.json", "llama.reference.json", static items => items[2]!["last_logits"]![17] = (double)items[2]!["last_logits"]![17]! + 0.01);

        var file = Assert.Single((await CheckAsync("llama-packed", new() { Tolerance = 1e-3 })).Files);

        Assert.Equal((ReferenceOutcome.Different, 4), (file.Outcome, file.Agreeing));
        Assert.Equal(0.01, file.LargestDeviation!.Value, 1e-4);
        Assert.StartsWith("prompt 3: a logit deviates by 0.01", file.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_corrupted_greedy_token_fails_and_is_named()
    {
        Change("models/tiny/llama.reference.json", "llama.reference.json", static items => items[1]!["greedy"]![5] = 3);

        var result = await CheckAsync("llama-packed", new());

        Assert.False(result.Passed);
        Assert.Equal((ReferenceOutcome.Different, 4, 3, "prompt 2: greedy token 6 of 32 differs"), (result.Files[0].Outcome, result.Files[0].Items, result.Files[0].Agreeing, result.Files[0].Note));
    }

    [Fact]
    public async Task A_graph_that_is_right_for_a_prompt_alone_but_not_in_a_batch_of_several_fails()
    {
        Copy("models/tiny/llama.reference.json", "llama.reference.json");
        using var variant = TinyVariant.WithDeafMask("llama-optimum");

        var result = await ReferenceCheck.RunAsync(variant.Folder, new(), _folder, new(), null, TestContext.Current.CancellationToken);

        Assert.False(result.Passed);
        Assert.InRange(result.Files[0].LargestDeviation!.Value, 0, 1e-4);
        Assert.Matches(@"^prompt \d: in a batch with the other prompts, greedy token \d+ of 32 differs$", result.Files[0].Note!);
    }

    [Fact]
    public async Task Another_models_references_fail()
    {
        Copy("models/tiny/qwen2.reference.json", "qwen2.reference.json");
        var result = await CheckAsync("llama-packed", new() { Limit = 2 });
        Assert.False(result.Passed);
        Assert.Equal((2, 0), (result.Files[0].Items, result.Files[0].Agreeing));
    }

    [Fact]
    public async Task Tokens_are_compared_one_text_at_a_time()
    {
        // The tiny model's own texts: right, but for one id and one decoded text.
        File.WriteAllText(Path.Combine(_folder, "tokens.json"), """
            [{"text": "A 23-", "ids": [35, 359, 21, 15], "decoded": "A 23-"},
             {"text": "A 23-", "ids": [35, 359, 22, 15], "decoded": "A 24-"},
             {"text": "A 23-", "ids": [35, 359, 21, 15], "decoded": "A 23"}]
            """);
        var file = Assert.Single((await CheckAsync("llama-packed", new())).Files);
        Assert.Equal((ReferenceKind.Tokens, ReferenceOutcome.Different, 3, 1, "text 2: token 3 differs"), (file.Kind, file.Outcome, file.Items, file.Agreeing, file.Note));
        Assert.Null(file.LargestDeviation);
    }

    [Fact]
    public async Task Log_likelihoods_in_a_subfolder_are_compared_with_their_accuracies()
    {
        // What the engine itself gives for the tiny model, taken over from the logits of its reference; then one number is corrupted.
        var reference = JsonNode.Parse(File.ReadAllBytes(Repository.PathOf("models", "tiny", "llama.reference.json")))![0]!;
        var logits = reference["last_logits"]!.AsArray().Select(static logit => (double)logit!).ToArray();
        var normalizer = Math.Log(logits.Sum(Math.Exp));
        double Of(int id) => logits[id] - normalizer;
        Directory.CreateDirectory(Path.Combine(_folder, "loglikelihood"));
        // "A" is token 35 and "B" token 36 of the tiny vocabulary.
        var (a, b) = (Of(35), Of(36));
        string Row(string id, double first, double second, int acc) => new JsonObject
        {
            ["id"] = id,
            ["prompt"] = (string)reference["prompt"]!,
            ["continuations"] = new JsonArray("A", "B"),
            ["log_likelihoods"] = new JsonArray(first, second),
            ["acc"] = acc,
            ["acc_norm"] = acc,
            ["target"] = "A",
        }.ToJsonString();
        var right = a > b ? 1 : 0;
        File.WriteAllLines(Path.Combine(_folder, "loglikelihood", "a.jsonl"), [Row("one", a, b, right), Row("two", a, b, right)]);
        File.WriteAllLines(Path.Combine(_folder, "loglikelihood", "b.jsonl"), [Row("one", a, b, right), Row("two", a, b - 0.5, right)]);

        var result = await CheckAsync("llama-optimum", new());

        Assert.Equal(["loglikelihood/a.jsonl", "loglikelihood/b.jsonl"], result.Files.Select(static file => file.File));
        Assert.Equal((ReferenceOutcome.Equal, 2, 2), (result.Files[0].Outcome, result.Files[0].Items, result.Files[0].Agreeing));
        Assert.InRange(result.Files[0].LargestDeviation!.Value, 0, 1e-4);
        Assert.Equal(new ReferenceAccuracy(right, right, right, right), result.Files[0].Accuracy);
        Assert.Equal(ReferenceOutcome.Different, result.Files[1].Outcome);
        Assert.Equal(0.5, result.Files[1].LargestDeviation!.Value, 1e-3);
        Assert.StartsWith("two: a log-likelihood deviates by 0.5", result.Files[1].Note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ messages[0].content }}", ReferenceOutcome.Equal, null)]
    [InlineData("{{ messages[0].content ~ '!' }}", ReferenceOutcome.Different, "first: the rendered chat differs from character 61 on")]
    [InlineData("{{ raise_exception('no') }}", ReferenceOutcome.Different, "first: the chat template refuses it: no")]
    public async Task Chats_are_compared_as_rendered_as_ids_and_as_greedy_tokens(string template, ReferenceOutcome outcome, string? note)
    {
        // A template that writes nothing but the message: what the reference says of the prompt it says of the chat.
        using var model = ModelCopy.Of("tiny/llama-optimum").With("chat_template.jinja", template);
        Change("models/tiny/llama.reference.json", "greedy.json", static items =>
        {
            foreach (var item in items)
            {
                item!["id"] = item == items[0] ? "first" : "other";
                item["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = (string)item["prompt"]! });
                item["rendered"] = (string)item["prompt"]!;
            }
        });

        var result = await ReferenceCheck.RunAsync(model.Path, new(), _folder, new() { Limit = 3 }, null, TestContext.Current.CancellationToken);

        var file = Assert.Single(result.Files);
        Assert.Equal((ReferenceKind.Chats, outcome, 3, note), (file.Kind, file.Outcome, file.Items, file.Note));
        Assert.Equal(outcome == ReferenceOutcome.Equal ? 3 : 0, file.Agreeing);
        if (outcome == ReferenceOutcome.Equal)
        {
            Assert.InRange(file.LargestDeviation!.Value, 0, 1e-4);
        }
    }

    [Fact]
    public async Task Files_that_cannot_be_compared_are_listed_with_the_reason()
    {
        foreach (var name in (string[])["statistics.json", "reasoner.json", "greedy.json", "README.md"])
        {
            Copy("tests/references/" + name, name);
        }

        ChangeSoftPrompt(static reference => reference["soft_prompt_length"] = 7);
        File.WriteAllText(Path.Combine(_folder, "other.json"), """{"a": 1}""");
        File.WriteAllText(Path.Combine(_folder, "notes.txt"), "x");
        File.WriteAllText(Path.Combine(_folder, "torn.json"), """[{"text": "a", "ids": [1""");
        File.WriteAllText(Path.Combine(_folder, "half.json"), """[{"text": "a", "ids": [1], "decoded": "a"}, {"text": "b"}]""");

        var result = await CheckAsync("llama-packed", new());

        Assert.False(result.Passed);
        Assert.Equal(
            ["greedy.json NotChecked", "half.json Damaged", "notes.txt NotUnderstood", "other.json NotUnderstood", "prompt_tuning.json NotChecked", "reasoner.json NotChecked", "statistics.json NotChecked", "torn.json Damaged"],
            result.Files.Select(static file => $"{file.File} {file.Outcome}"));
        Assert.Contains("no chat template", result.Files[0].Note, StringComparison.Ordinal);
        Assert.Contains("$[1]", result.Files[1].Note, StringComparison.Ordinal);
        Assert.Contains("of another model", result.Files[4].Note, StringComparison.Ordinal);
        Assert.Contains("cut off", result.Files[7].Note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama-packed")]
    [InlineData("llama-genai")]
    [InlineData("llama-optimum")]
    public async Task What_follows_a_soft_prompt_is_compared_and_what_needs_training_is_said_not_to_be(string model)
    {
        Copy("tests/references/prompt_tuning.json", "prompt_tuning.json");

        var file = Assert.Single((await CheckAsync(model, new())).Files);

        Assert.Equal((ReferenceKind.SoftPrompt, ReferenceOutcome.Equal, 1, 1), (file.Kind, file.Outcome, file.Items, file.Agreeing));
        Assert.InRange(file.LargestDeviation!.Value, 0, 1e-4);
        Assert.Contains("what needs training (gradient, losses, the tuned prompt, and that it leaves this cache) is not", file.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_soft_prompt_with_another_cache_logit_or_token_fails()
    {
        ChangeSoftPrompt(static reference => reference["prefix_cache"]![1]![1]![3] = 9.5);
        Assert.Equal(ReferenceOutcome.Different, Assert.Single((await CheckAsync("llama-packed", new())).Files).Outcome);

        ChangeSoftPrompt(static reference => reference["last_logits"]![5] = 9.5);
        Assert.StartsWith("the prompt after the prefix: a logit deviates by", Assert.Single((await CheckAsync("llama-packed", new())).Files).Note, StringComparison.Ordinal);

        ChangeSoftPrompt(static reference => reference["greedy"]![2] = 9);
        Assert.StartsWith("the prompt after the prefix: greedy token 3 of 12 differs", Assert.Single((await CheckAsync("llama-packed", new())).Files).Note, StringComparison.Ordinal);

        ChangeSoftPrompt(static reference => reference["prefix_cache"]![1]![1]!.AsArray().RemoveAt(0));
        Assert.Equal(ReferenceOutcome.Damaged, Assert.Single((await CheckAsync("llama-packed", new())).Files).Outcome);
    }

    [Fact]
    public async Task A_folder_without_references_is_no_pass()
    {
        Assert.False((await CheckAsync("llama-packed", new())).Passed);
        var missing = await Assert.ThrowsAsync<InputException>(() => ReferenceCheck.RunAsync(
            Repository.PathOf("models", "tiny", "llama-packed"), new(), Path.Combine(_folder, "none"), new(), null, TestContext.Current.CancellationToken));
        Assert.Contains("there is no such folder or file of references", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_out_of_range_are_named()
    {
        Assert.Contains("Limit is 0", (await Assert.ThrowsAsync<ArgumentException>(() => CheckAsync("llama-packed", new() { Limit = 0 }))).Message, StringComparison.Ordinal);
        Assert.Contains("Tolerance is NaN", (await Assert.ThrowsAsync<ArgumentException>(() => CheckAsync("llama-packed", new() { Tolerance = double.NaN }))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<UnusableException>(() => ReferenceCheck.RunAsync(Path.Combine(_folder, "none"), new(), _folder, new(), null, TestContext.Current.CancellationToken));
    }

    private Task<ReferenceCheckResult> CheckAsync(string model, ReferenceCheckOptions options, IProgress<ReferenceCheckProgress>? progress = null) =>
        ReferenceCheck.RunAsync(Repository.PathOf("models", "tiny", model), new(), _folder, options, progress, TestContext.Current.CancellationToken);

    private void Copy(string from, string to) => File.WriteAllBytes(Path.Combine(_folder, to), File.ReadAllBytes(Repository.PathOf(from)));

    private void ChangeSoftPrompt(Action<JsonNode> change)
    {
        var reference = JsonNode.Parse(File.ReadAllBytes(Repository.PathOf("tests/references/prompt_tuning.json")))!;
        change(reference);
        File.WriteAllText(Path.Combine(_folder, "prompt_tuning.json"), reference.ToJsonString());
    }

    private void Change(string from, string to, Action<JsonArray> change)
    {
        var items = JsonNode.Parse(File.ReadAllBytes(Repository.PathOf(from)))!.AsArray();
        change(items);
        File.WriteAllText(Path.Combine(_folder, to), items.ToJsonString());
    }

    private sealed class Reports : IProgress<ReferenceCheckProgress>
    {
        public ConcurrentQueue<ReferenceCheckProgress> All { get; } = [];

        public void Report(ReferenceCheckProgress value) => All.Enqueue(value);
    }
}
