using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MedQA.Evaluation.Extraction;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Tests.Extraction;

public sealed class AnswerExtractionTests
{
    private static readonly string[] Drugs = ["Amlodipine", "Lisinopril", "Hydrochlorothiazide", "Spironolactone"];
    private static readonly string[] Verdicts = ["yes", "no", "maybe"];

    public static TheoryData<string, string?> Statements => new()
    {
        // Explicit statements
        { "Answer: (C)", "C" },
        { "Thiazides waste potassium.\nAnswer: (C)", "C" },
        { "Answer: C", "C" },
        { "Answer:C", "C" },
        { "answer: c", "C" },
        { "ANSWER: C", "C" },
        { "Answer - C", "C" },
        { "Answer = C", "C" },
        { "Answer is C", "C" },
        { "The answer is C.", "C" },
        { "The answer is (C).", "C" },
        { "The answer is c.", "C" },
        { "The answer is (c)", "C" },
        { "the answer is: C", "C" },
        { "The correct answer is C", "C" },
        { "The correct answer is option C.", "C" },
        { "The correct answer is therefore (C).", "C" },
        { "The best answer is choice C", "C" },
        { "The most likely answer is C.", "C" },
        { "My answer is C.", "C" },
        { "So my final answer is C", "C" },
        { "Final answer: C", "C" },
        { "Final Answer: **C**", "C" },
        { "**Final Answer:** (C)", "C" },
        { "**Answer: C**", "C" },
        { "**Answer**: C. Hydrochlorothiazide", "C" },
        { "## Final answer\n\nC", "C" },
        { "The correct answer is:\n\n**C. Hydrochlorothiazide**", "C" },
        { "Answer:\nC", "C" },
        { "Answer: Option C", "C" },
        { "Answer: option (C)", "C" },
        { "Answer choice C is correct.", "C" },
        { "Correct option: C", "C" },
        { "The correct choice is (C) Hydrochlorothiazide.", "C" },
        { "The right option is C.", "C" },
        { "The answer, therefore, is C.", "C" },
        { "The answer to this question is (C).", "C" },
        { "The answer to the question is C, because thiazides waste potassium.", "C" },
        { "The answer is C because thiazides waste potassium.", "C" },
        { "The answer is C, a thiazide.", "C" },
        { "The answer is C: thiazides block the cotransporter.", "C" },
        { "The answer is C - hydrochlorothiazide", "C" },
        { "The answer is C) Hydrochlorothiazide", "C" },
        { "The answer is \"C\".", "C" },
        { "The answer is 'C'", "C" },
        { "The answer is `C`", "C" },
        { "The answer is [C]", "C" },
        { "The answer is {C}", "C" },
        { "The answer is $C$", "C" },
        { "The answer is $\\boxed{C}$.", "C" },
        { "\\boxed{C}", "C" },
        { "\\boxed{\\text{C}}", "C" },
        { "\\[\\boxed{(C)}\\]", "C" },
        { "<answer>C</answer>", "C" },
        { "<answer>C</answer>\nB is wrong.", "C" },
        { "{\"answer\": \"C\"}", "C" },
        { "{\"reasoning\": \"thiazides\", \"answer\": \"C\", \"confidence\": 0.9}", "C" },
        { "{\n  \"answer\": \"C\"\n}", "C" },
        { "```json\n{\"final_answer\": \"C\"}\n```", "C" },
        { "The answer would be C.", "C" },
        { "The answer must be C", "C" },
        { "The answer should be (C).", "C" },
        { "The answer that best explains these findings is C.", "C" },
        { "The option most consistent with this is C, but the answer is D.", "D" },
        { "I would choose C.", "C" },
        { "I choose (C).", "C" },
        { "I'd pick C.", "C" },
        { "I select option C", "C" },
        { "I will go with C.", "C" },
        { "I'm going with option B.", "B" },
        { "Going with (D)", "D" },
        { "If I had to choose, I would pick C.", "C" },
        { "C is correct.", "C" },
        { "C is the correct answer.", "C" },
        { "(C) is the best answer", "C" },
        { "Option C is correct.", "C" },
        { "Option C, hydrochlorothiazide, is correct.", "C" },
        { "Option (C) Hydrochlorothiazide is the correct choice.", "C" },
        { "C. Hydrochlorothiazide is the most likely answer.", "C" },
        { "Therefore, C.", "C" },
        { "Therefore, the answer is C.", "C" },
        { "Thus (C).", "C" },
        { "Hence, option C.", "C" },
        { "So, C", "C" },
        { "Therefore, C is the answer.", "C" },
        { "A is correct.", "A" },
        { "A is the answer", "A" },
        { "The answer is A", "A" },
        { "The answer is A.", "A" },
        { "The answer is a.", "A" },
        { "Answer: a", "A" },
        { "Answer: a) Amlodipine", "A" },
        { "Answer: (a) amlodipine", "A" },
        { "Answer: c. hydrochlorothiazide", "C" },
        { "Answer: C Hydrochlorothiazide", "C" },
        { "Answer: (C).", "C" },
        { "Answer : ( C )", "C" },
        { "Answer: (C", "C" },
        { "Answer (C)", "C" },
        { "Ans: C", "C" },

        // Only an option
        { "C", "C" },
        { "c", "C" },
        { " (C)", "C" },
        { "(C)", "C" },
        { "C.", "C" },
        { "**C**", "C" },
        { "C)", "C" },
        { "C) Hydrochlorothiazide", "C" },
        { "C. Hydrochlorothiazide\n\nThiazides waste potassium.", "C" },
        { "(C) Hydrochlorothiazide. It wastes potassium.", "C" },
        { "Option C", "C" },
        { "C\n\nExplanation: thiazides waste potassium, unlike A or B.", "C" },
        { "Thiazides waste potassium.\n\nC", "C" },
        { "Hydrochlorothiazide", "C" },
        { "hydrochlorothiazide.", "C" },

        // The option's text instead of its letter
        { "The answer is hydrochlorothiazide.", "C" },
        { "The correct answer is: Hydrochlorothiazide", "C" },
        { "Answer: Spironolactone", "D" },
        { "Hydrochlorothiazide is the correct answer.", "C" },
        { "Therefore, hydrochlorothiazide.", "C" },
        { "The most likely cause is hydrochlorothiazide.", "C" },
        { "These findings are most consistent with (C).", "C" },
        { "This suggests option B.", "B" },

        { "Based on this, option C seems the most appropriate.", "C" },
        { "(C) is the most likely diagnosis.", "C" },
        { "Hydrochlorothiazide is the most likely cause of these findings.", "C" },
        { "C is the best next step if she is stable.", null },
        { "Lisinopril is the best drug in diabetes, but the answer is C.", "C" },
        { "A. Amlodipine: incorrect.\nB. Lisinopril: incorrect.\nC. Hydrochlorothiazide: correct.\nD. Spironolactone: incorrect.", "C" },
        { "Option C - correct", "C" },
        { "It's C.", "C" },
        { "It is (C).", "C" },
        { "It is A patient with low sodium.", null },
        { "I lean towards C.", "C" },
        { "I can't decide between B and C but I'm leaning toward B.", "B" },
        { "C has been linked to low sodium.", null },
        { "C is not the most likely.", null },
        { "C is less likely.", null },
        { "C is likely but not the answer.", null },

        // The last statement counts
        { "The answer is B. Wait, potassium is low. The answer is C.", "C" },
        { "At first A is correct, one thinks. Answer: C", "C" },
        { "Answer: B\nOn reflection, the correct answer is C.", "C" },
        { "Answer: A ... no, actually, C is correct.", "C" },

        // Negated
        { "The answer is not B.", null },
        { "The answer is not B but C.", "C" },
        { "The answer isn't (B).", null },
        { "B is incorrect. The answer is C. D is not correct.", "C" },
        { "B is not the answer.", null },
        { "B is not correct.", null },
        { "B is incorrect.", null },
        { "B is wrong, so the answer is C.", "C" },
        { "I would not choose B.", null },
        { "I don't choose B; I choose C.", "C" },
        { "The answer cannot be B.", null },
        { "Wrong answer: B", null },
        { "Incorrect answers: A, B and D", null },
        { "We can rule out A and B. The correct answer is C.", "C" },
        { "The answer is C, not B.", "C" },
        { "The answer is C rather than D.", "C" },
        { "The answer is C. A, B and D are incorrect.", "C" },
        { "The answer is C. (A) is wrong because it does not change sodium. (B) raises potassium. (D) too.", "C" },
        { "The answer is neither A nor B.", null },

        // Conditional
        { "If potassium were high, the answer would be D.", null },
        { "If potassium were high, the answer would be D. Here the answer is C.", "C" },
        { "The answer would be D if potassium were high.", null },
        { "Unless she is pregnant, the answer is B.", null },
        { "Although B is the best answer in diabetes, C is correct here.", "C" },
        { "Potassium is low; if the dose is raised it falls further, so the answer is C.", "C" },
        { "Assuming normal kidneys the answer is B. Answer: (C)", "C" },
        { "I have to find out whether the answer is B.", null },
        { "Is the answer B? No. The answer is C.", "C" },
        { "Is the answer B?", null },

        // Tentative: only where nothing better is there
        { "The answer could be B.", "B" },
        { "The answer might be B. However, the answer is C.", "C" },
        { "The answer is C. It might be B in children.", "C" },

        // Several
        { "The answer is A or B.", null },
        { "The answer is either A or B.", null },
        { "The answer is A and C.", null },
        { "Answer: A, C", null },
        { "Answer: A/C", null },
        { "Answer: (A) or (C)", null },
        { "Answer: (A) Amlodipine or (B) Lisinopril", null },
        { "Both A and B are right.", null },
        { "{\"answer\": [\"A\", \"B\"]}", null },
        { "I cannot choose between A and B.", null },
        { "Choose one of A, B, C or D.", null },
        { "End with \"Answer: \" and one of (A), (B), (C) or (D).", null },
        { "The answer is A, and B is wrong.", "A" },
        { "The answer is A and B is wrong.", "A" },
        { "(A) Amlodipine\n(B) Lisinopril\n(C) Hydrochlorothiazide\n(D) Spironolactone", null },
        { "A. Amlodipine\nB. Lisinopril\nC. Hydrochlorothiazide\nD. Spironolactone\nAnswer: B", "B" },

        // Letters that are no options
        { "The patient lacks vitamin A.", null },
        { "The answer is vitamin C deficiency.", null },
        { "She was vaccinated against hepatitis B.", null },
        { "Hepatitis B is the correct answer.", null },
        { "This is caused by group A streptococcus.", null },
        { "The answer is group B streptococcus.", null },
        { "The answer is a beta blocker.", null },
        { "The answer is a thiazide, so C.", "C" },
        { "The answer is C-reactive protein.", null },
        { "The answer is B cell lymphoma.", null },
        { "The answer is C. difficile infection.", null },
        { "The answer is protein C deficiency.", null },
        { "Hemophilia A is likely, so I would give factor VIII.", null },
        { "The answer is B12 deficiency.", null },
        { "Type A blood is correct for this patient.", null },
        { "A beta blocker is the correct answer.", null },
        { "A patient like this has low sodium.", null },
        { "The T-A pattern, the A wave and the D dimer are normal.", null },
        { "I think a CT scan is needed.", null },

        // Letters beyond the options, of other alphabets, and presentation forms
        { "The answer is E.", null },
        { "Answer: (X)", null },
        { "Answer: (С)", null }, // Cyrillic
        { "Ответ: В", null },
        { "Answer: Α", null }, // Greek
        { "Answer: （Ｃ）", "C" },
        { "Answer: Ⓒ", "C" },
        { "Answer: 𝐂", "C" },
        { "The answer is 🅲.", "C" },

        // Refusals, questions back, cut texts
        { "I'm sorry, but I cannot answer medical questions.", null },
        { "I cannot answer this. A doctor should decide.", null },
        { "As an AI, I can't choose a treatment. Please see a physician.", null },
        { "The answer is", null },
        { "The answer is (", null },
        { "Answer:", null },
        { "The most likely ans", null },
        { "Thiazides block the sodium chloride cotransporter, which", null },
        { "(A) does not change sodium, (B) raises potassium, (C)", null },
        { "There is no correct answer. All are wrong.", null },
        { "The answer cannot be determined.", null },
        { "Answer: none of these", null },
        { "", null },
        { "   \n\n", null },

        // Thoughts
        { "<think>The answer is B.</think>The answer is C.", "C" },
        { "<think>The answer is B. Or maybe", null },
        { "The answer is B.</think>\n\nAnswer: D", "D" },
    };

