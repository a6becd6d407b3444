using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MedQA.Cli.Hosting;
using MedQA.Cli.Settings;
using MedQA.Pipeline.Storage;
using MedQA.Web.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedQA.Dashboard.Tests.Fixtures;

/// <summary>What <c>medqa serve</c> runs, on a free port, with a stand-in model and a storage account of its own.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly DirectoryInfo _folder;
    private readonly RunStorage _storage;
    private readonly LocalPipeline _pipeline;
    private readonly WebApplication _application;
    private readonly Task _working;

    private Server(DirectoryInfo folder, RunStorage storage, LocalPipeline pipeline, WebApplication application, StandInModel model)
    {
        _folder = folder;
        _storage = storage;
        _pipeline = pipeline;
        _application = application;
        Model = model;
        Home = new Uri(application.Urls.First());
        Client = new HttpClient { BaseAddress = Home };
        _working = pipeline.RunAsync(_stop.Token);
    }

    public Uri Home { get; }

    public HttpClient Client { get; }

    public StandInModel Model { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Starts it.</summary>
    /// <param name="connectionString">The storage.</param>
    /// <param name="key">The key that it asks for, and that <see cref="Client"/> sends; <see langword="null"/> for none.</param>
    /// <param name="others">Models besides the stand-in that runs can name.</param>
    public static async Task<Server> StartAsync(string connectionString, string? key = null, IReadOnlyList<StandInModel>? others = null)
    {
        var folder = Directory.CreateTempSubdirectory("medqa-dashboard-");
        var settings = new HostSettings { DataFolder = folder.FullName, Url = new Uri("http://127.0.0.1:0"), Key = key };
        var storage = StorageConnection.Open(connectionString);
        await storage.EnsureCreatedAsync(Cancel);
        var model = new StandInModel();
        var pipeline = new LocalPipeline(storage, [model, .. others ?? []], settings, NullLoggerFactory.Instance, servesAnybody: true);
        var application = LocalApi.Create(settings, pipeline.Api);
        await application.StartAsync(Cancel);
        var server = new Server(folder, storage, pipeline, application, model);
        if (key is not null)
        {
            server.Client.DefaultRequestHeaders.Add(AccessPolicy.KeyHeader, key);
        }

        return server;
    }

    /// <summary>A question set: the gold letter is the stand-in's own for six cases of ten. One question holds markup, one a long word.</summary>
    public static string Questions(int count, int first = 1)
    {
        var csv = new StringBuilder("id,dataset,topic,question,option_a,option_b,option_c,option_d,answer\n");
        for (var i = first; i < first + count; i++)
        {
            var text = i switch
            {
                2 => "<script>document.title='taken over'</script><img src=x onerror=\"document.title='taken over'\"> Which <b>finding</b> goes with case 2?",
                3 => $"Which of these is {new string('o', 120)} in case 3?",
                _ => $"A patient of {20 + (i % 60)} years comes with fever, cough and a rash that began two days ago. Which finding goes with case {i}?",
            };
            csv.Append(CultureInfo.InvariantCulture, $"case-{i},practice_set,{(i % 2 == 0 ? "cardiology" : "infectious diseases")},\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\",fever of {i} days,cough,rash,\"<i>pain</i> & more\",{"ABCD"[(i + (i % 10 < 6 ? 0 : 1)) % 4]}\n");
        }

        return csv.ToString();
    }

    /// <summary>Starts a run.</summary>
    public async Task<string> RunAsync(string questions, string profile = "self-consistency", string name = "practice.csv")
    {
        using var response = await Client.PostAsync($"/api/runs?profile={profile}&name={name}", new StringContent(questions, Encoding.UTF8, "text/csv"), Cancel);
        var run = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.True(response.IsSuccessStatusCode, run.ToString());
        return run.GetProperty("run").GetString()!;
    }

    /// <summary>Starts a run and waits for its end.</summary>
    public async Task<string> FinishedAsync(string questions, string profile = "self-consistency", string name = "practice.csv")
    {
        var run = await RunAsync(questions, profile, name);
        await UntilAsync(run, "completed");
        return run;
    }

    /// <summary>Stores a file in the container of question sets, as other tools do, and waits until something became of it.</summary>
    public async Task StoreAsync(string name, string content)
    {
        await _storage.QuestionSets.GetBlobClient(name).UploadAsync(BinaryData.FromString(content), overwrite: true, Cancel);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!(await Client.GetStringAsync("/api/runs?take=500", Cancel)).Contains($"\"{name}\"", StringComparison.Ordinal))
        {
            if (_working.IsFaulted)
            {
                await _working;
            }

            await timer.WaitForNextTickAsync(Cancel);
        }
    }

    /// <summary>Looks at a run until it is in a state; there is no event for callers of the interface who want one state.</summary>
    public async Task UntilAsync(string run, string state)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while ((await Client.GetFromJsonAsync<JsonElement>($"/api/runs/{run}", Cancel)).GetProperty("state").GetString() != state)
        {
            if (_working.IsFaulted)
            {
                await _working;
            }

            await timer.WaitForNextTickAsync(Cancel);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _stop.CancelAsync();
        try
        {
            await _working;
        }
        catch (OperationCanceledException)
        {
            // The loops were told to stop.
        }

        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
        _pipeline.Dispose();
        _stop.Dispose();
        _folder.Delete(recursive: true);
    }
}
