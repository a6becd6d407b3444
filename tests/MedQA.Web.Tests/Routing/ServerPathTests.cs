using System.Net;
using System.Text;
using MedQA.Evaluation;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Storage;
using MedQA.Web.Requests;
using MedQA.Web.Routing;
using MedQA.Web.Tests.Catalog;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MedQA.Web.Tests.Routing;

/// <summary>Where the service's files lie is nobody's business: whatever is wrong with them, no answer says it.</summary>
public sealed class ServerPathTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_broken_profile_file_costs_only_itself_and_is_named_without_its_folder()
    {
        using var folder = new ProfileFiles();
        Assert.Equal(ProfileFiles.Broken.Length, await folder.UnusableAsync());
        using var log = new SeenLog("ProfileUnusable");
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), profiles: folder.Path, log: log);
        var (listed, profiles) = await server.GetAsync("/api/profiles");
        Assert.Equal(HttpStatusCode.OK, listed.StatusCode);
        var names = profiles.EnumerateArray().Select(static profile => profile.GetProperty("name").GetString()).ToList();
        Assert.Contains("good", names);
        Assert.Contains("self-consistency", names);
        Assert.DoesNotContain(names, static name => ProfileFiles.Broken.Contains($"{name}.json"));
        Assert.All(ProfileFiles.Broken, file => Assert.Single(log.Lines, line => line.Level == LogLevel.Warning && line.Text.Contains($"Profile {file}: ", StringComparison.Ordinal)));

        foreach (var file in ProfileFiles.Broken)
        {
            foreach (var address in (string[])["/api/runs", "/api/estimates"])
            {
                var (answer, problem) = await server.SendAsync(HttpMethod.Post, $"{address}?profile={Path.GetFileNameWithoutExtension(file)}", ApiServer.Questions(1, right: 1));
                Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
                Assert.Contains(file, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
                Assert.DoesNotContain(folder.Path, problem.ToString(), StringComparison.Ordinal);
            }
        }

        var (good, _) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=good", ApiServer.Questions(1, right: 1));
        Assert.Equal(HttpStatusCode.Accepted, good.StatusCode);
    }

    [Fact]
    public async Task No_answer_of_any_route_has_a_path_of_the_server_in_it()
    {
        using var folder = new ProfileFiles();
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), profiles: folder.Path);
        await using var held = await ApiServer.StartAsync(azurite.NewConnectionString(), held: true);
        var place = await KnownCalls.PlaceAsync(server, held);

        // An upload by another tool names its profile by its folder: the run of it says what is wrong.
        var blob = server.Storage.QuestionSets.GetBlobClient("broken-json/set.csv");
        await blob.UploadAsync(new MemoryStream(Encoding.UTF8.GetBytes(ApiServer.Questions(1, right: 1))), cancellationToken: Cancel);
        var seen = 0;
        foreach (var route in ApiRoutes.All)
        {
            var good = KnownCalls.Good(route.Name, place);
            foreach (var call in (Call[])[good, good with { Path = good.Path + (good.Path.Contains('?', StringComparison.Ordinal) ? "&x=1" : "?x=1") }, good with { Body = "{\"a\":", ContentType = "application/json" }, good with { Body = "PK\u0003\u0004x" }, good with { Path = good.Path.Replace(place.Run, "none", StringComparison.Ordinal) }])
            {
                if (route.Method == "DELETE" && call == good)
                {
                    continue;
                }

                using var answer = await KnownCalls.SendAsync(server.Client, new HttpMethod(route.Method), call with { Body = route.Method == "GET" ? null : call.Body });
                var body = Encoding.Latin1.GetString(await answer.Content.ReadAsByteArrayAsync(Cancel));
                foreach (var path in (string[])[folder.Path, AppContext.BaseDirectory.TrimEnd('/'), Path.GetTempPath().TrimEnd('/') + "/", Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + "/"])
                {
                    Assert.False(body.Contains(path, StringComparison.Ordinal), $"{route.Name} {call.Path}: {body}");
                }

                seen++;
            }
        }

        Assert.True(seen > 4 * ApiRoutes.All.Length, $"Only {seen}.");
        held.Model.Go.SetResult();
    }

    [Fact]
    public async Task What_a_fault_says_of_the_servers_files_is_not_passed_on()
    {
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        foreach (var fault in (Exception[])
        [
            new StorageFullException("The disk that holds /srv/medqa/data is full"),
            new InvalidDataException("'/srv/medqa/data/run.json' cannot be read"),
            new IOException("Could not find a part of the path '/srv/medqa/data/x'."),
            new UnauthorizedAccessException("Access to the path '/srv/medqa/data/x' is denied."),
        ])
        {
            var route = new ApiRoute("GetModels", "GET", "api/x", ApiRole.Reader, "Fails.", (_, _, _) => throw fault);
            var context = new DefaultHttpContext { Response = { Body = new MemoryStream() }, RequestServices = services };
            var storage = StorageConnection.Open(azurite.NewConnectionString());
            var answer = await route.AnswerAsync(ApiServer.ApiOver(storage, new ScriptedModel(), new ApiLimits()), new ApiRequest(context.Request, new Dictionary<string, string>()), Cancel);
            await answer.ExecuteAsync(context);
            var body = Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray());
            Assert.Contains("urn:medqa:", body, StringComparison.Ordinal);
            Assert.DoesNotContain("/srv", body, StringComparison.Ordinal);
        }
    }

    /// <summary>A folder with files that hold no profile, each in another way, and one that does.</summary>
    private sealed class ProfileFiles : IDisposable
    {
        public static readonly string[] Broken = ["broken-json.json", "no-object.json", "unknown-field.json", "other-name.json", "folder.json", "not-text.json"];

        public ProfileFiles()
        {
            Write("broken-json.json", "{ \"name\": ");
            Write("no-object.json", "[1]");
            Write("unknown-field.json", """{ "name": "unknown-field", "strategy": "few-shot", "sampels": 3 }""");
            Write("other-name.json", """{ "name": "another", "strategy": "few-shot" }""");
            Write("good.json", """{ "name": "good", "strategy": "few-shot" }""");
            File.WriteAllBytes(System.IO.Path.Combine(Path, "not-text.json"), [0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
            File.CreateSymbolicLink(System.IO.Path.Combine(Path, "folder.json"), "/dev/zero");
        }

        public string Path { get; } = Directory.CreateTempSubdirectory("medqa-profiles-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);

        public async Task<int> UnusableAsync()
        {
            var faults = new List<InputException>();
            await new ProfileCatalog(new ProfileFolder(Path)).ListAsync(faults.Add, TestContext.Current.CancellationToken);
            return faults.Count;
        }

        private void Write(string name, string text) => File.WriteAllText(System.IO.Path.Combine(Path, name), text);
    }
}
