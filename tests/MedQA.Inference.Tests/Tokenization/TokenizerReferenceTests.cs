using System.Text.Json;
using MedQA.Inference.Models;
using MedQA.Inference.Tokenization;
using MedQA.Tests;

namespace MedQA.Inference.Tests.Tokenization;

/// <summary>The ids and texts that Hugging Face's tokenizers gave for the same texts.</summary>
public sealed class TokenizerReferenceTests
{
    private static readonly Tokenizer Default = Load("smollm2-135m-instruct");

    public static TheoryData<string, string> TinyModels => new()
    {
        { "tiny/llama-genai", "llama" }, { "tiny/llama-packed", "llama" }, { "tiny/llama-optimum", "llama" },
        { "tiny/qwen2-genai", "qwen2" }, { "tiny/qwen2-optimum", "qwen2" }, { "tiny/gpt2-optimum", "gpt2" },
    };

    [Fact]
    public void Every_reference_text_has_the_reference_ids()
    {
        var references = References();
        Assert.Equal(191, references.Count);
        Assert.All(references, static reference => Assert.Equal(reference.Ids, Default.EncodeRecognizingSpecials(reference.Text)));
    }

    [Fact]
    public void Every_reference_decodes_to_the_reference_text() =>
        Assert.All(References(), static reference => Assert.Equal(reference.Decoded, Default.Decode(reference.Ids, skipSpecial: false)));

    [Fact]
    public void Texts_without_special_tokens_have_the_same_ids_under_both_rules() =>
        Assert.All(References().Where(static reference => !reference.Text.Contains("<|", StringComparison.Ordinal)), static reference => Assert.Equal(reference.Ids, Default.Encode(reference.Text)));

    [Fact]
    public void Eight_threads_at_once_get_the_same_ids_from_a_fresh_tokenizer()
    {
        var references = References();
        var tokenizer = Load("smollm2-135m-instruct");
        var results = new int[8 * references.Count][];
        Parallel.For(0, results.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => results[i] = tokenizer.EncodeRecognizingSpecials(references[i * 7 % references.Count].Text));
        for (var i = 0; i < results.Length; i++) Assert.Equal(references[i * 7 % references.Count].Ids, results[i]);
    }

    [Theory]
    [MemberData(nameof(TinyModels))]
    public void Tiny_models_tokenize_their_reference_prompts(string model, string reference)
    {
        var tokenizer = Load(model);
        using var file = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("models", "tiny", reference + ".reference.json")));
        foreach (var item in file.RootElement.EnumerateArray())
        {
            var ids = item.GetProperty("input_ids").EnumerateArray().Select(static id => id.GetInt32()).ToArray();
            var prompt = item.GetProperty("prompt").GetString()!;
            Assert.Equal(ids, tokenizer.Encode(prompt));
            Assert.Equal(prompt, tokenizer.Decode(ids, skipSpecial: true));
        }
    }

    private static Tokenizer Load(string model) => Tokenizer.Load(ModelFolder.Open(Repository.PathOf("models", model)));

    private static List<(string Text, int[] Ids, string Decoded)> References()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("tests", "references", "tokens.json")));
        return [.. file.RootElement.EnumerateArray().Select(static item => (
            item.GetProperty("text").GetString()!,
            item.GetProperty("ids").EnumerateArray().Select(static id => id.GetInt32()).ToArray(),
            item.GetProperty("decoded").GetString()!))];
    }
}
