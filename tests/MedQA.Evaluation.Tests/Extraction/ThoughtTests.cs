using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Extraction;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Strategies;

namespace MedQA.Evaluation.Tests.Extraction;

public sealed class ThoughtTests
{
    private static readonly string[] Drugs = ["Amlodipine", "Lisinopril", "Hydrochlorothiazide", "Spironolactone"];

    public static TheoryData<string, string> Pairs => [.. ThoughtMarkers.Pairs.Select(static pair => (pair.Open, pair.Close))];

    private static char? Read(string text, TextSpan? spoken = null) =>
        new AnswerExtraction(AnswerSpace.Letters, Drugs).Find(text, spoken: spoken) is { } found ? OptionLetter.Of(found.Option) : null;

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_thought_is_never_read_whoever_marked_it(string open, string close)
    {
        Assert.Equal('C', Read($"{open}The answer is B.{close}\n\nThe answer is C."));
        Assert.Equal('C', Read($"The answer is B.{close}The answer is C."));
        Assert.Equal('C', Read($"{open}x{close}{open}The answer is B.{close}Answer: (C)"));
        Assert.Null(Read($"{open}The answer is B."));
        Assert.Null(Read($"{open}The answer is B.{close}"));
        Assert.Null(Read($"The answer is B.{close}Potassium is low."));
        Assert.Equal('C', Read($"The answer is C.\n{open}Or is it B? The answer is B."));
    }

    [Theory]
    [InlineData("<|channel|>analysis<|message|>The answer is B.<|end|><|start|>assistant<|channel|>final<|message|>The answer is C.<|return|>", 'C')]
    [InlineData("<|channel|>analysis<|message|>The answer is B.<|end|>", null)]
    [InlineData("<|channel|>analysis<|message|>The answer is B.", null)]
    [InlineData("<|channel|>commentary<|message|>The answer is B.", null)]
    [InlineData("analysisWe must choose. The answer is B.assistantfinalThe answer is C.", 'C')]
    [InlineData("analysisThe answer is B.", null)]
    [InlineData("analysis of the findings: the answer is C.", 'C')]
    [InlineData("## Thinking\n\nThe answer is B.\n\n## Final Response\n\nThe answer is C.", 'C')]
    [InlineData("## Thinking\n\nThe answer is B.", null)]
    [InlineData("Here is my thought process: The answer is B.\nHere is my response: The answer is C.", 'C')]
    [InlineData("Here is my thought process: The answer is B.", null)]
    [InlineData("<THINK>The answer is B.</THINK>The answer is C.", 'C')]
    [InlineData("<reasoning>B fits.</reasoning>\n<answer>C</answer>", 'C')]
    public void Channels_and_headings_mark_thoughts_too(string text, char? letter) => Assert.Equal(letter, Read(text));

    [Fact]
    public void The_models_own_tokens_decide_where_the_text_shows_nothing()
    {
        const string Text = "The answer is B. The answer is C.";

        Assert.Equal('C', Read(Text, new TextSpan(17, Text.Length - 17)));
        Assert.Equal('B', Read(Text, new TextSpan(0, 16)));
        Assert.Null(Read(Text, new TextSpan(Text.Length, 0)));
        Assert.Null(Read("The answer is B.<think>", new TextSpan(0, 0)));
    }

    [Fact]
    public void Markers_in_the_text_count_within_what_the_tokens_leave() =>
        Assert.Null(Read("x<think>The answer is B.", new TextSpan(1, 23)));

    [Theory]
    [InlineData("<|im_start|>assistant\n<think>\n", true)]
    [InlineData("<|im_start|>assistant\n<think>\n\n</think>\n\n", false)]
    [InlineData("<|im_start|>assistant\n", false)]
    [InlineData("[/INST][THINK]", true)]
    [InlineData("<start_of_turn>model\n<unused94>thought\n", true)]
    [InlineData("<|turn>model\n<|channel>thought\n", true)]
    [InlineData("<|turn>model\n<|channel>thought\n<channel|>", false)]
    [InlineData("<|start|>assistant<|channel|>analysis<|message|>", true)]
    [InlineData("<|start|>assistant<|channel|>final<|message|>", false)]
    [InlineData("<|start|>assistant", false)]
    [InlineData("What does <think> mean?", false)]
    public void A_prompts_end_tells_whether_it_opened_a_thought(string prompt, bool isOpen) =>
        Assert.Equal(isOpen, ThoughtMarkers.OpenAtEnd(prompt));

    [Fact]
    public void Raters_see_no_thought()
    {
        var profile = BuiltInProfiles.Find("long-form")!;

        Assert.Equal("Drink water.", FreeAnswer.Of(Answered("They ask about fever. Drink water.", new TextSpan(22, 12)), profile.Stop));
        Assert.Equal("Drink water.", FreeAnswer.Of(Answered("[THINK]They ask about fever.[/THINK]\nDrink water.", null), profile.Stop));
        Assert.Null(FreeAnswer.Of(Answered("They ask about fever.", new TextSpan(21, 0)), profile.Stop));
        Assert.Null(FreeAnswer.Of(Answered("<thought>They ask about fever.", null), profile.Stop));
    }

    private static AnsweredQuestion Answered(string text, TextSpan? spoken) => new()
    {
        Ordinal = 0,
        Id = "q",
        Dataset = "d",
        Reasonings = [new Reasoning { Index = 0, Text = text, Tokens = [], LogLikelihood = -1, DrawnTokens = 1, End = SampleEnd.EndToken,
            SpokenPart = spoken }],
    };
}
