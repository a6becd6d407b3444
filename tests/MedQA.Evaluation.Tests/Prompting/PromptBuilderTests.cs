using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;

namespace MedQA.Evaluation.Tests.Prompting;

public sealed class PromptBuilderTests
{
    private static readonly Exemplar Worked = new() { Id = "e1", Text = "Which vitamin prevents scurvy?", Options = ["A", "C"], Answer = 1, Explanation = "Collagen needs ascorbic acid." };

    private static readonly Question Asked = new() { Id = "q", Dataset = "d", Text = "Which organ makes insulin?", Options = ["Liver", "Pancreas", "Spleen"] };

    private static readonly Question Verdict = new() { Id = "p", Dataset = "pubmedqa", Context = "Twelve of 20 improved.", Text = "Does it help?", Options = ["yes", "no", "maybe"] };

    private static Profile BuiltIn(string name) => BuiltInProfiles.Find(name)!;

    [Fact]
    public void A_chat_has_worked_examples_as_turns_and_shares_all_but_the_question()
    {
        var profile = BuiltIn("self-consistency") with { Instruction = "Choose {answers}." };

        var prompt = Assert.IsType<ChatPrompt>(PromptBuilder.Build(new Protocol(profile, [Worked]), Asked));

        Assert.Equal(
            [
                ChatMessage.User("Question: Which vitamin prevents scurvy?\n(A) A\n(B) C\n\nChoose (A) or (B)."),
                ChatMessage.Assistant("Collagen needs ascorbic acid.\nAnswer: (B)"),
                ChatMessage.User("Question: Which organ makes insulin?\n(A) Liver\n(B) Pancreas\n(C) Spleen\n\nChoose (A), (B) or (C)."),
            ],
            prompt.Messages);
        Assert.Equal(2, prompt.SharedMessages);
        Assert.Equal(profile.TemplateDate, prompt.Date);
    }

    [Fact]
    public void A_chat_can_have_a_system_text_and_its_examples_in_front_of_the_question()
    {
        var profile = BuiltIn("self-consistency") with { System = "You are careful.", Instruction = "Choose.", ExamplesAs = ExemplarPlacement.Text };

        var prompt = Assert.IsType<ChatPrompt>(PromptBuilder.Build(new Protocol(profile, [Worked]), Asked));

        Assert.Equal(
            [
                ChatMessage.System("You are careful."),
                ChatMessage.User("Choose.\n\nQuestion: Which vitamin prevents scurvy?\n(A) A\n(B) C\nCollagen needs ascorbic acid.\nAnswer: (B)\n\nQuestion: Which organ makes insulin?\n(A) Liver\n(B) Pancreas\n(C) Spleen"),
            ],
            prompt.Messages);
        Assert.Equal(1, prompt.SharedMessages);
    }

    [Fact]
    public void A_direct_answer_is_shown_without_its_explanation()
    {
        var prompt = Assert.IsType<ChatPrompt>(PromptBuilder.Build(new Protocol(BuiltIn("few-shot"), [Worked]), Asked));

        Assert.Equal("Answer: (B)", prompt.Messages[1].Content);
    }

    [Fact]
    public void A_completion_ends_where_the_model_goes_on()
    {
        var profile = BuiltIn("self-consistency") with { Format = PromptFormat.Completion, Instruction = "Exam." };

        var prompt = Assert.IsType<CompletionPrompt>(PromptBuilder.Build(new Protocol(profile, [Worked]), Asked));

        const string Shared = "Exam.\n\nQuestion: Which vitamin prevents scurvy?\n(A) A\n(B) C\nExplanation: Collagen needs ascorbic acid.\nAnswer: (B)\n\n";
        Assert.Equal(Shared + "Question: Which organ makes insulin?\n(A) Liver\n(B) Pancreas\n(C) Spleen\nExplanation:", prompt.Text);
        Assert.Equal(Shared.Length, prompt.SharedLength);
    }

