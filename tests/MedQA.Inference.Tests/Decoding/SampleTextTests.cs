using MedQA.Inference.Decoding;
using MedQA.Inference.Models;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Tests.Decoding;

public class SampleTextTests
{
    private static readonly Tokenizer Tokenizer = Tokenizer.Load(ModelFolder.Open(Repository.PathOf("models", "smollm2-135m-instruct")));

    [Theory]
    [InlineData("The answer is (B).\n\nQuestion: next", "The answer is (B).\n\n", "Question:")]
    [InlineData("abc Question abc", "abc", " Question abc", "stion ab")]
    [InlineData("no stop here", "no stop here", "Question")]
    [InlineData("Stop", "", "Stop")]
    [InlineData("naïve — “café” 😀 end", "naïve — “café” ", "😀")]
    public void Ends_in_front_of_the_first_stop_text_however_tokens_cut_it(string text, string expected, params string[] stops)
    {
        var sample = new SampleText(Tokenizer, [.. stops]);
        foreach (var token in Tokenizer.Encode(text))
        {
            if (!sample.IsStopped)
            {
                sample.Append(token);
            }
        }

        Assert.Equal(expected, sample.Finish());
        Assert.Equal(text != expected, sample.IsStopped);
    }

    [Fact]
    public void A_character_whose_bytes_lie_in_several_tokens_comes_whole()
    {
        var tokens = Tokenizer.Encode("😀𝛼");
        Assert.True(tokens.Length > 2);
        var sample = new SampleText(Tokenizer, []);
        foreach (var token in tokens)
        {
            sample.Append(token);
        }

        Assert.Equal("😀𝛼", sample.Finish());
    }

    [Fact]
    public void A_character_that_was_cut_off_is_a_replacement_character()
    {
        var sample = new SampleText(Tokenizer, []);
        sample.Append(Tokenizer.Encode("😀")[0]);

        Assert.Equal("�", sample.Finish());
    }
}
