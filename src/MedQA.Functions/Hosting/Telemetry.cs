using Azure.Monitor.OpenTelemetry.Exporter;
using MedQA.Pipeline.Tracing;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;

namespace MedQA.Functions.Hosting;

/// <summary>Traces, metrics and logs for Application Insights: one trace from an upload to its answers, over queues and both apps.</summary>
internal static class Telemetry
{
    /// <summary>Sends them where a connection string is set. Without one the app says nothing of itself to OpenTelemetry, so that its logs go to the host and its console.</summary>
    public static void AddTelemetry(this IServiceCollection services, AppSettings settings)
    {
        if (settings.Find("APPLICATIONINSIGHTS_CONNECTION_STRING") is { } connection)
        {
            services.AddOpenTelemetry().UseFunctionsWorkerDefaults().WithTracing(static tracing => tracing.AddSource(PipelineTracing.SourceName))
                .WithMetrics(static metrics => metrics.AddMeter(PipelineMetrics.MeterName))
                .UseAzureMonitorExporter(options => options.ConnectionString = connection);
        }
    }
}
