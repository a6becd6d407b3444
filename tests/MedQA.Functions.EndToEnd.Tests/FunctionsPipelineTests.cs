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
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Tests;
using MedQA.Web.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedQA.Functions.EndToEnd.Tests;

/// <summary>
/// The service as it runs in Azure, in one process: the host's real blob, queue and Durable extensions over three storage accounts, one for the data and one for each host, and the apps' own classes.
/// Not covered: the process boundary between host and worker, the host's HTTP front, Event Grid, identities, and scaling.
/// </summary>
public sealed class FunctionsPipelineTests(AzuriteFixture azurite)
{
    private const int Questions = 100;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 240_000)]
    public async Task A_CSV_uploaded_to_the_data_account_becomes_queue_messages_that_workers_answer_and_the_orchestration_aggregates_into_tables_and_HTTP_returns_the_scores()
    {
        var (data, controlHost, inferenceHost) = (azurite.NewConnectionString(), azurite.NewConnectionString(), azurite.NewConnectionString());
        var storage = StorageConnection.Open(data);
        await storage.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        await using var model = await OnnxLanguageModel.LoadAsync(Repository.PathOf("models", "reasoner"), new ModelOptions { Provider = ExecutionProvider.Cpu, Threads = 1 }, Cancel);
        using var control = ExtensionHost.Build<ControlTriggers>(controlHost, data, Repository.PathOf("src", "MedQA.Functions", "host.json"), services => services
            .AddControl(storage, new ControlSettings
            {
                Model = model.Description,
                Split = new SplitOptions { DefaultProfile = SumsProfile.Name, BatchSize = 1 },
                Advance = new AdvanceOptions(),
                Access = new AccessOptions { Mode = AccessMode.Anyone },
            })
            .AddSingleton<IProfileSource, SumsProfile>()
            .AddSingleton<UploadFunctions>().AddSingleton<AdvanceFunctions>().AddSingleton<ApiFunctions>().AddSingleton<DurableClients>().AddSingleton<OrchestrationSteps>(), TestContext.Current.SendDiagnosticMessage);
        var loaded = new LoadedWorker();
        loaded.Complete(new BatchWorker(storage, model, new WorkerOptions { Name = "worker" }, TimeProvider.System, NullLogger<BatchWorker>.Instance), model.Description);
        using var inference = ExtensionHost.Build<InferenceTriggers>(
            inferenceHost, data, Repository.PathOf("src", "MedQA.Functions.Inference", "host.json"), services => services.AddSingleton(loaded).AddSingleton<BatchFunctions>(), TestContext.Current.SendDiagnosticMessage);
        await Task.WhenAll(control.StartAsync(Cancel), inference.StartAsync(Cancel));
        await using var http = await ServeAsync(control.Services.GetRequiredService<ApiFunctions>());
        using var client = new HttpClient { BaseAddress = new Uri(http.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };

        await storage.QuestionSets.GetBlobClient($"{SumsProfile.Name}/sums.csv").UploadAsync(BinaryData.FromString(string.Join('\n', File.ReadLines(Repository.PathOf("models", "reasoner", "sums.csv")).Take(1 + Questions))), Cancel);

        var run = await EndedAsync(client);
        Assert.Equal("completed", run.GetProperty("state").GetString());
        Assert.Equal(Questions, run.GetProperty("done").GetInt32());
        var id = run.GetProperty("run").GetString()!;
        var report = await client.GetFromJsonAsync<JsonElement>($"/api/runs/{id}/report", Cancel);
        Assert.Equal(Questions, report.GetProperty("accuracy").GetProperty("scored").GetInt32());
        Assert.Equal(Questions, await CountAsync(storage.AnswerTable));
        Assert.Equal(Questions, await CountAsync(storage.BatchTable));

        // With pauses of a second, which Azure Storage does not keep, it was more than one step for each batch.
        Assert.InRange(control.Services.GetRequiredService<OrchestrationSteps>().Count, 1, Questions / 4);
        Assert.NotEqual(0, await CountAsync(storage.ScoreTable));
        var orchestration = await control.Services.GetRequiredService<DurableClients>().Only.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, Cancel);
        Assert.Equal((OrchestrationRuntimeStatus.Completed, Questions), (orchestration.RuntimeStatus, orchestration.ReadCustomStatusAs<RunStepProgress>()!.Done));
        await Task.WhenAll(inference.StopAsync(Cancel), control.StopAsync(Cancel));
    }

    /// <summary>The HTTP functions, each behind its route on a real server.</summary>
    private static async Task<WebApplication> ServeAsync(ApiFunctions functions)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        foreach (var method in typeof(ApiFunctions).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        {
            var trigger = method.GetParameters()[0].GetCustomAttribute<Microsoft.Azure.Functions.Worker.HttpTriggerAttribute>()!;
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
