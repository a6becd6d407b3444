using MedQA.Functions.Hosting;
using MedQA.Functions.Inference.Answering;
using MedQA.Functions.Inference.Settings;
using MedQA.Pipeline;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
var settings = new AppSettings(builder.Configuration);
var inference = InferenceSettings.Read(settings);
builder.Services.AddSingleton(inference);
var storage = DataStorage.Open(settings);
builder.Services.AddMedQAPipeline(storage, new PipelineOptions { Worker = inference.Worker });
builder.Services.AddSingleton<LoadedWorker>();
builder.Services.AddSingleton<ModelLoading>();
builder.Services.AddHostedService(static services => services.GetRequiredService<ModelLoading>());
builder.AddTelemetry(settings, typeof(ModelLoading));

// The current question may finish (Worker__Drain) and its answer be stored before the process ends.
builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromSeconds(60));
await DataStorage.CreateOnEmulatorAsync(storage, CancellationToken.None);
var app = builder.Build();
var loading = app.Services.GetRequiredService<ModelLoading>();
await app.RunAsync();

if (loading.ExecuteTask?.Exception is { } fault)
{
    // The Functions host logs this output. It restarts a failed worker and eventually gives up, so that the
    // container is restarted.
    await Console.Error.WriteLineAsync($"The model could not be loaded. {fault.InnerException?.Message}");
    return 1;
}

return 0;
