using System.Net;
using System.Text;
using System.Text.Json;
using MedQA.Client;
using MedQA.Pipeline.Profiles;

namespace MedQA.Web.Tests.Catalog;

/// <summary>Profiles that callers store, replace and delete.</summary>
public sealed class ProfileHandlersTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stored_profile_is_listed_and_asked_with_and_neither_replacing_nor_deleting_it_changes_a_run()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        using var client = new MedQAClient(new MedQAClientOptions { Endpoint = new Uri("http://localhost") }, server.Client);
        var stored = await client.PutProfileAsync("mine", """
            {
              // A comment is allowed, and so is a last comma.
              "name": "mine", "strategy": "self-consistency", "samples": 2, "maxTokens": 7,
            }
            """u8.ToArray(), cancellationToken: Cancel);
        Assert.Equal((2, 7, 0.7), (stored.GetProperty("samples").GetInt32(), stored.GetProperty("maxTokens").GetInt32(), stored.GetProperty("temperature").GetDouble()));
        Assert.Contains("reasoning", stored.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Equal(stored.GetRawText(), (await client.GetProfileAsync("mine", cancellationToken: Cancel)).GetRawText());
        var listed = await client.ListProfilesAsync(cancellationToken: Cancel);
        Assert.Equal(stored.GetRawText()[..^1] + ""","stored":true}""", listed[^1].GetRawText());
        Assert.All(listed.SkipLast(1), static profile => Assert.False(profile.GetProperty("stored").GetBoolean()));

        var run = await server.FinishedRunAsync(ApiServer.Questions(2, right: 1), "?profile=mine");
        var varied = await server.FinishedRunAsync(ApiServer.Questions(2, right: 1), "?profile=mine&samples=3");
        var (_, estimate) = await server.SendAsync(HttpMethod.Post, "/api/estimates?profile=mine", ApiServer.Questions(2, right: 1));
        Assert.Equal((2, 1), (estimate.GetProperty("callsPerQuestion").GetInt32(), estimate.GetProperty("basedOn").GetArrayLength()));

        await client.PutProfileAsync("mine", """{ "name": "mine", "strategy": "few-shot" }"""u8.ToArray(), cancellationToken: Cancel);
        Assert.Equal(2, await SamplesOfAsync(server, run));
        Assert.NotEqual(run, await server.FinishedRunAsync(ApiServer.Questions(2, right: 1), "?profile=mine"));

        await client.DeleteProfileAsync("mine", Cancel);
        Assert.Equal((2, 3), (await SamplesOfAsync(server, run), await SamplesOfAsync(server, varied)));
        Assert.DoesNotContain(await client.ListProfilesAsync(cancellationToken: Cancel), static profile => profile.GetProperty("name").GetString() == "mine");
        var gone = await Assert.ThrowsAsync<MedQAException>(() => client.DeleteProfileAsync("mine", Cancel));
        Assert.Equal("urn:medqa:unknown-profile", gone.Type);
        var (unknown, problem) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=mine", ApiServer.Questions(3, right: 1));
        Assert.Equal((HttpStatusCode.BadRequest, "profile"), (unknown.StatusCode, problem.GetProperty("parameter").GetString()));
    }

    [Fact]
    public async Task Of_two_callers_with_a_profile_of_one_name_each_asks_with_the_own_one_and_neither_changes_what_is_stored()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(server, "mine", """{ "name": "mine", "strategy": "few-shot" }""")).Status);
        var before = (await server.GetAsync("/api/profiles")).Body.GetRawText();
        var callers = await Task.WhenAll(Enumerable.Range(2, 4).Select(async samples =>
            (Samples: samples, Hash: await HashAsync(server, "mine", $$"""{ "name": "mine", "strategy": "self-consistency", "samples": {{samples}} }""", "?unlisted=true"))));

        // Every profile is there before the first start.
        foreach (var (samples, hash) in callers)
        {
            var (_, estimate) = await server.SendAsync(HttpMethod.Post, $"/api/estimates?profile=mine&profileHash={hash}", ApiServer.Questions(2, right: 1));
            Assert.Equal(("mine", samples), (estimate.GetProperty("profile").GetString(), estimate.GetProperty("callsPerQuestion").GetInt32()));
            Assert.Empty(estimate.GetProperty("warnings").EnumerateArray());
            var run = await server.FinishedRunAsync(ApiServer.Questions(2, right: 1), $"?profile=mine&profileHash={hash}");
            Assert.Equal(samples, await SamplesOfAsync(server, run));
            Assert.Equal(run, await server.FinishedRunAsync(ApiServer.Questions(2, right: 1), $"?profile=mine&profileHash={hash}"));
            var varied = await server.FinishedRunAsync(ApiServer.Questions(2, right: 1), $"?profile=mine&samples=7&seed=3&profileHash={hash}");
            Assert.Equal(7, await SamplesOfAsync(server, varied));
        }

        Assert.Equal(before, (await server.GetAsync("/api/profiles")).Body.GetRawText());
        Assert.Equal("few-shot", (await server.GetAsync("/api/profiles/mine")).Body.GetProperty("strategy").GetString());
        Assert.Equal(1, await SamplesOfAsync(server, await server.FinishedRunAsync(ApiServer.Questions(2, right: 1), "?profile=mine")));
    }

    [Fact]
    public async Task Whoever_states_the_hash_of_a_stored_profile_gets_that_one_after_it_was_replaced()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var first = await HashAsync(server, "mine", """{ "name": "mine", "strategy": "self-consistency", "samples": 2 }""");
        Assert.Equal(first, (await server.GetAsync("/api/profiles/mine")).Body.GetProperty("hash").GetString());
        Assert.Equal(first, (await server.GetAsync("/api/profiles")).Body.EnumerateArray().Last().GetProperty("hash").GetString());
        Assert.NotEqual(first, await HashAsync(server, "mine", """{ "name": "mine", "strategy": "few-shot" }"""));
        Assert.Equal(2, await SamplesOfAsync(server, await server.FinishedRunAsync(ApiServer.Questions(2, right: 1), $"?profile=mine&profileHash={first}")));

        // The host's profiles and variations have hashes, too.
        var varied = (await server.GetAsync("/api/profiles/self-consistency-samples-3")).Body.GetProperty("hash").GetString();
        Assert.Equal(3, await SamplesOfAsync(server, await server.FinishedRunAsync(ApiServer.Questions(2, right: 1), $"?profile=self-consistency-samples-3&profileHash={varied}")));

        foreach (var (name, hash) in ((string, string)[])[("mine", new string('a', 64)), ("few-shot", first), ("none", new string('a', 64))])
        {
            foreach (var address in (string[])["/api/runs", "/api/estimates"])
            {
                var (other, problem) = await server.SendAsync(HttpMethod.Post, $"{address}?profile={name}&profileHash={hash}", ApiServer.Questions(2, right: 1));
                Assert.Equal((HttpStatusCode.Conflict, "urn:medqa:other-profile"), (other.StatusCode, problem.GetProperty("type").GetString()));
                Assert.Contains($"send yours with PUT /api/profiles/{name}?unlisted=true", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            }
        }

        foreach (var hash in (string[])["a", new string('A', 64), "..%2Fmine"])
        {
            var (bad, problem) = await server.SendAsync(HttpMethod.Post, $"/api/runs?profile=mine&profileHash={hash}", ApiServer.Questions(2, right: 1));
            Assert.Equal((HttpStatusCode.BadRequest, "profileHash"), (bad.StatusCode, problem.GetProperty("parameter").GetString()));
        }
    }

    [Fact]
    public async Task An_unlisted_profile_is_refused_under_the_name_of_one_of_the_host_that_differs()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(server, "few-shot", """{ "name": "few-shot", "strategy": "few-shot" }""", "?unlisted=true")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await PutAsync(server, "few-shot", """{ "name": "few-shot", "strategy": "few-shot", "maxTokens": 3 }""", "?unlisted=true")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PutAsync(server, "self-consistency-samples-5", """{ "name": "self-consistency-samples-5", "strategy": "few-shot" }""", "?unlisted=true")).Status);
    }

    [Fact]
    public async Task A_new_profile_whose_variation_would_have_the_name_of_a_stored_one_is_refused()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(server, "mine-samples-5", """{ "name": "mine-samples-5", "strategy": "few-shot" }""")).Status);
        var (status, problem) = await PutAsync(server, "mine", """{ "name": "mine", "strategy": "self-consistency" }""");
        Assert.Equal((HttpStatusCode.BadRequest, "name"), (status, problem.GetProperty("parameter").GetString()));
        Assert.Contains("such as 'mine-samples-5'. Delete that one", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_process_over_the_storage_knows_the_profile_too()
    {
        var account = azurite.NewConnectionString();
        await using var server = await ApiServer.StartAsync(account);
        await using var reader = await ApiServer.StartReaderAsync(account);
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(server, "mine", """{ "name": "mine", "strategy": "few-shot" }""")).Status);
        Assert.Equal("few-shot", (await reader.GetAsync("/api/profiles/mine")).Body.GetProperty("strategy").GetString());
    }

    [Theory]
    [InlineData("mine", """{ "name": "other", "strategy": "few-shot" }""", "name", "must match")]
    [InlineData("mine", """{ "name": "mine" }""", "strategy", "must be one of")]
    [InlineData("mine", """{ "strategy": "few-shot" }""", "name", "is missing")]
    [InlineData("mine", """{ "name": "Mine", "strategy": "few-shot" }""", "name", "lower-case letters")]
    [InlineData("mine", """{ "name": "mine", "strategy": "few-shot", "sampels": 3 }""", "sampels", "did you mean \"samples\"?")]
    [InlineData("mine", """{ "name": "mine", "strategy": "few-shot", "samples": 3 }""", "samples", "takes exactly 1")]
    [InlineData("mine", """{ "name": "mine", "strategy": "self-consistency", "temperature": "hot" }""", "temperature", "a number from 0 to 10")]
    [InlineData("mine", """{ "name": "mine", "strategy": """, "body", "this is not JSON (line 1")]
    [InlineData("mine", "[]", "body", "a profile is a JSON object")]
    [InlineData("..%2Fmanifest", """{ "name": "manifest", "strategy": "few-shot" }""", "name", "must match")]
    public async Task What_is_no_profile_is_refused_and_names_its_field(string name, string json, string field, string sentence)
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (status, problem) = await PutAsync(server, name, json);
        Assert.Equal((HttpStatusCode.BadRequest, "urn:medqa:bad-body", field), (status, problem.GetProperty("type").GetString(), problem.GetProperty("parameter").GetString()));
        Assert.Contains(sentence, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(await server.Storage.Runs.GetBlobsAsync(cancellationToken: Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task A_name_that_says_a_variation_of_a_profile_is_for_that_variation_only()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        foreach (var name in (string[])["self-consistency-samples-5", "few-shot-samples-5", "self-consistency-seed-7"])
        {
            var (status, problem) = await PutAsync(server, name, $$"""{ "name": "{{name}}", "strategy": "few-shot", "maxTokens": 3 }""");
            Assert.Equal((HttpStatusCode.BadRequest, "name"), (status, problem.GetProperty("parameter").GetString()));
            Assert.Contains("Give it another name", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.OK, (await PutAsync(server, "new-samples-5", """{ "name": "new-samples-5", "strategy": "few-shot" }""")).Status);
        var (refused, _) = await server.GetAsync("/api/profiles/few-shot-samples-5");
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
    }

    [Fact]
    public async Task The_host_s_own_profiles_cannot_be_replaced_or_deleted()
    {
        var folder = Directory.CreateTempSubdirectory("medqa-profiles-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "house.json"), """{ "name": "house", "strategy": "few-shot" }""", Cancel);
            await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), profiles: folder);
            foreach (var name in (string[])["few-shot", "house"])
            {
                var (status, problem) = await PutAsync(server, name, $$"""{ "name": "{{name}}", "strategy": "few-shot" }""");
                Assert.Equal((HttpStatusCode.Conflict, "urn:medqa:fixed-profile"), (status, problem.GetProperty("type").GetString()));
                Assert.Equal(HttpStatusCode.Conflict, (await server.SendAsync(HttpMethod.Delete, $"/api/profiles/{name}")).Response.StatusCode);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Of_writers_at_once_one_wins_whole_and_what_others_left_in_the_storage_breaks_no_list()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        foreach (var (name, content) in ((string, string)[])[("torn", """{ "name": "torn", "str"""), ("empty", ""), ("named", """{ "name": "other", "strategy": "few-shot" }"""), ("Odd name", "{}"), ("deep/er", "{}")])
        {
            await server.Storage.Runs.GetBlobClient($"profiles/{name}.json").UploadAsync(BinaryData.FromString(content), overwrite: true, Cancel);
        }

        var sent = Enumerable.Range(1, 8).Select(tokens => (Tokens: tokens, Json: $$"""{ "name": "mine", "strategy": "few-shot", "maxTokens": {{tokens}} }""")).ToList();
        var answers = await Task.WhenAll(sent.Select(one => PutAsync(server, "mine", one.Json)));
        Assert.All(answers, static answer => Assert.Equal(HttpStatusCode.OK, answer.Status));

        var (listed, profiles) = await server.GetAsync("/api/profiles");
        Assert.Equal(HttpStatusCode.OK, listed.StatusCode);
        var mine = Assert.Single(profiles.EnumerateArray(), static profile => profile.GetProperty("name").GetString() == "mine");
        Assert.InRange(mine.GetProperty("maxTokens").GetInt32(), 1, 8);
        Assert.DoesNotContain(profiles.EnumerateArray(), static profile => profile.GetProperty("name").GetString() is "torn" or "empty" or "other");

        var (damaged, problem) = await server.GetAsync("/api/profiles/torn");
        Assert.Equal((HttpStatusCode.Conflict, "urn:medqa:broken-profile"), (damaged.StatusCode, problem.GetProperty("type").GetString()));
        Assert.Contains("this is not JSON", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("PUT /api/profiles/torn replaces it and DELETE removes it", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        foreach (var path in (string[])["/api/runs?profile=torn", "/api/estimates?profile=torn", "/api/estimates?profile=torn&samples=5"])
        {
            var (refused, why) = await server.SendAsync(HttpMethod.Post, path, ApiServer.Questions(2, right: 1));
            Assert.Equal((HttpStatusCode.Conflict, "urn:medqa:broken-profile"), (refused.StatusCode, why.GetProperty("type").GetString()));
            Assert.Contains("PUT /api/profiles/torn replaces it and DELETE removes it", why.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.NoContent, (await server.SendAsync(HttpMethod.Delete, "/api/profiles/torn")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(server, "empty", """{ "name": "empty", "strategy": "few-shot" }""")).Status);
    }

    [Fact]
    public async Task There_is_room_for_so_many_and_those_that_are_there_can_still_be_replaced()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), new ApiLimits { MaxProfileBytes = 100 });
        await Parallel.ForAsync(0, ProfileStore.MaxProfiles, Cancel, async (i, cancel) =>
            await server.Storage.Runs.GetBlobClient($"profiles/p{i}.json").UploadAsync(BinaryData.FromString($$"""{ "name": "p{{i}}", "strategy": "few-shot" }"""), cancel));

        var (status, problem) = await PutAsync(server, "mine", """{ "name": "mine", "strategy": "few-shot" }""");
        Assert.Equal((HttpStatusCode.Conflict, "urn:medqa:too-many-profiles"), (status, problem.GetProperty("type").GetString()));
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(server, "p7", """{ "name": "p7", "strategy": "likelihood" }""")).Status);
        Assert.Equal(ProfileStore.MaxProfiles + 10, (await server.GetAsync("/api/profiles")).Body.GetArrayLength());
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PutAsync(server, "p7", $$"""{ "name": "p7", "strategy": "few-shot", "instruction": "{{new string('x', 100)}}" }""")).Status);
    }

    private static async Task<int> SamplesOfAsync(ApiServer server, string run) =>
        (await server.GetAsync($"/api/runs/{run}/report")).Body.GetProperty("protocol").GetProperty("profile").GetProperty("samples").GetInt32();

    private static async Task<string> HashAsync(ApiServer server, string name, string json, string query = "") =>
        (await PutAsync(server, name, json, query)).Body.GetProperty("hash").GetString()!;

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PutAsync(ApiServer server, string name, string json, string query = "")
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await server.Client.PutAsync($"/api/profiles/{name}{query}", content, Cancel);
        return (response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancel)));
    }
}
