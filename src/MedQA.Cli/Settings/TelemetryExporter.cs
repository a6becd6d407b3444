namespace MedQA.Cli.Settings;

/// <summary>Where traces and metrics go.</summary>
internal enum TelemetryExporter
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>To standard error, for people.</summary>
    Console,

    /// <summary>To a collector, as OTLP.</summary>
    Otlp,
}
