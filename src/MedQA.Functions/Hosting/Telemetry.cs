using Azure.Monitor.OpenTelemetry.Exporter;
using MedQA.Pipeline.Tracing;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry;

namespace MedQA.Functions.Hosting;

/// <summary>
/// Traces, metrics and logs for Application Insights: one trace from an upload to its answers, over queues and both apps.
/// </summary>
internal static class Telemetry
{
    /// <summary>
    /// Sends them if a connection string is set. Without one, the app does not log through OpenTelemetry, so that its logs go to
    /// the host and its console: those of an invocation as
    /// <c>Function.NAME.User</c>, for which the app's host.json has a rule. The host drops logs from outside an invocation,
    /// so they go to the worker's own console, which the
    /// host forwards as <c>Host.Function.Console</c>.
    /// </summary>
    /// <param name="builder">The app.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="outsideInvocations">Services of the app that log outside of invocations.</param>
    public static void AddTelemetry(
        this FunctionsApplicationBuilder builder, AppSettings settings, params ReadOnlySpan<Type> outsideInvocations)
    {
        // The host also gives library logs the category of the function, so its rules cannot tell them apart.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Azure", LogLevel.Warning).AddFilter("System", LogLevel.Warning)
            .AddSimpleConsole(static console => console.SingleLine = true)
            .AddFilter<ConsoleLoggerProvider>(null, LogLevel.None);
        foreach (var service in outsideInvocations)
        {
            builder.Logging.AddFilter<ConsoleLoggerProvider>(service.FullName, LogLevel.Information);
        }

        if (settings.Find("APPLICATIONINSIGHTS_CONNECTION_STRING") is { } connection)
        {
            builder.Services.AddOpenTelemetry().UseFunctionsWorkerDefaults()
                .WithTracing(static tracing => tracing.AddSource(PipelineTracing.SourceName))
                .WithMetrics(static metrics => metrics.AddMeter(PipelineMetrics.MeterName))
                .UseAzureMonitorExporter(options => options.ConnectionString = connection);
        }
    }
}
