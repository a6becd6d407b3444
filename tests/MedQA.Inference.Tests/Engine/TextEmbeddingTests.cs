using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Models;
using MedQA.Inference.Prompts;
using MedQA.Inference.Tests.Sessions;
using MedQA.Inference.Tokenization;
using Microsoft.ML.OnnxRuntime;

namespace MedQA.Inference.Tests.Engine;

public sealed class TextEmbeddingTests
{
    private const string Text = "Which vitamin prevents scurvy, and which organ makes insulin?";

    private const int HiddenSize = 64;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("llama-genai", "/model/layers.2/final_norm_layernorm/output_0", "hidden_states")]
    [InlineData("qwen2-optimum", "/model/norm/Mul_1_output_0", "last_hidden_state")]
    public async Task An_embedding_is_the_mean_of_the_hidden_states_scaled_to_length_one(string model, string tensor, string name)
    {
        using var variant = TinyVariant.WithHiddenStates(model, tensor, name, HiddenSize);
        await using var loaded = await OnnxLanguageModel.LoadAsync(variant.Folder, new() { Threads = 1 }, Token);
        Assert.True(loaded.Description.GivesEmbeddings);
        Assert.True(OnnxLanguageModel.CanEmbed(ModelFolder.Open(variant.Folder)));

        var embedding = await loaded.Embedding!.EmbedAsync(Text, Token);

        var expected = Mean(variant.Folder, name);
        Assert.Equal(1, embedding.Sum(static number => (double)number * number), 1e-5);
        Assert.Equal(expected.Length, embedding.Length);
        Assert.All(expected.Zip(embedding), static pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public async Task The_same_text_has_the_same_embedding_whatever_came_between_and_samples_go_on_as_before()
    {
        using var variant = TinyVariant.WithHiddenStates("llama-packed", "/model/layers.2/final_norm_layernorm/output_0", "last_hidden_state", HiddenSize);
        await using var loaded = await OnnxLanguageModel.LoadAsync(variant.Folder, new() { Threads = 1 }, Token);
        await using var again = await OnnxLanguageModel.LoadAsync(variant.Folder, new() { Threads = 1 }, Token);
        var before = await SampleAsync(loaded);

        // Longer than a pass.
        var long1 = string.Join(' ', Enumerable.Repeat(Text, 30));
        var first = await loaded.Embedding!.EmbedAsync(long1, Token);
        var other = await loaded.Embedding.EmbedAsync(Text, Token);
        var after = await SampleAsync(loaded);

        Assert.Equal(before, after);
        Assert.NotEqual(first, other);
        Assert.Equal(other, await again.Embedding!.EmbedAsync(Text, Token));
        Assert.Equal(first, await again.Embedding.EmbedAsync(long1, Token));
    }

    [Fact]
    public async Task A_graph_without_that_output_gives_no_embeddings()
    {
        await using var model = await OnnxLanguageModel.LoadAsync(Repository.PathOf("models", "reasoner"), new() { Threads = 1 }, Token);
        Assert.False(model.Description.GivesEmbeddings);
        Assert.False(OnnxLanguageModel.CanEmbed(ModelFolder.Open(Repository.PathOf("models", "reasoner"))));
        Assert.Null(model.Embedding);
    }

    private static async Task<string[]> SampleAsync(OnnxLanguageModel model)
    {
        await using var prompt = await model.ReadAsync(new CompletionPrompt(Text, 0), Token);
        var samples = await prompt.SampleAsync(new SampleRequest { Count = 3, Temperature = 1, MaxTokens = 12, StreamKey = 7 }, Token);
        return [.. samples.Select(static sample => $"{string.Join(',', sample.Tokens)} {sample.LogLikelihood:R}")];
    }

    /// <summary>The same by a session of ONNX Runtime alone.</summary>
    private static double[] Mean(string folder, string output)
    {
        var files = ModelFolder.Open(folder, null);
        long[] ids = [.. new PromptEncoder(files, Tokenizer.Load(files), null).Encode(new CompletionPrompt(Text, 0)).Ids];
        using var session = new InferenceSession(Path.Combine(folder, "model.onnx"));
        var inputs = new Dictionary<string, OrtValue>();
        foreach (var (name, metadata) in session.InputMetadata)
        {
            inputs[name] = name switch
            {
                "input_ids" => OrtValue.CreateTensorValueFromMemory(ids, [1, ids.Length]),
                "attention_mask" => OrtValue.CreateTensorValueFromMemory(ids.Select(static _ => 1L).ToArray(), [1, ids.Length]),
                "position_ids" => OrtValue.CreateTensorValueFromMemory(Enumerable.Range(0, ids.Length).Select(static position => (long)position).ToArray(), [1, ids.Length]),
                _ => OrtValue.CreateTensorValueFromMemory(Array.Empty<float>(), [1, Stated(metadata.Dimensions[1], files.KeyValueHeads), 0, Stated(metadata.Dimensions[3], files.HeadSize)]),
            };
        }

        using var results = session.Run(new RunOptions(), inputs, [output]);
        var states = results[0].GetTensorDataAsSpan<float>().ToArray();
        var sums = Enumerable.Range(0, HiddenSize).Select(number => Enumerable.Range(0, ids.Length).Sum(token => (double)states[(token * HiddenSize) + number])).ToArray();
        var length = Math.Sqrt(sums.Sum(static sum => sum * sum));
        return [.. sums.Select(sum => sum / length)];

        static long Stated(int dimension, int? configured) => dimension > 0 ? dimension : configured!.Value;
    }
}
