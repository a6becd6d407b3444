using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Caching;
using MedQA.Inference.Decoding;
using MedQA.Inference.Models;
using MedQA.Inference.Scoring;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Tests.Engine;

/// <summary>Every layout of cache gives what transformers gives, in fp32.</summary>
public class TinyModelReferenceTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string, string> Models => new()
    {
        { "llama-packed", "llama" },
        { "llama-genai", "llama" },
        { "llama-optimum", "llama" },
        { "qwen2-genai", "qwen2" },
        { "qwen2-optimum", "qwen2" },
        { "gpt2-optimum", "gpt2" },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Logits_after_a_prompt_are_the_references(string model, string reference)
    {
        using var loaded = LoadedModel.Tiny(model);
        foreach (var expected in ReferenceCase.Of("models", "tiny", $"{reference}.reference.json"))
        {
            await using var prompt = await loaded.Engine.ReadAsync(expected.InputIds, 0, TestContext.Current.CancellationToken);

            Assert.Equal(expected.LastLogits.Length, prompt.Logits.Length);
            Assert.True(Enumerable.Range(0, prompt.Logits.Length).Max(id => Math.Abs(prompt.Logits[id] - expected.LastLogits[id])) < Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Logits_are_the_references_when_the_prompt_begins_with_a_kept_prefix(string model, string reference)
    {
        using var loaded = LoadedModel.Tiny(model);
        foreach (var expected in ReferenceCase.Of("models", "tiny", $"{reference}.reference.json").Where(static item => item.InputIds.Length >= 8))
        {
            await using var cold = await loaded.Engine.ReadAsync(expected.InputIds, 5, TestContext.Current.CancellationToken);
            await using var warm = await loaded.Engine.ReadAsync(expected.InputIds, 5, TestContext.Current.CancellationToken);

            Assert.True(cold.Logits.SequenceEqual(warm.Logits));
            Assert.True(Enumerable.Range(0, warm.Logits.Length).Max(id => Math.Abs(warm.Logits[id] - expected.LastLogits[id])) < Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Greedy_tokens_are_the_references_alone_and_as_many_samples(string model, string reference)
    {
        using var loaded = LoadedModel.Tiny(model);
        foreach (var expected in ReferenceCase.Of("models", "tiny", $"{reference}.reference.json"))
        {
            await using var prompt = await loaded.Engine.ReadAsync(expected.InputIds, 0, TestContext.Current.CancellationToken);
            SamplePlan[] plans =
            [
                new(false, [1, 3]),
                .. loaded.Engine.CanPack ? [new SamplePlan(true, [3, 1])] : Array.Empty<SamplePlan>(),
            ];
            foreach (var plan in plans)
            {
                var samples = await loaded.Engine.SampleAsync(prompt, plan, LoadedModel.Greedy(4, expected.Greedy.Length), TestContext.Current.CancellationToken);

                Assert.All(samples, sample =>
                {
                    Assert.Equal(expected.Greedy, sample.Tokens);
                    Assert.Equal(expected.GreedyLogProbabilities.Sum(), sample.LogLikelihood, expected.Greedy.Length * Tolerance);
                    Assert.Equal(SampleEnd.MaxTokens, sample.End);
                });
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Logits_of_prompts_of_different_length_in_one_batch_are_the_references(string model, string reference)
    {
        using var session = DecoderSession.Open(ModelFolder.Open(Repository.PathOf("models", "tiny", model), null), new() { Threads = 1 });
        using var prefixes = new PrefixCaches(session, 0);
        var expected = ReferenceCase.Of("models", "tiny", $"{reference}.reference.json").Where(static item => item.InputIds.Length > 1).ToList();
        Assert.True(expected.Select(static item => item.InputIds.Length).Distinct().Count() > 2, "The prompts differ in length.");
        var prompts = expected.ConvertAll(item =>
        {
            var cache = session.CreateCache();
            cache.Reshape(1, item.InputIds.Length);
            new PromptReader(session, prefixes).Read(cache, item.InputIds.AsSpan()[..^1], 0, TestContext.Current.CancellationToken);
            return cache;
        });
        using var rows = session.CreateCache();
        rows.Reshape(prompts.Count, prompts.Max(static prompt => prompt.Length) + 1);
        rows.Fill(prompts);

        var batch = new RowBatch(session, rows, [.. prompts.Select(static prompt => prompt.Length)]);
        batch.Step([.. Enumerable.Range(0, prompts.Count)], [.. expected.Select(static item => item.InputIds[^1])]);

        for (var index = 0; index < expected.Count; index++)
        {
            var logits = batch.LogitsOf(index).ToArray();
            Assert.True(expected[index].LastLogits.Zip(logits, static (wanted, got) => Math.Abs(wanted - got)).Max() < Tolerance);
        }

        prompts.ForEach(static prompt => prompt.Dispose());
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Greedy_tokens_of_prompts_of_different_length_in_one_batch_are_the_references_as_each_leaves_in_its_time(string model, string reference)
    {
        using var loaded = LoadedModel.Tiny(model);
        var expected = ReferenceCase.Of("models", "tiny", $"{reference}.reference.json");
        var prompts = new List<(ReadTokens Prompt, SampleRequest Request)>();
        foreach (var item in expected)
        {
            prompts.Add((await loaded.Engine.ReadAsync(item.InputIds, 0, TestContext.Current.CancellationToken), LoadedModel.Greedy(1, item.Greedy.Length - (5 * prompts.Count % 17))));
        }

        var samples = await loaded.Engine.SampleTogetherAsync(prompts, TestContext.Current.CancellationToken);

        Assert.Equal(expected.Length, samples.Length);
        for (var index = 0; index < samples.Length; index++)
        {
            var length = prompts[index].Request.MaxTokens;
            Assert.Equal(expected[index].Greedy[..length], samples[index].Tokens);
            Assert.Equal(expected[index].GreedyLogProbabilities[..length].Sum(), samples[index].LogLikelihood, length * Tolerance);
            await prompts[index].Prompt.DisposeAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Scores_of_continuations_are_the_references(string model, string reference)
    {
        using var loaded = LoadedModel.Tiny(model);
        foreach (var expected in ReferenceCase.Of("models", "tiny", $"{reference}.reference.json"))
        {
            await using var prompt = await loaded.Engine.ReadAsync(expected.InputIds, 0, TestContext.Current.CancellationToken);
            var half = expected.Greedy.Length / 2;
            int[] other = [.. expected.Greedy[..half], (expected.Greedy[half] + 1) % 1024, 7];
            ScoredSequence[] sequences =
            [
                new(expected.InputIds, expected.Greedy),
                new([.. expected.InputIds, .. expected.Greedy[..half]], expected.Greedy[half..]),
                new(expected.InputIds, other),
                new(expected.InputIds, expected.Greedy[..1]),
                new(expected.InputIds[..^2], [.. expected.InputIds[^2..], .. expected.Greedy[..3]]),
            ];

            var scores = await loaded.Engine.ScoreAsync(prompt, sequences, TestContext.Current.CancellationToken);

            Assert.Equal(expected.GreedyLogProbabilities.Sum(), scores[0].LogLikelihood, expected.Greedy.Length * Tolerance);
            Assert.Equal(expected.GreedyLogProbabilities[half..].Sum(), scores[1].LogLikelihood, expected.Greedy.Length * Tolerance);
            Assert.Equal(expected.GreedyLogProbabilities[0], scores[3].LogLikelihood, Tolerance);
            Assert.Equal([true, true, false, true], scores[..4].Select(static score => score.IsGreedy));
            Assert.Equal([expected.Greedy.Length, expected.Greedy.Length - half, other.Length, 1, 5], scores.Select(static score => score.Tokens));

            // The prompt read without its last two tokens gives the fifth score another way.
            await using var shorter = await loaded.Engine.ReadAsync(expected.InputIds[..^2], 0, TestContext.Current.CancellationToken);
            var again = await loaded.Engine.ScoreAsync(shorter, [sequences[4]], TestContext.Current.CancellationToken);
            Assert.Equal(again[0].LogLikelihood, scores[4].LogLikelihood, 5 * Tolerance);

            // And scoring leaves the prompt as it was.
            var samples = await loaded.Engine.SampleAsync(prompt, LoadedModel.Greedy(1, expected.Greedy.Length), TestContext.Current.CancellationToken);
            Assert.Equal(expected.Greedy, samples[0].Tokens);
        }
    }
}
