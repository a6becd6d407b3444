using System.Collections.Immutable;
using MedQA.Evaluation.Extraction;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.ChatTemplates;
using MedQA.Inference.Models;
using MedQA.Inference.Prompts;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Tests.Prompts;

/// <summary>The default model's tokenizer, some of its special tokens renamed to those of models that think: decoding drops them
/// all.</summary>
public class ThoughtTokensTests
{
    private static readonly string[] Free = ["<repo_name>", "<reponame>", "<file_sep>", "<filename>", "<gh_stars>", "<issue_start>"];
    private static readonly ModelFolder Folder = ModelFolder.Open(Repository.PathOf("models", "smollm2-135m-instruct"));

    public static TheoryData<string, string> Pairs => [.. ThoughtMarkers.Pairs.Select(static pair => (pair.Open, pair.Close))];

    private static Tokenizer WithTokens(params string[] tokens)
    {
        var json = File.ReadAllText(Folder.TokenizerPath);
        for (var token = 0; token < tokens.Length; token++)
        {
            json = json.Replace($"\"{Free[token]}\"", $"\"{tokens[token]}\"", StringComparison.Ordinal);
        }

        return TokenizerReader.Read(System.Text.Encoding.UTF8.GetBytes(json), "tokenizer.json", null);
    }

    private static string? Spoken(Tokenizer tokenizer, string sample, bool isOpen = false, int? textLength = null)
    {
        var tokens = tokenizer.EncodeRecognizingSpecials(sample);
        var text = tokenizer.Decode(tokens, skipSpecial: true);
        text = textLength is { } length ? text[..length] : text;
        return new ThoughtTokens(tokenizer).SpokenPart([.. tokens], text.Length, isOpen) is { } part
            ? text.Substring(part.Start, part.Length) : null;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void What_stands_between_a_models_thought_tokens_is_not_spoken(string open, string close)
    {
        var tokenizer = WithTokens(open, close);

        Assert.Equal("Answer: C", Spoken(tokenizer, $"{open}It is B.{close}Answer: C"));
        Assert.Equal("Answer: C", Spoken(tokenizer, $"It is B.{close}Answer: C"));
        Assert.Equal("Answer: C", Spoken(tokenizer, $"{open}B{close}D{open}B 😀{close}Answer: C"));
        Assert.Equal("Answer: C", Spoken(tokenizer, $"It is B.{close}Answer: C", isOpen: true));
        Assert.Equal("", Spoken(tokenizer, $"{open}It is B."));
        Assert.Equal("", Spoken(tokenizer, "It is B.", isOpen: true));
        Assert.Equal("Answer", Spoken(tokenizer, $"{open}It is B.{close}Answer: C", textLength: "It is B.Answer".Length));
        Assert.Equal("", Spoken(tokenizer, $"{open}It is B.{close}Answer: C", textLength: 5));
        Assert.Null(Spoken(tokenizer, "Answer: C"));
    }

    [Theory]
    [InlineData("<|channel|>analysis<|message|>It is B.<|end|><|start|>assistant<|channel|>final<|message|>Answer: C", "Answer: C")]
    [InlineData("<|channel|>analysis<|message|>It is B.<|end|><|start|>assistant<|channel|>final<|message|>Answer: C<|end|>more",
        "Answer: C")]
    [InlineData("<|channel|>analysis<|message|>It is B.<|end|>", "")]
    [InlineData("<|channel|>analysis<|message|>It is B.", "")]
    [InlineData("<|channel|>commentary<|message|>It is B.<|end|>", "")]
    [InlineData("<|channel|>final<|message|>Answer: C", "Answer: C")]
    public void Of_channels_only_the_final_one_is_spoken(string sample, string spoken) =>
        Assert.Equal(spoken, Spoken(WithTokens("<|channel|>", "<|message|>", "<|end|>", "<|start|>"), sample));

    [Fact]
    public void An_end_token_is_no_mark_where_there_are_no_channels() => Assert.Null(Spoken(WithTokens("<|end|>"), "Answer: C<|end|>"));

    [Theory]
    [InlineData("<|im_start|>assistant\n<think>\n", true)]
    [InlineData("<|im_start|>assistant\n<think>\n\n</think>\n\n", false)]
    [InlineData("<|im_start|>assistant\n", false)]
    public void The_template_may_open_the_thought(string generation, bool isOpen)
    {
        var tokenizer = WithTokens("<think>", "</think>");
        var template = ChatTemplate.Parse("{{ messages[0].content }}" + generation, "t", ImmutableSortedDictionary<string, string>.Empty);
        var encoder = new PromptEncoder(Folder, tokenizer, template);

        var prompt = encoder.Encode(new ChatPrompt([ChatMessage.User("What is <think>?")], 0, new(2026, 1, 1)));

        Assert.Equal(isOpen, encoder.Thoughts.OpenAtEnd(prompt.Ids));
    }

    [Fact]
    public void A_completion_may_end_in_a_thought_that_the_profile_opened()
    {
        var encoder = new PromptEncoder(Folder, WithTokens(), null);

        Assert.True(encoder.Thoughts.OpenAtEnd(encoder.Encode(new CompletionPrompt("Question: ?\n<think>\n", 0)).Ids));
        Assert.False(encoder.Thoughts.OpenAtEnd(encoder.Encode(new CompletionPrompt("Question: ?\n", 0)).Ids));
    }
}
