using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Decoding;

namespace MedQA.Inference.Tests.Engine;

public class LongSampleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Prompt and samples as far beyond the tiny model's 512 cells as 41 samples of 512 tokens after 3,000 are beyond 8,192.
    private static readonly int[] Prompt = [.. Enumerable.Range(0, 300).Select(static index => 3 + (index * 17 % 1000))];

    [Fact]
    public async Task More_samples_than_the_rotary_table_holds_are_drawn_in_groups()
    {
        using var loaded = LoadedModel.Tiny("llama-packed");
        await using var prompt = await loaded.Engine.ReadAsync(Prompt, 0, Token);

        var samples = await loaded.Engine.SampleAsync(prompt, Request(41, 40), Token);

        Assert.Equal(Enumerable.Range(0, 41), samples.Select(static sample => sample.Index));
        Assert.All(samples, static sample => Assert.Equal(40, sample.Tokens.Length));
        Assert.True(samples.Select(static sample => sample.Text).Distinct().Count() > 30);
    }

    [Fact]
    public async Task A_sample_may_fill_the_context_to_its_last_cell()
    {
        using var loaded = LoadedModel.Tiny("llama-packed");
        await using var prompt = await loaded.Engine.ReadAsync(Prompt, 0, Token);

        var sample = Assert.Single(await loaded.Engine.SampleAsync(prompt, Request(1, 212), Token));

        Assert.Equal(212, sample.DrawnTokens);
        await Assert.ThrowsAsync<ContextOverflowException>(() => loaded.Engine.SampleAsync(prompt, Request(1, 213), Token));
    }

    /// <summary>Samples that end early leave: the others go on as they would have.</summary>
    [Theory]
    [InlineData("llama-packed")]
    [InlineData("llama-genai")]
    [InlineData("llama-optimum")]
    [InlineData("gpt2-optimum")]
    public async Task Samples_that_end_leave_the_others_as_they_are(string model)
    {
        using var loaded = LoadedModel.Tiny(model);
        await using var prompt = await loaded.Engine.ReadAsync(Prompt[..60], 0, Token);
        foreach (var isPacked in loaded.Engine.CanPack ? (bool[])[true, false] : [false])
        {
            var whole = await loaded.Engine.SampleAsync(prompt, new SamplePlan(isPacked, [12]), Request(12, 30), Token);
            var stop = loaded.Tokenizer.Decode([whole[4].Tokens[5]], skipSpecial: true);
            Assert.NotEmpty(stop);

            var stopped = await loaded.Engine.SampleAsync(prompt, new SamplePlan(isPacked, [12]), Request(12, 30) with { Stop = [stop] }, Token);

            Assert.Contains(stopped, static sample => sample.End == SampleEnd.StopText);
            Assert.All(whole.Zip(stopped), static pair =>
            {
                Assert.Equal(pair.First.Tokens.Take(pair.Second.Tokens.Length), pair.Second.Tokens);
                Assert.StartsWith(pair.Second.Text, pair.First.Text, StringComparison.Ordinal);
            });
        }
    }

    [Fact]
    public async Task Packed_samples_and_rows_draw_the_same_tokens()
    {
        using var loaded = LoadedModel.Tiny("llama-packed");
        await using var prompt = await loaded.Engine.ReadAsync(Prompt[..100], 0, Token);

        var packed = await loaded.Engine.SampleAsync(prompt, new SamplePlan(true, [5, 4]), Request(9, 30), Token);
        var rows = await loaded.Engine.SampleAsync(prompt, new SamplePlan(false, [9]), Request(9, 30), Token);

        Assert.All(packed.Zip(rows), static pair => Assert.Equal(pair.First.Tokens, pair.Second.Tokens));
        Assert.All(packed.Zip(rows), static pair => Assert.Equal(pair.First.LogLikelihood, pair.Second.LogLikelihood, 1e-3));
    }

    private static SampleRequest Request(int count, int tokens) =>
        new() { Count = count, Temperature = 0.7, MaxTokens = tokens, StreamKey = 11 };
}
