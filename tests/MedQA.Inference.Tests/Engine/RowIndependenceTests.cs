using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Engine;
using MedQA.Inference.Models;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Tests.Engine;

public sealed class RowIndependenceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("llama-genai", true)]
    [InlineData("qwen2-genai", true)]
    [InlineData("llama-packed", true)]
    [InlineData("llama-optimum", false)]
    [InlineData("gpt2-optimum", false)]
    public async Task Only_models_whose_rows_do_not_depend_on_each_other_are_asked_several_questions_at_once(string model, bool areIndependent)
    {
        using var loaded = LoadedModel.Tiny(model);

        Assert.Equal(areIndependent ? 8 : 1, await loaded.Engine.GetQuestionsAtOnceAsync(1, 256, Token));
        Assert.Equal(1, await loaded.Engine.GetQuestionsAtOnceAsync(11, 256, Token));
        Assert.Equal(1, await loaded.Engine.GetQuestionsAtOnceAsync(1, 16, Token));
    }

    [Theory]
    [InlineData(long.MaxValue, 8)]
    [InlineData(1_200_000, 2)]
    public async Task Questions_at_once_are_answered_as_one_after_another_beside_scores_and_packed_samples(long memory, int atOnce)
    {
        var options = new ModelOptions { MemoryBudget = memory };
        using var apart = LoadedModel.Tiny("llama-packed", options);
        using var together = LoadedModel.Tiny("llama-packed", options);
        Assert.Equal(atOnce, await together.Engine.GetQuestionsAtOnceAsync(1, 256, Token));
        var expected = new List<string>();
        foreach (var question in Enumerable.Range(0, 12))
        {
            expected.Add(await AskAsync(apart.Engine, question));
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(question => Task.Run(() => AskAsync(together.Engine, question))));

        Assert.Equal(expected, answers);
    }

    [LongFact]
    public void Rows_of_the_repositorys_models_do_not_depend_on_each_other_for_up_to_33_rows_and_two_threads()
    {
        foreach (var name in (string[])["smollm2-135m-instruct", "tiny/llama-genai", "tiny/qwen2-genai", "tiny/llama-packed", "reasoner"])
        {
            foreach (var threads in (int[])[1, 2])
            {
                using var session = DecoderSession.Open(
                    ModelFolder.Open(Repository.PathOf(["models", .. name.Split('/')]), null), new ModelOptions { Threads = threads });

                // On the way to so many rows there is every smaller number of them.
                Assert.True(RowIndependence.Holds(session, 33), $"{name}, {threads} threads");
            }
        }
    }

    private static async Task<string> AskAsync(InferenceEngine engine, int question)
    {
        int[] ids = [.. Enumerable.Range(0, 20 + (question * 13)).Select(place => 3 + (((place * 17) + (question * 31)) % 500))];
        await using var prompt = await engine.ReadAsync(ids, 8, Token);
        var one = await engine.SampleAsync(prompt, Request(1, question), Token);
        var scores = await engine.ScoreAsync(prompt, [new([.. ids, .. one[0].Tokens], [5, 6, 7])], Token);
        var several = question % 4 == 0 ? await engine.SampleAsync(prompt, Request(3, question), Token) : [];
        return string.Join('|', one.Concat(several).Select(static sample => $"{string.Join(',', sample.Tokens)} {sample.LogLikelihood:R}"))
            + $" {scores[0].LogLikelihood:R}";
    }

    private static SampleRequest Request(int count, int question) =>
        new() { Count = count, Temperature = 0.7, MaxTokens = 4 + (question * 3), StreamKey = (ulong)question };
}
