namespace MedQA.Cli.Settings;

/// <summary>The destination of traces and metrics.</summary>
internal enum TelemetryExporter
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>To standard error, for people.</summary>
    Console,

    /// <summary>To a collector, as OTLP.</summary>
    Otlp,
}
