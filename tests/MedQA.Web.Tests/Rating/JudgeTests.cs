using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Studies;

namespace MedQA.Web.Tests.Rating;

/// <summary>A judge is a rater whom no person meets.</summary>
public sealed class JudgeTests(AzuriteFixture azurite)
{
    private static readonly string[] Formats =
        ["application/json", "text/markdown", "text/html", "application/vnd.medqa.sections+json"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_judge_rates_every_answer_once_sees_no_source_and_goes_on_where_it_was_cut_off()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, name, _) = await server.StudyAsync();
        var judge = new Judge { FailAt = 9 };
        await Assert.ThrowsAsync<ModelUnavailableException>(() => JudgeAsync(server, name, judge));
        var first = judge.Prompts.Count;
        Assert.InRange(first, 1, 23);

        // 12 answers on two axes. The answer during which it was cut off is asked again on both.
        judge.FailAt = null;
        var outcome = await JudgeAsync(server, name, judge);
        Assert.Equal(12, outcome.Places);
        Assert.InRange(judge.Prompts.Count, 24, 26);
        Assert.Equal(0, (await JudgeAsync(server, name, judge)).Asked);
        foreach (var secret in (string[])[.. StudyCalls.Sources, "secret_dataset", "Secret name", "Participant", "answers.csv"])
        {
            Assert.All(judge.Prompts, prompt => Assert.DoesNotContain(secret, prompt, StringComparison.Ordinal));
        }

        var report = (await server.GetAsync($"/api/studies/{name}/report")).Body.GetProperty("judges")[0];
        Assert.Equal((outcome.Judge, "judge-model", 12), (report.GetProperty("judge").GetString(), report.GetProperty("model").GetString(), report.GetProperty("units").GetInt32()));
        Assert.All(Axes(report), static source => Assert.Equal("notCalibrated", source.GetProperty("calibration").GetString()));
        foreach (var format in Formats)
        {
            var (response, _) = await server.GetAsync($"/api/studies/{name}/report", format);
            Assert.Contains(format == Formats[0] ? "notCalibrated" : "not calibrated", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Two_processes_that_judge_at_once_store_each_verdict_once()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, name, _) = await server.StudyAsync();
        var outcomes = await Task.WhenAll(JudgeAsync(server, name, new Judge { AtOnce = 3 }), JudgeAsync(server, name, new Judge { AtOnce = 3 }));
        Assert.Equal(outcomes[0].Judge, outcomes[1].Judge);
        Assert.Equal(12, outcomes.Sum(static outcome => outcome.Asked));
        var (store, study) = await OpenAsync(server, name);
        var clicks = (await store.JudgesAsync(study, Cancel)).Single().Clicks;
        Assert.Equal(24, clicks.Length);
        Assert.Equal(24, clicks.Select(static click => (click.Place, click.Axis)).Distinct().Count());
    }

