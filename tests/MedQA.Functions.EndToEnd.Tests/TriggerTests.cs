using System.Diagnostics;
using System.Reflection;
using System.Text;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using MedQA.Functions.Advancing;
using MedQA.Functions.Inference.Answering;
using MedQA.Functions.Uploading;
using MedQA.Pipeline.Storage;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Azure.WebJobs.Host;
using Microsoft.Extensions.DependencyInjection;
using Isolated = Microsoft.Azure.Functions.Worker;

namespace MedQA.Functions.EndToEnd.Tests;

public sealed class TriggerTests(AzuriteFixture azurite)
{
    /// <summary>The functions of both apps that a request over HTTP does not call, by their names.</summary>
    private static readonly Dictionary<string, MethodInfo> AppFunctions =
        ((Assembly[])[typeof(AdvanceFunctions).Assembly, typeof(BatchFunctions).Assembly])
        .SelectMany(static assembly => assembly.GetTypes())
        .SelectMany(static type => type.GetMethods())
        .Where(static method => method.IsDefined(typeof(Isolated.FunctionAttribute)) && !HasParameterWith<Isolated.HttpTriggerAttribute>(method))
        .ToDictionary(static method => method.GetCustomAttribute<Isolated.FunctionAttribute>()!.Name);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void The_triggers_that_are_hosted_here_are_those_of_the_apps() => Assert.All(
        typeof(ControlTriggers).GetMethods().Concat(typeof(InferenceTriggers).GetMethods())
            .Where(static method => method.IsDefined(typeof(FunctionNameAttribute))),
        static method => Assert.Equal(
            TriggerOf(AppFunctions[method.GetCustomAttribute<FunctionNameAttribute>()!.Name], "Microsoft.Azure.Functions.Worker"),
            TriggerOf(method, "Microsoft.Azure.WebJobs")));

    [Fact]
    public void The_Durable_extension_that_is_hosted_here_is_the_one_that_the_app_deploys()
    {
        var hosted = typeof(OrchestrationTriggerAttribute).Assembly.Location;
        var deployed = Path.Combine(AppContext.BaseDirectory, ".azurefunctions", Path.GetFileName(hosted));
        Assert.Equal(FileVersionInfo.GetVersionInfo(deployed).FileVersion, FileVersionInfo.GetVersionInfo(hosted).FileVersion);
    }

    [Fact]
    public void Every_storage_trigger_names_the_data_connection() => Assert.All(
        AppFunctions.Values.Select(static method => TriggerOf(method, "Microsoft.Azure.Functions.Worker"))
            .Where(static trigger => trigger.Kind is "QueueTriggerAttribute" or "BlobTriggerAttribute"),
        static trigger => Assert.Equal("MedQAData", trigger.Connection));

    [Fact]
    public async Task Every_queue_that_a_trigger_reads_is_created_on_an_emulator()
    {
        var account = azurite.NewConnectionString();
        await StorageConnection.Open(account).EnsureCreatedAsync(Cancel);
        var queues = new List<string>();
        await foreach (var queue in new QueueServiceClient(account).GetQueuesAsync(cancellationToken: Cancel))
        {
            queues.Add(queue.Name);
        }

        var read = AppFunctions.Values.SelectMany(static method => method.GetParameters())
            .Select(static parameter => parameter.GetCustomAttribute<Isolated.QueueTriggerAttribute>()?.QueueName)
            .OfType<string>();
        Assert.Empty(read.Except(queues));
    }

    [Fact(Timeout = 120_000)]
    public async Task An_upload_on_which_the_blob_trigger_fails_too_often_comes_to_the_poison_queue_of_the_data_account()
    {
        var (data, host) = (azurite.NewConnectionString(), azurite.NewConnectionString());
        var storage = StorageConnection.Open(data);
        await storage.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        await storage.QuestionSets.GetBlobClient("few-shot/a.csv").UploadAsync(BinaryData.FromString("question"), Cancel);
        using var failing = ExtensionHost.Build<FailingTriggers>(
            host,
            data,
            Repository.PathOf("src", "MedQA.Functions", "host.json"),
            static services => services.Configure<BlobsOptions>(static blobs => blobs.PoisonBlobThreshold = 1),
            TestContext.Current.SendDiagnosticMessage);
        await failing.StartAsync(Cancel);

        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        PeekedMessage? message;
        while ((message = (await storage.BlobTriggerPoisonQueue.PeekMessageAsync(Cancel)).Value) is null)
        {
            await timer.WaitForNextTickAsync(Cancel);
        }

        var told = Encoding.UTF8.GetString(Convert.FromBase64String(message.Body.ToString()));
        Assert.Contains("few-shot/a.csv", told, StringComparison.Ordinal);
        Assert.False(await StorageConnection.Open(host).BlobTriggerPoisonQueue.ExistsAsync(Cancel));
        await failing.StopAsync(Cancel);
    }

    private static (string Kind, string? Path, string? Connection) TriggerOf(MethodInfo method, string @namespace)
    {
        var trigger = method.GetParameters().SelectMany(static parameter => parameter.GetCustomAttributes()).Single(attribute =>
            attribute.GetType().Name.EndsWith("TriggerAttribute", StringComparison.Ordinal)
            && attribute.GetType().Namespace!.StartsWith(@namespace, StringComparison.Ordinal));
        string? Get(string property) => trigger.GetType().GetProperty(property)?.GetValue(trigger) as string;
        return (trigger.GetType().Name, Get("QueueName") ?? Get("BlobPath"), Get("Connection"));
    }

    private static bool HasParameterWith<TAttribute>(MethodInfo method)
        where TAttribute : Attribute => method.GetParameters().Any(static parameter => parameter.IsDefined(typeof(TAttribute)));

    /// <summary>The control app's blob trigger, and what it calls fails.</summary>
    public sealed class FailingTriggers
    {
        [FunctionName(nameof(UploadFunctions.OnBlobFound))]
        public static void OnBlobFound([BlobTrigger("question-sets/{name}", Connection = "MedQAData")] string blob) =>
            throw new InvalidOperationException($"{blob.Length} bytes cannot be split.");
    }
}
