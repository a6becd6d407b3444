using System.Text.Json;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Decoding;
using MedQA.Inference.Scoring;
using MedQA.Inference.SoftPrompts;
using MedQA.Inference.Tests.Engine;
using MedQA.Inference.Tests.Sessions;

namespace MedQA.Inference.Tests.SoftPrompts;

/// <summary>A prefix stands in front of everything, in the graph as it is, for every layout of cache.</summary>
public class PrefixedPromptTests
{
    private static readonly int[] Begin = [35, 305, 281, 327, 617, 315, 292, 421, 82];
    private static readonly int[] Rest = [325, 631, 286, 271, 278, 337, 557, 300, 270, 317, 424, 299];

    public static TheoryData<string> Layouts => ["llama-packed", "llama-genai", "llama-optimum", "qwen2-genai", "qwen2-optimum", "gpt2-optimum"];

    [Theory]
    [InlineData("llama-packed", 1e-4)]
    [InlineData("llama-genai", 1e-4)]
    [InlineData("llama-optimum", 1e-4)]
    public async Task Logits_and_greedy_tokens_behind_a_tuned_prefix_are_the_references(string model, double tolerance)
    {
        using var loaded = LoadedModel.Tiny(model);

        await AssertReferenceAsync(loaded, tolerance);
    }

