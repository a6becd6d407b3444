using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MedQA.Cli.Tests.Telemetry;

/// <summary>A collector of OpenTelemetry on this machine: takes OTLP over HTTP and keeps it.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly ConcurrentQueue<byte[]> _traces = new();
    private readonly ConcurrentQueue<byte[]> _metrics = new();
    private readonly WebApplication _application;

    private Collector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _application = builder.Build();
        _application.MapPost("/v1/traces", context => KeepAsync(context, _traces));
        _application.MapPost("/v1/metrics", context => KeepAsync(context, _metrics));
    }

    /// <summary>Where it listens.</summary>
    public string Address => _application.Urls.Single();

    /// <summary>Everything that it was sent, as bytes.</summary>
    public IEnumerable<byte[]> Received => _traces.Concat(_metrics);

    /// <summary>Every span.</summary>
    public IEnumerable<Span> Spans =>
        from request in _traces
        from resource in new ProtocolMessage(request).Messages(1)
        let process = resource.Messages(1).Single().Attributes(1)
        from scope in resource.Messages(2)
        from span in scope.Messages(2)
        select new Span(process, span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5), (int)span.Number(6), span.Attributes(9));

    /// <summary>Every point of every metric; of sums and histograms what they have come to since their process began.</summary>
    public IEnumerable<Point> Points =>
        from request in _metrics
        from resource in new ProtocolMessage(request).Messages(1)
        let process = resource.Messages(1).Single().Attributes(1)
        from scope in resource.Messages(2)
        from metric in scope.Messages(2)
        from shape in (int[])[5, 7, 9]
        from data in metric.Messages(shape)
        from point in data.Messages(1)
        select shape == 9
            ? new Point(process["service.instance.id"], metric.Text(1), metric.Text(3), point.Number(3), point.Fraction(5), point.Attributes(9))
            : new Point(process["service.instance.id"], metric.Text(1), metric.Text(3), point.Number(3), point.Fraction(4) is var whole and not 0 ? whole : point.Number(6), point.Attributes(7));

    /// <summary>Starts one.</summary>
    public static async Task<Collector> StartAsync(CancellationToken cancellationToken)
    {
        var collector = new Collector();
        await collector._application.StartAsync(cancellationToken);
        return collector;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static async Task KeepAsync(HttpContext context, ConcurrentQueue<byte[]> kept)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        kept.Enqueue(body.ToArray());
        context.Response.ContentType = "application/x-protobuf";
    }

    /// <summary>A span.</summary>
    /// <param name="Process">The attributes of the process that it comes from.</param>
    /// <param name="Trace">Its trace.</param>
    /// <param name="Id">Its id.</param>
    /// <param name="Parent">The id of the span that it belongs to; empty for none.</param>
    /// <param name="Name">What was done.</param>
    /// <param name="Kind">1 internal, 2 server, 3 client, 4 producer, 5 consumer.</param>
    /// <param name="Attributes">Its attributes.</param>
    internal sealed record Span(Dictionary<string, string> Process, string Trace, string Id, string Parent, string Name, int Kind, Dictionary<string, string> Attributes);

    /// <summary>A point of a metric.</summary>
    /// <param name="Process">The process.</param>
    /// <param name="Name">The metric.</param>
    /// <param name="Unit">Its unit.</param>
    /// <param name="Time">When, in nanoseconds.</param>
    /// <param name="Value">The value, or a histogram's sum.</param>
    /// <param name="Attributes">Its attributes.</param>
    internal sealed record Point(string Process, string Name, string Unit, ulong Time, double Value, Dictionary<string, string> Attributes)
    {
        /// <summary>What tells series apart.</summary>
        public string Series => $"{Process} {Name} {string.Join(' ', Attributes.OrderBy(static attribute => attribute.Key, StringComparer.Ordinal))}";
    }
}