    [Fact]
    public async Task No_person_meets_a_judge_and_no_figure_of_people_has_its_verdicts()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, name, tokens) = await server.StudyAsync();
        await server.BeginAsync(tokens[0]);
        await server.ClickAsync(tokens[0], StudyCalls.Choice(0, "intent", "yes", DateTimeOffset.UtcNow));
        var queue = (await server.AsRaterAsync(tokens[0], HttpMethod.Get, "/api/rating")).Body;
        var progress = (await server.GetAsync($"/api/studies/{name}")).Body.GetRawText();
        var (ratings, _) = await server.GetAsync($"/api/studies/{name}/ratings", "text/csv");
        var before = await ratings.Content.ReadAsStringAsync(Cancel);
        var report = (await server.GetAsync($"/api/studies/{name}/report")).Body.GetRawText();

        var outcome = await JudgeAsync(server, name, new Judge());
        var later = (await server.AsRaterAsync(tokens[0], HttpMethod.Get, "/api/rating")).Body;
        Assert.Equal(queue.GetProperty("answers").GetRawText(), later.GetProperty("answers").GetRawText());
        Assert.DoesNotContain(outcome.Judge, later.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(progress, (await server.GetAsync($"/api/studies/{name}")).Body.GetRawText());
        (ratings, _) = await server.GetAsync($"/api/studies/{name}/ratings", "text/csv");
        Assert.Equal(before, await ratings.Content.ReadAsStringAsync(Cancel));
        var judged = (await server.GetAsync($"/api/studies/{name}/report")).Body.GetRawText();
        Assert.StartsWith(report[..report.LastIndexOf('\n')], judged, StringComparison.Ordinal);

        // Nobody can open a judge's queue, whatever the secret.
        var (status, _) = await server.AsRaterAsync($"{name}-{outcome.Judge}-{tokens[0].Split('-', 3)[2]}", HttpMethod.Get, "/api/rating");
        Assert.Equal(401, status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.SendAsync(HttpMethod.Post, $"/api/studies/{name}/raters/{outcome.Judge}/link")).Response.StatusCode);
    }

    [Fact]
    public async Task Peoples_ratings_calibrate_a_judge_and_an_unreadable_verdict_is_counted_as_missing()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, name, tokens) = await server.StudyAsync(StudyCalls.Request(questions: 8, raters: 1, sources: 1));
        await server.BeginAsync(tokens[0]);
        for (var place = 0; place < 4; place++)
        {
            await server.ClickAsync(tokens[0], StudyCalls.Choice(place, "intent", place < 3 ? "yes" : "no", DateTimeOffset.UtcNow));
        }

        var outcome = await JudgeAsync(server, name, new Judge { Write = static prompt => prompt.Contains("number 5.", StringComparison.Ordinal) ? "Hm." : "Answer: (A)" });
        Assert.Equal(2, outcome.Unreadable);
        var axis = (await server.GetAsync($"/api/studies/{name}/report")).Body.GetProperty("judges")[0].GetProperty("axes")[0];
        Assert.Equal(1, axis.GetProperty("unreadable").GetInt32());
        var source = axis.GetProperty("sources")[0];
        Assert.Equal(("tooFewRatings", 7, 4, 4), (source.GetProperty("calibration").GetString(), source.GetProperty("verdicts").GetInt32(), source.GetProperty("rated").GetInt32(), source.GetProperty("further").GetInt32()));
        Assert.Equal((1.0, 0.75), (source.GetProperty("raw").GetDouble(), source.GetProperty("corrected").GetDouble()));
    }

    [Fact]
    public async Task Pairs_are_asked_in_both_orders_and_what_changes_with_the_order_is_missing()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, name, _) = await server.StudyAsync(StudyCalls.Request(questions: 3, sources: 2, rubric: "pairwise-9"));

        // Of the first question always the first answer, which is a habit; of the others that of the second source, which ends in y.
        var judge = new Judge
        {
            Write = static prompt => prompt.Contains("headache 1?", StringComparison.Ordinal) || prompt.IndexOf(". y", StringComparison.Ordinal) < prompt.IndexOf(". x", StringComparison.Ordinal) ? "Answer: (A)" : "Answer: (C)",
        };
        var outcome = await JudgeAsync(server, name, judge);
        Assert.Equal((6, 54), (outcome.Places, judge.Prompts.Count));
        var axis = (await server.GetAsync($"/api/studies/{name}/report")).Body.GetProperty("judges")[0].GetProperty("axes")[0];
        Assert.Equal((0, 1), (axis.GetProperty("unreadable").GetInt32(), axis.GetProperty("ordersDiffer").GetInt32()));
        Assert.Equal((2, 1.0), (axis.GetProperty("sources")[0].GetProperty("verdicts").GetInt32(), axis.GetProperty("sources")[0].GetProperty("raw").GetDouble()));
    }

    [Fact]
    public async Task A_judge_can_be_deleted_and_is_deleted_with_its_study()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, name, _) = await server.StudyAsync();
        var outcome = await JudgeAsync(server, name, new Judge());
        Assert.NotEqual(outcome.Judge, (await JudgeAsync(server, name, new Judge(), samples: 3)).Judge);
        Assert.Equal(2, (await server.GetAsync($"/api/studies/{name}/report")).Body.GetProperty("judges").GetArrayLength());
        Assert.Equal(HttpStatusCode.NoContent, (await server.SendAsync(HttpMethod.Delete, $"/api/studies/{name}/raters/{outcome.Judge}")).Response.StatusCode);
        Assert.Equal(1, (await server.GetAsync($"/api/studies/{name}/report")).Body.GetProperty("judges").GetArrayLength());
        Assert.Equal(HttpStatusCode.NotFound, (await server.SendAsync(HttpMethod.Delete, $"/api/studies/{name}/raters/{outcome.Judge}")).Response.StatusCode);

        var (store, study) = await OpenAsync(server, name);
        Assert.Equal(HttpStatusCode.NoContent, (await server.SendAsync(HttpMethod.Delete, $"/api/studies/{name}")).Response.StatusCode);
        Assert.Empty(await store.JudgesAsync(study, Cancel));
        Assert.False(await store.TryAddJudgeAsync(study, new StudyJudge("late", "00", 1, 1, 1), Cancel));
        Assert.Empty(await store.JudgesAsync(study, Cancel));
    }

    private static async Task<JudgingOutcome> JudgeAsync(ApiServer server, string name, Judge judge, int samples = 1)
    {
        var (store, study) = await OpenAsync(server, name);
        return await StudyJudging.JudgeAsync(store, study, judge, samples, 1, TimeProvider.System, static (_, _) => { }, Cancel);
    }

    private static async Task<(StudyStore Store, Study Study)> OpenAsync(ApiServer server, string name)
    {
        var store = new StudyStore(server.Storage, TimeProvider.System);
        Assert.True(StudyId.TryParse(name, out var id));
        return (store, (await store.FindAsync(id, Cancel))!);
    }

    private static IEnumerable<JsonElement> Axes(JsonElement judge) =>
        judge.GetProperty("axes").EnumerateArray().SelectMany(static axis => axis.GetProperty("sources").EnumerateArray());

    /// <summary>A judge that says the same of everything, or what a test says.</summary>
    private sealed class Judge : ILanguageModel
    {
        public Func<string, string> Write { get; init; } = static _ => "Answer: (A)";

        public int AtOnce { get; init; } = 1;

        /// <summary>From this prompt on its service cannot be reached.</summary>
        public int? FailAt { get; set; }

        public ConcurrentQueue<string> Prompts { get; } = [];

        public ModelDescription Description { get; } = new()
        {
            Name = "judge-model",
            Fingerprint = new string('1', 64),
            EngineFingerprint = "judge",
            ContextLength = 100_000,
            HasChatTemplate = true,
        };

        public Task<int> GetQuestionsAtOnceAsync(int samples, int maxTokens, CancellationToken cancellationToken) => Task.FromResult(AtOnce);

        public int CountTokens(Prompt prompt) => 10;

        public Task<IReadPrompt> ReadAsync(Prompt prompt, CancellationToken cancellationToken)
        {
            if (Prompts.Count >= FailAt)
            {
                throw new ModelUnavailableException("The judge's service does not answer.");
            }

            var text = string.Join('\n', ((ChatPrompt)prompt).Messages.Select(static message => message.Content));
            Prompts.Enqueue(text);
            return Task.FromResult<IReadPrompt>(new Read(Write(text)));
        }

        private sealed class Read(string said) : IReadPrompt
        {
            public int TokenCount => 10;

            public Task<IReadOnlyList<Sample>> SampleAsync(SampleRequest request, CancellationToken cancellationToken) =>
                Task.FromResult<IReadOnlyList<Sample>>([.. Enumerable.Range(request.FirstIndex, request.Count).Select(index => new Sample
                {
                    Index = index,
                    Text = said,
                    Tokens = [1, 2, 3],
                    LogLikelihood = -1,
                    DrawnTokens = 4,
                    End = SampleEnd.EndToken,
                })]);

            public Task<IReadOnlyList<IReadOnlyList<ContinuationScore>>> ScoreAsync(IReadOnlyList<ScoreRequest> requests, CancellationToken cancellationToken) =>
                throw new InvalidOperationException("A judge's verdict is never forced.");

            public Task<IReadOnlyList<RescoredSample>> RescoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) =>
                throw new InvalidOperationException("A judge's verdicts are not scored.");

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
