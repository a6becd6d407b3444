using System.Text.Json;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;
using MedQA.Evaluation.Tests.Answering;
using MedQA.Evaluation.Verifying;

namespace MedQA.Evaluation.Tests.Strategies;

/// <summary>Questions of which several options can be right.</summary>
public sealed class SeveralRightTests
{
    private static readonly Question Asked = new()
    {
        Id = "q1",
        Dataset = "frenchmedmcqa",
        Text = "Which lower the blood pressure?",
        Options = ["Amlodipine", "Lisinopril", "Prednisone", "Hydrochlorothiazide"],
        SeveralRight = true,
        GoldSet = OptionSet.Of(0, 1, 3),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Task<AnsweredQuestion> AnswerAsync(ScriptedModel model, string profile, Question? question = null) => QuestionAnswerer.AnswerAsync(
        model, Protocol.Of(BuiltInProfiles.Find(profile)!, ["frenchmedmcqa"]), question ?? Asked, 0, TimeProvider.System, Token);

    [Fact]
    public async Task A_vote_is_for_a_whole_set_in_any_order_and_only_the_right_set_is_right()
    {
        string[] said = ["Answer: A, B, D", "Answer: (D), (A), (B)", "Answer: ABD", "Answer: A, B", "Answer: A", "Answer: A", "hm", "Answer: A, B", "Answer: A or B", "Answer: A, B, D", "Answer: C"];

        var answered = await AnswerAsync(new ScriptedModel { Write = (_, _, index) => said[index] }, "self-consistency");

        Assert.Equal("ABD", answered.AnswerSet?.ToString());
        Assert.Equal([("A", 2), ("AB", 2), ("C", 1), ("ABD", 4)], answered.SetVotes!.Value.Select(static vote => (vote.Options.ToString(), vote.Votes)));
        Assert.Equal((4.0 / 11, true, false), (answered.Agreement, answered.Correct, answered.Tie));
        Assert.Equal((null, null, 0, 4), (answered.Answer, answered.Gold, answered.Votes.Length, answered.OptionCount));
    }

    [Fact]
    public async Task A_part_of_the_right_set_is_wrong() =>
        Assert.False((await AnswerAsync(new ScriptedModel { Write = (_, _, _) => "Answer: A, B" }, "few-shot")).Correct);

    [Fact]
    public async Task Nothing_is_forced_of_a_set()
    {
        var model = new ScriptedModel { Write = (_, _, _) => "Hard to say.", Score = (_, _) => throw new InvalidOperationException("Nothing is scored.") };

        var answered = await AnswerAsync(model, "self-consistency");

        Assert.Equal((null, 0.0, false, 0), (answered.AnswerSet, answered.Agreement, answered.Correct, answered.ForcedVotes));
        Assert.Empty(model.ScoreCalls);
        Assert.Equal(11, model.Requests.Single().Count);
    }

    [Fact]
    public async Task A_tie_between_sets_falls_to_the_likelier_reasonings()
    {
        var answered = await AnswerAsync(
            new ScriptedModel { Write = (_, _, index) => index == 10 ? "hm" : index % 2 == 0 ? "Answer: A, B" : "Answer: A, B, D", MeanLogProbability = static index => index % 2 == 0 ? -0.9 : -0.1 },
            "self-consistency");

        Assert.Equal((true, 2, "ABD"), (answered.Tie, answered.TiedOptions, answered.AnswerSet?.ToString()));
    }

    [Fact]
    public async Task Shuffled_options_are_mapped_back()
    {
        var model = new ScriptedModel
        {
            Write = static (prompt, _, _) => $"Answer: {string.Join(", ", ScriptedModel.TextOf(prompt).Split('\n').TakeLast(12)
                .Where(static line => line.StartsWith('(') && line.Contains(')') && (line.EndsWith("pine", StringComparison.Ordinal) || line.EndsWith("pril", StringComparison.Ordinal) || line.EndsWith("thiazide", StringComparison.Ordinal)))
                .Select(static line => line[..3]))}",
        };

        var answered = await AnswerAsync(model, "choice-shuffle");

