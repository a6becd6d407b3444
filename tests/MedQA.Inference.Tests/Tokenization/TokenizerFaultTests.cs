using System.Text;
using System.Text.Json.Nodes;
using MedQA.Evaluation;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Tests.Tokenization;

public sealed class TokenizerFaultTests
{
    private static readonly byte[] Tiny = File.ReadAllBytes(Repository.PathOf("models", "tiny", "gpt2-optimum", "tokenizer.json"));

    [Theory]
    [InlineData("model", """{"type": "Unigram", "vocab": []}""", "the tokenizer's model uses Unigram")]
    [InlineData("model", """{"type": "WordPiece", "vocab": {}}""", "the tokenizer's model uses WordPiece")]
    [InlineData("normalizer", """{"type": "NFKC"}""", "the tokenizer's normalizer uses NFKC")]
    [InlineData("normalizer", """{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"}]}""", "the tokenizer's normalizer uses Lowercase")]
    [InlineData("pre_tokenizer", """{"type": "Punctuation", "behavior": "Isolated"}""", "the tokenizer's pre_tokenizer uses Punctuation")]
    [InlineData("pre_tokenizer", """{"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}, {"type": "Digits"}]}""", "a component after ByteLevel")]
    [InlineData("decoder", """{"type": "WordPiece"}""", "the tokenizer's decoder uses WordPiece")]
    [InlineData("post_processor", """{"type": "BertProcessing"}""", "the tokenizer's post_processor uses BertProcessing")]
    [InlineData("pre_tokenizer", """{"type": "Split", "pattern": {"Regex": "\\p{Han}+"}, "behavior": "Isolated", "invert": false}""", "has the property Han (at character 1), which is not supported")]
    [InlineData("pre_tokenizer", """{"type": "Split", "pattern": {"Regex": "a"}, "behavior": "Sideways"}""", "the tokenizer's behavior uses Sideways")]
    public void An_unknown_component_is_refused_by_name(string part, string component, string says)
    {
        var file = JsonNode.Parse(Tiny)!;
        file[part] = JsonNode.Parse(component);
        var fault = Assert.Throws<UnusableException>(() => Read(file.ToJsonString()));
        Assert.Equal("tokenizer.json", fault.Location.Source);
        Assert.Contains(says, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(?<=ab)c", "a look-behind of more than one character")]
    [InlineData("a{1,3}+", "a lazy or possessive count")]
    [InlineData("(a*)*", "a repetition of something that may be empty")]
    [InlineData("(a", "a group without its )")]
    [InlineData("[a", "a class without its ]")]
    [InlineData("[[:alpha:]]", "a POSIX class")]
    [InlineData("\\bword", "\\b")]
    [InlineData("a{9999}", "a count above")]
    [InlineData("*a", "a * that repeats nothing")]
    [InlineData("((a{900}){900}){900}", "a pattern of this size")]
    public void An_unknown_construct_of_a_pattern_is_refused_by_name(string pattern, string says) =>
        Assert.Contains(says, Assert.Throws<FormatException>(() => SplitPattern.Compile(pattern)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_pattern_that_takes_too_many_steps_is_refused_while_encoding()
    {
        var file = JsonNode.Parse(Tiny)!;
        file["pre_tokenizer"] = JsonNode.Parse("""{"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "(?:a|aa|aaa|b?a)+c"}, "behavior": "Isolated", "invert": false}, {"type": "ByteLevel", "use_regex": false}]}""");
        var tokenizer = Read(file.ToJsonString());
        Assert.Contains("needs too many steps", Assert.Throws<UnusableException>(() => tokenizer.Encode(new string('a', 100))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"merges\": [", "\"merges\": [[\"no\", \"such\"], ", "which the vocabulary does not have")]
    [InlineData("\"merges\": [", "\"merges\": [\"a b c\", ", "which is not a pair")]
    [InlineData("\"merges\": [", "\"merges\": [[\"a\"], ", "is not a pair")]
    [InlineData("\"merges\": [", "\"murges\": [", "has no \"merges\"")]
    [InlineData("\"<|pad|>\": 0", "\"<|pad|>\": -5", "is not a token id")]
    [InlineData("\"<|pad|>\": 0", "\"<|pad|>\": 5000000", "is not a token id")]
    [InlineData("\"unk_token\": null", "\"unk_token\": \"<|none|>\"", "which the vocabulary does not have")]
    public void A_damaged_vocabulary_is_told_with_its_place(string from, string to, string says)
    {
        var text = Encoding.UTF8.GetString(Tiny);
        Assert.Contains(from, text, StringComparison.Ordinal);
        var fault = Assert.Throws<UnusableException>(() => Read(text.Replace(from, to, StringComparison.Ordinal)));
        Assert.Contains(says, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_files_end_in_a_model_exception_or_work()
    {
        var source = JsonNode.Parse(Tiny)!;
        // Fewer merges: the same kinds of damage, sooner read.
        source["model"]!["merges"] = new JsonArray([.. source["model"]!["merges"]!.AsArray().Take(40).Select(static merge => merge!.DeepClone())]);
        source["normalizer"] = JsonNode.Parse("""{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Replace", "pattern": {"String": "~"}, "content": "-"}]}""");
        source["pre_tokenizer"] = JsonNode.Parse("""{"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "(?i:'s|'t)|[^\\r\\n\\p{L}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}]+[\\r\\n]*|\\s+(?!\\S)|\\s+"}, "behavior": "Isolated", "invert": false}, {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]}""");
        var text = source.ToJsonString();
        var settings = text.IndexOf("\"vocab\"", StringComparison.Ordinal);
        string[] values = ["null", "true", "-1", "1e99", "\"\"", "\"x\"", "[]", "{}", "99999999999", "\"\\ud800\"", "3000000", "\"[\"", "\"(?:\""];
        var random = new Random(3);
        var works = 0;
        for (var i = 0; i < 3_000; i++)
        {
            var damaged = new StringBuilder(text);
            // Half of the damage where the settings stand: elsewhere it is mostly merges.
            var at = random.Next(2) == 0 ? random.Next(settings) : random.Next(text.Length);
            switch (random.Next(3))
            {
                case 0:
                    damaged.Remove(at, Math.Min(random.Next(1, 12), damaged.Length - at));
                    break;
                case 1:
                    damaged[at] = (char)random.Next(32, 127);
                    break;
                default:
                    var colon = text.IndexOf(':', at);
                    var end = colon < 0 ? -1 : text.IndexOfAny([',', '}', ']'], colon);
                    if (end > 0)
                    {
                        damaged.Remove(colon + 1, end - colon - 1).Insert(colon + 1, values[random.Next(values.Length)]);
                    }

                    break;
            }

            try
            {
                var tokenizer = Read(damaged.ToString());
                tokenizer.Decode(tokenizer.EncodeRecognizingSpecials("It's 123 <|eos|>\r\n é"), skipSpecial: false);
                works++;
            }
            catch (UnusableException exception)
            {
                Assert.StartsWith("tokenizer.json: ", exception.Message, StringComparison.Ordinal);
            }
        }

        Assert.InRange(works, 100, 2_900);
    }

    [Fact]
    public void Added_tokens_that_the_template_writes_steer_the_model_though_they_are_not_flagged()
    {
        var file = JsonNode.Parse(Tiny)!;
        file["added_tokens"]!.AsArray().Add(JsonNode.Parse("""{"id": 1024, "content": "<User>", "special": false, "normalized": false, "lstrip": false, "rstrip": false, "single_word": false}"""));
        var plain = TokenizerReader.Read(Encoding.UTF8.GetBytes(file.ToJsonString()), "tokenizer.json", chatTemplate: null);
        var templated = TokenizerReader.Read(Encoding.UTF8.GetBytes(file.ToJsonString()), "tokenizer.json", chatTemplate: "{{ '<User>' + messages[0].content }}");
        Assert.Contains(1024, plain.Encode("a <User> b"));
        Assert.DoesNotContain(1024, templated.Encode("a <User> b"));
        Assert.Single(templated.EncodeWithSpecials([new("<User>", true), new("a <User> b", false)]), 1024);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_text_becomes_a_special_token_by_merges_or_as_a_whole_word(bool ignoresMerges)
    {
        // "in" is a merge of this vocabulary; as a special token it must not come out of a text that spells it.
        var file = JsonNode.Parse(Tiny)!;
        var id = (int)file["model"]!["vocab"]!["in"]!;
        Assert.Equal([id], Read(file.ToJsonString()).Encode("in"));
        file["added_tokens"]!.AsArray().Add(JsonNode.Parse($$"""{"id": {{id}}, "content": "in", "special": true, "normalized": false, "lstrip": false, "rstrip": false, "single_word": false}"""));
        file["model"]!["ignore_merges"] = ignoresMerges;
        var tokenizer = Read(file.ToJsonString());
        var ids = tokenizer.Encode("in");
        Assert.Equal([tokenizer.IdOf("i")!.Value, tokenizer.IdOf("n")!.Value], ids);
        Assert.Equal("in", tokenizer.Decode(ids, skipSpecial: true));
        Assert.Equal([id], tokenizer.EncodeRecognizingSpecials("in"));
    }

    [Fact]
    public void The_prefix_of_the_post_processor_is_read()
    {
        var file = JsonNode.Parse(Tiny)!;
        file["post_processor"] = JsonNode.Parse("""{"type": "Sequence", "processors": [{"type": "ByteLevel"}, {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<|bos|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}], "special_tokens": {"<|bos|>": {"id": "<|bos|>", "ids": [1], "tokens": ["<|bos|>"]}}}]}""");
        Assert.Equal([1], Read(file.ToJsonString()).Prefix.ToArray());
    }

    private static Tokenizer Read(string json) => TokenizerReader.Read(Encoding.UTF8.GetBytes(json), "tokenizer.json", chatTemplate: null);
}
