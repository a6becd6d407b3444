using MedQA.Evaluation.Extraction;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Decoding;
using MedQA.Inference.Models;
using MedQA.Inference.Prompts;
using MedQA.Inference.Sampling;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Tests.Decoding;

/// <summary>Samples under a budget, token by token; each place of a sample has a token that would be drawn there.</summary>
public sealed class ThoughtsInProgressTests
{
    private const string Channel = "<|end|><|start|>assistant<|channel|>final<|message|>";
    private static readonly string[] Free = ["<repo_name>", "<reponame>", "<file_sep>", "<filename>", "<gh_stars>", "<issue_start>"];
    private static readonly ModelFolder Folder = ModelFolder.Open(Repository.PathOf("models", "smollm2-135m-instruct"));
    private static readonly Tokenizer Thinker = WithTokens("<think>", "</think>");
    private static readonly Tokenizer Channels = WithTokens("<|channel|>", "<|message|>", "<|end|>", "<|start|>");
    private static readonly ThoughtMarker Think = ThoughtMarkers.Pairs[0];

    [Theory]
    [InlineData(4, "one two three four five Answer: C", "one two three four</think> Answer: C", 4, 1)]
    [InlineData(0, "one Answer: C", "</think> Answer: C", 0, 1)]
    [InlineData(5, "one two three four five</think>Answer: C", "one two three four five</think>Answer: C", 5, 0)]
    [InlineData(9, "one two three four five</think>Answer: C", "one two three four five</think>Answer: C", 5, 0)]
    [InlineData(2, "one two<|im_end|>", "one two", 2, 0)]
    public void A_thought_that_the_prompt_opened_is_closed_when_its_budget_is_spent(int budget, string drawn, string expected, int tokens, int closed)
    {
        var sample = Draw(Thinker, drawn, budget, Think);

        Assert.Equal(expected, Thinker.Decode(sample.Tokens.AsSpan(), skipSpecial: false));
        Assert.Equal((tokens, closed), (sample.Thinking!.Tokens, sample.Thinking.Closed.Length));
    }

    [Fact]
    public void A_thought_that_the_model_opens_is_closed_and_what_it_says_before_does_not_count()
    {
        var sample = Draw(Thinker, "Well, <think>one two three Answer: C", 2, null);

        Assert.Equal("Well, <think>one two</think> Answer: C", Thinker.Decode(sample.Tokens.AsSpan(), skipSpecial: false));
        Assert.Equal(2, sample.Thinking!.Tokens);
    }

    [Fact]
    public void What_a_model_thinks_again_after_its_budget_is_closed_at_once()
    {
        var sample = Draw(Thinker, "<think>one</think>So<think>two three Answer: C", 2, null);
        Assert.Equal("<think>one</think>So<think>two</think> Answer: C", Thinker.Decode(sample.Tokens.AsSpan(), skipSpecial: false));

        var spent = Draw(Thinker, "<think>one</think>So<think>two Answer: C", 1, null);
        Assert.Equal("<think>one</think>So<think></think> Answer: C", Thinker.Decode(spent.Tokens.AsSpan(), skipSpecial: false));
        Assert.Equal(1, spent.Thinking!.Tokens);
    }

    [Fact]
    public void A_mark_that_opens_a_thought_within_a_thought_is_a_part_of_it()
    {
        var sample = Draw(Thinker, "one <think> two three four</think>Answer: C", 4, Think);

        Assert.Equal("one <think> two</think> four</think>Answer: C", Thinker.Decode(sample.Tokens.AsSpan(), skipSpecial: false));
    }

    [Fact]
    public void A_sample_without_a_thought_is_left_alone()
    {
        var sample = Draw(Thinker, "Answer: C", 0, null);

        Assert.Equal("Answer: C", sample.Text);
        Assert.Equal(0, sample.Thinking!.Tokens);
        Assert.Empty(sample.Thinking.Closed);
    }

    [Fact]
    public void A_character_is_finished_before_the_mark()
    {
        var bytes = Thinker.Encode("𝔘");
        Assert.True(bytes.Length > 2);
        var text = "a 𝔘</think>Answer: C";
        var before = Thinker.Encode("a 𝔘").Length;

        foreach (var budget in Enumerable.Range(before - bytes.Length + 1, bytes.Length))
        {
            var sample = Draw(Thinker, text, budget, Think);

            Assert.StartsWith("a 𝔘", sample.Text, StringComparison.Ordinal);
            Assert.Equal(before, sample.Thinking!.Tokens);
        }
    }

    [Fact]
    public void Bytes_that_never_become_a_character_do_not_hold_the_mark_up()
    {
        var lead = Thinker.Encode("𝔘")[0];
        var sample = Draw(Thinker, [lead, lead, lead, lead, lead, lead, lead, lead], 1, Think, 8);

        Assert.Equal(Thinker.IdOf("</think>"), sample.Tokens[4]);
    }

