using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Asking;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Evaluation.Strategies;
using MedQA.Evaluation.Tests.Answering;
using MedQA.Evaluation.Tests.Reporting;

namespace MedQA.Evaluation.Tests.Strategies;

/// <summary>docs/architecture.md, how to add a strategy: what that takes is shown by adding one.</summary>
public sealed class AddedStrategyTests
{
    private static readonly Profile SecondOpinion = UsualProfile.Of(new Strategy
    {
        Name = "second-opinion",
        Description = "Asks twice, and answers only where both reasonings agree.",
        Answer = AskedQuestion.By(AnswerAsync),
    }) with
    { Samples = 2 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_strategy_answers_and_is_reported_without_a_line_elsewhere()
    {
        var model = new ScriptedModel { Write = static (prompt, _, index) => ScriptedModel.TextOf(prompt).Contains("Which drug", StringComparison.Ordinal) || index == 0 ? "Answer: (B)" : "Answer: (C)" };

        var agreed = await AskAsync(model, "Which drug?", 0);
        var split = await AskAsync(model, "Which test?", 1);

        Assert.Equal((1, 1.0), (agreed.Answer, agreed.Agreement));
        Assert.Null(split.Answer);
        var report = Answers.Report(Answers.Header(2, profile: SecondOpinion), agreed, split);
        Assert.Equal((1, 2), (report.Accuracy.Correct, report.Accuracy.Scored));
        Assert.Contains("second-opinion", ReportMarkdown.Write(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_strategy_of_the_folder_is_in_the_list() => Assert.Equal(
        typeof(BuiltInProfiles).Assembly.GetTypes()
            .Where(static type => type.Namespace?.StartsWith(typeof(BuiltInProfiles).Namespace + ".", StringComparison.Ordinal) == true
                && type.Name.EndsWith(nameof(Strategy), StringComparison.Ordinal))
            .Select(static type => ((Profile)type.GetProperty(nameof(Profile))!.GetValue(null)!).Name).Order(StringComparer.Ordinal),
        BuiltInProfiles.All.Select(static profile => profile.Name).Order(StringComparer.Ordinal));

    private static Task<AnsweredQuestion> AskAsync(ScriptedModel model, string text, int ordinal) => QuestionAnswerer.AnswerAsync(
        model,
        Protocol.Of(SecondOpinion, ["medqa_test"]),
        new Question { Id = $"q{ordinal}", Dataset = "medqa_test", Text = text, Options = ["Red", "Green", "Blue", "White"], Gold = 1 },
        ordinal,
        TimeProvider.System,
        Token);

    private static async Task<AnsweredQuestion> AnswerAsync(AskedQuestion asked, CancellationToken cancellationToken)
    {
        await using var prompt = await asked.Model.ReadAsync(asked.BuildPrompt(), cancellationToken);
        var samples = await prompt.SampleAsync(asked.Samples(0, asked.Profile.Samples), cancellationToken);
        var reasonings = await ReadReasonings.OfAsync(asked, prompt, samples, 0, cancellationToken);
        var answered = PluralityAnswer.Of(asked, reasonings, asked.Profile.Samples) with { PromptTokens = prompt.TokenCount };
        return answered.Tie ? answered with { Answer = null } : answered;
    }
}
