using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Strategies;
using MedQA.Evaluation.Tests.Answering;

namespace MedQA.Evaluation.Tests.Strategies;

/// <summary>Models that give no scores: an answer that cannot be read is asked for once more.</summary>
public sealed class FollowUpTests
{
    private static readonly Question Asked = new() { Id = "q1", Dataset = "medqa_test", Text = "Which one?", Options = ["Red", "Green", "Blue", "White"], Gold = 1 };

    private static readonly ModelDescription Behind = new ScriptedModel().Description with
    {
        GivesLogLikelihoods = false, TakesCompletions = false, TruncatesByRank = false, Endpoint = new("models.example.com", "large", null),
    };

    private static Profile Sampled => BuiltInProfiles.Find("self-consistency")! with { Samples = 3 };

    [Fact]
    public async Task An_unread_answer_is_asked_for_in_another_turn_and_counts_as_forced()
    {
        var model = new ScriptedModel
        {
            Description = Behind,
            Write = (prompt, request, index) => IsFollowUp(prompt) ? "Answer: (C)" : index == 1 ? "I cannot decide." : "Answer: (B)",
        };

        var answered = await AnswerAsync(model, Sampled);

        Assert.Equal(1, answered.Answer);
        Assert.Equal([0, 2, 1, 0], answered.Votes);
        Assert.Equal([0, 0, 1, 0], answered.ForcedVotesPerOption);
        Assert.Equal([false, true, false], answered.Reasonings.Select(static reasoning => reasoning.Forced));
        Assert.Equal([null, "Answer: (C)", null], answered.Reasonings.Select(static reasoning => reasoning.FollowUp));
        Assert.Empty(model.ScoreCalls);
        var turns = Assert.IsType<ChatPrompt>(model.Prompts[^1]).Messages;
        Assert.Equal(("assistant", "I cannot decide."), (turns[^2].Role, turns[^2].Content));
        Assert.Equal("Give your final answer now, as one of these and nothing else.\nAnswer: (A), (B), (C) or (D)", turns[^1].Content);
        Assert.Equal(0, model.Requests[^1].Temperature);
        Assert.Equal(0, model.OpenPrompts);
    }

    [Fact]
    public async Task A_follow_up_that_cannot_be_read_either_gives_no_vote()
    {
        var model = new ScriptedModel { Description = Behind, Write = (_, _, index) => index == 1 ? "I cannot decide." : "Answer: (B)" };

        var answered = await AnswerAsync(model, Sampled);

        Assert.Equal((2, 0), (answered.Votes.Sum(), answered.ForcedVotes));
        Assert.Equal("I cannot decide.", answered.Reasonings[1].FollowUp);
    }

    [Fact]
    public async Task An_empty_answer_is_asked_for_without_an_empty_turn()
    {
        var model = new ScriptedModel { Description = Behind, Write = (prompt, _, _) => IsFollowUp(prompt) ? "(D)" : "" };

        var answered = await AnswerAsync(model, Sampled with { Samples = 1 });

        Assert.Equal(3, answered.Answer);
        var turns = Assert.IsType<ChatPrompt>(model.Prompts[^1]).Messages;
        Assert.All(turns, static turn => Assert.NotEqual("", turn.Content));
        Assert.Equal("user", turns[^1].Role);
    }

    [Fact]
    public async Task Nothing_is_asked_once_more_where_the_profile_abstains()
    {
        var model = new ScriptedModel { Description = Behind, Write = (_, _, _) => "I cannot decide." };

        var answered = await AnswerAsync(model, Sampled with { OnUnparsed = UnparsedHandling.Abstain });

        Assert.Null(answered.Answer);
        Assert.Single(model.Prompts);
    }

    [Theory]
    [InlineData("likelihood", "needs the log-likelihoods of options")]
    [InlineData("soft-self-consistency", "needs the log-likelihoods of options")]
    public void A_profile_that_scores_options_does_not_suit_such_a_model(string profile, string reason) =>
        Assert.Contains(reason, BuiltInProfiles.Find(profile)!.GetIncompatibility(Behind), StringComparison.Ordinal);

    [Fact]
    public void Settings_that_the_service_does_not_take_do_not_suit_it()
    {
        Assert.Null(Sampled.GetIncompatibility(Behind));
        Assert.Contains("\"topK\"", (Sampled with { TopK = 40 }).GetIncompatibility(Behind), StringComparison.Ordinal);
        Assert.Contains("\"minP\"", (Sampled with { MinP = 0.1 }).GetIncompatibility(Behind), StringComparison.Ordinal);
        Assert.Contains("answers chats only", (Sampled with { Format = PromptFormat.Completion }).GetIncompatibility(Behind), StringComparison.Ordinal);
        Assert.Null((Sampled with { TopK = 40 }).GetIncompatibility(Behind with { TruncatesByRank = true }));
    }

    [Fact]
    public async Task Samples_without_log_likelihoods_weigh_the_same_and_are_stored()
    {
        var model = new ScriptedModel { Description = Behind, MeanLogProbability = _ => double.NaN, Write = (_, _, index) => index == 1 ? "Answer: (C)" : "Answer: (B)" };

        var answered = await AnswerAsync(model, Sampled);
        var line = System.Text.Json.JsonSerializer.Serialize(answered, MedQA.Evaluation.Serialization.EvaluationJson.Default.AnsweredQuestion);
        var read = System.Text.Json.JsonSerializer.Deserialize(line, MedQA.Evaluation.Serialization.EvaluationJson.Default.AnsweredQuestion)!;

        Assert.Equal(1, answered.Answer);
        Assert.All(read.Reasonings, static reasoning => Assert.True(double.IsNaN(reasoning.LogLikelihood)));
    }

    [Theory]
    [InlineData("12.3", "12.30 EUR")]
    [InlineData("0", "0.00 EUR")]
    [InlineData("0.0042", "0.0042 EUR")]
    [InlineData("0.00000123", "0.0000012 EUR")]
    [InlineData("1234567.891", "1,234,567.89 EUR")]
    [InlineData("0.5", "0.50 EUR")]
    public void Small_amounts_keep_two_digits_that_say_something(string amount, string text) =>
        Assert.Equal(text, CostText.Of(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), "EUR"));

    private static bool IsFollowUp(Prompt prompt) =>
        ((ChatPrompt)prompt).Messages[^1].Content.Contains("Give your final answer now", StringComparison.Ordinal);

    private static Task<MedQA.Evaluation.Answering.AnsweredQuestion> AnswerAsync(ScriptedModel model, Profile profile) =>
        QuestionAnswerer.AnswerAsync(model, Protocol.Of(profile, ["medqa_test"]), Asked, 0, TimeProvider.System, TestContext.Current.CancellationToken);
}
