using FsCheck;
using FsCheck.Xunit;
using MedQA.Endpoints.Protocol;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Endpoints.Tests.Protocol;

public sealed class ServedSamplesTests
{
    [Fact]
    public void A_text_is_cut_before_the_first_stop_text_that_it_contains()
    {
        var sample = Assert.Single(ServedSamples.Of(
            [new ChatChoice { Text = "Yes.\n\nQuestion: ###", LogLikelihood = -3, ScoredTokens = 6 }], new ChatUsage(5, 6, 0), 4, ["###", "\n\nQuestion"]));
        Assert.Equal(("Yes.", SampleEnd.StopText, 4, 6), (sample.Text, sample.End, sample.Index, sample.DrawnTokens));
        Assert.True(double.IsNaN(sample.LogLikelihood));
    }

    [Fact]
    public void A_text_without_stop_texts_stays_with_its_end_and_score()
    {
        var sample = Assert.Single(ServedSamples.Of(
            [new ChatChoice { Text = "Yes.", End = SampleEnd.MaxTokens, LogLikelihood = -3, ScoredTokens = 6 }], new ChatUsage(5, 6, 0), 0, ["###"]));
        Assert.Equal(("Yes.", SampleEnd.MaxTokens, -3.0), (sample.Text, sample.End, sample.LogLikelihood));
    }

    [Fact]
    public void Without_usage_tokens_are_estimated()
    {
        var sample = Assert.Single(ServedSamples.Of([new ChatChoice { Text = "Yes, it is." }], null, 0, []));
        Assert.InRange(sample.DrawnTokens, 3, 9);
    }

    [Property]
    public bool Shares_have_the_right_sum_and_none_is_empty_where_there_is_enough(PositiveInt total, NonEmptyArray<PositiveInt> weights)
    {
        var shares = ServedSamples.Share(total.Get, [.. weights.Get.Select(static weight => (long)weight.Get)]);
        return shares.Sum(static share => (long)share) == total.Get
            && (total.Get < shares.Length || shares.All(static share => share > 0))
            && shares.All(static share => share >= 0);
    }
}
