using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace MedQA.Web.Dashboard;

/// <summary>
/// A file of the dashboard, embedded in this assembly so that hosts need no separate files.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="Compressed">Its bytes compressed with gzip.</param>
/// <param name="Tag">Its ETag: a hash of the bytes, weak because it also identifies the compressed ones.</param>
internal sealed record DashboardFile(string Name, string ContentType, byte[] Content, byte[] Compressed, EntityTagHeaderValue Tag)
{
    /// <summary>The page that loads the others.</summary>
    public const string Page = "index.html";

    /// <summary>
    /// The raters' page. It and its files have their own path, which can be excluded from sign-in without exposing anything
    /// else.
    /// </summary>
    public const string RatingPage = "rate.html";

    private const string Prefix = "dashboard/";

    private static readonly Lazy<FrozenDictionary<string, DashboardFile>> Files = new(Load);

    /// <summary>Every file.</summary>
    public static IEnumerable<DashboardFile> All => Files.Value.Values;

    /// <summary>Returns the file with a name, or <see langword="null"/>.</summary>
    public static DashboardFile? Find(string name) => Files.Value.GetValueOrDefault(name);

    private static FrozenDictionary<string, DashboardFile> Load() => typeof(DashboardFile).Assembly.GetManifestResourceNames()
        .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(static name => Read(name[Prefix.Length..]))
        .ToFrozenDictionary(static file => file.Name, StringComparer.Ordinal);

    private static DashboardFile Read(string name)
    {
        using var resource = typeof(DashboardFile).Assembly.GetManifestResourceStream(Prefix + name)!;
        var content = new byte[resource.Length];
        resource.ReadExactly(content);
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return new DashboardFile(
            name,
            TypeOf(name),
            content,
            compressed.ToArray(),
            new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 16))}\"", isWeak: true));
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other =>
            throw new InvalidOperationException($"The dashboard's file {name} has the extension '{other}', which has no media type here."),
    };
}
