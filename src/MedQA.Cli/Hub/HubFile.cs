using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using MedQA.Evaluation;

namespace MedQA.Cli.Hub;

/// <summary>A file of a model as the hub lists it.</summary>
/// <param name="Path">Its path in the repository, with slashes.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Hash">The hash of its content, in lower-case hexadecimal digits.</param>
/// <param name="IsSha256">Whether the hash is the SHA-256 of the content, rather than git's SHA-1 of a header and the content.</param>
internal sealed record HubFile(string Path, long Size, string Hash, bool IsSha256)
{
    private const int Sha256Digits = 64;
    private const int Sha1Digits = 40;

    /// <summary>The file's name without its folder.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>The folder with a trailing slash; empty for the repository root.</summary>
    public string Folder => Path[..(Path.LastIndexOf('/') + 1)];

    /// <summary>Reads an entry of the hub's list.</summary>
    /// <exception cref="UnusableException">The hub states no hash or size.</exception>
    public static HubFile Of(HubEntry entry)
    {
        var (hash, digits, size) = entry.Lfs is { } large ? (large.Oid, Sha256Digits, large.Size) : (entry.Oid, Sha1Digits, entry.Size);
        return hash is not null && hash.Length == digits && hash.All(char.IsAsciiHexDigitLower) && size >= 0
            ? new(entry.Path ?? "", size, hash, entry.Lfs is not null)
            : throw new UnusableException($"The hub states no size and hash of {entry.Path}, so it cannot be verified.");
    }

    /// <summary>Returns whether the path stays inside its folder on every system.</summary>
    public bool IsSafe => Path.Split('/').All(static part =>
        part.Length > 0
        && part[^1] is not ('.' or ' ')
        && !part.Any(static letter => letter is < ' ' or '\\' or ':' or '"' or '<' or '>' or '|' or '?' or '*' or '\u007F'));

    /// <summary>Creates the hash that verifies the content.</summary>
    public IncrementalHash BeginHash()
    {
        if (IsSha256)
        {
            return IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        }

#pragma warning disable CA5350 // Git's own: the hub provides no other hash for small files.
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {Size}\0")));
        return hash;
    }
}

/// <summary>An entry of the hub's list of a repository (<c>/api/models/…/tree</c>).</summary>
/// <param name="Type"><c>file</c> or <c>directory</c>.</param>
/// <param name="Path">Its path.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Oid">Git's hash.</param>
/// <param name="Lfs">Its large file storage; <see langword="null"/> for a small file.</param>
internal sealed record HubEntry(string? Type, string? Path, long Size, string? Oid, HubLargeFile? Lfs);

/// <summary>A file's content in large file storage, outside of git.</summary>
/// <param name="Oid">The SHA-256 of the content.</param>
/// <param name="Size">Its size in bytes.</param>
internal sealed record HubLargeFile(string? Oid, long Size);

/// <summary>The hub's description of a revision (<c>/api/models/…/revision/…</c>).</summary>
/// <param name="Sha">The commit.</param>
internal sealed record HubRevision(string? Sha);

/// <summary>The record of a fetched model, stored with it as <c>fetched.json</c>.</summary>
/// <param name="Hub">The hub.</param>
/// <param name="Model">OWNER/NAME.</param>
/// <param name="Revision">The requested revision.</param>
/// <param name="Commit">Its commit.</param>
/// <param name="Files">The files.</param>
internal sealed record FetchedModel(string Hub, string Model, string Revision, string Commit, IReadOnlyList<FetchedFile> Files);

/// <summary>A fetched file.</summary>
/// <param name="Path">Its path in the model's folder.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Hash">The verified hash: sha256:… or git's sha1:….</param>
internal sealed record FetchedFile(string Path, long Size, string Hash);

/// <summary>The JSON formats of the hub and of the record.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(List<HubEntry?>), TypeInfoPropertyName = "Entries")]
[JsonSerializable(typeof(HubRevision))]
[JsonSerializable(typeof(FetchedModel))]
internal sealed partial class HubJson : JsonSerializerContext;