    [Theory]
    [MemberData(nameof(Statements))]
    public void The_answer_in_letters_is_found(string text, string? letter)
    {
        var answer = new AnswerExtraction(AnswerSpace.Letters, Drugs).Find(text);

        Assert.Equal(letter, answer is { } found ? OptionLetter.Of(found.Option).ToString() : null);
    }

    public static TheoryData<string, string?> VerdictsInWords => new()
    {
        { "Answer: yes", "yes" },
        { "Answer: Yes.", "yes" },
        { "answer: NO", "no" },
        { "Answer: maybe", "maybe" },
        { "Falls were as frequent as before.\nAnswer: no", "no" },
        { "The answer is no.", "no" },
        { "The answer is \"maybe\".", "maybe" },
        { "The answer is yes, because control improved.", "yes" },
        { "The answer to the question is yes", "yes" },
        { "**Answer:** Yes", "yes" },
        { "{\"answer\": \"maybe\"}", "maybe" },
        { "\\boxed{no}", "no" },
        { "yes", "yes" },
        { " no", "no" },
        { "Maybe.", "maybe" },
        { "Yes, it does.", "yes" },
        { "No. The confidence interval includes one.", "no" },
        { "No, falls were as frequent.", "no" },
        { "Yes: both results point the same way.", "yes" },
        { "The groups differ. Therefore, yes.", "yes" },
        { "So the answer is maybe, as the sample was small.", "maybe" },
        { "Yes, at first sight. However, the answer is maybe.", "maybe" },
        { "Yes. No difference was seen in the subgroup.", "yes" },
        { "Therefore, maybe.", "maybe" },
        { "I would choose maybe.", "maybe" },
        { "No difference was found between the groups.", null },
        { "There was no effect.", null },
        { "No significant effect was seen, and no harm.", null },
        { "It may help in some patients.", null },
        { "Maybe the sample was too small.", null },
        { "The answer is no difference.", null },
        { "The answer is not yes.", null },
        { "The answer is either yes or maybe.", null },
        { "Answer: yes or no", null },
        { "Answer: yes/no/maybe", null },
        { "Answer with yes, no or maybe.", null },
        { "If the groups had been larger, the answer would be yes.", null },
        { "The results suggest that there is no benefit.", null },
        { "The answer is A.", null },
        { "Is the answer yes?", null },
        { "I cannot say.", null },
        { "Noteworthy: yesterday's news.", null },
        { "Answer:", null },
    };

