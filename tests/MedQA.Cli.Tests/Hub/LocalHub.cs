using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MedQA.Cli.Tests.Hub;

/// <summary>
/// Speaks the interface of the Hugging Face hub: revisions, trees in pages, small files by way of <c>resolve-cache</c>, large ones by way
/// of a second server that stands for its CDN.
/// </summary>
internal sealed class LocalHub : IAsyncDisposable
{
    /// <summary>What every repository's branch main is.</summary>
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    /// <summary>The repository that is there from the start.</summary>
    public const string Repository = "example/Tiny-ONNX";

    private readonly ConcurrentDictionary<string, LocalHubFile> _files = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<LocalHubRequest> _requests = new();
    private readonly WebApplication _hub;
    private readonly WebApplication _cdn;

    private LocalHub()
    {
        _hub = Server(AnswerAsync);
        _cdn = Server(ContentAsync);
    }

    /// <summary>Its address.</summary>
    public string Address => _hub.Urls.Single();

    /// <summary>What was asked for so far.</summary>
    public IEnumerable<LocalHubRequest> Requests => _requests;

    /// <summary>Entries in a page of the tree.</summary>
    public int PageSize { get; set; } = 1000;

    /// <summary>The token without which it gives nothing; <see langword="null"/> for none.</summary>
    public string? Token { get; set; }

    /// <summary>Is asked before the hub answers; <see langword="true"/> when it has answered itself.</summary>
    public Func<HttpContext, Task<bool>> OnHub { get; set; } = static _ => Task.FromResult(false);

    /// <summary>Is asked before the CDN answers; <see langword="true"/> when it has answered itself.</summary>
    public Func<HttpContext, LocalHubFile, Task<bool>> OnCdn { get; set; } = static (_, _) => Task.FromResult(false);

    /// <summary>Starts one.</summary>
    public static async Task<LocalHub> StartAsync(CancellationToken cancellationToken)
    {
        var hub = new LocalHub();
        await hub._hub.StartAsync(cancellationToken);
        await hub._cdn.StartAsync(cancellationToken);
        return hub;
    }

    /// <summary>Puts the files of one of our models where such repositories have them: the graph and its data into onnx.</summary>
    public LocalHub WithTinyModel()
    {
        foreach (var path in Directory.EnumerateFiles(MedQA.Testing.Repository.PathOf("models", "tiny", "llama-genai")))
        {
            switch (Path.GetFileName(path))
            {
                case "model.onnx":
                    // The data's new name is as long as the old one.
                    var graph = Encoding.Latin1.GetString(File.ReadAllBytes(path));
                    graph = graph.Replace("model.onnx.data", "model.onnx_data", StringComparison.Ordinal);
                    Add("onnx/model_q4.onnx", Encoding.Latin1.GetBytes(graph), isLarge: true);
                    break;
                case "model.onnx.data":
                    Add("onnx/model.onnx_data", File.ReadAllBytes(path), isLarge: true);
                    break;
                default:
                    Add(Path.GetFileName(path), File.ReadAllBytes(path));
                    break;
            }
        }

        return Add("README.md", "What it is."u8.ToArray())
            .Add(".gitattributes", "*.onnx filter=lfs"u8.ToArray())
            .Add("pytorch_model.bin", new byte[100], isLarge: true);
    }

    /// <summary>Adds a file.</summary>
    public LocalHub Add(string path, byte[] content, bool isLarge = false)
    {
        _files[path] = LocalHubFile.Of(path, content, isLarge);
        return this;
    }

    /// <summary>A file.</summary>
    public LocalHubFile this[string path] => _files[path];

