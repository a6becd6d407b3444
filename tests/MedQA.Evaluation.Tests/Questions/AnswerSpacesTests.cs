using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Tests.Questions;

public sealed class AnswerSpacesTests
{
    [Theory]
    [InlineData(new[] { "yes", "no", "maybe" }, AnswerSpace.Words)]
    [InlineData(new[] { "No", " Yes " }, AnswerSpace.Words)]
    [InlineData(new[] { "maybe", "no", "YES" }, AnswerSpace.Words)]
    [InlineData(new[] { "yes", "maybe" }, AnswerSpace.Letters)]
    [InlineData(new[] { "yes", "no", "no" }, AnswerSpace.Letters)]
    [InlineData(new[] { "yes", "no", "unknown" }, AnswerSpace.Letters)]
    [InlineData(new[] { "a", "b" }, AnswerSpace.Letters)]
    [InlineData(new string[0], AnswerSpace.Free)]
    public void Yes_and_no_are_words_and_no_options_are_free(string[] options, AnswerSpace space) => Assert.Equal(space, AnswerSpaces.Of([.. options]));
}