        Assert.Equal(("ABD", 1.0), (answered.AnswerSet?.ToString(), answered.Agreement));
    }

    [Theory]
    [InlineData("adaptive-self-consistency")]
    [InlineData("ensemble-refinement")]
    [InlineData("deferral")]
    [InlineData("chain-of-thought")]
    public async Task Every_strategy_that_reads_its_answers_answers_with_sets(string profile)
    {
        var answered = await AnswerAsync(new ScriptedModel { Write = (_, _, _) => "Answer: A, B, D" }, profile);

        Assert.True(answered.Correct);
        Assert.Equal(1, answered.Agreement);
    }

    [Theory]
    [InlineData("likelihood", "scores single options")]
    [InlineData("soft-self-consistency", "scores single options")]
    [InlineData("long-form", "writes free answers")]
    public void A_profile_that_scores_or_writes_freely_is_refused_with_those_that_work(string profile, string why)
    {
        var refusal = BuiltInProfiles.Find(profile)!.GetIncompatibility(10, 0, severalRight: true);

        Assert.Contains(why, refusal);
        Assert.Contains("self-consistency", refusal);
        Assert.Null(BuiltInProfiles.Find(profile)!.GetIncompatibility(10, 0));
    }

    [Fact]
    public void An_answer_space_of_the_profiles_own_is_refused() =>
        Assert.Contains("without answerSpace", (BuiltInProfiles.Default with { AnswerSpace = AnswerSpace.OptionTexts }).GetIncompatibility(10, 0, severalRight: true));

    [Fact]
    public async Task The_prompt_says_that_several_can_be_right_whatever_the_number_of_right_ones()
    {
        var (one, several) = (new ScriptedModel(), new ScriptedModel());
        await AnswerAsync(several, "self-consistency");
        await AnswerAsync(one, "self-consistency", Asked with { GoldSet = OptionSet.Of(2) });

        var text = ScriptedModel.TextOf(several.Prompts[0]);
        Assert.Equal(ScriptedModel.TextOf(one.Prompts[0]), text);
        Assert.Contains("Which lower the blood pressure? (One or more of the options are right: name all that are, for example \"Answer: (A), (C)\".)\n(A) Amlodipine", text);
        Assert.Contains("one of (A), (B), (C) or (D), or several of these.", text);
        Assert.DoesNotContain("one of (A), (B), (C) or (D).", text);
    }

    [Fact]
    public void Questions_with_one_right_option_are_other_questions()
    {
        var single = Asked with { SeveralRight = false, GoldSet = null, Gold = 1 };

        Assert.NotEqual(QuestionFingerprint.Of(single), QuestionFingerprint.Of(Asked));
        Assert.Equal(QuestionFingerprint.ClusterOf(single), QuestionFingerprint.ClusterOf(Asked));
    }

    [Fact]
    public async Task Stored_answers_name_sets_by_letters_and_come_back()
    {
        var answered = await AnswerAsync(new ScriptedModel { Write = (_, _, index) => index < 6 ? "Answer: A, B, D" : "Answer: C" }, "self-consistency");

        var json = JsonSerializer.Serialize(answered, EvaluationJson.Default.AnsweredQuestion);
        var again = JsonSerializer.Deserialize(json, EvaluationJson.Default.AnsweredQuestion)!;

        Assert.Contains("\"severalRight\":true,\"goldSet\":\"ABD\",\"answerSet\":\"ABD\",\"setVotes\":[{\"options\":\"C\",\"votes\":5},{\"options\":\"ABD\",\"votes\":6}]", json);
        Assert.DoesNotContain("\"answer\":", json);
        Assert.DoesNotContain("\"gold\":", json);
        Assert.Equal(answered.SetVotes!.Value, again.SetVotes!.Value);
        Assert.Equal((true, answered.AnswerSet, answered.Agreement), (again.Correct!.Value, again.AnswerSet, again.Agreement));
    }

    [Fact]
    public void A_question_with_one_right_option_is_stored_as_ever() =>
        Assert.Equal(
            """{"id":"q","dataset":"d","text":"t","options":["x","y"],"gold":1,"referenceAnswers":[]}""",
            JsonSerializer.Serialize(new Question { Id = "q", Dataset = "d", Text = "t", Options = ["x", "y"], Gold = 1 }, EvaluationJson.Default.Question));

    [Theory]
    [InlineData("\"CA\"")]
    [InlineData("\"AA\"")]
    [InlineData("\"\"")]
    [InlineData("\"a\"")]
    [InlineData("3")]
    public void What_is_no_set_of_letters_is_not_read(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<OptionSet>(json));

    [Fact]
    public async Task A_stored_answer_holds_and_another_set_or_vote_is_found()
    {
        var model = new ScriptedModel { Write = (_, _, index) => index < 6 ? "Answer: A, B, D" : "Answer: C" };
        var protocol = Protocol.Of(BuiltInProfiles.Default, ["frenchmedmcqa"]);
        var stored = await AnswerAsync(model, "self-consistency");

        Assert.Null((await VerifyAsync(stored)).Difference);
        Assert.Equal("the answer is stored as AB, but is ABD", (await VerifyAsync(stored with { AnswerSet = OptionSet.Of(0, 1) })).Difference);
        Assert.Equal(
            "the votes are stored as C 4, ABD 7, but are C 5, ABD 6",
            (await VerifyAsync(stored with { SetVotes = [new(OptionSet.Of(2), 4), new(OptionSet.Of(0, 1, 3), 7)] })).Difference);
        Assert.Null((await AnswerVerifier.RecountAsync(protocol, Asked, stored, TimeProvider.System, Token)).Difference);

        Task<AnswerVerification> VerifyAsync(AnsweredQuestion answered) =>
            AnswerVerifier.VerifyAsync(model, protocol, Asked, answered, 0.05, TimeProvider.System, Token);
    }
}