    public static TheoryData<string, string[], string?> OptionTexts => new()
    {
        { "The answer is metformin and insulin.", ["Metformin", "Metformin and insulin", "Insulin"], "B" },
        { "The answer is metformin.", ["Metformin", "Metformin and insulin", "Insulin"], "A" },
        { "The answer is both A and B.", ["Fever", "Cough", "Rash", "Both A and B"], "D" },
        { "Answer: All of the above", ["Fever", "Cough", "Rash", "All of the above"], "D" },
        { "The answer is B cell lymphoma.", ["Melanoma", "Sarcoma", "B cell lymphoma"], "C" },
        { "The answer is E. coli.", ["S. aureus", "E. coli", "K. pneumoniae", "P. mirabilis", "E. faecalis"], "B" },
        { "The answer is Escherichia.", ["S. aureus", "E. coli"], null },
        { "The answer is vitamin A.", ["Vitamin A", "Vitamin B", "Vitamin C"], "A" },
        { "The answer is vitamin C.", ["Vitamin A", "Vitamin B", "Vitamin C"], "C" },
        { "Answer: (A) vitamin C", ["Vitamin C", "Vitamin A"], "A" },
        { "The answer is 12.5 mg.", ["1.25 mg", "12.5 mg", "125 mg"], "B" },
        { "The answer is -3.", ["3", "-3", "30"], "B" },
        { "The answer is 29.", ["29", "33", "23", "30"], "A" },
        { "5+3=8, (A) 7 no, (B) 12 yes.\nAnswer: (B)", ["7", "12", "9", "3"], "B" },
        { "The answer is aspirin.", ["Aspirin", "aspirin"], null },
        { "Answer: TSH high, T4 low", ["↑ TSH, ↓ T4", "↓ TSH, ↑ T4"], null },
        { "Answer: A", ["A", "B", "AB", "O"], "A" },
        { "The answer is AB.", ["A", "B", "AB", "O"], "C" },
        { "The answer is (D).", ["Vitamin D", "Vitamin K", "Vitamin E", "Folate"], "D" },
        { "The correct next action is to report the physician to the ethics committee.", ["Disclose the error", "Report the physician to the ethics committee"], "B" },
        { "It is not correct to disclose the error.", ["Disclose the error", "Report the physician"], null },
        { "Hyperkalemia is not the answer. The answer is hypokalemia.", ["Hyperkalemia", "Hypokalemia"], "B" },
        { "The diagnosis is not lupus; the most likely diagnosis is sarcoidosis.", ["Lupus", "Sarcoidosis"], "B" },
        { "Choice (E) is correct", ["a", "b", "c", "d", "e"], "E" },
        { "The answer is Z.", [.. Enumerable.Range(0, 26).Select(static index => $"option {index}")], "Z" },
    };

