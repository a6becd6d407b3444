using System.Text.Json;
using MedQA.Inference.Models;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Tests.Tokenization;

/// <summary>The ids and texts that Hugging Face's tokenizers gave for the same texts.</summary>
public sealed class TokenizerReferenceTests
{
    private static readonly Tokenizer Default = Load("smollm2-135m-instruct");

    public static TheoryData<string, string> TinyModels => new()
    {
        { "tiny/llama-genai", "llama" }, { "tiny/llama-packed", "llama" }, { "tiny/llama-optimum", "llama" },
        { "tiny/qwen2-optimum", "qwen2" }, { "tiny/gpt2-optimum", "gpt2" },
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
        for (var i = 0; i < results.Length; i++)
        {
            Assert.Equal(references[i * 7 % references.Count].Ids, results[i]);
        }
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

    /// <summary>Ids by Hugging Face's tokenizers 0.21: this folder's tokenizer has Qwen's own pattern, other than the one that the reference prompts were made with.</summary>
    [Fact]
    public void The_tiny_model_with_the_pattern_of_Qwen_cuts_single_digits()
    {
        var tokenizer = Load("tiny/qwen2-genai");
        Assert.Equal([35, 223, 20, 21, 15, 340, 15, 364, 548, 674, 304, 271, 488, 578, 286, 842, 16], tokenizer.Encode("A 23-year-old woman comes to the physician because of fever."));
        Assert.Equal([2, 283, 75], tokenizer.EncodeRecognizingSpecials("<|eos|> hi"));
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
