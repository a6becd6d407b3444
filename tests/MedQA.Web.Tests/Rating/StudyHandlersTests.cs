using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace MedQA.Web.Tests.Rating;

public sealed class StudyHandlersTests(AzuriteFixture azurite)
{
    private const string Consumers = "question\nHow long does a cold last?\nWhat helps against a headache?\nIs a cough dangerous?\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_study_of_a_run_and_a_file_has_the_questions_that_both_answer_with_the_answers_of_both()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedRunAsync(Consumers, "?profile=long-form&name=consumers.csv");
        var (study, name, tokens) = await server.StudyAsync(new
        {
            name = "Both",
            rubric = "pairwise-9",
            sources = new object[] { new { run }, new { name = "clinicians", csv = "question,answer\n\"How long  does a cold last? \",A week.\nIs a cough dangerous?,Mostly not.\nSomething else?,Yes.\n", fileName = "theirs.csv" } },
            raters = new[] { "Ann" },
        });
        Assert.Equal((2, 4), (study.GetProperty("questions").GetInt32(), study.GetProperty("answers").GetInt32()));
        Assert.Equal(["scripted: 1 of 3 questions left out, because another source does not answer them.", "clinicians: 1 of 3 questions left out, because another source does not answer them."], study.GetProperty("notes").EnumerateArray().Select(static note => note.GetString()));
        Assert.Equal(run, study.GetProperty("sources")[0].GetProperty("run").GetString());