    [Theory]
    [InlineData("<|channel|>analysis<|message|>one two three<|end|>", 2, "<|channel|>analysis<|message|>one two" + Channel, 2, true)]
    [InlineData("<|channel|>analysis<|message|>one two" + Channel + "C", 2, "<|channel|>analysis<|message|>one two" + Channel + "C", 2, false)]
    [InlineData("<|channel|>final<|message|>Answer: C", 0, "<|channel|>final<|message|>Answer: C", 0, false)]
    public void A_thought_in_a_channel_is_closed_by_the_channel_of_answers(string drawn, int budget, string expected, int tokens, bool isClosed)
    {
        var length = Channels.EncodeRecognizingSpecials(expected).Length;
        var sample = Draw(Channels, drawn, budget, null, length);

        Assert.Equal(expected, Channels.Decode(sample.Tokens.AsSpan(), skipSpecial: false));
        Assert.Equal((tokens, isClosed ? Channels.EncodeRecognizingSpecials(Channel).Length : 0), (sample.Thinking!.Tokens, sample.Thinking.Closed.Sum(static mark => mark.Length)));
    }

    [Fact]
    public void A_model_that_thinks_on_in_another_channel_at_the_end_of_its_budget_is_led_to_the_answer()
    {
        var sample = Draw(Channels, "<|channel|>analysis<|message|>one two<|end|><|start|>assistant<|channel|>analysis<|message|>three", 2, null, 12);

        Assert.Contains("one two" + Channel, Channels.Decode(sample.Tokens.AsSpan(), skipSpecial: false), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mark_that_is_no_token_is_written_as_text_and_found_in_it()
    {
        var plain = WithTokens();
        var mark = plain.Encode("</think>");
        Assert.True(mark.Length > 1);

        var closed = Draw(plain, "one two three four five six seven eight nine", 2, Think);
        Assert.StartsWith("one two</think>", closed.Text, StringComparison.Ordinal);
        Assert.Equal(new InsertedMark(2, mark.Length), Assert.Single(closed.Thinking!.Closed));

        // The model is in the middle of its own mark when the budget is spent, or has just written it.
        var own = Draw(plain, [.. plain.Encode("one two"), .. mark, .. plain.Encode(" C")], 3, Think);
        Assert.Equal("one two</think> C", own.Text);
        Assert.Equal((2, 0), (own.Thinking!.Tokens, own.Thinking.Closed.Length));
        Assert.Equal(2, Draw(plain, [.. plain.Encode("one two"), .. mark, .. plain.Encode(" C")], 40, Think).Thinking!.Tokens);
    }

    [Fact]
    public void A_sample_may_end_within_the_mark()
    {
        var sample = Draw(WithTokens(), "one two three four five six seven", 2, Think, maxTokens: 4);

        Assert.Equal(SampleEnd.MaxTokens, sample.End);
        Assert.Equal(new InsertedMark(2, 2), Assert.Single(sample.Thinking!.Closed));
        Assert.Equal(2, sample.DrawnTokens);
    }

    [Fact]
    public void What_is_put_between_counts_neither_as_drawn_nor_as_likely()
    {
        var sample = Draw(Thinker, "one two three four five</think>Answer: C", 4, Think);

        Assert.Equal(sample.Tokens.Length - 1, sample.DrawnTokens);
        Assert.Equal(-0.5 * sample.DrawnTokens, sample.LogLikelihood, 1e-9);
    }

    private static Sample Draw(Tokenizer tokenizer, string drawn, int budget, ThoughtMarker? opened, int? maxTokens = null) =>
        Draw(tokenizer, tokenizer.EncodeRecognizingSpecials(drawn), budget, opened, maxTokens);

    private static Sample Draw(Tokenizer tokenizer, int[] drawn, int budget, ThoughtMarker? opened, int? maxTokens = null)
    {
        var request = new SampleRequest { Count = 1, Temperature = 0, MaxTokens = maxTokens ?? drawn.Length, StreamKey = 1, ThinkingTokens = budget };
        var sample = new SampleInProgress(
            0, request, new SampleText(tokenizer, []), Folder.EndTokens, new ThoughtBudget(budget, new ThoughtTokens(tokenizer), opened));
        while (!sample.HasEnded)
        {
            sample.Append(new DrawnToken(drawn[Math.Min(sample.Place, drawn.Length - 1)], -0.5));
        }

        return sample.Finish();
    }

    private static Tokenizer WithTokens(params string[] tokens)
    {
        var json = File.ReadAllText(Folder.TokenizerPath);
        for (var token = 0; token < tokens.Length; token++)
        {
            json = json.Replace($"\"{Free[token]}\"", $"\"{tokens[token]}\"", StringComparison.Ordinal);
        }

        return TokenizerReader.Read(System.Text.Encoding.UTF8.GetBytes(json), "tokenizer.json", null);
    }
}
