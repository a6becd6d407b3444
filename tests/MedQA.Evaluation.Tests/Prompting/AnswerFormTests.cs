using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Strategies;

namespace MedQA.Evaluation.Tests.Prompting;

public sealed class AnswerFormTests
{
    private static readonly Exemplar Worked = new() { Id = "e1", Text = "?", Options = ["A", "C"], Answer = 1, Explanation = "So." };

    public static TheoryData<string, string> Instructions => new()
    {
        { "Explain your reasoning in two to four sentences, then end with \"Answer: \" and one of {answers}.", "\nAnswer: (" },
        { "Reply with one of {answers}.", "\nAnswer: (" },
        { "", "\nAnswer: (" },
        { "Erkläre deine Überlegung in zwei bis vier Sätzen und nenne am Ende die richtige Antwort: {answers}.", "\nAntwort: (" },
        { "Explica tu razonamiento en dos a cuatro frases y termina con la respuesta correcta: {answers}.", "\nRespuesta: (" },
        { "Expliquez votre raisonnement en deux à quatre phrases, puis donnez la bonne réponse : {answers}.", "\nRéponse : (" },
        { "请用两到四句话说明推理过程，最后给出答案：{answers}。", "\n答案：(" },
        { "推論を二文から四文で説明し、最後に答えを書いてください。", "\n答え：(" },
    };

    [Theory]
    [MemberData(nameof(Instructions))]
    public void The_cue_speaks_the_profiles_language(string instruction, string cue)
    {
        var profile = BuiltInProfiles.Find("self-consistency")! with { Instruction = instruction };
        var form = AnswerForm.Of(profile, ["A", "C"]);

        Assert.Equal(cue, form.Cue);
        Assert.Equal(["A)", "B)"], form.CueContinuations);
        Assert.Equal("So." + cue + "B)", PromptBuilder.AnswerTo(profile, Worked));
    }

    [Fact]
    public void A_cue_of_the_profiles_own_is_kept()
    {
        var profile = BuiltInProfiles.Find("self-consistency")! with { Instruction = "请选择正确答案。", AnswerCue = "\nAnswer:" };

        Assert.Equal("\nAnswer:", AnswerForm.Of(profile, ["A", "C"]).Cue);
        Assert.Equal("\nAnswer:", AnswerForm.Of(BuiltInProfiles.Find("self-consistency")!, ["yes", "no", "maybe"]).Cue);
    }

    [Fact]
    public void The_cue_of_every_profile_that_comes_with_the_program_is_English() =>
        Assert.All(BuiltInProfiles.All, static profile => Assert.StartsWith("\nAnswer:",
            AnswerForm.Of(profile with { Strategy = BuiltInProfiles.Default.Strategy }, ["A", "B"]).Cue, StringComparison.Ordinal));
}
