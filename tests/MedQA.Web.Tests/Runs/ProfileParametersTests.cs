using System.Net;

namespace MedQA.Web.Tests.Runs;

/// <summary>Samples and seed in place of a profile's, for runs and for estimates.</summary>
public sealed class ProfileParametersTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Samples_and_seed_make_a_run_of_the_variation_that_its_name_says()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var questions = ApiServer.Questions(2, right: 1);

        var (started, run) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=self-consistency&samples=3&seed=-2", questions);
        Assert.Equal((HttpStatusCode.Accepted, "self-consistency-samples-3-seed--2"), (started.StatusCode, run.GetProperty("profile").GetString()));
        foreach (var same in (string[])["profile=self-consistency-samples-3-seed--2", "samples=3&seed=-2", "profile=self-consistency-samples-3&seed=-2"])
        {
            var (again, known) = await server.SendAsync(HttpMethod.Post, $"/api/runs?{same}", questions);
            Assert.Equal((HttpStatusCode.OK, run.GetProperty("run").GetString()), (again.StatusCode, known.GetProperty("run").GetString()));
        }

        await server.UntilAsync(run.GetProperty("run").GetString()!, "completed");
        var (_, report) = await server.GetAsync($"/api/runs/{run.GetProperty("run").GetString()}/report");
        var asked = report.GetProperty("protocol").GetProperty("profile");
        Assert.Equal((3, -2), (asked.GetProperty("samples").GetInt32(), asked.GetProperty("seed").GetInt64()));

        // What the profile says anyway is the profile, and the default one without a name stays so.
        var usual = await server.SendAsync(HttpMethod.Post, "/api/runs?name=x.csv", questions);
        var said = await server.SendAsync(HttpMethod.Post, "/api/runs?name=x.csv&samples=11&seed=1&model=scripted", questions);
        Assert.Equal((HttpStatusCode.OK, usual.Body.GetProperty("run").GetString()), (said.Response.StatusCode, said.Body.GetProperty("run").GetString()));

        var (_, estimate) = await server.SendAsync(HttpMethod.Post, "/api/estimates?samples=3&seed=-2", questions);
        Assert.Equal(("self-consistency-samples-3-seed--2", 3), (estimate.GetProperty("profile").GetString(), estimate.GetProperty("callsPerQuestion").GetInt32()));
        Assert.Equal(1, estimate.GetProperty("basedOn").GetArrayLength());
        var (_, profiles) = await server.GetAsync("/api/profiles");
        Assert.DoesNotContain(profiles.EnumerateArray(), static profile => profile.GetProperty("name").GetString()!.Contains("-samples-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_spelling_of_a_variation_is_one_run_whose_profile_has_the_one_name()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var questions = ApiServer.Questions(2, right: 1);
        foreach (var (name, spellings) in ((string, string[])[])
        [
            ("self-consistency-samples-3-seed-7", ["profile=self-consistency-samples-3-seed-7", "profile=self-consistency-seed-7-samples-3", "profile=self-consistency-samples-9-samples-3&seed=7", "profile=self-consistency-seed-7&samples=3"]),
            ("self-consistency", ["profile=self-consistency", "profile=self-consistency-samples-11", "profile=self-consistency-seed-1-samples-11", "profile=self-consistency-samples-3&samples=11"]),
        ])
        {
            var runs = new List<string>();
            foreach (var spelling in spellings)
            {
                var (response, run) = await server.SendAsync(HttpMethod.Post, $"/api/runs?{spelling}", questions);
                Assert.Equal((runs.Count == 0 ? HttpStatusCode.Accepted : HttpStatusCode.OK, name), (response.StatusCode, run.GetProperty("profile").GetString()));
                runs.Add(run.GetProperty("run").GetString()!);
                var (_, estimate) = await server.SendAsync(HttpMethod.Post, $"/api/estimates?{spelling}", questions);
                Assert.Equal(name, estimate.GetProperty("profile").GetString());
            }

            Assert.Single(runs.Distinct());
        }

        Assert.Equal("self-consistency-samples-3-seed-7", (await server.GetAsync("/api/profiles/self-consistency-seed-7-samples-3")).Body.GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("samples=0", "samples", "must be a number from 1 to 1000.")]
    [InlineData("samples=1001", "samples", "must be a number from 1 to 1000.")]
    [InlineData("samples=1.5", "samples", "must be a number from 1 to 1000.")]
    [InlineData("seed=x", "seed", "must be a whole number from -9,223,372,036,854,775,808 to 9,223,372,036,854,775,807.")]
    [InlineData("seed=9223372036854775808", "seed", "must be a whole number from")]
    [InlineData("profile=few-shot&samples=5&seed=3", "samples", "\"samples\" is 5, but few-shot takes exactly 1.")]
    [InlineData("profile=few-shot-samples-5", "profile", "\"samples\" is 5, but few-shot takes exactly 1.")]
    [InlineData("profile=self-consistency-samples-0", "profile", "Unknown profile")]
    [InlineData("model=other", "model", "must be one of scripted.")]
    [InlineData("model=Scripted", "model", "must be one of scripted.")]
    [InlineData("samples=5&profile=none", "profile", "Unknown profile")]
    [InlineData("profile=taken&samples=3", "samples", "have the name 'taken-samples-3', which another profile has.")]
    [InlineData("profile=long-long-long-long-long-long-long-long-long-long-long-long&seed=12345", "seed", "but a name has at most 64.")]
    public async Task What_cannot_be_is_refused_and_names_its_parameter(string parameters, string parameter, string sentence)
    {
        var folder = Directory.CreateTempSubdirectory("medqa-profiles-").FullName;
        try
        {
            foreach (var (name, samples) in ((string, int)[])[("taken", 2), ("taken-samples-3", 4), ("long-long-long-long-long-long-long-long-long-long-long-long", 2)])
            {
                await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.json"), $$"""{"name": "{{name}}", "strategy": "self-consistency", "samples": {{samples}}}""", Cancel);
            }

            await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), profiles: folder);
            foreach (var address in (string[])["/api/runs", "/api/estimates"])
            {
                var (response, problem) = await server.SendAsync(HttpMethod.Post, $"{address}?{parameters}", ApiServer.Questions(1, right: 1));
                Assert.Equal((HttpStatusCode.BadRequest, parameter), (response.StatusCode, problem.GetProperty("parameter").GetString()));
                Assert.Contains(sentence, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
