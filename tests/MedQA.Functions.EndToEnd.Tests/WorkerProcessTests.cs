using System.Reflection;
using System.Text.Json;
using MedQA.Functions.Advancing;
using MedQA.Functions.Inference.Answering;
using Microsoft.Azure.Functions.Worker;

namespace MedQA.Functions.EndToEnd.Tests;

/// <summary>
/// The apps as processes: their start with the sample settings, and what they tell the Functions host of their functions.
/// </summary>
public sealed class WorkerProcessTests(AzuriteFixture azurite)
{
    public static TheoryData<string> Apps { get; } = ["MedQA.Functions", "MedQA.Functions.Inference"];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Apps))]
    public async Task An_app_starts_with_its_sample_settings_and_gives_the_host_triggers_on_the_data_connection(string app)
    {
        var triggers = (await WorkerProcess.ReadBindingsAsync($"{app}.dll", Settings(app), TestContext.Current.CancellationToken))
            .Select(static binding => JsonDocument.Parse(binding).RootElement)
            .Where(static binding => binding.GetProperty("type").GetString()!.EndsWith("Trigger", StringComparison.OrdinalIgnoreCase))
            .ToList();

        var functions = ((Assembly[])[typeof(AdvanceFunctions).Assembly, typeof(BatchFunctions).Assembly])
            .Single(assembly => assembly.GetName().Name == app)
            .GetTypes()
            .SelectMany(static type => type.GetMethods())
            .Count(static method => method.IsDefined(typeof(FunctionAttribute)));
        Assert.Equal(functions, triggers.Count);
        var storage = triggers
            .Where(static trigger => trigger.GetProperty("type").GetString()! is "queueTrigger" or "blobTrigger")
            .ToList();
        Assert.NotEmpty(storage);
        Assert.All(storage, static trigger => Assert.Equal("MedQAData", trigger.GetProperty("connection").GetString()));
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Apps))]
    public async Task An_app_with_the_former_name_of_the_data_connection_does_not_start_and_says_what_to_do(string app)
    {
        var settings = Settings(app);
        settings["Storage__blobServiceUri"] = "https://data.blob.core.windows.net";

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            WorkerProcess.ReadBindingsAsync($"{app}.dll", settings, TestContext.Current.CancellationToken));

        Assert.Contains("App setting Storage was renamed to MedQAData", fault.Message, StringComparison.Ordinal);
    }

    private Dictionary<string, string> Settings(string app)
    {
        using var sample = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("src", app, "local.settings.sample.json")));
        var settings = sample.RootElement.GetProperty("Values").EnumerateObject()
            .ToDictionary(static value => value.Name, static value => value.Value.GetString()!);
        (settings["MedQAData"], settings["AzureWebJobsStorage"]) = (azurite.NewConnectionString(), azurite.NewConnectionString());
        return settings;
    }
}
