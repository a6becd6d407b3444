using System.Diagnostics;

namespace MedQA.Pipeline.Tracing;

/// <summary>
/// The pipeline's traces: one trace from the upload to the answers, carried over queues and rows as a W3C traceparent. They have names,
/// ids, ordinals and outcomes, never texts.
/// </summary>
public static class PipelineTracing
{
    /// <summary>The name to listen for.</summary>
    public const string SourceName = "MedQA.Pipeline";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>
    /// The current activity's traceparent for a message or row; <see langword="null"/> if it is not recorded, so that its receiver
    /// starts a new trace.
    /// </summary>
    internal static string? Traceparent =>
        Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C } current ? current.Id : null;

    /// <summary>Begins a piece of work.</summary>
    /// <param name="name">What is done.</param>
    /// <param name="run">For which run.</param>
    /// <param name="kind">Whether it sends a message, takes one, or neither.</param>
    /// <param name="parent">The traceparent that a message or row carries; <see langword="null"/> for the current activity.</param>
    internal static Activity? Start(string name, string run, ActivityKind kind = ActivityKind.Internal, string? parent = null)
    {
        var context = ActivityContext.TryParse(parent, traceState: null, isRemote: true, out var parsed)
            ? parsed
            : Activity.Current?.Context ?? default;
        return Source.StartActivity(name, kind, context)?.SetTag("medqa.run", run);
    }
}