    [Fact]
    public void Yes_no_and_maybe_are_asked_for_as_words()
    {
        var profile = BuiltIn("self-consistency") with { Instruction = "Say {answers}." };

        var prompt = Assert.IsType<ChatPrompt>(PromptBuilder.Build(new Protocol(profile, []), Verdict));

        Assert.Equal("Context: Twelve of 20 improved.\nQuestion: Does it help?\n\nSay yes, no or maybe.", Assert.Single(prompt.Messages).Content);
        Assert.Equal(0, prompt.SharedMessages);
        var form = AnswerForm.Of(profile, Verdict.Options);
        Assert.Equal(("\nAnswer:", " yes| no| maybe"), (form.Cue, string.Join('|', form.CueContinuations)));
    }

    [Fact]
    public void The_answer_space_of_a_profile_overrides_the_questions_own()
    {
        var profile = BuiltIn("self-consistency") with { Instruction = "", AnswerSpace = AnswerSpace.Letters };

        var prompt = Assert.IsType<ChatPrompt>(PromptBuilder.Build(new Protocol(profile, []), Verdict));

        Assert.EndsWith("Does it help?\n(A) yes\n(B) no\n(C) maybe", prompt.Messages[0].Content, StringComparison.Ordinal);
    }

    [Fact]
    public void A_question_that_looks_like_a_template_stays_text()
    {
        var question = Asked with { Text = "What does {options} mean in {{braces}} and {a}?", Options = ["{question}", "{b}"] };
        var profile = BuiltIn("self-consistency") with { Instruction = "" };

        var prompt = Assert.IsType<ChatPrompt>(PromptBuilder.Build(new Protocol(profile, []), question));

        Assert.Equal("Question: What does {options} mean in {{braces}} and {a}?\n(A) {question}\n(B) {b}", prompt.Messages[0].Content);
    }

    [Fact]
    public void The_reasoners_prompt_is_a_profile()
    {
        var profile = ProfileReader.Parse(
            """
            {"name":"reasoner","strategy":"self-consistency","format":"completion","instruction":"","exemplarSet":null,"exemplars":0,"maxTokens":180,"stop":[],
             "template":"Question: {question}\n(A) {a} (B) {b} (C) {c} (D) {d}\nExplanation:"}
            """,
            "reasoner.json");
        var question = new Question { Id = "s", Dataset = "sums", Text = "What is 11+6+6+6?", Options = ["29", "33", "23", "30"] };

        var prompt = Assert.IsType<CompletionPrompt>(PromptBuilder.Build(Protocol.Of(profile, ["sums"]), question));

        Assert.Equal("Question: What is 11+6+6+6?\n(A) 29 (B) 33 (C) 23 (D) 30\nExplanation:", prompt.Text);
        Assert.Equal(0, prompt.SharedLength);
        Assert.Equal(["\nQuestion"], PromptBuilder.StopOf(profile));
    }

    [Fact]
    public void A_template_that_names_an_option_too_many_says_which()
    {
        var profile = BuiltIn("self-consistency") with { Template = "{question} {a} {d}" };

        var exception = Assert.Throws<PromptException>(() => PromptBuilder.Build(new Protocol(profile, []), Asked));

        Assert.Contains("{d}, but q has 3 options", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_instruction_stands_where_the_template_has_it()
    {
        var profile = BuiltIn("self-consistency") with { Instruction = "Take {answers}.", Template = "{question}\n{options}\n{instruction}" };

        var prompt = Assert.IsType<ChatPrompt>(PromptBuilder.Build(new Protocol(profile, [Worked]), Asked));

        Assert.Equal("Which vitamin prevents scurvy?\n(A) A\n(B) C\nTake (A) or (B).", prompt.Messages[0].Content);
        Assert.Equal("Which organ makes insulin?\n(A) Liver\n(B) Pancreas\n(C) Spleen\nTake (A), (B) or (C).", prompt.Messages[2].Content);
    }
}
