using MedQA.Evaluation.Extraction;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Tests.Extraction;

/// <summary>Reads the texts in <c>texts</c>: as models write them, with the letter that each gives. A wrong letter falsifies a result; a
/// missed one is asked for once more by the answer cue.</summary>
public sealed class AnswerTextsTests
{
    [Theory]
    [InlineData("english.txt", 430, 2)]
    [InlineData("english-second.txt", 160, 4)]
    [InlineData("english-third.txt", 220, 8)]
    [InlineData("english-fourth.txt", 200, 3)]
    [InlineData("english-fifth.txt", 200, 3)]
    [InlineData("english-sixth.txt", 200, 7)]
    [InlineData("english-seventh.txt", 180, 5)]
    [InlineData("english-eighth.txt", 145, 7)]
    [InlineData("english-ninth.txt", 170, 17)]
    [InlineData("english-tenth.txt", 170, 11)]
    [InlineData("english-eleventh.txt", 440, 27)]
    [InlineData("foreign-third.txt", 170, 2)]
    [InlineData("foreign-fourth.txt", 530, 15)]
    [InlineData("variations.txt", 140, 2)]
    [InlineData("variations-second.txt", 920, 24)]
    [InlineData("chinese.txt", 40, 0)]
    [InlineData("japanese.txt", 40, 0)]
    [InlineData("spanish.txt", 40, 0)]
    [InlineData("german.txt", 40, 0)]
    [InlineData("french.txt", 40, 0)]
    [InlineData("foreign-second.txt", 150, 4)]
    public void No_letter_is_read_that_a_text_does_not_give_and_few_are_missed(string file, int atLeast, int missedAtMost)
    {
        var texts = AnswerText.Read(file).ToList();
        var wrong = texts.Where(static text => text.Found is { } found
            && found != text.Letter).Select(static text => $"{text.Found} for {text.Letter?.ToString() ?? "none"}: {text.Text}");
        var missed = texts.Where(static text => text.Found is null
            && text.Letter is not null).Select(static text => $"{text.Letter} missed: {text.Text}").ToList();

        Assert.Empty(wrong);
        Assert.True(missed.Count <= missedAtMost, string.Join('\n', missed));
        Assert.True(texts.Count >= atLeast);
    }

    [Theory]
    [InlineData("chinese.txt")]
    [InlineData("japanese.txt")]
    [InlineData("spanish.txt")]
    [InlineData("german.txt")]
    [InlineData("french.txt")]
    public void Each_language_has_25_phrasings_that_are_read_and_15_that_give_no_answer(string file)
    {
        var texts = AnswerText.Read(file).ToList();

        Assert.True(texts.Count(static text => text.Letter is not null) >= 25);
        Assert.True(texts.Count(static text => text.Letter is null) >= 15);
    }

    // What stands in front of an answer and behind it does not change it: blanks, line ends of Windows, and a thought.
    [Theory]
    [InlineData("\n\n", "\n")]
    [InlineData("<think>The answer is D. No, A.</think>\n", "")]
    [InlineData("", "<|im_end|>\n<|im_start|>user\nThe answer is D.")]
    public void Surroundings_do_not_change_what_is_read(string before, string behind)
    {
        foreach (var text in AnswerText.Read("english.txt"))
        {
            var surrounded = new AnswerExtraction(AnswerSpace.Letters, text.Options).Find(before + text.Text + behind);

            Assert.Equal(text.Found, surrounded is { } found ? OptionLetter.Of(found.Option) : null);
        }
    }

    /// <summary>A text with the letter that it gives.</summary>
    private sealed record AnswerText(string[] Options, char? Letter, string Text)
    {
        /// <summary>The letter that is read.</summary>
        public char? Found => new AnswerExtraction(AnswerSpace.Letters, Options).Find(Text) is { } answer ? OptionLetter.Of(answer.Option)
            : null;

        /// <summary>Lines that begin with "=" have the options of the texts below, others the letter or "-", a space and the text; "\n" in
        /// it is a line end, "\\" a backslash.</summary>
        public static IEnumerable<AnswerText> Read(string file)
        {
            string[] options = [];
            foreach (var line in File.ReadLines(Repository.PathOf("tests", "MedQA.Evaluation.Tests", "Extraction", "texts", file)))
            {
                if (line is ['=', ..])
                {
                    options = line[1..].Split('|', StringSplitOptions.TrimEntries);
                }
                else if (line is [var letter, ' ', .. var text] && letter != '#')
                {
                    yield return new(options, letter == '-' ? null
                        : letter, text.Replace(@"\\", "\0", StringComparison.Ordinal).Replace(@"\n", "\n",
                        StringComparison.Ordinal).Replace('\0', '\\'));
                }
            }
        }
    }
}
