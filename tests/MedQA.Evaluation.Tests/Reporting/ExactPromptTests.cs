using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Strategies;
using static MedQA.Evaluation.Tests.Reporting.Answers;

namespace MedQA.Evaluation.Tests.Reporting;

public sealed class ExactPromptTests
{
    private static readonly Question Asked = new() { Id = "q0", Dataset = "medqa", Text = "Which drug?", Options = ["aspirin", "heparin", "warfarin", "none"], Gold = 1 };

    [Fact]
    public void A_chat_shows_its_messages_behind_their_roles()
    {
        var prompt = ExactPrompt.Of(new Protocol(Profile() with { System = "Be brief." }, []), Asked, Of(0, "AAA", 'B'));
        Assert.StartsWith("[system]\nBe brief.\n\n[user]\n", prompt.Text);
        Assert.Contains("(B) heparin", prompt.Text);
        Assert.Equal(("medqa", "q0"), (prompt.Dataset, prompt.Question));
    }

    [Fact]
    public void A_completion_is_its_text()
    {
        var prompt = ExactPrompt.Of(new Protocol(Profile() with { Format = PromptFormat.Completion, Template = "Q: {question}\n{options}\nA:" }, []), Asked, Of(0, "AAA", 'B'));
        Assert.StartsWith("Q: Which drug?\n(A) aspirin", prompt.Text);
    }

    [Fact]
    public void Shuffled_options_stand_as_the_first_sample_saw_them()
    {
        var answered = Of(0, "AAA", 'B');
        answered = answered with { Reasonings = [.. answered.Reasonings.Select(static reasoning => reasoning with { OptionOrder = [3, 1, 0, 2] })] };
        Assert.Contains("(A) none\n(B) heparin\n(C) aspirin\n(D) warfarin", ExactPrompt.Of(new Protocol(Profile("choice-shuffle"), []), Asked, answered).Text);
    }

    [Fact]
    public void As_many_worked_examples_stand_in_it_as_the_question_got()
    {
        var protocol = Protocol.Of(BuiltInProfiles.Find("self-consistency")!, ["medqa_us_test_4opt"]);
        Assert.NotEmpty(protocol.Exemplars);
        Assert.DoesNotContain(protocol.Exemplars[0].Text, ExactPrompt.Of(protocol, Asked, Of(0, "AAA", 'B')).Text);
        Assert.Contains(protocol.Exemplars[0].Text, ExactPrompt.Of(protocol, Asked, Of(0, "AAA", 'B') with { Exemplars = 1 }).Text);
    }
}