    [Theory]
    [MemberData(nameof(VerdictsInWords))]
    public void The_answer_in_words_is_found(string text, string? word)
    {
        var answer = new AnswerExtraction(AnswerSpace.Words, Verdicts).Find(text);

        Assert.Equal(word, answer is { } found ? Verdicts[found.Option] : null);
    }

    [Theory]
    [MemberData(nameof(OptionTexts))]
    public void The_text_of_an_option_names_it(string text, string[] options, string? letter)
    {
        var answer = new AnswerExtraction(AnswerSpace.Letters, options).Find(text);

        Assert.Equal(letter, answer is { } found ? OptionLetter.Of(found.Option).ToString() : null);
    }

    [Fact]
    public void What_stands_behind_a_stop_text_is_not_seen() =>
        Assert.Equal(2, new AnswerExtraction(AnswerSpace.Letters, Drugs).Find("Answer: (C)\n\nQuestion: What else?\nAnswer: (A)", ["\nQuestion"])?.Option);

    [Fact]
    public void The_span_is_where_the_option_is_named()
    {
        const string Text = "Potassium is low. The answer is (C), a thiazide.";
        const string InWords = "Therefore 𝐡ydrochlorothiazide is the correct answer.";
        var extraction = new AnswerExtraction(AnswerSpace.Letters, Drugs);
        var letter = extraction.Find(Text)!.Value.Span;
        var words = extraction.Find(InWords)!.Value.Span;

        Assert.Equal("C", Text.Substring(letter.Start, letter.Length));
        Assert.Equal("𝐡ydrochlorothiazide", InWords.Substring(words.Start, words.Length));
    }

