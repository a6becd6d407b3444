using System.Text.Json;
using System.Text.Json.Nodes;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Tests.Tokenization;

/// <summary>
/// Other families of tokenizers, made by changing the default model's: the patterns of Llama 3, Qwen, o200k, cl100k and DeepSeek, every behaviour of
/// Split, added tokens of all kinds, and byte fallback as in Llama 2, Gemma and Mistral. Expected ids and texts are those of Hugging Face's tokenizers.
/// </summary>
public sealed class TokenizerFamilyTests
{
    private static readonly JsonNode Families = JsonNode.Parse(File.ReadAllBytes(Repository.PathOf("tests", "MedQA.Inference.Tests", "Tokenization", "families.json")))!;
    private static readonly byte[] Default = File.ReadAllBytes(Repository.PathOf("models", "smollm2-135m-instruct", "tokenizer.json"));

    public static TheoryData<string> Names => [.. Families["families"]!.AsObject().Select(static family => family.Key)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Ids_and_texts_are_those_of_Hugging_Face(string family)
    {
        var expected = Families["families"]![family]!;
        var tokenizer = Read(expected["patch"]!);
        var texts = Families["texts"]!.AsArray();
        for (var i = 0; i < texts.Count; i++)
        {
            var text = (string)texts[i]!;
            var ids = expected["ids"]![i]!.AsArray().Select(static id => (int)id!).ToArray();
            Assert.Equal(ids, tokenizer.EncodeRecognizingSpecials(text));
            Assert.Equal((string?)expected["decoded"]![i] ?? text, tokenizer.Decode(ids, skipSpecial: false));
        }
    }

    private static Tokenizer Read(JsonNode patch)
    {
        var file = JsonNode.Parse(Default)!;
        foreach (var (name, value) in patch.AsObject())
        {
            if (name != "model")
            {
                file[name] = value?.DeepClone();
            }
        }

        foreach (var (name, value) in patch["model"]?.AsObject() ?? [])
        {
            if (name != "characters")
            {
                file["model"]![name] = value?.DeepClone();
                continue;
            }

            file["model"]!["vocab"] = Families["characters"]!["vocab"]!.DeepClone();
            file["model"]!["merges"] = Families["characters"]!["merges"]!.DeepClone();
        }

        return TokenizerReader.Read(JsonSerializer.SerializeToUtf8Bytes(file), "tokenizer.json", chatTemplate: null);
    }
}
