using MedQA.Cli.Hosting;
using MedQA.Cli.Settings;
using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Annotating;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Studies;
using MedQA.Pipeline.Uploading;
using MedQA.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedQA.Cli.Tests.Hosting;

public sealed class LocalApiTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The server asks for a key, so a request that reaches a route for readers is one that gets 401.</summary>
    [Fact]
    public async Task No_target_that_may_be_read_as_another_path_reaches_a_route()
    {
        var settings = new HostSettings { Url = new Uri("http://127.0.0.1:0"), Key = new string('k', 32) };
        await using var server = LocalApi.Create(settings, Unused());
        await server.StartAsync(Cancel);
        var home = new Uri(Assert.Single(server.Urls));
        foreach (var target in RequestTargets.Ambiguous)
        {
            var (status, answer) = await RequestTargets.SendAsync(home, target, "", Cancel);
            Assert.True(status == 400, $"{target}: {answer}");
            Assert.Contains("urn:medqa:request-target", answer, StringComparison.Ordinal);
            Assert.Contains("nosniff", answer, StringComparison.Ordinal);
        }

        foreach (var target in RequestTargets.Broken)
        {
            var (status, answer) = await RequestTargets.SendAsync(home, target, "", Cancel);
            Assert.True(status is 400 or 405, $"{target}: {answer}");
        }

        foreach (var target in RequestTargets.Plain)
        {
            var (status, answer) = await RequestTargets.SendAsync(home, target, "", Cancel);
            Assert.True(status == 401, $"{target}: {answer}");
        }
    }

    /// <summary>What handlers would work with; nobody is let in to them.</summary>
    internal static Api Unused()
    {
        var storage = StorageConnection.Open("UseDevelopmentStorage=true");
        var (profiles, signals) = (new ProfileCatalog(new ProfileFolder(null)), new PipelineSignals());
        var model = new ModelDescription
        {
            Name = "tests",
            Fingerprint = new string('a', 64),
            EngineFingerprint = "",
            ContextLength = 8192,
            HasChatTemplate = true,
        };
        return new Api
        {
            Reader = new RunReader(storage),
            Results = new ResultCache(),
            Control = new RunControl(storage, TimeProvider.System, signals),
            Annotations = new RunAnnotations(storage, signals),
            Studies = new StudyStore(storage, TimeProvider.System),
            Uploads = new QuestionSetUploads(storage, TimeProvider.System),
            Splitter = new QuestionSetSplitter(
                storage, profiles, model, new SplitOptions(), TimeProvider.System, NullLogger<QuestionSetSplitter>.Instance, signals),
            Profiles = profiles,
            Models = [model],
        };
    }
}
