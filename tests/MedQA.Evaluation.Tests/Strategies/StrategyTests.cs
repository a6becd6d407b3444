using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Strategies;
using MedQA.Evaluation.Tests.Answering;

namespace MedQA.Evaluation.Tests.Strategies;

public sealed class StrategyTests
{
    private static readonly Question Asked = new() { Id = "q1", Dataset = "medqa_test", Text = "Which one?", Options = ["Red", "Green", "Blue", "White"], Gold = 1 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Profile BuiltIn(string name) => BuiltInProfiles.Find(name)!;

    private static Task<AnsweredQuestion> AnswerAsync(ScriptedModel model, Profile profile, Question? question = null) =>
        QuestionAnswerer.AnswerAsync(model, Protocol.Of(profile, ["medqa_test"]), question ?? Asked, 0, TimeProvider.System, Token);

    [Fact]
    public async Task Deferral_takes_41_samples()
    {
        var answered = await AnswerAsync(new ScriptedModel { Write = (_, _, index) => index < 30 ? "Answer: (B)" : "Answer: (C)" }, BuiltIn("deferral"));

        Assert.Equal(41, answered.SamplesAsked);
        Assert.Equal(30.0 / 41, answered.Agreement);
    }

    [Fact]
    public async Task Adaptive_sampling_draws_waves_in_sample_order_until_the_lead_is_safe()
    {
        var model = new ScriptedModel { Write = (_, _, index) => index == 1 ? "Answer: (A)" : "Answer: (B)" };

        var answered = await AnswerAsync(model, BuiltIn("adaptive-self-consistency") with { WaveSize = 4, Samples = 11 });

        // 3 to 1 after four samples with seven left; 7 to 1 after eight with three left.
        Assert.Equal([(0, 4), (4, 4)], model.Requests.Select(static request => (request.FirstIndex, request.Count)));
        Assert.Equal(Enumerable.Range(0, 8), answered.Reasonings.Select(static reasoning => reasoning.Index));
        Assert.Equal((1, 8, 7.0 / 8), (answered.Answer, answered.SamplesAsked, answered.Agreement));
        Assert.Equal(0.98046875, answered.StoppingPosterior!.Value, 1e-12);
    }

    [Fact]
    public async Task Adaptive_sampling_ends_with_the_last_sample()
    {
        var model = new ScriptedModel { Write = (_, _, index) => index % 2 == 0 ? "Answer: (A)" : "Answer: (B)" };

        var answered = await AnswerAsync(model, BuiltIn("adaptive-self-consistency") with { WaveSize = 4, Samples = 10, StopRule = StopRule.Beta });

        Assert.Equal([4, 4, 2], model.Requests.Select(static request => request.Count));
        Assert.Equal(10, answered.SamplesAsked);
        Assert.True(answered.Tie);
    }

    [Fact]
    public async Task Likelihood_scores_the_letters_and_draws_nothing()
    {
        var model = new ScriptedModel { Score = (_, continuation) => continuation == " C" ? -1 : -2 };

        var answered = await AnswerAsync(model, BuiltIn("likelihood"));

        var request = Assert.Single(Assert.Single(model.ScoreCalls));
        Assert.Equal([" A", " B", " C", " D"], request.Continuations);
        Assert.Equal("", request.Cue);
        Assert.Empty(request.After);
        Assert.Empty(model.Requests);
        Assert.Equal((2, 2, 2), (answered.Answer, answered.AnswerByCodePoints, answered.AnswerByBytes));
        Assert.Equal([-2, -2, -1, -2], answered.OptionLogLikelihoods);
        Assert.Equal(1, answered.OptionProbabilities.Sum(), 1e-12);
        Assert.Equal(1, answered.Agreement);
    }

    [Fact]
    public async Task Likelihood_of_whole_texts_is_normalized_by_code_points_and_by_bytes()
    {
        // Code points: 2, 3 and 8; UTF-8 bytes: 8, 3 and 8. The emoji are two UTF-16 units each.
        var question = Asked with { Options = ["🫀🧠", "abc", "abcdefgh"] };
        double[] scores = [-6, -6.6, -20];
        var model = new ScriptedModel { Score = (_, continuation) => scores[question.Options.IndexOf(continuation[1..])] };

        var answered = await AnswerAsync(model, BuiltIn("likelihood") with { AnswerSpace = AnswerSpace.OptionTexts }, question);

        Assert.Equal((0, 1, 0), (answered.Answer, answered.AnswerByCodePoints, answered.AnswerByBytes));
        Assert.DoesNotContain("abc", ScriptedModel.TextOf(model.Prompts[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Equal_likelihoods_go_to_the_first_option()
    {
        var answered = await AnswerAsync(new ScriptedModel(), BuiltIn("likelihood"));

        Assert.Equal((0, true, 4), (answered.Answer, answered.Tie, answered.TiedOptions));
    }

    [Fact]
    public async Task Choice_shuffle_shows_other_orders_and_maps_the_votes_back()
    {
        var model = new ScriptedModel
        {
            Write = (prompt, _, _) =>
            {
                var line = ((ChatPrompt)prompt).Messages[^1].Content.Split('\n').Single(static line => line.EndsWith(" Green", StringComparison.Ordinal));
                return $"Answer: {line[..3]}";
            },
        };

        var answered = await AnswerAsync(model, BuiltIn("choice-shuffle"));

        Assert.Equal([0, 11, 0, 0], answered.Votes);
        Assert.Equal(Enumerable.Range(0, 11), model.Requests.Select(static request => request.FirstIndex));
        Assert.InRange(answered.Reasonings.Select(static reasoning => string.Join(' ', reasoning.OptionOrder)).Distinct().Count(), 5, 11);
        Assert.All(answered.Reasonings, static reasoning => Assert.Equal([0, 1, 2, 3], reasoning.OptionOrder.Order()));
        Assert.Equal(0, answered.FixedOptions);
    }

    [Fact]
    public async Task Choice_shuffle_maps_forced_scores_back_too()
    {
        var model = new ScriptedModel { Write = (_, _, _) => "no idea", Score = (_, continuation) => continuation == "A)" ? -0.1 : -5 };

        var answered = await AnswerAsync(model, BuiltIn("choice-shuffle"));

        Assert.All(answered.Reasonings, static reasoning =>
        {
            Assert.Equal(reasoning.OptionOrder[0], reasoning.Answer);
            Assert.Equal(-0.1, reasoning.OptionLogLikelihoods[reasoning.OptionOrder[0]]);
        });
        Assert.Equal(11, answered.ForcedVotes);
    }

    [Fact]
    public async Task Ensemble_refinement_answers_in_the_light_of_all_first_reasonings()
    {
        var model = new ScriptedModel { Write = (_, request, index) => request.Stage == 0 ? $"Draft {index}.\nAnswer: (A)" : "Refined.\nAnswer: (B)" };

        var answered = await AnswerAsync(model, BuiltIn("ensemble-refinement"));

        Assert.Equal([(0, 11), (1, 33)], model.Requests.Select(static request => (request.Stage, request.Count)));
        Assert.Equal([0, 33, 0, 0], answered.Votes);
        Assert.Equal(33, answered.SamplesAsked);
        Assert.Equal(44, answered.Reasonings.Length);
        var question = ((ChatPrompt)model.Prompts[1]).Messages[^1].Content;
        Assert.All(Enumerable.Range(0, 11), index => Assert.Contains($"Reasoning {index + 1}: Draft {index}.\nAnswer: (A)", question, StringComparison.Ordinal));
        Assert.Contains("(D) White\n\nExplain", question, StringComparison.Ordinal);
        Assert.Equal(0, model.OpenPrompts);
    }

    [Fact]
    public async Task Ensemble_refinement_drops_worked_examples_where_the_drafts_need_their_room()
    {
        var model = new ScriptedModel
        {
            Write = (_, request, index) => request.Stage == 0 ? new string('x', 500) : "Answer: (B)",
            Description = new() { Name = "m", Fingerprint = "0", EngineFingerprint = "e", ContextLength = 2000, HasChatTemplate = true },
        };

        var answered = await AnswerAsync(model, BuiltIn("ensemble-refinement"));

        Assert.Equal(3, answered.Exemplars);
        Assert.InRange(((ChatPrompt)model.Prompts[1]).Messages.Length, 1, 3);
        Assert.Equal(1, answered.Answer);
    }

    [Fact]
    public async Task Ensemble_refinement_that_cannot_fit_keeps_its_first_reasonings_and_says_so()
    {
        var model = new ScriptedModel
        {
            Write = (_, _, _) => new string('x', 4000),
            Description = new() { Name = "m", Fingerprint = "0", EngineFingerprint = "e", ContextLength = 2000, HasChatTemplate = true },
        };

        var answered = await AnswerAsync(model, BuiltIn("ensemble-refinement"));

        Assert.Equal(FailureCodes.ContextOverflow, answered.Failure?.Code);
        Assert.Equal(11, answered.Reasonings.Length);
        Assert.Null(answered.Answer);
        Assert.Single(model.Prompts);
    }

    [Fact]
    public async Task The_long_form_is_free_and_has_no_votes()
    {
        var model = new ScriptedModel { Write = (_, _, _) => "Drink enough." };

        var answered = await AnswerAsync(model, BuiltIn("long-form"), Asked with { Options = [], Gold = null });

        Assert.Equal("Drink enough.", Assert.Single(answered.Reasonings).Text);
        Assert.Null(answered.Answer);
        Assert.Null(answered.Correct);
        Assert.Null(answered.Failure);
        Assert.Empty(answered.Votes);
        Assert.Equal(5, ((ChatPrompt)model.Prompts[0]).Messages.Length);
    }

    [Fact]
    public async Task Soft_self_consistency_averages_the_distributions_behind_every_reasoning()
    {
        // Two reasonings are sure of A, nine lean to B.
        var model = new ScriptedModel
        {
            Write = (_, _, index) => index < 2 ? "sure" : "lean",
            Score = (request, continuation) => (request.After.Count == 4 && request.After[0] == 's', continuation) switch
            {
                (true, "A)") => Math.Log(0.97),
                (true, _) => Math.Log(0.01),
                (false, "B)") => Math.Log(0.4),
                (false, _) => Math.Log(0.2),
            },
        };

        var answered = await AnswerAsync(model, BuiltIn("soft-self-consistency"));

        Assert.Equal(11, Assert.Single(model.ScoreCalls).Count);
        Assert.Contains("\nAnswer:", Assert.Single(model.Requests).Stop);
        Assert.Equal([2, 9, 0, 0], answered.Votes);
        Assert.Equal(((2 * 0.97) + (9 * 0.2)) / 11, answered.OptionProbabilities[0], 1e-12);
        Assert.Equal(((2 * 0.01) + (9 * 0.4)) / 11, answered.OptionProbabilities[1], 1e-12);
        Assert.Equal(0, answered.Answer);
        Assert.False(answered.Tie);
    }
}
