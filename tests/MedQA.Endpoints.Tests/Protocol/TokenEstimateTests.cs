using MedQA.Endpoints.Protocol;

namespace MedQA.Endpoints.Tests.Protocol;

public sealed class TokenEstimateTests
{
    /// <summary>The counts are those of OpenAI's encoding o200k_base, rounded up: the estimate is above them, but not twice as large.</summary>
    [Theory]
    [InlineData("A 45-year-old woman comes to the physician because of a 2-week history of fatigue, and her blood pressure is 140/90 mm Hg.", 31)]
    [InlineData("一名四十五岁的女性因疲劳两周就诊，血压正常，心率每分钟八十次。", 26)]
    [InlineData("امرأة تبلغ من العمر خمسة وأربعين عاما تشكو من التعب منذ أسبوعين", 21)]
    public void It_is_above_what_tokenizers_count_and_below_two_and_a_half_times_that(string text, int tokens) =>
        Assert.InRange(TokenEstimate.Of(text), tokens, (int)(2.5 * tokens));

    [Fact]
    public void Each_message_and_the_prompt_have_something_around_them() =>
        Assert.Equal((8 * 3) + TokenEstimate.Of("Answer the question.") + TokenEstimate.Of("Why?"), TokenEstimate.Of(ModelFolder.Prompt("Why?")));

    [Fact]
    public void Nothing_has_no_tokens_and_halves_of_surrogates_count_as_signs()
    {
        Assert.Equal(0, TokenEstimate.Of(""));
        Assert.Equal(1, TokenEstimate.Of("\ud83d"));
    }
}
