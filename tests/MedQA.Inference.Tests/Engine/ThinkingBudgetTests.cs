using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;
using MedQA.Evaluation.Verifying;
using MedQA.Inference.Tests.Models;

namespace MedQA.Inference.Tests.Engine;

/// <summary>A model that thinks, under budgets.</summary>
public sealed class ThinkingBudgetTests : IAsyncLifetime
{
    private readonly ModelCopy _copy = ThinkingReasoner.Make();
    private OnnxLanguageModel _model = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _model = await OnnxLanguageModel.LoadAsync(_copy.Path, new() { Threads = 1 }, Token);

    public async ValueTask DisposeAsync()
    {
        await _model.DisposeAsync();
        _copy.Dispose();
    }

    [Fact]
    public async Task A_budget_that_no_thought_reaches_changes_no_bit_and_a_smaller_one_only_what_follows_it()
    {
        var free = await SampleAsync(_model, Request(6));
        var wide = await SampleAsync(_model, Request(6) with { ThinkingTokens = 170 });
        Assert.Equal(free.Select(Bits), wide.Select(Bits));
        Assert.All(free, static sample => Assert.Null(sample.Thinking));
        Assert.All(wide, static sample => Assert.Empty(sample.Thinking!.Closed));
        var lengths = wide.Select(static sample => sample.Thinking!.Tokens).ToList();
        Assert.All(lengths, static length => Assert.InRange(length, 5, 100));

        var budget = lengths.Min();
        foreach (var (sample, own, length) in (await SampleAsync(_model, Request(6) with { ThinkingTokens = budget })).Zip(free, lengths))
        {
            if (length == budget)
            {
                Assert.Equal(Bits(own), Bits(sample));
                continue;
            }

            Assert.Equal(own.Tokens[..budget], sample.Tokens[..budget]);
            Assert.Equal(new InsertedMark(budget, 1), Assert.Single(sample.Thinking!.Closed));
            Assert.Equal("</think>", sample.Text[(sample.SpokenPart!.Value.Start - 8)..sample.SpokenPart.Value.Start]);
            Assert.Equal(sample.Tokens.Length - 1 + (sample.End == SampleEnd.EndToken ? 1 : 0), sample.DrawnTokens);
        }
    }

    [Fact]
    public async Task Without_thinking_tokens_the_thought_is_closed_at_once()
    {
        foreach (var sample in await SampleAsync(_model, Request(3) with { ThinkingTokens = 0 }))
        {
            Assert.StartsWith("</think>", sample.Text, StringComparison.Ordinal);
            Assert.Equal((0, 1), (sample.Thinking!.Tokens, sample.Thinking.Closed.Length));
        }
    }

    [Fact]
    public async Task Samples_are_the_same_together_alone_in_waves_and_beside_other_questions()
    {
        var request = Request(5) with { ThinkingTokens = 20 };
        static string Tokens(Sample sample) => $"{string.Join(',', sample.Tokens)} {sample.Thinking!.Tokens} {string.Join(',', sample.Thinking.Closed)}";
        var together = (await SampleAsync(_model, request)).Select(Tokens).ToList();
        Assert.True(together.Distinct().Count() > 1);

        var waves = (await SampleAsync(_model, request with { Count = 2 })).Concat(await SampleAsync(_model, request with { FirstIndex = 2, Count = 3 }));
        Assert.Equal(together, waves.Select(Tokens));

        Assert.True(await _model.GetQuestionsAtOnceAsync(1, 180, Token) > 1);
        async Task<string> AskAsync(int question) => Bits((await SampleAsync(_model, request with { Count = 1, ThinkingTokens = 5 * (question % 4) }, question))[0]);
        var alone = new List<string>();
        foreach (var question in Enumerable.Range(0, 6))
        {
            alone.Add(await AskAsync(question));
        }

        Assert.Equal(alone, await Task.WhenAll(Enumerable.Range(0, 6).Select(question => Task.Run(() => AskAsync(question)))));
    }

    [Fact]
    public async Task Rescored_samples_have_their_log_likelihood_without_the_marks()
    {
        await using var prompt = await _model.ReadAsync(Prompt(0), Token);
        var samples = await prompt.SampleAsync(Request(5) with { ThinkingTokens = 20 }, Token);
        Assert.Contains(samples, static sample => !sample.Thinking!.Closed.IsEmpty);

        foreach (var (sample, again) in samples.Zip(await prompt.RescoreAsync(samples, Token)))
        {
            Assert.Equal(sample.Text, again.Text);
            Assert.Equal(sample.LogLikelihood / sample.DrawnTokens, again.LogLikelihood / sample.DrawnTokens, 1e-4);
        }
    }

