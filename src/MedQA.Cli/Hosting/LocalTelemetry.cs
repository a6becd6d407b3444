using System.Reflection;
using MedQA.Cli.Settings;
using MedQA.Evaluation;
using MedQA.Pipeline.Tracing;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MedQA.Cli.Hosting;

/// <summary>
/// Exports traces and metrics of the pipeline, the HTTP API and the runtime until disposed.
/// </summary>
internal sealed class LocalTelemetry : IDisposable
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const int ConsoleEveryMilliseconds = 60_000;

    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    private LocalTelemetry(TelemetryExporter exporter)
    {
        // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES override these.
        var resource = ResourceBuilder.CreateEmpty()
            .AddService(
                "medqa",
                serviceVersion: typeof(LocalTelemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
                    ?.InformationalVersion,
                serviceInstanceId: $"{Environment.MachineName}-{Environment.ProcessId}")
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();
        var traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(
            PipelineTracing.SourceName).AddAspNetCoreInstrumentation(static options =>
        {
            // Parameter names are useless here, and a variable of OpenTelemetry would add their values.
            options.EnrichWithHttpRequest = static (span, _) => span.SetTag("url.query", null);
        });
        var metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(PipelineMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "System.Runtime");
        if (exporter == TelemetryExporter.Console)
        {
            // The exporter writes to Console.Out. Results already have their own writer to standard output, where nothing else may go.
            Console.SetOut(Console.Error);
            traces.AddConsoleExporter();
            metrics.AddConsoleExporter(
                static (_, reader) => reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = ConsoleEveryMilliseconds);
        }
        else
        {
            traces.AddOtlpExporter();
            metrics.AddOtlpExporter();
        }

        _traces = traces.Build();
        _metrics = metrics.Build();
    }

    /// <summary>Starts the exporters of the settings.</summary>
    /// <returns><see langword="null"/> if the settings select none.</returns>
    /// <exception cref="InputException">The collector's address is invalid.</exception>
    public static LocalTelemetry? Start(HostSettings settings)
    {
        if (settings.Telemetry == TelemetryExporter.Otlp && Environment.GetEnvironmentVariable(EndpointVariable) is { Length: > 0 } endpoint
            && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
        {
            throw InputException.Of(EndpointVariable, $"is '{endpoint}', but must be an address like http://127.0.0.1:4317.");
        }

        return settings.Telemetry == TelemetryExporter.None ? null : new LocalTelemetry(settings.Telemetry);
    }

    /// <summary>Sends the remaining telemetry.</summary>
    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
    }
}
