using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using Azure.Data.Tables;
using MedQA.Faults.Host;
using MedQA.Functions.Advancing;
using MedQA.Functions.Http;
using MedQA.Functions.Inference.Answering;
using MedQA.Functions.Settings;
using MedQA.Functions.Uploading;
using MedQA.Inference;
using MedQA.Inference.Sessions;
using MedQA.Pipeline;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Web.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using HttpTriggerAttribute = Microsoft.Azure.Functions.Worker.HttpTriggerAttribute;

namespace MedQA.Functions.EndToEnd.Tests;

/// <summary>
/// The service as it runs in Azure, in one process: the host's real blob, queue and Durable extensions over three storage accounts, one
/// for the data and one for each host, and the apps' own classes.
/// Not covered: the process boundary between host and worker, the host's HTTP front, Event Grid, identities, and scaling.
/// </summary>
public sealed class FunctionsPipelineTests(AzuriteFixture azurite)
{
    private const int Questions = 100;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 240_000)]
    public async Task A_CSV_in_the_data_account_becomes_messages_workers_answer_them_an_orchestration_aggregates_and_HTTP_returns_the_scores()
    {
        var data = azurite.NewConnectionString();
        var storage = StorageConnection.Open(data);
        await storage.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        await using var model = await OnnxLanguageModel.LoadAsync(
            Repository.PathOf("models", "reasoner"), new ModelOptions { Provider = ExecutionProvider.Cpu, Threads = 1 }, Cancel);
        using var control = Host<ControlTriggers>("MedQA.Functions", data, services => services
            .AddControl(storage, new ControlSettings
            {
                Pipeline = new PipelineOptions
                {
                    Model = model.Description,
                    Profiles = new SumsProfile(),
                    Split = new SplitOptions { DefaultProfile = SumsProfile.Name, BatchSize = 1 },
                },
                Access = new AccessOptions { Mode = AccessMode.Anyone },
            })
            .AddSingleton<UploadFunctions>()
            .AddSingleton<AdvanceFunctions>()
            .AddSingleton<ApiFunctions>()
            .AddSingleton<DurableClients>()
            .AddSingleton<OrchestrationSteps>());
        var loaded = new LoadedWorker();
        var worker = new WorkerOptions { Name = "worker" };
        loaded.Complete(new BatchWorker(storage, model, worker, TimeProvider.System, NullLogger<BatchWorker>.Instance), model.Description);
        using var inference = Host<InferenceTriggers>("MedQA.Functions.Inference", data, services => services
            .AddSingleton(loaded)
            .AddSingleton<BatchFunctions>());
        await Task.WhenAll(control.StartAsync(Cancel), inference.StartAsync(Cancel));
        await using var http = await ServeAsync(control.Services.GetRequiredService<ApiFunctions>());
        using var client = new HttpClient { BaseAddress = new Uri(http.Urls.Single()) };

        var sums = File.ReadLines(Repository.PathOf("models", "reasoner", "sums.csv")).Take(1 + Questions);
        await storage.QuestionSets.GetBlobClient($"{SumsProfile.Name}/sums.csv")
            .UploadAsync(BinaryData.FromString(string.Join('\n', sums)), Cancel);

        var run = await EndedAsync(client);
        Assert.Equal("completed", run.GetProperty("state").GetString());
        Assert.Equal(Questions, run.GetProperty("done").GetInt32());
        var id = run.GetProperty("run").GetString()!;
        var report = await client.GetFromJsonAsync<JsonElement>($"/api/runs/{id}/report", Cancel);
        Assert.Equal(Questions, report.GetProperty("accuracy").GetProperty("scored").GetInt32());
        Assert.Equal(Questions, await CountAsync(storage.AnswerTable));
        Assert.Equal(Questions, await CountAsync(storage.BatchTable));

        // With pauses of a second, which Azure Storage does not keep, it was more than one step for each batch.
        Assert.InRange(control.Services.GetRequiredService<OrchestrationSteps>().Count, 1, Questions / 2);
        Assert.NotEqual(0, await CountAsync(storage.ScoreTable));
        var orchestrations = control.Services.GetRequiredService<DurableClients>().Only;
        var orchestration = await orchestrations.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Cancel);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, orchestration.RuntimeStatus);
        Assert.Equal(Questions, orchestration.ReadCustomStatusAs<RunStepProgress>()!.Done);
        await Task.WhenAll(inference.StopAsync(Cancel), control.StopAsync(Cancel));
    }

    /// <summary>The extensions around an app's triggers, with a host account of its own.</summary>
    private IHost Host<TTriggers>(string app, string data, Action<IServiceCollection> register)
        where TTriggers : class => ExtensionHost.Build<TTriggers>(
        azurite.NewConnectionString(),
        data,
        Repository.PathOf("src", app, "host.json"),
        register,
        TestContext.Current.SendDiagnosticMessage);

    /// <summary>The HTTP functions, each behind its route on a real server.</summary>
    private static async Task<WebApplication> ServeAsync(ApiFunctions functions)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        foreach (var method in typeof(ApiFunctions).GetMethods(Own))
        {
            var trigger = method.GetParameters()[0].GetCustomAttribute<HttpTriggerAttribute>()!;
            app.MapMethods(trigger.Route!, trigger.Methods!, (HttpRequest request) => (Task<IResult>)method.Invoke(functions, [request])!);
        }

        await app.StartAsync(Cancel);
        return app;
    }

    /// <summary>The only run, once it has ended.</summary>
    private static async Task<JsonElement> EndedAsync(HttpClient client)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        while (true)
        {
            var runs = (await client.GetFromJsonAsync<JsonElement>("/api/runs", Cancel)).GetProperty("runs");
            if (runs.GetArrayLength() == 1 && runs[0].TryGetProperty("finished", out _))
            {
                return runs[0];
            }

            await timer.WaitForNextTickAsync(Cancel);
        }
    }

    private static async Task<int> CountAsync(TableClient table)
    {
        var count = 0;
        await foreach (var row in table.QueryAsync<TableEntity>(cancellationToken: Cancel))
        {
            count++;
        }

        return count;
    }
}