    /// <summary>Changes what is stated or given of a file.</summary>
    public void Change(string path, Func<LocalHubFile, LocalHubFile> change) => _files[path] = change(_files[path]);

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        await _cdn.DisposeAsync();
    }

    /// <summary>Gives some bytes of a file and ends: a server that aborts may take back what it sent.</summary>
    public static async Task<bool> EndEarlyAsync(HttpContext context, LocalHubFile file, int from, int bytes)
    {
        if (from > 0)
        {
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = $"bytes {from}-{file.Content.Length - 1}/{file.Content.Length}";
        }

        var piece = file.Content.AsMemory(from, Math.Min(bytes, file.Content.Length - from));
        await context.Response.Body.WriteAsync(piece, context.RequestAborted);
        return true;
    }

    private static WebApplication Server(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        application.Run(answer);
        return application;
    }

    private void Note(HttpContext context, bool isHub) => _requests.Enqueue(new(
        isHub, context.Request.Path + context.Request.QueryString, context.Request.Headers.Authorization, context.Request.Headers.Range));

    private async Task AnswerAsync(HttpContext context)
    {
        Note(context, isHub: true);
        if (await OnHub(context))
        {
            return;
        }

        if (Token is not null && context.Request.Headers.Authorization != $"Bearer {Token}")
        {
            Refuse(context, StatusCodes.Status401Unauthorized, "GatedRepo");
            return;
        }

        var path = context.Request.Path.Value!;
        const string Api = $"/api/models/{Repository}/";
        if (path.StartsWith(Api + "revision/", StringComparison.Ordinal))
        {
            if (path[(Api.Length + "revision/".Length)..] is "main" or Commit)
            {
                await WriteAsync(context, new JsonObject { ["id"] = Repository, ["sha"] = Commit, ["siblings"] = new JsonArray() });
            }
            else
            {
                Refuse(context, StatusCodes.Status404NotFound, "RevisionNotFound");
            }
        }
        else if (path == $"{Api}tree/{Commit}")
        {
            await TreeAsync(context);
        }
        else if (path.StartsWith($"/{Repository}/resolve/{Commit}/", StringComparison.Ordinal))
        {
            Resolve(context, path[$"/{Repository}/resolve/{Commit}/".Length..]);
        }
        else if (path.StartsWith($"/api/resolve-cache/models/{Repository}/{Commit}/", StringComparison.Ordinal))
        {
            await GiveAsync(context, _files[path[$"/api/resolve-cache/models/{Repository}/{Commit}/".Length..]]);
        }
        else
        {
            // A model that is not there, to somebody whom it does not know.
            var isKnown = context.Request.Headers.Authorization.Count > 0;
            Refuse(context, isKnown ? StatusCodes.Status404NotFound : StatusCodes.Status401Unauthorized, "RepoNotFound");
        }
    }

    private async Task TreeAsync(HttpContext context)
    {
        var from = int.Parse(context.Request.Query["cursor"].FirstOrDefault() ?? "0", CultureInfo.InvariantCulture);
        var entries = _files.Values.OrderBy(static file => file.Path, StringComparer.Ordinal).Select(static file => file.Entry())
            .Prepend(new JsonObject { ["type"] = "directory", ["oid"] = new string('a', 40), ["size"] = 0, ["path"] = "onnx" }).ToList();
        if (from + PageSize < entries.Count)
        {
            // The hub names itself, whatever mirror was asked.
            var next = $"{context.Request.Path}?recursive=true&limit={PageSize}&cursor={from + PageSize}";
            context.Response.Headers.Link = $"<https://huggingface.co{next}>; rel=\"next\"";
        }

        await WriteAsync(context, new JsonArray([.. entries.Skip(from).Take(PageSize)]));
    }

    private void Resolve(HttpContext context, string path)
    {
        if (!_files.TryGetValue(path, out var file))
        {
            Refuse(context, StatusCodes.Status404NotFound, "EntryNotFound");
            return;
        }

        context.Response.Headers["X-Repo-Commit"] = Commit;
        context.Response.Headers["X-Linked-Size"] = file.Size.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["X-Linked-Etag"] = $"\"{file.Hash}\"";
        context.Response.StatusCode = file.IsLarge ? StatusCodes.Status302Found : StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = file.IsLarge
            ? $"{_cdn.Urls.Single()}/repos/{Uri.EscapeDataString(path)}?Expires=1&Signature=abc"
            : $"/api/resolve-cache/models/{Repository}/{Commit}/{path}?etag=%22{file.Hash}%22";
    }

    private async Task ContentAsync(HttpContext context)
    {
        Note(context, isHub: false);
        var file = _files[Uri.UnescapeDataString(context.Request.Path.Value!["/repos/".Length..])];
        if (!await OnCdn(context, file))
        {
            await GiveAsync(context, file);
        }
    }

    private static async Task GiveAsync(HttpContext context, LocalHubFile file)
    {
        var from = context.Request.GetTypedHeaders().Range?.Ranges.Single().From ?? 0;
        if (from > 0 && from >= file.Content.Length)
        {
            context.Response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            context.Response.Headers.ContentRange = $"bytes */{file.Content.Length}";
            return;
        }

        if (from > 0)
        {
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = $"bytes {from}-{file.Content.Length - 1}/{file.Content.Length}";
        }

        context.Response.Headers.ETag = $"\"{file.Hash}\"";
        context.Response.ContentLength = file.Content.Length - from;
        await context.Response.Body.WriteAsync(file.Content.AsMemory((int)from), context.RequestAborted);
    }

    private static void Refuse(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.Headers["X-Error-Code"] = code;
    }

    private static Task WriteAsync(HttpContext context, JsonNode answer)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(answer.ToJsonString(), context.RequestAborted);
    }
}

/// <summary>A request that a hub had.</summary>
/// <param name="IsHub">Whether the hub had it; else its CDN.</param>
/// <param name="Path">Path and query.</param>
/// <param name="Authorization">The header, if any.</param>
/// <param name="Range">The header, if any.</param>
internal sealed record LocalHubRequest(bool IsHub, string Path, string? Authorization, string? Range);

/// <summary>A file of a hub.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Content">What is given for it.</param>
/// <param name="Size">The size that is stated.</param>
/// <param name="Hash">The hash that is stated.</param>
/// <param name="IsLarge">Whether it is kept outside of git.</param>
internal sealed record LocalHubFile(string Path, byte[] Content, long Size, string Hash, bool IsLarge)
{
    /// <summary>A file of which is stated what is true.</summary>
    public static LocalHubFile Of(string path, byte[] content, bool isLarge) =>
        new(path, content, content.Length, isLarge ? Convert.ToHexStringLower(SHA256.HashData(content)) : GitHash(content), isLarge);

    /// <summary>How the tree lists it.</summary>
    public JsonNode Entry()
    {
        var entry = new JsonObject { ["type"] = "file", ["oid"] = IsLarge ? new string('b', 40) : Hash, ["size"] = Size, ["path"] = Path };
        if (IsLarge)
        {
            entry["lfs"] = new JsonObject { ["oid"] = Hash, ["size"] = Size, ["pointerSize"] = 134 };
            entry["xetHash"] = new string('c', 64);
        }

        return entry;
    }

#pragma warning disable CA5350 // Git's own.
    private static string GitHash(byte[] content) =>
        Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"blob {content.Length}\0")), .. content]));
#pragma warning restore CA5350
}
