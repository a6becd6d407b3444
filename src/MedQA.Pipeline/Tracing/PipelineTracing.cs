using System.Diagnostics;

namespace MedQA.Pipeline.Tracing;

/// <summary>The pipeline's traces: one trace from the upload to the answers, carried over queues as a W3C traceparent.</summary>
public static class PipelineTracing
{
    /// <summary>The name to listen for.</summary>
    public const string SourceName = "MedQA.Pipeline";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins a piece of work.</summary>
    /// <param name="name">What is done.</param>
    /// <param name="run">For which run.</param>
    /// <param name="parent">The traceparent that a message or row carries; <see langword="null"/> for the current activity.</param>
    internal static Activity? Start(string name, string run, string? parent = null)
    {
        var context = ActivityContext.TryParse(parent, traceState: null, isRemote: true, out var parsed) ? parsed : Activity.Current?.Context ?? default;
        return Source.StartActivity(name, ActivityKind.Internal, context)?.SetTag("medqa.run", run);
    }
}