    [Fact]
    public async Task A_stored_answer_under_a_budget_is_verified_and_one_closed_elsewhere_is_found()
    {
        var protocol = Protocol.Of(ProfileOf("\"thinkingTokens\": 20"), ["sums"]);
        var question = new Question { Id = "q", Dataset = "sums", Text = "What is 11+6+6+6?", Options = ["29", "33", "23", "30"], Gold = 0 };
        var stored = await QuestionAnswerer.AnswerAsync(_model, protocol, question, 0, TimeProvider.System, Token);
        Assert.Contains(stored.Reasonings, static reasoning => reasoning.Thinking is { Tokens: 20, Closed.Length: 1 });
        var read = EvaluationJsonRoundTrip(stored);

        async Task<AnswerVerification> VerifyAsync(Evaluation.Answering.AnsweredQuestion answer) =>
            await AnswerVerifier.VerifyAsync(_model, protocol, question, answer, AnswerVerifier.DefaultTolerance, TimeProvider.System, Token);
        Assert.Null((await VerifyAsync(read)).Difference);
        Assert.Equal(VerificationKind.LogLikelihoods, (await VerifyAsync(read with { EngineFingerprint = "another" })).Kind);
        Assert.Null((await VerifyAsync(read with { EngineFingerprint = "another" })).Difference);

        var place = read.Reasonings.ToList().FindIndex(static reasoning => !reasoning.Thinking!.Closed.IsEmpty);
        var moved = read with
        {
            Reasonings = read.Reasonings.SetItem(place, read.Reasonings[place] with { Thinking = new Thinking(20, [new InsertedMark(19, 1)]) })
        };
        Assert.Equal($"sample {place + 1}: its thought is closed elsewhere", (await VerifyAsync(moved)).Difference);
    }

    [Fact]
    public async Task A_thought_that_the_profile_opens_in_a_text_is_closed_by_the_text_of_the_mark()
    {
        await using var plain = await OnnxLanguageModel.LoadAsync(Repository.PathOf("models", "reasoner"), new() { Threads = 1 }, Token);
        await using var prompt = await plain.ReadAsync(new CompletionPrompt("Question: What is 11+6?\n(A) 29 (B) 17 (C) 23 (D) 30\nExplanation:<think>", 0), Token);

        var sample = (await prompt.SampleAsync(Request(1) with { ThinkingTokens = 8 }, Token))[0];

        Assert.Equal("</think>", sample.Text[8..16]);
        Assert.Equal(new InsertedMark(8, 8), Assert.Single(sample.Thinking!.Closed));
        Assert.Null(sample.SpokenPart);
    }

    [Fact]
    public async Task What_the_template_reads_and_how_the_model_closes_a_thought_is_known_before_a_run()
    {
        Assert.Equal(["enable_thinking"], _model.Description.TemplateVariables!.Value);
        Assert.Equal(1, _model.Description.ClosingMarkTokens);
        Assert.Contains(
            "does not read, so that it would change nothing; it reads enable_thinking.",
            ProfileOf("\"templateArguments\": {\"thinking\": true}").GetIncompatibility(_model.Description), StringComparison.Ordinal);
        Assert.Null(ProfileOf("\"templateArguments\": {\"enable_thinking\": false}").GetIncompatibility(_model.Description));

        await using var plain = await OnnxLanguageModel.OpenAsync(Repository.PathOf("models", "reasoner"), new() { Threads = 1 }, static _ => { }, Token);
        Assert.Equal(0, plain.Description.ClosingMarkTokens);
        Assert.Contains("no mark is known by which model reasoner closes a thought", (ProfileOf("\"thinkingTokens\": 20") with { Format = PromptFormat.Completion }).GetIncompatibility(plain.Description), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_template_opens_no_thought_where_its_argument_says_so()
    {
        var prompt = Prompt(0);
        Assert.Equal(_model.CountTokens(prompt) - 1, _model.CountTokens(prompt with { TemplateArguments = """{"enable_thinking":false}""" }));
        var sample = (await SampleAsync(_model, Request(1) with { ThinkingTokens = 0 }, 0, """{"enable_thinking":false}"""))[0];
        Assert.Equal((0, 0), (sample.Thinking!.Tokens, sample.Thinking.Closed.Length));
    }

    private static Evaluation.Answering.AnsweredQuestion EvaluationJsonRoundTrip(Evaluation.Answering.AnsweredQuestion answered) =>
        System.Text.Json.JsonSerializer.Deserialize(
            System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(answered, EvaluationJson.Default.AnsweredQuestion), EvaluationJson.Default.AnsweredQuestion)!;

    private static Profile ProfileOf(string field) => ProfileReader.Parse(
        $$"""
        {
          "name": "sums", "strategy": "self-consistency", "samples": 5, "instruction": "", "exemplarSet": null, "exemplars": 0, "maxTokens": 180,
          "template": "Question: {question}\n(A) {a} (B) {b} (C) {c} (D) {d}", {{field}}
        }
        """,
        "test");

    private static ChatPrompt Prompt(int question) => new(
        [ChatMessage.User($"Question: What is {11 + question}+6+6+6?\n(A) {29 + question} (B) {33 + question} (C) {23 + question} (D) {30 + question}")], 0, new(2026, 1, 1));

    private static SampleRequest Request(int count) => new() { Count = count, Temperature = 0.7, MaxTokens = 180, StreamKey = 7 };

    private static async Task<IReadOnlyList<Sample>> SampleAsync(OnnxLanguageModel model, SampleRequest request, int question = 0, string? arguments = null)
    {
        await using var prompt = await model.ReadAsync(Prompt(question) with { TemplateArguments = arguments }, Token);
        return await prompt.SampleAsync(request, Token);
    }

    private static string Bits(Sample sample) =>
        $"{sample.Index} {sample.Text} {string.Join(',', sample.Tokens)} {BitConverter.DoubleToInt64Bits(sample.LogLikelihood)} {sample.DrawnTokens} {sample.End} {sample.SpokenPart}";
}