        var queue = await server.BeginAsync(tokens[0]);
        Assert.Equal(2, queue.GetProperty("rubric").GetProperty("answers").GetInt32());
        var answers = queue.GetProperty("answers").EnumerateArray().Select(static answer => string.Join('|', answer.GetProperty("answers").EnumerateArray().Select(static text => text.GetString()).Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal);
        Assert.Equal(["A week.|It is known. Answer: B", "It is known. Answer: B|Mostly not."], answers);

        // Whichever was shown first, the report says what was said of which source.
        for (var place = 0; place < 2; place++)
        {
            var shown = queue.GetProperty("answers")[place].GetProperty("answers")[0].GetString();
            await server.ClickAsync(tokens[0], StudyCalls.Choice(place, "consensus", shown!.StartsWith("It is", StringComparison.Ordinal) ? "second" : "first", DateTimeOffset.UtcNow));
        }

        var (_, report) = await server.GetAsync($"/api/studies/{name}/report");
        var shares = report.GetProperty("axes")[0].GetProperty("sources")[0];
        Assert.Equal("scripted (A), clinicians (B)", shares.GetProperty("source").GetString());
        Assert.Equal(["first 0", "tie 0", "second 2"], shares.GetProperty("shares").EnumerateArray().Select(static share => $"{share.GetProperty("choice").GetString()} {share.GetProperty("count").GetInt32()}"));

        var (deleted, _) = await server.SendAsync(HttpMethod.Delete, $"/api/studies/{name}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(401, (await server.AsRaterAsync(tokens[0], HttpMethod.Get, "/api/rating")).Status);
        Assert.Equal(0, (await server.GetAsync("/api/studies")).Body.GetProperty("studies").GetArrayLength());
        Assert.Empty(await server.Storage.Studies.GetBlobsAsync(cancellationToken: Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task What_no_study_can_be_made_of_is_refused_with_the_field_and_a_sentence()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var chosen = await server.FinishedRunAsync(ApiServer.Questions(1, right: 1));
        var good = JsonSerializer.SerializeToNode(StudyCalls.Request())!.AsObject();
        foreach (var (field, value, said) in ((string, object?, string)[])
        [
            ("name", " ", "needs a name"),
            ("rubric", "none", "Unknown rubric 'none'"),
            ("rubric", new { name = "x" }, "title' is missing"),
            ("sources", Array.Empty<object>(), "1 to 12 sources"),
            ("sources", new[] { new { run = "aaaaaaaaaaaaaaaa" } }, "There is no run"),
            ("sources", new[] { new { run = chosen } }, "only free answers can be rated"),
            ("sources", new[] { new { run = chosen, csv = "question,answer\nA?,B is right.\n" } }, "either a run or a csv"),
            ("sources", new[] { new { csv = "question,answer\nA?,B is right.\n", name = "one" }, new { csv = "question,answer\nB?,B is right.\n", name = "two" } }, "no question in common"),
            ("sources", new[] { new { csv = "question,answer\nA?,B is right.\n", name = "one" }, new { csv = "question,answer\nA?,B is right.\n", name = "One" } }, "The source name"),
            ("raters", Array.Empty<string>(), "1 to 500 raters"),
            ("raters", (string[])["Ann", " "], "needs a name"),
            ("raters", (string[])["Ann", "Ben", " ann"], "The rater name 'ann' appears twice"),
            ("raters", (string[])["Ann", "Be\nn"], "must not contain control characters"),
            ("raters", (string[])["Ann", "Be\u2028n"], "must not contain control characters"),
            ("name", "Study\u0007", "must not contain control characters"),
            ("title", "Study\u001b[2J", "must not contain control characters"),
            ("sources", new[] { new { csv = "question,answer\nA?,B is right.\n", name = "one\r" } }, "must not contain control characters"),
            ("sources", new[] { new { csv = "question,answer\nA?,B is right.\n", fileName = "a\0.csv" } }, "must not contain control characters"),
            ("sources", new[] { new { csv = "question,answer\nA?,B is right.\n", fileName = new string('a', 201) } }, "at most 200 characters"),
            ("ratersPerAnswer", 3, "from 1 to 2"),
            ("strata", new[] { new { dataset = "secret_dataset_0", questions = 9 } }, "has 2 questions that every source answers, but 9 were requested"),
        ])
        {
            var request = good.DeepClone().AsObject();
            request[field] = JsonSerializer.SerializeToNode(value);
            using var response = await server.Client.PostAsJsonAsync("/api/studies", request, Cancel);
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
            Assert.Equal((HttpStatusCode.BadRequest, "urn:medqa:bad-body"), (response.StatusCode, problem.GetProperty("type").GetString()));
            Assert.StartsWith(field, problem.GetProperty("parameter").GetString(), StringComparison.Ordinal);
            Assert.Contains(said, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(0, (await server.GetAsync("/api/studies")).Body.GetProperty("studies").GetArrayLength());
    }

    [Fact]
    public async Task A_study_that_cannot_be_read_keeps_none_of_the_others_from_the_list()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, good, _) = await server.StudyAsync();
        var (_, bad, _) = await server.StudyAsync();
        Assert.False((await server.GetAsync("/api/studies")).Body.TryGetProperty("unreadable", out _));
        await server.Storage.Studies.GetBlobClient($"{bad}/study.json").UploadAsync(BinaryData.FromString("{"), overwrite: true, Cancel);
        var (response, list) = await server.GetAsync("/api/studies");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(good, Assert.Single(list.GetProperty("studies").EnumerateArray()).GetProperty("study").GetString());
        Assert.Equal(bad, Assert.Single(list.GetProperty("unreadable").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task Ratings_come_as_Parquet_with_a_column_for_each_axis()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, study, tokens) = await server.StudyAsync();
        await server.BeginAsync(tokens[0]);
        await server.ClickAsync(tokens[0], StudyCalls.Choice(0, "intent", "yes", DateTimeOffset.UtcNow));
        var (response, _) = await server.GetAsync($"/api/studies/{study}/ratings", "application/vnd.apache.parquet");
        using var file = new MemoryStream(await response.Content.ReadAsByteArrayAsync(Cancel));
        await using var reader = await Parquet.ParquetReader.CreateAsync(file, cancellationToken: Cancel);
        Assert.Equal(["intent", "helpful"], reader.Schema.DataFields[^2..].Select(static field => field.Name));
        Assert.Equal(1, reader.OpenRowGroupReader(0).RowCount);
    }
}
