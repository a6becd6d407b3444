using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MedQA.Inference.Models;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Tests.Tokenization;

public sealed class TokenizerPropertyTests
{
    private static readonly Tokenizer Default = Load("smollm2-135m-instruct");
    private static readonly Tokenizer Tiny = Load("tiny/gpt2-optimum");

    [Property(MaxTest = 500, Arbitrary = [typeof(Texts)])]
    public void Every_text_comes_back(ValidText text)
    {
        var ids = Tiny.Encode(text.Value);
        Assert.Equal(text.Value, Tiny.Decode(ids, skipSpecial: true));
        Assert.DoesNotContain(ids, Tiny.IsSpecial);
        Assert.Equal(Encoding.UTF8.GetBytes(text.Value), ids.SelectMany(static id => Tiny.BytesOf(id).ToArray()));
    }

    /// <summary>The default's vocabulary lacks some bytes; what has them is left out, as Hugging Face's tokenizers leaves it out.</summary>
    [Property(MaxTest = 500, Arbitrary = [typeof(Texts)])]
    public void The_default_model_gives_back_all_bytes_that_its_vocabulary_has(ValidText text)
    {
        var ids = Default.Encode(text.Value);
        Assert.DoesNotContain(ids, Default.IsSpecial);
        var bytes = Encoding.UTF8.GetBytes(text.Value).Where(static value => Default.IdOf(ByteAlphabet.Character(value).ToString()) is not null);
        Assert.Equal(bytes, ids.SelectMany(static id => Default.BytesOf(id).ToArray()));
    }

    [Property(MaxTest = 300)]
    public void Streamed_text_joined_is_the_decoded_text_for_any_tokens(int[] numbers)
    {
        // Any ids, so most characters are torn: what is never whole must come out as Python replaces it.
        var ids = numbers.Select(static number => (int)((uint)number % (uint)Tiny.VocabularySize)).ToArray();
        var streaming = new StreamingDecoder(Tiny, skipSpecial: false);
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            text.Append(streaming.Append(id));
        }

        text.Append(streaming.Finish());
        Assert.Equal(Encoding.UTF8.GetString([.. ids.SelectMany(static id => Tiny.BytesOf(id).ToArray())]), text.ToString());
        Assert.Equal(Tiny.Decode(ids, skipSpecial: false), text.ToString());
    }

    [Fact]
    public void A_character_waits_until_all_of_its_bytes_have_come()
    {
        var ids = Tiny.Encode("😀é");
        var decoder = new StreamingDecoder(Tiny);
        var parts = ids.Select(id => decoder.Append(id).ToString()).ToList();
        Assert.Equal(6, ids.Length);
        Assert.Equal(["", "", "", "😀", "", "é"], parts);
        Assert.Equal("", decoder.Finish().ToString());
    }

    [Fact]
    public void What_never_becomes_whole_is_one_replacement_character_at_the_end()
    {
        var ids = Tiny.Encode("a😀");
        var decoder = new StreamingDecoder(Tiny);
        Assert.Equal("a", string.Concat(ids[..^1].Select(id => decoder.Append(id).ToString())));
        Assert.Equal("\uFFFD", decoder.Finish().ToString());
    }

    [Fact]
    public void Special_tokens_are_left_out_only_when_asked()
    {
        int[] ids = [1, .. Default.Encode("user"), 2];
        Assert.Equal("user", Default.Decode(ids, skipSpecial: true));
        Assert.Equal("<|im_start|>user<|im_end|>", Default.Decode(ids, skipSpecial: false));
        Assert.True(Default.IsSpecial(2));
        Assert.Equal(2, Default.IdOf("<|im_end|>"));
        Assert.Null(Default.IdOf("<|no_such_token|>"));
    }

    [Fact]
    public void Lone_surrogates_become_replacement_characters() => Assert.Equal("a\uFFFDb", Default.Decode(Default.Encode("a\uD800b"), skipSpecial: true));

    [Fact]
    public void A_word_of_a_million_characters_is_encoded()
    {
        var text = string.Concat(Enumerable.Repeat("pneumonoultramicroscopicsilicovolcanoconiosis", 22_000));
        var ids = Default.Encode(text);
        Assert.Equal(text, Default.Decode(ids, skipSpecial: true));
        // The heap of long words and the scan of short ones merge alike: the middle of the long word repeats.
        var period = ids.Length / 22_000;
        Assert.Equal(ids.AsSpan(period * 10, period * 5), ids.AsSpan(period * 1_000, period * 5));
    }

    [Property(MaxTest = 100)]
    public void Long_and_short_words_merge_alike(PositiveInt seed)
    {
        // A word of letters only, longer than the scan takes: cut by a rare letter, its parts are words that the scan takes.
        var random = new System.Random(seed.Get);
        var word = string.Concat(Enumerable.Range(0, 120).Select(_ => (char)('a' + random.Next(26))));
        var byHeap = Default.Encode(word);
        Assert.Equal(word, string.Concat(byHeap.Select(static id => Default.Decode([id], skipSpecial: false))));
        Assert.Equal(NaiveMerge(word), byHeap);
    }

    [Fact]
    public void Ids_beyond_the_vocabulary_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Default.Decode([Default.VocabularySize], skipSpecial: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => Default.BytesOf(-1).ToArray());
    }

    /// <summary>The definition: join the pair of lowest rank, leftmost first, until there is none; ranks follow the ids in this vocabulary.</summary>
    private static int[] NaiveMerge(string word)
    {
        var parts = word.Select(static letter => letter.ToString()).ToList();
        while (true)
        {
            var best = Enumerable.Range(0, parts.Count - 1).Select(i => (Rank: Merges.GetValueOrDefault((parts[i], parts[i + 1]), int.MaxValue), At: i)).Min();
            if (best.Rank == int.MaxValue)
            {
                return [.. parts.Select(static part => Default.IdOf(part)!.Value)];
            }

            parts[best.At] += parts[best.At + 1];
            parts.RemoveAt(best.At + 1);
        }
    }

    private static readonly Dictionary<(string, string), int> Merges = ReadMerges();

    private static Dictionary<(string, string), int> ReadMerges()
    {
        using var file = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("models", "smollm2-135m-instruct", "tokenizer.json")));
        return file.RootElement.GetProperty("model").GetProperty("merges").EnumerateArray().Select(static (pair, rank) => ((pair[0].GetString()!, pair[1].GetString()!), rank)).ToDictionary();
    }

    private static Tokenizer Load(string model) => Tokenizer.Load(ModelFolder.Open(Repository.PathOf("models", model)));

    /// <summary>A text of whole code points from all of Unicode.</summary>
    public sealed record ValidText(string Value);

    /// <summary>Draws texts: mostly what is written in medicine, and anything else.</summary>
    public static class Texts
    {
        public static Arbitrary<ValidText> Any() =>
            Gen.Frequency(
                    (5, Gen.Choose(' ', '~')),
                    (1, Gen.Elements('\n', '\r', '\t', ' ', 0xA0, 0x3000)),
                    (2, Gen.Choose(0xA1, 0x2FF)),
                    (2, Gen.Choose(0x300, 0xD7FF)),
                    (1, Gen.Choose(0xE000, 0xFFFF)),
                    (2, Gen.Choose(0x10000, 0x10FFFF)))
                .ListOf()
                .Select(static codePoints => new ValidText(string.Concat(codePoints.Select(static codePoint => new Rune(codePoint).ToString()))))
                .ToArbitrary();
    }
}
