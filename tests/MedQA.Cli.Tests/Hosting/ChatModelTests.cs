using System.Text;
using System.Text.Json;
using MedQA.Datasets;
using MedQA.Datasets.Reading;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Strategies;
using MedQA.Inference;

namespace MedQA.Cli.Tests.Hosting;

/// <summary>The default model, asked over HTTP and directly.</summary>
public sealed class ChatModelTests : IAsyncLifetime
{
    private static readonly Profile Profile = BuiltInProfiles.Find("chain-of-thought")!;

    private OnnxLanguageModel _model = null!;
    private ServedModel _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _model = await OnnxLanguageModel.LoadAsync(Repository.PathOf("models", "smollm2-135m-instruct"), new MedQA.Inference.Sessions.ModelOptions(), Cancel);
        _server = await ServedModel.StartAsync(_model);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _model.DisposeAsync();
    }

    [Fact]
    public async Task At_temperature_0_it_writes_what_a_run_draws() =>
        await AssertEqualTextsAsync([.. (await QuestionsAsync("medqa.csv")).Take(3)]);

    [LongFact]
    public async Task At_temperature_0_it_writes_what_a_run_draws_for_60_questions() => await AssertEqualTextsAsync(
        [.. await QuestionsAsync("medqa.csv"), .. (await QuestionsAsync("sums.csv")).Take(60 - (await QuestionsAsync("medqa.csv")).Count)]);

    [Fact]
    public async Task The_same_seed_gives_the_same_texts_whatever_is_asked_beside_it_and_scores_add_up()
    {
        const string Body = """
            { "model": "smollm2-135m-instruct", "temperature": 0.8, "n": 2, "seed": 5, "max_tokens": 24, "logprobs": true,
              "messages": [{ "role": "user", "content": "Name three organs. Schönen Tag! 你好" }] }
            """;
        var all = await Task.WhenAll(
            _server.AskedAsync(Body),
            _server.AskedAsync(Body.Replace("\"seed\": 5", "\"seed\": 6", StringComparison.Ordinal)),
            _server.AskedAsync(Body));

        Assert.Equal(TextsOf(all[0]), TextsOf(all[2]));
        Assert.NotEqual(TextsOf(all[0]), TextsOf(all[1]));
        Assert.NotEqual(TextsOf(all[0])[0], TextsOf(all[0])[1]);
        foreach (var choice in all[0].GetProperty("choices").EnumerateArray())
        {
            var tokens = choice.GetProperty("logprobs").GetProperty("content").EnumerateArray().ToList();
            Assert.All(tokens, static token => Assert.InRange(token.GetProperty("logprob").GetDouble(), -60, 0));
            byte[] bytes = [.. tokens.SelectMany(static token => token.GetProperty("bytes").EnumerateArray()).Select(static part => part.GetByte())];
            Assert.Equal(choice.GetProperty("message").GetProperty("content").GetString(), Encoding.UTF8.GetString(bytes));
        }
    }

    [Fact]
    public async Task Scores_of_tokens_are_given_where_they_are_asked_for_and_their_sum_is_the_sample_s()
    {
        await using var prompt = await _model.ReadAsync(new ChatPrompt([ChatMessage.User("Name an organ.")], 0, new(2026, 1, 1)), Cancel);
        var request = new SampleRequest { Count = 1, Temperature = 0, MaxTokens = 12, StreamKey = 1 };
        var plain = Assert.Single(await prompt.SampleAsync(request, Cancel));
        var scored = Assert.Single(await prompt.SampleAsync(request with { WantsTokenScores = true }, Cancel));
        Assert.Empty(plain.TokenScores);
        Assert.Equal(plain.Text, scored.Text);
        Assert.Equal(plain.LogLikelihood, scored.LogLikelihood);
        Assert.Equal(scored.Tokens.Length, scored.TokenScores.Length);
        var sum = scored.TokenScores.Sum(static token => token.LogProbability);
        Assert.True(
            scored.End == SampleEnd.EndToken ? sum >= scored.LogLikelihood : Math.Abs(sum - scored.LogLikelihood) < 1e-9,
            $"{sum} and {scored.LogLikelihood}");
    }

    [Fact]
    public async Task A_prompt_beyond_the_context_is_refused_with_its_code()
    {
        var (status, answer) = await _server.SendAsync(
            $$"""{ "model": "smollm2-135m-instruct", "messages": [{ "role": "user", "content": "{{string.Concat(Enumerable.Repeat("word ", 20_000))}}" }] }""");
        Assert.Equal(400, (int)status);
        Assert.Equal("context_length_exceeded", answer.GetProperty("error").GetProperty("code").GetString());
    }

    /// <summary>Answers the questions as a run does, and asks for the same over HTTP, all at once.</summary>
    private async Task AssertEqualTextsAsync(IReadOnlyList<Question> questions)
    {
        var protocol = Protocol.Of(Profile, questions.Select(static question => question.Dataset));
        var answered = new List<AnsweredQuestion>();
        foreach (var question in questions)
        {
            answered.Add(await QuestionAnswerer.AnswerAsync(_model, protocol, question, 0, TimeProvider.System, Cancel));
        }

        var asked = await Task.WhenAll(questions.Zip(answered).Select(pair =>
        {
            var (question, answer) = pair;
            var prompt = Assert.IsType<ChatPrompt>(PromptBuilder.Build(protocol.AsAsked(answer, question), question));
            return _server.AskedAsync(JsonSerializer.Serialize(new
            {
                model = _model.Description.Name,
                messages = prompt.Messages.Select(static message => new { role = message.Role, content = message.Content }),
                temperature = 0,
                max_tokens = Profile.MaxTokens,
                stop = PromptBuilder.StopOf(Profile),
            }));
        }));

        Assert.Equal(answered.Select(static answer => Assert.Single(answer.Reasonings).Text), asked.Select(static answer => Assert.Single(TextsOf(answer))));
        Assert.Equal(
            answered.Select(static answer => answer.Reasonings[0].DrawnTokens),
            asked.Select(static answer => answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32()));
    }

    private static async Task<IReadOnlyList<Question>> QuestionsAsync(string set)
    {
        var questions = new List<Question>();
        await using var file = File.OpenRead(Repository.PathOf("samples", set));
        await foreach (var row in QuestionSetReader.ReadAsync(file, new QuestionSetOptions { FileName = set }, Cancel))
        {
            questions.Add(Assert.IsType<AcceptedRow>(row).Question);
        }

        return questions;
    }

    private static IReadOnlyList<string?> TextsOf(JsonElement answer) =>
        [.. answer.GetProperty("choices").EnumerateArray().Select(static choice => choice.GetProperty("message").GetProperty("content").GetString())];
}
