using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;

namespace MedQA.Web.Requests;

/// <summary>A part of a run's result as it is sent, and compressed once if the client accepts that.</summary>
/// <param name="content">The bytes that are sent.</param>
/// <param name="type">The content type.</param>
/// <param name="coding">The content coding; <see langword="null"/> for none.</param>
internal sealed class KeptResult(byte[] content, string type, string? coding) : IResult, IStatusCodeHttpResult, IContentTypeHttpResult
{
    /// <inheritdoc/>
    public int? StatusCode => StatusCodes.Status200OK;

    /// <inheritdoc/>
    public string? ContentType => type;

    /// <summary>Whether it is compressed already, or cannot be for this client.</summary>
    public bool IsFinal { get; private init; }

    /// <summary>Loads a part, or returns what is kept of it.</summary>
    /// <param name="api">The services that handlers use.</param>
    /// <param name="request">The request.</param>
    /// <param name="run">The run, as it was just read.</param>
    /// <param name="part">Names the part.</param>
    /// <param name="type">Its content type.</param>
    /// <param name="load">Loads it; <see langword="null"/> if it is too large to be kept.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The response and its tag; <see langword="null"/> for a part that is too large to be kept.</returns>
    public static async Task<(KeptResult Result, string Tag)?> FindAsync(
        Api api,
        ApiRequest request,
        RunSummary run,
        string part,
        string type,
        Func<CancellationToken, Task<byte[]?>> load,
        CancellationToken cancellationToken)
    {
        var coding = run.ResultVersion is null ? null : CompressedResult.CodingOf(request.Http.HttpContext);
        var body = await api.Results.GetAsync(run, $"{coding?.EncodingName} {part}", LoadAsync, cancellationToken);
        return body.Content is { } content
            ? (new KeptResult(content, type, coding?.EncodingName) { IsFinal = run.ResultVersion is not null }, body.Tag)
            : null;

        async Task<LoadedPart<Body>> LoadAsync(CancellationToken cancel)
        {
            if (await load(cancel) is not { } plain)
            {
                return new LoadedPart<Body>(new Body(null, ""), 0);
            }

            var sent = coding is null ? plain : await CompressAsync(coding, plain, cancel);
            return new LoadedPart<Body>(new Body(sent, Conditional.TagOf(plain)), sent.Length);
        }
    }

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        if (coding is not null)
        {
            httpContext.Response.Headers.ContentEncoding = coding;
        }

        return Results.Bytes(content, type).ExecuteAsync(httpContext);
    }

    private static async Task<byte[]> CompressAsync(ICompressionProvider coding, byte[] plain, CancellationToken cancellationToken)
    {
        using var sent = new MemoryStream();
        await using (var compressing = coding.CreateStream(sent))
        {
            await compressing.WriteAsync(plain, cancellationToken);
        }

        return sent.ToArray();
    }

    private sealed record Body(byte[]? Content, string Tag);
}
