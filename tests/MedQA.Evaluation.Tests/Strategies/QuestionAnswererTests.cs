using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Strategies;
using MedQA.Evaluation.Tests.Answering;

namespace MedQA.Evaluation.Tests.Strategies;

public sealed class QuestionAnswererTests
{
    private static readonly Question Anemia = new()
    {
        Id = "q1",
        Dataset = "medqa_test",
        Topic = "hematology",
        Text = "Which drug treats iron deficiency?",
        Options = ["Ferrous sulfate", "Warfarin", "Metformin", "Aspirin"],
        Gold = 0,
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Protocol ProtocolOf(string profile) => Protocol.Of(BuiltInProfiles.Find(profile)!, [Anemia.Dataset]);

    [Fact]
    public async Task Self_consistency_takes_the_plurality_of_eleven_reasonings()
    {
        string[] written = ["Answer: (A)", "Answer: (B)", "Answer: (A)", "Answer: (C)", "Answer: (B)", "Answer: (A)", "the answer is (A).", "Answer: (B)", "Answer: (D)", "Answer: (B)", "Answer: (A)"];
        var model = new ScriptedModel { Write = (_, _, index) => written[index] };

        var answered = await QuestionAnswerer.AnswerAsync(model, ProtocolOf("self-consistency"), Anemia, 7, TimeProvider.System, Token);

        Assert.Equal([5, 4, 1, 1], answered.Votes);
        Assert.Equal(0, answered.Answer);
        Assert.True(answered.Correct);
        Assert.Equal(5.0 / 11, answered.Agreement);
        Assert.False(answered.Tie);
        Assert.Equal((7, "q1", "medqa_test", "hematology", 4, 3), (answered.Ordinal, answered.Id, answered.Dataset, answered.Topic, answered.OptionCount, answered.Exemplars));
        Assert.Equal("scripted-engine", answered.EngineFingerprint);
        Assert.Matches("^[0-9a-f]{16}$", answered.QuestionFingerprint);
        Assert.Equal(Enumerable.Range(0, 11), answered.Reasonings.Select(reasoning => reasoning.Index));
        Assert.All(answered.Reasonings, reasoning => Assert.Equal(1, reasoning.AnswerSpan!.Value.Length));
        Assert.Empty(model.ScoreCalls);
        var request = Assert.Single(model.Requests);
        Assert.Equal((0, 11, 0.7), (request.FirstIndex, request.Count, request.Temperature));
        Assert.Equal(0, model.OpenPrompts);
    }

    [Fact]
    public async Task Reasonings_without_an_answer_are_forced_in_one_call()
    {
        var model = new ScriptedModel
        {
            Write = (_, _, index) => index < 4 ? "Iron is needed for hemoglobin" : "Answer: (B)",
            Score = (_, continuation) => continuation == "A)" ? -0.1 : -3,
        };

        var answered = await QuestionAnswerer.AnswerAsync(model, ProtocolOf("self-consistency"), Anemia, 0, TimeProvider.System, Token);

        Assert.Equal([4, 7, 0, 0], answered.Votes);
        Assert.Equal([4, 0, 0, 0], answered.ForcedVotesPerOption);
        Assert.Equal(4, answered.ForcedVotes);
        var call = Assert.Single(model.ScoreCalls);
        Assert.Equal(4, call.Count);
        Assert.All(call, request => Assert.Equal("\nAnswer: (", request.Cue));
        Assert.All(call, request => Assert.Equal(["A)", "B)", "C)", "D)"], request.Continuations));
        Assert.Equal("Iron is needed for hemoglobin".Select(character => (int)character), call[0].After);
        Assert.True(answered.Reasonings[0].Forced);
        Assert.Null(answered.Reasonings[0].AnswerSpan);
        Assert.Equal([-0.1, -3, -3, -3], answered.Reasonings[0].OptionLogLikelihoods);
    }

    [Fact]
    public async Task Where_the_profile_abstains_a_reasoning_without_an_answer_has_no_vote()
    {
        var protocol = ProtocolOf("self-consistency") with { };
        protocol = protocol with { Profile = protocol.Profile with { OnUnparsed = UnparsedHandling.Abstain } };
        var model = new ScriptedModel { Write = (_, _, _) => "I cannot say." };

        var answered = await QuestionAnswerer.AnswerAsync(model, protocol, Anemia, 0, TimeProvider.System, Token);

        Assert.Null(answered.Answer);
        Assert.Equal([0, 0, 0, 0], answered.Votes);
        Assert.False(answered.Correct);
        Assert.Empty(model.ScoreCalls);
    }

    [Theory]
    [InlineData("few-shot", 5)]
    [InlineData("chain-of-thought", 3)]
    public async Task Greedy_strategies_ask_for_one_sample_at_temperature_zero(string profile, int exemplars)
    {
        var model = new ScriptedModel { Write = (_, _, _) => "Answer: (A)" };

        var answered = await QuestionAnswerer.AnswerAsync(model, ProtocolOf(profile), Anemia, 0, TimeProvider.System, Token);

        var request = Assert.Single(model.Requests);
        Assert.Equal((1, 0.0), (request.Count, request.Temperature));
        Assert.Equal(exemplars, answered.Exemplars);
        Assert.Equal(1, answered.Agreement);
    }

    [Fact]
    public async Task Worked_examples_are_left_out_one_by_one_until_the_question_fits()
    {
        // 300 tokens a worked example, 100 the question: with 144 + 16 behind it, one example fits 600.
        var model = new ScriptedModel
        {
            Count = prompt => 100 + (300 * (((ChatPrompt)prompt).Messages.Length - 1) / 2),
            Description = new() { Name = "m", Fingerprint = "0", EngineFingerprint = "e", ContextLength = 600, HasChatTemplate = true },
        };

        var answered = await QuestionAnswerer.AnswerAsync(model, ProtocolOf("self-consistency"), Anemia, 0, TimeProvider.System, Token);

        Assert.Equal(1, answered.Exemplars);
        Assert.Equal(400, answered.PromptTokens);
        Assert.Null(answered.Failure);
    }

    [Fact]
    public async Task A_question_that_fits_in_no_way_is_a_failure_and_not_a_wrong_answer()
    {
        var model = new ScriptedModel { Count = _ => 4000 };

        var answered = await QuestionAnswerer.AnswerAsync(model, ProtocolOf("self-consistency"), Anemia, 3, TimeProvider.System, Token);

        Assert.Equal(FailureCodes.ContextOverflow, answered.Failure?.Code);
        Assert.Contains("4000 tokens", answered.Failure!.Message, StringComparison.Ordinal);
        Assert.Null(answered.Correct);
        Assert.Equal(3, answered.Ordinal);
        Assert.Equal(0, answered.Gold);
    }

    [Fact]
    public async Task An_overflow_that_only_the_engine_sees_takes_an_example_away()
    {
        var refusals = 0;
        var model = new ScriptedModel
        {
            Write = (prompt, request, _) => ((ChatPrompt)prompt).Messages.Length > 3 && ++refusals > 0 ? throw new ContextOverflowException(1, request.MaxTokens, 1) : "Answer: (A)",
        };

        var answered = await QuestionAnswerer.AnswerAsync(model, ProtocolOf("self-consistency"), Anemia, 0, TimeProvider.System, Token);

        Assert.Equal(1, answered.Exemplars);
        Assert.Equal(2, refusals);
        Assert.Equal(0, model.OpenPrompts);
    }

    [Fact]
    public async Task A_question_that_takes_too_long_fails_by_the_clock_it_was_given()
    {
        var time = new ManualTime();
        var protocol = ProtocolOf("self-consistency");
        protocol = protocol with { Profile = protocol.Profile with { MaxSeconds = 10 } };
        var model = new ScriptedModel
        {
            Write = (_, _, _) =>
            {
                time.Elapse(TimeSpan.FromSeconds(11));
                throw new OperationCanceledException();
            },
        };

        var answered = await QuestionAnswerer.AnswerAsync(model, protocol, Anemia, 0, time, Token);

        Assert.Equal(FailureCodes.TimeLimit, answered.Failure?.Code);
        Assert.Equal(11, answered.Seconds);
    }

    [Fact]
    public async Task Cancellation_by_the_caller_is_thrown_and_leaves_no_prompt_open()
    {
        using var source = new CancellationTokenSource();
        var model = new ScriptedModel
        {
            Write = (_, _, _) =>
            {
                source.Cancel();
                throw new OperationCanceledException(source.Token);
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => QuestionAnswerer.AnswerAsync(model, ProtocolOf("self-consistency"), Anemia, 0, TimeProvider.System, source.Token));
        Assert.Equal(0, model.OpenPrompts);
    }

    [Fact]
    public async Task A_question_without_options_needs_the_long_form()
    {
        var free = Anemia with { Options = [], Gold = null };

        var answered = await QuestionAnswerer.AnswerAsync(new ScriptedModel(), ProtocolOf("self-consistency"), free, 0, TimeProvider.System, Token);

        Assert.Equal(FailureCodes.NoOptions, answered.Failure?.Code);
    }

    [Fact]
    public async Task A_tie_goes_to_the_reasonings_that_the_model_thinks_more_likely()
    {
        var protocol = ProtocolOf("self-consistency");
        protocol = protocol with { Profile = protocol.Profile with { Samples = 4 } };
        var model = new ScriptedModel
        {
            Write = (_, _, index) => index % 2 == 0 ? "Answer: (A)" : "Answer: (B)",
            MeanLogProbability = index => index % 2 == 0 ? -1 : -0.2,
        };

        var answered = await QuestionAnswerer.AnswerAsync(model, protocol, Anemia, 0, TimeProvider.System, Token);

        Assert.Equal((1, true, 2), (answered.Answer, answered.Tie, answered.TiedOptions));
    }
}
