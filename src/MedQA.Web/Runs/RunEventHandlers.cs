using System.Globalization;
using System.Text;
using MedQA.Evaluation;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MedQA.Web.Runs;

/// <summary>Streams changes of a run as server-sent events (WHATWG HTML, section 9.2).</summary>
internal static class RunEventHandlers
{
    private const string EventStream = "text/event-stream";
    private static readonly TimeSpan CommentEvery = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Sends the event <c>run</c> now and after every change, <c>answers</c> when answers have appeared in the lists of the run, and
    /// <c>end</c> once the run has ended or is deleted. A client that reconnects with the id of the last event gets only newer ones, or
    /// 204, which tells a browser not to reconnect, if the run ended with it.
    /// </summary>
    public static async Task<IResult> WatchAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        Negotiation.Choose(request.Http, EventStream);
        var run = await RunHandlers.FindAsync(api, request, cancellationToken);
        var last = request.Http.Headers["Last-Event-ID"].ToString();
        if (RunLook.Of(run) is { HasEnded: true } look && last == look.Id)
        {
            return Results.NoContent();
        }

        request.Http.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        return Results.Stream(stream => SendUntilEndAsync(api, run.Run, last, stream, cancellationToken), EventStream);
    }

    private static async Task SendUntilEndAsync(Api api, RunId run, string last, Stream stream, CancellationToken gone)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(gone, api.Stopping);
        try
        {
            await FollowAsync(api, run, last, stream, ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The client has disconnected, or the host is stopping: end the response.
        }
        catch (Exception exception) when (exception.IsOfStorage())
        {
            // The storage does not respond. The status is sent already; the client gets the problem when it reconnects.
        }
    }

    private static async Task FollowAsync(Api api, RunId run, string last, Stream stream, CancellationToken cancellationToken)
    {
        var end = api.Time.GetUtcNow() + api.Limits.WatchFor;
        await SendAsync(stream, "retry: 1000\n\n", cancellationToken);
        var (sent, answers) = (api.Time.GetUtcNow(), 0L);
        using var listener = api.Watches.Join(api, run);
        while (true)
        {
            var change = listener.Changed;
            var look = await listener.FindAsync(cancellationToken);
            if (look.Run is null)
            {
                await SendAsync(stream, "event: end\ndata: deleted\n\n", cancellationToken);
                return;
            }

            if (look.Id != last)
            {
                await SendAsync(stream, $"id: {look.Id}\nevent: run\ndata: {look.Data}\n\n", cancellationToken);
                (last, sent) = (look.Id, api.Time.GetUtcNow());
            }

            if (look.AnswersVersion > 0 && look.AnswersVersion != answers)
            {
                // Without an id: a client that reconnects gets it again, since it may have missed one.
                answers = look.AnswersVersion;
                await SendAsync(
                    stream, string.Create(CultureInfo.InvariantCulture, $"event: answers\ndata: {answers}\n\n"), cancellationToken);
                sent = api.Time.GetUtcNow();
            }

            if (look.HasEnded)
            {
                await SendAsync(stream, $"event: end\ndata: {EnumNames.Of(look.Run.State)}\n\n", cancellationToken);
                return;
            }

            var now = api.Time.GetUtcNow();
            if (now >= end)
            {
                await SendAsync(stream, "retry: 1000\n\n", cancellationToken);
                return;
            }

            if (now - sent >= CommentEvery)
            {
                await SendAsync(stream, ": still here\n\n", cancellationToken);
                sent = now;
            }

            var wait =
                TimeSpan.FromTicks(Math.Min(api.Limits.WatchEvery.Ticks, Math.Min((end - now).Ticks, (sent + CommentEvery - now).Ticks)));
            await change.WaitAsync(wait, api.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static async Task SendAsync(Stream stream, string text, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }
}
