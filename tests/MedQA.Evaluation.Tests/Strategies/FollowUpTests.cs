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
    public async Task A_follow_up_that_does_not_fit_or_is_refused_costs_its_vote_and_not_the_question()
    {
        // The context holds the question with an answer, but not the long answer and another one.
        var model = new ScriptedModel
        {
            Description = Behind with { ContextLength = 1000 },
            Write = (_, _, index) => index == 1 ? new string('x', 4000) : "Answer: (B)",
        };

        var answered = await AnswerAsync(model, Sampled with { ExemplarSet = null, Exemplars = 0 });

        Assert.Null(answered.Failure);
        Assert.Equal((1, 2), (answered.Answer, answered.Votes.Sum()));
        Assert.Null(answered.Reasonings[1].FollowUp);
        var verified = await MedQA.Evaluation.Verifying.AnswerVerifier.RecountAsync(
            Protocol.Of(Sampled with { ExemplarSet = null, Exemplars = 0 }, ["medqa_test"]), Asked, answered, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Null(verified.Difference);
    }

    [Fact]
    public async Task Recounting_finds_a_vote_that_its_sample_does_not_give()
    {
        var model = new ScriptedModel { Description = Behind, Write = (prompt, _, index) => IsFollowUp(prompt) ? "(C)" : index == 1 ? "I cannot decide." : "Answer: (B)" };
        var (protocol, answered) = (Protocol.Of(Sampled, ["medqa_test"]), await AnswerAsync(model, Sampled));

        Assert.Null((await RecountAsync(answered)).Difference);
        Assert.NotNull((await RecountAsync(answered with { Answer = 2 })).Difference);
        Assert.NotNull((await RecountAsync(answered with { Reasonings = answered.Reasonings.SetItem(0, answered.Reasonings[0] with { Text = "Answer: (D)" }) })).Difference);
        Assert.NotNull((await RecountAsync(answered with { Reasonings = answered.Reasonings.SetItem(1, answered.Reasonings[1] with { FollowUp = "(A)" }) })).Difference);

        Task<MedQA.Evaluation.Verifying.AnswerVerification> RecountAsync(MedQA.Evaluation.Answering.AnsweredQuestion stored) =>
            MedQA.Evaluation.Verifying.AnswerVerifier.RecountAsync(protocol, Asked, stored, TimeProvider.System, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_question_of_which_a_filter_withheld_every_answer_failed_and_one_that_still_has_answers_did_not()
    {
        var all = await AnswerAsync(new ScriptedModel { Description = Behind, End = static _ => SampleEnd.ContentFilter, Write = (_, _, _) => "" }, Sampled);
        Assert.Equal("contentFilter", all.Failure!.Code);
        Assert.True(all.Failure.IsOfQuestion);
        Assert.Equal(3, all.Reasonings.Length);

        var one = await AnswerAsync(
            new ScriptedModel { Description = Behind, End = static index => index == 0 ? SampleEnd.ContentFilter : SampleEnd.EndToken, Write = (_, _, _) => "Answer: (B)" }, Sampled);
        Assert.Null(one.Failure);
        Assert.Equal((1, 2, 3), (one.Answer, one.Votes.Sum(), one.SamplesAsked));
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
