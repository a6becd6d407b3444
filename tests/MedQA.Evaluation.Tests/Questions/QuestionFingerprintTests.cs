using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Tests.Questions;

public sealed class QuestionFingerprintTests
{
    private static readonly Question Asked = new() { Id = "1", Dataset = "medqa", Text = "Which?", Context = "A man.", Options = ["this", "that"], Gold = 1 };

    [Fact]
    public void The_same_question_is_recognized_under_another_id_set_and_gold() =>
        Assert.Equal(QuestionFingerprint.Of(Asked), QuestionFingerprint.Of(Asked with { Id = "2", Dataset = "other", Topic = "heart", Gold = 0 }));

    [Fact]
    public void Every_change_of_what_is_asked_changes_it()
    {
        Question[] others =
        [
            Asked with { Text = "Which one?" }, Asked with { Context = null }, Asked with { Options = ["that", "this"] }, Asked with { Options = ["this", "that", "other"] },
            Asked with { Context = "A man.W", Text = "hich?" },
        ];
        Assert.Equal(others.Length + 1, others.Append(Asked).Select(QuestionFingerprint.Of).Distinct().Count());
    }

    [Fact]
    public void It_is_16_digits_that_never_change() => Assert.Equal("20a9b7a78c028ee3", QuestionFingerprint.Of(Asked));
}
