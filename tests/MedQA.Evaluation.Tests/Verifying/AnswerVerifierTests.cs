using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Strategies;
using MedQA.Evaluation.Tests.Answering;
using MedQA.Evaluation.Verifying;

namespace MedQA.Evaluation.Tests.Verifying;

public class AnswerVerifierTests
{
    private static readonly Question Cough = new() { Id = "q1", Dataset = "own", Text = "Which one?", Options = ["one", "two", "three", "four"], Gold = 1 };

    public static TheoryData<string> Strategies => [.. BuiltInProfiles.All.Select(static profile => profile.Name)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task What_the_model_gives_is_verified_bit_for_bit_and_by_log_likelihoods(string strategy)
    {
        var stored = await AnswerAsync(Model(), strategy);

        var same = await VerifyAsync(Model(), strategy, stored);
        Assert.Equal((VerificationKind.SameBits, null, 0.0, stored.Reasonings.Length), (same.Kind, same.Difference, same.LargestDeviation, same.Samples));

        var elsewhere = await VerifyAsync(Model(engine: "other", noise: 0.01), strategy, stored);
        Assert.Equal((VerificationKind.LogLikelihoods, null), (elsewhere.Kind, elsewhere.Difference));
        Assert.InRange(elsewhere.LargestDeviation, 0, 0.011);
        Assert.Equal(stored.Reasonings.IsEmpty, elsewhere.LargestDeviation == 0);
    }

    [Theory]
    [InlineData("self-consistency", "sample 3: token 1 differs")]
    [InlineData("ensemble-refinement", "sample 3: token 1 differs")]
    public async Task A_sample_that_another_model_drew_is_found(string strategy, string difference)
    {
        var stored = await AnswerAsync(Model(), strategy);
        var reasoning = stored.Reasonings[2];
        var changed = stored with { Reasonings = stored.Reasonings.SetItem(2, reasoning with { Text = "Xt" + reasoning.Text[2..], Tokens = [.. reasoning.Tokens.Select(static (token, place) => place == 0 ? 'X' : token)] }) };

        Assert.Equal(difference, (await VerifyAsync(Model(), strategy, changed)).Difference);
    }

    [Fact]
    public async Task A_log_likelihood_that_the_model_does_not_give_is_found_on_another_engine()
    {
        var stored = await AnswerAsync(Model(), "self-consistency");
        var reasoning = stored.Reasonings[4];
        var changed = stored with { Reasonings = stored.Reasonings.SetItem(4, reasoning with { LogLikelihood = reasoning.LogLikelihood - (2 * reasoning.DrawnTokens) }) };

        var verification = await VerifyAsync(Model(engine: "other", noise: 0), "self-consistency", changed);

        Assert.Equal("the model gives sample 5 a log-likelihood that differs by 2 nats a token", verification.Difference);
        Assert.Equal(2, verification.LargestDeviation, 1e-9);
    }

    [Theory]
    [InlineData("original")]
    [InlineData("other")]
    public async Task A_text_that_is_not_what_its_tokens_say_is_found(string engine)
    {
        var stored = await AnswerAsync(Model(), "self-consistency");
        var changed = stored with { Reasonings = stored.Reasonings.SetItem(1, stored.Reasonings[1] with { Text = "Thus.\nAnswer: (D)" }) };

        Assert.Matches("^sample 2: (its text differs|its text is not what its tokens say)$", (await VerifyAsync(Model(engine), "self-consistency", changed)).Difference!);
    }

    [Theory]
    [InlineData("original")]
    [InlineData("other")]
    public async Task Votes_and_answers_that_do_not_follow_from_the_samples_are_found(string engine)
    {
        var stored = await AnswerAsync(Model(), "self-consistency");
        var otherVotes = stored with { Votes = [.. stored.Votes.Reverse()] };
        var otherAnswer = stored with { Answer = (stored.Answer + 1) % 4 };

        Assert.StartsWith("the votes are stored as", (await VerifyAsync(Model(engine), "self-consistency", otherVotes)).Difference, StringComparison.Ordinal);
        Assert.StartsWith("the answer is stored as", (await VerifyAsync(Model(engine), "self-consistency", otherAnswer)).Difference, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("original", "10 samples are stored, the model gives 11")]
    [InlineData("other", "the strategy asks for sample 11, which is not stored")]
    public async Task A_sample_that_is_missing_is_found(string engine, string difference)
    {
        var stored = await AnswerAsync(Model(), "self-consistency");
        var changed = stored with { Reasonings = stored.Reasonings.RemoveAt(10) };

        Assert.Equal(difference, (await VerifyAsync(Model(engine), "self-consistency", changed)).Difference);
    }

    [Fact]
    public async Task A_question_that_infrastructure_failed_to_answer_cannot_be_verified()
    {
        var stored = (await AnswerAsync(Model(), "few-shot")) with { Failure = new AnswerFailure(FailureCodes.TimeLimit, "It took too long.") };

        var exception = await Assert.ThrowsAsync<ArgumentException>(() => VerifyAsync(Model(), "few-shot", stored));

        Assert.Contains("was not answered (timeLimit)", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>A model of which some samples name no answer, so that it is forced.</summary>
    private static ScriptedModel Model(string engine = "original", double noise = 0) => new()
    {
        Description = new() { Name = "scripted", Fingerprint = "00", EngineFingerprint = engine, ContextLength = 100_000, HasChatTemplate = true },
        Write = static (_, request, index) => index % 5 == 3 ? "Not sure at all." : $"Thus stage {request.Stage}.\nAnswer: ({"ABCD"[index % 2]})",
        MeanLogProbability = index => -0.5 - (0.01 * index) - noise,
        Score = static (_, continuation) => -continuation.Length - (continuation.Contains('C', StringComparison.Ordinal) ? 0 : 1),
    };

    private static Protocol ProtocolOf(string strategy) => Protocol.Of(BuiltInProfiles.Find(strategy)! with { ExemplarSet = null, Exemplars = 0 }, ["own"]);

    private static async Task<AnsweredQuestion> AnswerAsync(ScriptedModel model, string strategy) =>
        await QuestionAnswerer.AnswerAsync(model, ProtocolOf(strategy), Cough, 0, TimeProvider.System, Token);

    private static Task<AnswerVerification> VerifyAsync(ScriptedModel model, string strategy, AnsweredQuestion stored) =>
        AnswerVerifier.VerifyAsync(model, ProtocolOf(strategy), Cough, stored, AnswerVerifier.DefaultTolerance, TimeProvider.System, Token);
}
