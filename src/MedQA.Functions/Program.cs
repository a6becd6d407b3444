using MedQA.Functions.Hosting;
using MedQA.Functions.Http;
using MedQA.Functions.Settings;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.UseHttp();
var settings = new AppSettings(builder.Configuration);
var storage = DataStorage.Open(settings);
var emulator = DataStorage.IsEmulator(storage);
builder.Services.AddControl(storage, ControlSettings.Read(settings, emulator));
builder.AddTelemetry(settings);

await DataStorage.CreateOnEmulatorAsync(storage, CancellationToken.None);
await builder.Build().RunAsync();
