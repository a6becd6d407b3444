using MedQA.Evaluation.LanguageModels;

namespace MedQA.Evaluation.Tests.LanguageModels;

public sealed class TokenEstimateTests
{
    /// <summary>The counts are those of Microsoft.ML.Tokenizers 3.0 for OpenAI's encodings o200k_base and cl100k_base.</summary>
    [Theory]
    [InlineData(
        "A 45-year-old woman comes to the physician because of a 2-week history of fatigue, and her blood pressure is 140/90 mm Hg.", 32, 33)]
    [InlineData("一名四十五岁的女性因疲劳两周就诊，血压正常，心率每分钟八十次。", 26, 37)]
    [InlineData("امرأة تبلغ من العمر خمسة وأربعين عاما تشكو من التعب منذ أسبوعين", 17, 44)]
    public void It_is_above_what_old_and_new_tokenizers_count_and_at_most_three_times_what_new_ones_do(string text, int newer, int older) =>
        Assert.InRange(TokenEstimate.Of(text), Math.Max(newer, older), 3 * newer);

    [Fact]
    public void Each_message_and_the_prompt_have_something_around_them() =>
        Assert.Equal((8 * 3) + TokenEstimate.Of("Answer the question.") + TokenEstimate.Of("Why?"), TokenEstimate.Of(
            new ChatPrompt([ChatMessage.System("Answer the question."), ChatMessage.User("Why?")], 1, new DateOnly(2026, 1, 1))));

    [Fact]
    public void Nothing_has_no_tokens_and_halves_of_surrogates_count_as_signs()
    {
        Assert.Equal(0, TokenEstimate.Of(""));
        Assert.Equal(2, TokenEstimate.Of("\ud83d"));
    }
}
