using System.Text.Json;

namespace MedQA.Web.Tests.Rating;

public sealed class RaterHandlersTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_rater_agrees_rates_goes_back_skips_comments_and_hands_in()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, study, tokens) = await server.StudyAsync();
        var token = tokens[0];
        var invited = (await server.AsRaterAsync(token, HttpMethod.Get, "/api/rating")).Body;
        Assert.Equal("invited", invited.GetProperty("state").GetString());
        Assert.Empty(invited.GetProperty("answers").EnumerateArray());
        Assert.Equal(409, (await server.AsRaterAsync(token, HttpMethod.Post, "/api/rating/clicks", new { clicks = new[] { StudyCalls.Choice(0, "x", "y", Noon) } })).Status);

        var queue = await server.BeginAsync(token);
        var count = queue.GetProperty("answers").GetArrayLength();
        Assert.Equal(6, count);
        var axes = Axes(queue);
        for (var place = 1; place < count; place++)
        {
            await server.ClickAsync(token, [.. axes.Select(axis => StudyCalls.Choice(place, axis.Id, axis.Choices[0], Noon.AddMinutes(place)))]);
        }

        Assert.Equal(409, (await server.AsRaterAsync(token, HttpMethod.Post, "/api/rating/submit")).Status);
        await server.ClickAsync(token,
            new { id = StudyCalls.Id(), at = Noon.AddHours(1), place = 0, kind = "skip", skipped = true, seconds = 4.5 },
            new { id = StudyCalls.Id(), at = Noon.AddHours(1), place = 1, kind = "comment", comment = "=Unclear, \"really\"", seconds = 2 },
            StudyCalls.Choice(1, axes[0].Id, axes[0].Choices[1], Noon.AddHours(1)));

        var resource = (await server.GetAsync($"/api/studies/{study}")).Body.GetProperty("raters")[0];
        Assert.Equal(("rating", count - 1, 1), (resource.GetProperty("state").GetString(), resource.GetProperty("rated").GetInt32(), resource.GetProperty("skipped").GetInt32()));
        Assert.Equal(200, (await server.AsRaterAsync(token, HttpMethod.Post, "/api/rating/submit")).Status);
        Assert.Equal(409, (await server.AsRaterAsync(token, HttpMethod.Post, "/api/rating/clicks", new { clicks = new[] { StudyCalls.Choice(1, axes[0].Id, axes[0].Choices[0], Noon.AddHours(2)) } })).Status);
        Assert.Equal(409, (await server.AsRaterAsync(token, HttpMethod.Post, "/api/rating/stop")).Status);

        var csv = await server.Client.GetStringAsync($"/api/studies/{study}/ratings", Cancel);
        var lines = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonElement.Parse(line)).ToList();
        var second = lines.Single(static line => line.GetProperty("place").GetInt32() == 1);
        Assert.Equal(axes[0].Choices[1], second.GetProperty("choices").GetProperty(axes[0].Id).GetString());
        Assert.Equal("=Unclear, \"really\"", second.GetProperty("comment").GetString());
        Assert.Equal(axes.Count + 3.0, second.GetProperty("seconds").GetDouble(), 9);
        var (table, _) = await server.GetAsync($"/api/studies/{study}/ratings", "text/csv");
        Assert.Contains("\"'=Unclear, \"\"really\"\"\"", await table.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_clicks_the_later_made_counts_in_whatever_order_they_come_and_both_are_kept()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, study, tokens) = await server.StudyAsync();
        var axis = Axes(await server.BeginAsync(tokens[0]))[0];
        var id = StudyCalls.Id();
        await server.ClickAsync(tokens[0], StudyCalls.Choice(2, axis.Id, axis.Choices[1], Noon.AddSeconds(20)));
        await server.ClickAsync(tokens[0], StudyCalls.Choice(2, axis.Id, axis.Choices[0], Noon.AddSeconds(10), id));
        // A page that got no answer sends the click again.
        await server.ClickAsync(tokens[0], StudyCalls.Choice(2, axis.Id, axis.Choices[0], Noon.AddSeconds(10), id));

        var queue = (await server.AsRaterAsync(tokens[0], HttpMethod.Get, "/api/rating")).Body;
        var mark = Assert.Single(queue.GetProperty("answers")[2].GetProperty("marks").EnumerateArray());
        Assert.Equal(axis.Choices[1], mark.GetProperty("choice").GetString());
        var history = await server.Client.GetStringAsync($"/api/studies/{study}/ratings?history=true", Cancel);
        var clicks = history.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line).GetProperty("choices").GetProperty(axis.Id).GetString());
        Assert.Equal([axis.Choices[0], axis.Choices[1]], clicks);
    }

    [Fact]
    public async Task Clicks_of_a_clock_that_is_ahead_keep_their_order_and_count_once()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, study, tokens) = await server.StudyAsync();
        var axis = Axes(await server.BeginAsync(tokens[0]))[0];
        var ahead = DateTimeOffset.UtcNow.AddHours(3);
        // The order of their ids is not that of the clicks.
        object[] clicks = [.. Enumerable.Range(0, 9).Select(index => StudyCalls.Choice(2, axis.Id, axis.Choices[index % 2], ahead.AddSeconds(index), $"{9 - index:x16}"))];
        await server.ClickAsync(tokens[0], clicks);
        // A client that got no answer sends them again; the service's clock says another time by then.
        await server.ClickAsync(tokens[0], clicks);

        var queue = (await server.AsRaterAsync(tokens[0], HttpMethod.Get, "/api/rating")).Body;
        Assert.Equal(axis.Choices[0], Assert.Single(queue.GetProperty("answers")[2].GetProperty("marks").EnumerateArray()).GetProperty("choice").GetString());
        var history = (await server.Client.GetStringAsync($"/api/studies/{study}/ratings?history=true", Cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            Enumerable.Range(0, 9).Select(index => axis.Choices[index % 2]),
            history.Select(line => JsonElement.Parse(line).GetProperty("choices").GetProperty(axis.Id).GetString()));
        var rating = JsonElement.Parse((await server.Client.GetStringAsync($"/api/studies/{study}/ratings", Cancel)).Split('\n')[0]);
        Assert.Equal(9.0, rating.GetProperty("seconds").GetDouble(), 9);
    }

    [Fact]
    public async Task A_choice_can_be_taken_back_and_takes_a_skip_back()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, study, tokens) = await server.StudyAsync();
        var axis = Axes(await server.BeginAsync(tokens[0]))[0];
        await server.ClickAsync(tokens[0], new { id = StudyCalls.Id(), at = Noon, place = 0, kind = "skip", skipped = true });
        await server.ClickAsync(tokens[0], StudyCalls.Choice(0, axis.Id, axis.Choices[0], Noon.AddSeconds(1)));
        Assert.Equal(1, (await server.GetAsync($"/api/studies/{study}")).Body.GetProperty("raters")[0].GetProperty("begun").GetInt32());
        await server.ClickAsync(tokens[0], StudyCalls.Choice(0, axis.Id, null, Noon.AddSeconds(2)));
        var rater = (await server.GetAsync($"/api/studies/{study}")).Body.GetProperty("raters")[0];
        Assert.Equal((0, 0), (rater.GetProperty("begun").GetInt32(), rater.GetProperty("skipped").GetInt32()));
    }

    [Fact]
    public async Task What_cannot_be_said_is_refused_and_nothing_of_it_is_stored()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, study, tokens) = await server.StudyAsync();
        var axis = Axes(await server.BeginAsync(tokens[0]))[0];
        var good = StudyCalls.Choice(0, axis.Id, axis.Choices[0], Noon);
        foreach (var (bad, said) in ((object, string)[])
        [
            (StudyCalls.Choice(99, axis.Id, axis.Choices[0], Noon), "place must be from 0 to 5"),
            (StudyCalls.Choice(-1, axis.Id, axis.Choices[0], Noon), "place"),
            (StudyCalls.Choice(0, "no-axis", axis.Choices[0], Noon), "Unknown axis 'no-axis'"),
            (StudyCalls.Choice(0, axis.Id, "no-choice", Noon), "no choice 'no-choice'"),
            (StudyCalls.Choice(0, axis.Id, axis.Choices[0], Noon, "../../etc/passwd"), "id must have 16"),
            (StudyCalls.Choice(0, axis.Id, axis.Choices[0], Noon, seconds: -1), "seconds"),
            (new { id = StudyCalls.Id(), at = Noon, place = 0, kind = "comment", comment = new string('x', 2001) }, "2000 characters"),
            (new { id = StudyCalls.Id(), at = Noon, place = 0, kind = "shout" }, "'clicks[1].kind' must be one of choice, "),
            (new { place = 0 }, "'clicks[1].id' is missing"),
        ])
        {
            var (status, problem) = await server.AsRaterAsync(tokens[0], HttpMethod.Post, "/api/rating/clicks", new { clicks = new[] { good, bad } });
            Assert.Equal((400, "urn:medqa:bad-body"), (status, problem.GetProperty("type").GetString()));
            Assert.Contains(said, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(400, (await server.AsRaterAsync(tokens[0], HttpMethod.Post, "/api/rating/clicks", new { clicks = Enumerable.Repeat(good, 100) })).Status);
        Assert.Equal("", await server.Client.GetStringAsync($"/api/studies/{study}/ratings?history=true", Cancel));
    }

    [Fact]
    public async Task Who_stops_keeps_what_was_rated_and_who_withdraws_takes_it_away()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, study, tokens) = await server.StudyAsync();
        foreach (var (token, remove, state) in ((string, string, string)[])[(tokens[0], "false", "stopped"), (tokens[1], "true", "withdrawn")])
        {
            var axis = Axes(await server.BeginAsync(token))[0];
            await server.ClickAsync(token, StudyCalls.Choice(0, axis.Id, axis.Choices[0], Noon));
            Assert.Equal(state, (await server.AsRaterAsync(token, HttpMethod.Post, $"/api/rating/stop?remove={remove}")).Body.GetProperty("state").GetString());
            Assert.Equal(409, (await server.AsRaterAsync(token, HttpMethod.Post, "/api/rating/consent")).Status);
            var after = (await server.AsRaterAsync(token, HttpMethod.Get, "/api/rating")).Body;
            Assert.Equal((state, 0), (after.GetProperty("state").GetString(), after.GetProperty("answers").GetArrayLength()));
        }

        var left = await server.Client.GetStringAsync($"/api/studies/{study}/ratings", Cancel);
        Assert.Equal("r1", JsonElement.Parse(left.TrimEnd()).GetProperty("rater").GetString());
        Assert.DoesNotContain("click-", await RowsAsync(server, $"{study}-r2"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_withdrawal_that_was_cut_off_counts_at_once_is_finished_by_the_same_request_and_nothing_leads_back()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, study, tokens) = await server.StudyAsync();
        var axis = Axes(await server.BeginAsync(tokens[0]))[0];
        await server.ClickAsync(tokens[0], StudyCalls.Choice(0, axis.Id, axis.Choices[0], Noon));

        // What a process leaves that is killed behind its first write.
        var mark = new Azure.Data.Tables.TableEntity($"{study}-r1", "rater") { ["State"] = "Withdrawn" };
        await server.Storage.RatingTable.UpdateEntityAsync(mark, Azure.ETag.All, cancellationToken: Cancel);
        Assert.Contains("click-", await RowsAsync(server, $"{study}-r1"), StringComparison.Ordinal);
        foreach (var way in (string[])["stop", "stop?remove=false", "consent", "submit", "clicks"])
        {
            var body = way == "clicks" ? new { clicks = new[] { StudyCalls.Choice(1, axis.Id, axis.Choices[0], Noon) } } : null;
            Assert.Equal(409, (await server.AsRaterAsync(tokens[0], HttpMethod.Post, $"/api/rating/{way}", body)).Status);
            Assert.Equal("withdrawn",
                (await server.AsRaterAsync(tokens[0], HttpMethod.Get, "/api/rating")).Body.GetProperty("state").GetString());
            Assert.Equal("", await server.Client.GetStringAsync($"/api/studies/{study}/ratings?history=true", Cancel));
        }

        var (status, standing) = await server.AsRaterAsync(tokens[0], HttpMethod.Post, "/api/rating/stop?remove=true");
        Assert.Equal((200, "withdrawn"), (status, standing.GetProperty("state").GetString()));
        Assert.Equal("rater", await RowsAsync(server, $"{study}-r1"));
    }

    [Fact]
    public async Task A_deleted_rater_leaves_nothing_behind_not_even_clicks_under_way_and_the_study_goes_on()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, study, tokens) = await server.StudyAsync();
        var axis = Axes(await server.BeginAsync(tokens[0]))[0];
        await server.BeginAsync(tokens[1]);
        for (var place = 0; place < 3; place++)
        {
            await server.ClickAsync(tokens[0], StudyCalls.Choice(place, axis.Id, axis.Choices[0], Noon));
        }

        Assert.Equal(204, (int)(await server.SendAsync(HttpMethod.Delete, $"/api/studies/{study}/raters/r1")).Response.StatusCode);
        Assert.Equal(401, (await server.AsRaterAsync(tokens[0], HttpMethod.Get, "/api/rating")).Status);
        Assert.Equal(401, (await server.AsRaterAsync(tokens[0], HttpMethod.Post, "/api/rating/clicks", new { clicks = new[] { StudyCalls.Choice(0, axis.Id, axis.Choices[0], Noon) } })).Status);
        Assert.Equal("", await RowsAsync(server, $"{study}-r1"));
        Assert.False((await server.GetAsync($"/api/studies/{study}")).Body.GetProperty("raters")[0].TryGetProperty("state", out _));

        await server.ClickAsync(tokens[1], StudyCalls.Choice(0, axis.Id, axis.Choices[0], Noon));
        Assert.Equal(200, (int)(await server.GetAsync($"/api/studies/{study}/report")).Response.StatusCode);
        Assert.Equal(404, (int)(await server.SendAsync(HttpMethod.Delete, $"/api/studies/{study}/raters/r9")).Response.StatusCode);
        Assert.Equal(404, (int)(await server.SendAsync(HttpMethod.Post, $"/api/studies/{study}/raters/r1/link")).Response.StatusCode);
    }

    [Fact]
    public async Task Fifty_raters_at_once_lose_no_click()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, study, tokens) = await server.StudyAsync(StudyCalls.Request(questions: 50, raters: 50, sources: 2));
        await Parallel.ForEachAsync(tokens, new ParallelOptions { MaxDegreeOfParallelism = 50, CancellationToken = Cancel }, async (token, _) =>
        {
            var queue = await server.BeginAsync(token);
            var axes = Axes(queue);
            for (var place = 0; place < queue.GetProperty("answers").GetArrayLength(); place++)
            {
                foreach (var axis in axes)
                {
                    await server.ClickAsync(token, StudyCalls.Choice(place, axis.Id, axis.Choices[0], Noon.AddSeconds(place)));
                }
            }

            Assert.Equal(200, (await server.AsRaterAsync(token, HttpMethod.Post, "/api/rating/submit")).Status);
        });

        var raters = (await server.GetAsync($"/api/studies/{study}")).Body.GetProperty("raters").EnumerateArray().ToList();
        Assert.All(raters, static rater => Assert.Equal(("submitted", 2), (rater.GetProperty("state").GetString(), rater.GetProperty("rated").GetInt32())));
        Assert.Equal(100, (await server.Client.GetStringAsync($"/api/studies/{study}/ratings", Cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    internal static List<(string Id, string[] Choices)> Axes(JsonElement queue) =>
        [.. queue.GetProperty("rubric").GetProperty("axes").EnumerateArray().Select(static axis => (axis.GetProperty("id").GetString()!, axis.GetProperty("choices").EnumerateArray().Select(static choice => choice.GetProperty("id").GetString()!).ToArray()))];

    private static async Task<string> RowsAsync(ApiServer server, string partition) =>
        string.Join(' ', await server.Storage.RatingTable.QueryAsync<Azure.Data.Tables.TableEntity>(row => row.PartitionKey == partition, cancellationToken: Cancel).Select(static row => row.RowKey).ToListAsync(Cancel));
}
