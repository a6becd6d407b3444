using FsCheck.Xunit;
using MedQA.Evaluation.Extraction;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Tests.Extraction;

public sealed class AnswerSetReadingTests
{
    private static readonly string[] Drugs = ["Amlodipine", "Lisinopril", "Hydrochlorothiazide", "Spironolactone", "Loop diuretics"];

    private static string? Read(string text, params string[] options) =>
        new AnswerExtraction(AnswerSpace.Subset, options.Length == 0 ? Drugs : options).FindSet(text)?.Options.ToString();

    [Theory]
    [InlineData("Answer: A", "A")]
    [InlineData("Answer: (A), (C)", "AC")]
    [InlineData("Answer: A, C and D", "ACD")]
    [InlineData("Answer: A, C, and D.", "ACD")]
    [InlineData("Answer: D, A", "AD")]
    [InlineData("Answer: ACD", "ACD")]
    [InlineData("Answer: A C D", "ACD")]
    [InlineData("Answer: A; C", "AC")]
    [InlineData("Answer: A & C", "AC")]
    [InlineData("Answer: a, c", "AC")]
    [InlineData("Answer: (a) and (c)", "AC")]
    [InlineData("**Answer:** A, C", "AC")]
    [InlineData("**Answer: A, C**", "AC")]
    [InlineData("Final Answer: \\boxed{A, C}", "AC")]
    [InlineData("Answer:\nA, C", "AC")]
    [InlineData("Answer:\n\nA) Amlodipine\nC) Hydrochlorothiazide", "AC")]
    [InlineData("Answer: A) Amlodipine\nC) Hydrochlorothiazide", "AC")]
    [InlineData("Answer: B) Lisinopril and D) Spironolactone", "BD")]
    [InlineData("Answer: Lisinopril, Loop diuretics", "BE")]
    [InlineData("The correct answers are A and C.", "AC")]
    [InlineData("The pressure falls with both. Therefore, the correct answers are A and C.", "AC")]
    [InlineData("Answer: A and C but not B", "AC")]
    [InlineData("Answer: A and C are correct.", "AC")]
    [InlineData("Answer: A, C because both lower the pressure.", "AC")]
    [InlineData("Answer: A, C because B is wrong.", "AC")]
    [InlineData("Answer: Only A", "A")]
    [InlineData("Answer: A, C. B is wrong, since it is no thiazide.", "AC")]
    [InlineData("The answer is A. Looking again, there are two.\nAnswer: A, C", "AC")]
    [InlineData("Answer: all of the above", "ABCDE")]
    [InlineData("Réponse : A et C", "AC")]
    [InlineData("Respuesta: A y C", "AC")]
    [InlineData("Antwort: A und C", "AC")]
    [InlineData("答案：A、C", "AC")]
    [InlineData("答案：ACD。", "ACD")]
    [InlineData("答え：A、C", "AC")]
    [InlineData("ACD", "ACD")]
    [InlineData(" (A), (C)", "AC")]
    [InlineData("A) Amlodipine\nC) Hydrochlorothiazide", "AC")]
    [InlineData("B", "B")]
    public void A_set_is_read_from_what_says_it(string text, string letters) => Assert.Equal(letters, Read(text));

    [Theory]
    [InlineData("")]
    [InlineData("I cannot tell.")]
    [InlineData("Answer: A or C")]
    [InlineData("Answer: A, C because they are wrong.")]
    [InlineData("Answer: A and/or C")]
    [InlineData("Answer: A, C or maybe D")]
    [InlineData("Answer: A, possibly C")]
    [InlineData("Answer: A-C")]
    [InlineData("Answer: A to C")]
    [InlineData("Answer: not A")]
    [InlineData("Answer: none of the above")]
    [InlineData("Answer: A, A")]
    [InlineData("Answer: A, C and")]
    [InlineData("Answer: A, F")]
    [InlineData("Answer: CA")]
    [InlineData("Answer: BAD")]
    [InlineData("Answer: A patient with edema")]
    [InlineData("Answer: A, C. However, D is right too.")]
    [InlineData("Answer: A, C. D is right too.")]
    [InlineData("Answer: A, C. Wait, that is wrong.")]
    [InlineData("Answer: A, C. C is not right.")]
    [InlineData("Answer: A\nAnswer: C")]
    [InlineData("Answer: (A)\n(C) too")]
    [InlineData("Answer: Amlodipine\nSpironolactone as well")]
    [InlineData("Is the answer A, C?")]
    [InlineData("If the answers are A and C, then the pressure falls.")]
    [InlineData("The incorrect answers are A and C.")]
    [InlineData("The correct answer is A. The correct answer is also C.")]
    [InlineData("The correct answer is A. Another correct answer is C.")]
    [InlineData("A and C lower the pressure.")]
    [InlineData("A) Amlodipine\nB) Lisinopril\nC) Hydrochlorothiazide\nD) Spironolactone\nE) Loop diuretics")]
    public void What_is_not_beyond_doubt_is_no_answer(string text) => Assert.Null(Read(text));

    [Theory]
    [InlineData("Answer: ACE", null)]
    [InlineData("Answer: AC", "AC")]
    [InlineData("Answer: ACE inhibitor", "B")]
    public void A_word_of_an_option_is_no_run_of_letters(string text, string? letters) =>
        Assert.Equal(letters, Read(text, "Diuretic", "ACE inhibitor", "Sartan", "Nitrate", "Digoxin"));

    [Theory]
    [InlineData("Answer: AB")]
    [InlineData("Answer: A, B")]
    [InlineData("AB")]
    public void Letters_that_are_texts_of_options_could_mean_both(string text) => Assert.Null(Read(text, "B", "A", "AB", "O"));

    [Fact]
    public void All_of_the_above_is_no_set_where_it_is_an_option() =>
        Assert.Null(Read("Answer: all of them", "Fever", "Cough", "All of the above"));

    [Fact]
    public void The_place_of_the_list_is_told()
    {
        const string Text = "Both lower it.\nAnswer: A, C";

        var found = new AnswerExtraction(AnswerSpace.Subset, Drugs).FindSet(Text)!.Value;

        Assert.Equal("A, C", Text.Substring(found.Span.Start, found.Span.Length));
    }

    [Fact]
    public void Where_one_option_is_right_no_set_is_read() =>
        Assert.Null(new AnswerExtraction(AnswerSpace.Letters, Drugs).FindSet("Answer: A, C"));

    [Property(MaxTest = 2000)]
    public void Any_set_in_any_notation_is_read_back(int bits, int notation, int order)
    {
        var set = new OptionSet((uint)bits & 31);
        if (set.Count == 0)
        {
            return;
        }

        string[] letters = [.. set.Options.Select(static option => OptionLetter.Of(option).ToString())];
        string[] mixed = (order & 1) == 0 ? letters : [.. letters.Reverse()];
        var text = (notation & 7) switch
        {
            0 => string.Join(", ", mixed),
            1 => string.Join(" and ", mixed.Select(static letter => $"({letter})")),
            2 => string.Concat(letters),
            3 => string.Join("; ", mixed),
            4 => string.Join(", ", set.Options.Select(static option => Drugs[option])),
            5 => string.Join(", ", set.Options.Select(static option => $"{OptionLetter.Of(option)}) {Drugs[option]}")),
            6 => "\n" + string.Join('\n', set.Options.Select(static option => $"- {OptionLetter.Of(option)}) {Drugs[option]}")),
            _ => string.Join("、", mixed),
        };

        Assert.Equal(set.ToString(), Read($"They lower the pressure.\nAnswer: {text}"));
        Assert.Null(Read($"Answer: {text}, perhaps"));
    }
}