    [Theory]
    [InlineData("llama-packed")]
    [InlineData("llama-genai")]
    [InlineData("llama-optimum")]
    public async Task Logits_and_greedy_tokens_behind_a_tuned_prefix_are_the_references_in_half_precision(string model)
    {
        using var variant = model == "llama-optimum" ? TinyVariant.WithHalfCache(model) : TinyVariant.WithHalfAttention(model);
        using var loaded = new LoadedModel(variant.Folder);

        await AssertReferenceAsync(loaded, 5e-3);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task A_prefix_of_real_tokens_gives_the_bits_of_those_tokens(string model)
    {
        using var loaded = LoadedModel.Tiny(model);

        await AssertSameAsPromptAsync(loaded, Begin, Rest);
    }

    [Fact]
    public async Task A_prefix_of_real_tokens_gives_the_bits_of_those_tokens_with_caches_of_half_precision()
    {
        using var shared = TinyVariant.WithHalfAttention("llama-packed");
        using var loaded = new LoadedModel(shared.Folder);
        await AssertSameAsPromptAsync(loaded, Begin, Rest);

        using var growing = TinyVariant.WithHalfCache("llama-optimum");
        using var other = new LoadedModel(growing.Folder);
        await AssertSameAsPromptAsync(other, Begin, Rest);
    }

    [LongFact]
    public async Task A_prefix_of_real_tokens_gives_the_bits_of_those_tokens_in_the_default_models_exact_graph()
    {
        using var loaded = LoadedModel.Default(new() { Graph = "model.exact.onnx" });
        var ids = ReferenceCase.Of("tests", "references", "greedy.json")[0].InputIds;

        await AssertSameAsPromptAsync(loaded, ids[..40], ids[40..100]);
    }

    [Fact]
    public async Task What_questions_share_behind_a_prefix_is_kept_for_that_prefix_alone()
    {
        using var loaded = LoadedModel.Tiny("llama-packed");
        int[] other = [.. Begin.Select(static id => id + 1)];
        var (first, second) = (loaded.Engine.Admit("first", RealTokens.CacheOf(loaded, Begin)), loaded.Engine.Admit("second", RealTokens.CacheOf(loaded, other)));

        foreach (var (prefix, tokens) in new[] { (first, Begin), (second, other), (first, Begin), (second, other) })
        {
            await using var read = await loaded.Engine.ReadAsync(Rest, 5, TestContext.Current.CancellationToken, prefix);
            await using var plain = await loaded.Engine.ReadAsync([.. tokens, .. Rest], 0, TestContext.Current.CancellationToken);

            Assert.True(Deviation(plain, read) < 1e-5);
        }

        await using var none = await loaded.Engine.ReadAsync(Rest, 5, TestContext.Current.CancellationToken);
        await using var alone = await loaded.Engine.ReadAsync(Rest, 0, TestContext.Current.CancellationToken);
        Assert.True(Deviation(alone, none) < 1e-5);
        Assert.Equal(first.Id, loaded.Engine.Admit("first", first.KeyValues).Id);
    }

    [Fact]
    public async Task A_prompt_behind_a_prefix_may_be_a_single_token()
    {
        using var loaded = LoadedModel.Tiny("llama-genai");
        await using var read = await loaded.Engine.ReadAsync([Rest[0]], 0, TestContext.Current.CancellationToken, loaded.Engine.Admit("p", RealTokens.CacheOf(loaded, Begin)));
        await using var plain = await loaded.Engine.ReadAsync([.. Begin, Rest[0]], 0, TestContext.Current.CancellationToken);

        Assert.True(Deviation(plain, read) < 1e-5);
    }

    [Fact]
    public async Task The_virtual_tokens_count_against_the_context()
    {
        using var loaded = LoadedModel.Tiny("llama-packed");
        var prefix = loaded.Engine.Admit("p", RealTokens.CacheOf(loaded, Begin));
        var room = loaded.Engine.ContextLength - Begin.Length;

        await using var full = await loaded.Engine.ReadAsync([.. Enumerable.Repeat(5, room)], 0, TestContext.Current.CancellationToken, prefix);
        var tooLong = await Assert.ThrowsAsync<ContextOverflowException>(() => loaded.Engine.ReadAsync([.. Enumerable.Repeat(5, room + 1)], 0, TestContext.Current.CancellationToken, prefix));
        var tooMany = await Assert.ThrowsAsync<ContextOverflowException>(() => loaded.Engine.SampleAsync(full, LoadedModel.Greedy(1, 1), TestContext.Current.CancellationToken));

        Assert.StartsWith($"The prompt has {loaded.Engine.ContextLength + 1} tokens", tooLong.Message, StringComparison.Ordinal);
        Assert.StartsWith($"The prompt has {loaded.Engine.ContextLength} tokens and 1 more", tooMany.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prefix_of_another_shape_or_longer_than_the_context_is_refused()
    {
        using var loaded = LoadedModel.Tiny("llama-packed");

        var shape = Assert.Throws<UnusableException>(() => loaded.Engine.Admit("p", new(3, 3, 16, [.. Enumerable.Range(0, 4).Select(static _ => new float[144])])));
        Assert.Contains("it has 2 layers, 3 key/value heads and heads of 16 numbers; the model has 2, 2 and 16", shape.Message, StringComparison.Ordinal);
        Assert.Contains("its 512 virtual tokens leave no room", Assert.Throws<UnusableException>(() => loaded.Engine.Admit("p", new(512, 2, 16, [.. Enumerable.Range(0, 4).Select(static _ => new float[512 * 32])]))).Message, StringComparison.Ordinal);
    }

    private static async Task AssertReferenceAsync(LoadedModel loaded, double tolerance)
    {
        using var reference = JsonDocument.Parse(await File.ReadAllBytesAsync(Repository.PathOf("tests", "references", "prompt_tuning.json"), TestContext.Current.CancellationToken));
        var root = reference.RootElement;
        SoftPromptKeyValues keyValues = new(8, 2, 16, [.. root.GetProperty("prefix_cache").EnumerateArray().SelectMany(static layer => layer.EnumerateArray()).Select(static tensor => tensor.Deserialize<float[]>()!)]);
        var (expected, greedy) = (root.GetProperty("last_logits").Deserialize<float[]>()!, root.GetProperty("greedy").Deserialize<int[]>()!);

        await using var prompt = await loaded.Engine.ReadAsync(root.GetProperty("prompt_after_prefix").Deserialize<int[]>()!, 0, TestContext.Current.CancellationToken, loaded.Engine.Admit("p", keyValues));

        Assert.True(Enumerable.Range(0, expected.Length).Max(id => Math.Abs(prompt.Logits[id] - expected[id])) < tolerance);
        foreach (var plan in Plans(loaded, 3))
        {
            var samples = await loaded.Engine.SampleAsync(prompt, plan, LoadedModel.Greedy(3, greedy.Length), TestContext.Current.CancellationToken);
            Assert.All(samples, sample => Assert.Equal(greedy, sample.Tokens));
        }
    }

    /// <summary>Whatever is asked of a prompt behind the cache of real tokens has the bits that it has where those tokens stand in the prompt, read in a pass of their own as shared ones are.</summary>
    private static async Task AssertSameAsPromptAsync(LoadedModel loaded, int[] begin, int[] rest)
    {
        var engine = loaded.Engine;
        await using var plain = await engine.ReadAsync([.. begin, .. rest], begin.Length, TestContext.Current.CancellationToken);
        await using var prefixed = await engine.ReadAsync(rest, 0, TestContext.Current.CancellationToken, engine.Admit("p", RealTokens.CacheOf(loaded, begin)));
        Assert.True(plain.Logits.SequenceEqual(prefixed.Logits));

        var request = new SampleRequest { Count = 5, Temperature = 0.7, MaxTokens = 8, StreamKey = 3 };
        foreach (var plan in Plans(loaded, 5))
        {
            var (expected, got) = (await engine.SampleAsync(plain, plan, request, TestContext.Current.CancellationToken), await engine.SampleAsync(prefixed, plan, request, TestContext.Current.CancellationToken));
            for (var index = 0; index < expected.Length; index++)
            {
                Assert.Equal(expected[index].Tokens, got[index].Tokens);
                Assert.Equal(expected[index].LogLikelihood, got[index].LogLikelihood);
            }
        }

        int[][] continuations = [[7, 8, 9], [7, 8, 10], [11], [.. Enumerable.Range(20, 300).Select(static id => id)]];
        foreach (var back in (int[])[0, 2])
        {
            var (wanted, given) = (await ScoreAsync(plain), await ScoreAsync(prefixed));
            Assert.Equal(wanted, given);

            // Where the context ends before the prompt does, its last tokens are read again: as a tokenizer may want it that joins them with the continuation.
            Task<ContinuationScore[]> ScoreAsync(ReadTokens read) =>
                engine.ScoreAsync(read, [.. continuations.Select(continuation => new ScoredSequence([.. read.Virtual, .. read == plain ? begin : [], .. rest[..^back]], continuation))], TestContext.Current.CancellationToken);
        }

        var together = (await TogetherAsync(plain), await TogetherAsync(prefixed));
        Assert.Equal(together.Item1, together.Item2);

        async Task<IEnumerable<int>> TogetherAsync(ReadTokens read)
        {
            if (!engine.CanBatchPrompts)
            {
                return [];
            }

            await using var shorter = await engine.ReadAsync(rest[..5], 0, TestContext.Current.CancellationToken);
            return (await engine.SampleTogetherAsync([(read, LoadedModel.Greedy(1, 4)), (shorter, LoadedModel.Greedy(1, 4))], TestContext.Current.CancellationToken)).SelectMany(static sample => sample.Tokens);
        }
    }

    private static SamplePlan[] Plans(LoadedModel loaded, int samples) => [new(false, [samples]), .. loaded.Engine.CanPack ? [new SamplePlan(true, [samples - 1, 1])] : Array.Empty<SamplePlan>()];

    private static double Deviation(ReadTokens one, ReadTokens other) => Enumerable.Range(0, one.Logits.Length).Max(id => Math.Abs(one.Logits[id] - other.Logits[id]));
}
