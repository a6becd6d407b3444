using MedQA.Evaluation.Reporting;
using MedQA.Files;
using MedQA.Web.Contracts;
using MedQA.Web.Problems;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Catalog;

/// <summary>Handlers for the catalog and for health.</summary>
internal static class CatalogHandlers
{
    /// <summary>Probes need a quick response, but the storage client would retry for half a minute.</summary>
    private static readonly TimeSpan HealthLimit = TimeSpan.FromSeconds(5);

    // A failure is not kept: the file may be there at the next request.
    private static readonly Lazy<byte[]> Document = new(
        static () => RegularFile.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "openapi.json")),
        LazyThreadSafetyMode.PublicationOnly);

    /// <summary>Lists accuracies from the literature.</summary>
    public static Task<IResult> PublishedResultsAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(Conditional.Bytes(request, ReportJson.Write(PublishedResults.All), "application/json"));

    /// <summary>The available models.</summary>
    public static Task<IResult> ModelsAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(Conditional.Json(request, [.. api.AllModels], WebJson.Default.ModelDescriptionArray));

    /// <summary>Returns the OpenAPI document, which the build generates from the route table and copies beside the program.</summary>
    public static Task<IResult> DocumentAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(Conditional.Bytes(request, Document.Value, "application/json"));

    /// <summary>Returns whether the service is ready: its tables and its queue respond in time. Called by probes.</summary>
    public static async Task<IResult> HealthAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(HealthLimit, api.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var listing = api.Reader.ListAsync(null, 1, either.Token);
            var counting = api.Reader.GetQueueAsync(api.Time.GetUtcNow(), either.Token);
            await Task.WhenAll(listing, counting);
            var queue = await counting;
            return Results.Json(
                new Health(
                    "ok",
                    typeof(Api).Assembly.GetName().Version?.ToString(3) ?? "",
                    "ok",
                    [.. api.AllModels.Select(static model => model.Name)],
                    new QueueHealth(queue.Messages, queue.Oldest?.TotalSeconds)),
                WebJson.Default.Health,
                Negotiation.Json);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Problem.Of(
                StatusCodes.Status503ServiceUnavailable,
                "storage",
                "Storage unavailable",
                $"The storage has not responded within {HealthLimit.TotalSeconds:0} seconds. Runs resume when it does.");
        }
    }
}