    [Fact]
    public void A_free_answer_is_never_extracted() => Assert.Null(new AnswerExtraction(AnswerSpace.Free, []).Find("The answer is C."));

    [Property(MaxTest = 500)]
    public Property Any_text_is_read_without_an_error_and_the_span_lies_within_it()
    {
        string[] pieces =
        [
            "answer", "is", "not", "The", "(", ")", "C", "c", "A", "option", "if", ",", ".", "?", "\n", " ", " ", "or", "and", "boxed", "\\", "{", "}", "\"", ":", "<think>", "</think>", "yes", "no", "\uD835",
            "\uDC02", "Ⓒ", "С", "choose", "correct", "Amlodipine", "'", "-", "3", "\0", "\u0301", "therefore",
        ];
        var texts = Gen.OneOf(
            Gen.Elements(pieces).ListOf().Select(static list => string.Concat(list)),
            Gen.Elements(pieces).ListOf().Select(static list => string.Join(' ', list)),
            ArbMap.Default.GeneratorFor<string>().Select(static text => text ?? ""));
        return Prop.ForAll(texts.ToArbitrary(), static text => new[] { AnswerSpace.Letters, AnswerSpace.Words, AnswerSpace.OptionTexts }.All(space =>
            new AnswerExtraction(space, space == AnswerSpace.Words ? Verdicts : Drugs).Find(text) is not { } found
            || (found.Option is >= 0 and < 4 && found.Span.Start >= 0 && found.Span.Length > 0 && found.Span.Start + found.Span.Length <= text.Length)));
    }

    [Theory]
    [InlineData("answer ")]
    [InlineData("the answer is not ")]
    [InlineData("((((")]
    [InlineData("if the answer is A or ")]
    [InlineData("A, B, C, D, ")]
    [InlineData("therefore, ")]
    [InlineData("amlo amlo ")]
    [InlineData("most likely ")]
    [InlineData("C is not correct, ")]
    [InlineData("\n")]
    [InlineData("<think>")]
    [InlineData("a'")]
    [InlineData("C)))))")]
    [InlineData(". ")]
    [InlineData("! no")]
    [InlineData("yes. ")]
    [InlineData("answer (((((((((")]
    [InlineData("it's ")]
    [InlineData("which is wrong, ")]
    [InlineData("C is the answer that ")]
    [InlineData("\"")]
    [InlineData("| C ")]
    [InlineData("B?\nA. ")]
    [InlineData("A: no\n")]
    [InlineData("答案是C。")]
    [InlineData("l'")]
    [InlineData("<b>")]
    public void Long_texts_take_time_in_proportion_to_their_length(string piece)
    {
        var extraction = new AnswerExtraction(AnswerSpace.Letters, ["amlo amlo amlo amlo", "amlo amlo amlo", "Hydrochlorothiazide", "Spironolactone"]);
        var longText = string.Concat(Enumerable.Repeat(piece, 500_000 / piece.Length));
        var started = System.Diagnostics.Stopwatch.GetTimestamp();

        extraction.Find(longText);
        new AnswerExtraction(AnswerSpace.Words, Verdicts).Find(longText);

        // Half a second on a machine of its own; a quadratic scan would take minutes.
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 60);
    }
}
