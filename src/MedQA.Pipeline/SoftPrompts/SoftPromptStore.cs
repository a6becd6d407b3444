using System.Security.Cryptography;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Files;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tracing;

namespace MedQA.Pipeline.SoftPrompts;

/// <summary>
/// The soft prompts that profiles can name, in the container <c>prefixes</c>: <c>{hash}/prefix.safetensors</c> has the keys and values,
/// immutable under their SHA-256, and <c>names/{name}.json</c> the manifest that a name currently refers to. A host with a folder of them
/// copies a requested one into the container first, so that workers can fetch it from anywhere.
/// </summary>
public sealed class SoftPromptStore
{
    private readonly RunStorage _storage;
    private readonly string? _folder;

    /// <summary>Uses a storage.</summary>
    /// <param name="storage">Whose container.</param>
    /// <param name="folder">A folder with further ones, each a folder of its own that <c>medqa tune</c> made; <see langword="null"/> for
    /// none. One of it goes before one of its name in the container.</param>
    public SoftPromptStore(RunStorage storage, string? folder = null)
    {
        ArgumentNullException.ThrowIfNull(storage);
        (_storage, _folder) = (storage, folder);
    }

    /// <summary>The soft prompt of a name as it is now.</summary>
    /// <param name="name">The name, as a profile says it: lower-case letters, digits and hyphens.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns><see langword="null"/> where there is none of that name.</returns>
    /// <exception cref="InputException">There is one, and it cannot be used.</exception>
    public async Task<SoftPromptReference?> FindAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (FolderOf(name) is { } folder)
        {
            var (prefix, manifest, keyValues) = await ReadFolderAsync(folder, name, cancellationToken);
            await _storage.Prefix(KeyValuesOf(prefix.Hash))
                .TryCreateAsync(BinaryData.FromBytes(keyValues), "application/octet-stream", cancellationToken);
            await _storage.Prefix($"names/{name}.json")
                .PutAsync(BinaryData.FromBytes(manifest), "application/json", cancellationToken);
            return prefix;
        }

        return await _storage.Prefix($"names/{name}.json").FindContentAsync(cancellationToken) is { } content
            ? Parse(content.ToMemory(), name, $"names/{name}.json in the container {_storage.PrefixesName}")
            : null;
    }

    /// <summary>The keys and values of a soft prompt.</summary>
    /// <exception cref="InputException">They are not in the container, or this identity may not read there.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadKeyValuesAsync(SoftPromptReference prefix, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        try
        {
            return await _storage.Prefix(KeyValuesOf(prefix.Hash)).FindContentAsync(cancellationToken) is { } content
                ? content.ToMemory()
                : throw new InputException(
                    new FaultLocation(),
                    $"prefix {prefix.Name} is missing: the container {_storage.PrefixesName} has no {KeyValuesOf(prefix.Hash)}",
                    "Upload it again");
        }
        catch (Exception exception) when (exception.IsForbidden(out var code))
        {
            throw new InputException(
                $"prefix {prefix.Name} cannot be fetched: this identity may not read the container {_storage.PrefixesName} ({code}). "
                    + "Assign it the role Storage Blob Data Reader on the container.",
                exception);
        }
    }

    /// <summary>Reads a soft prompt's folder: what it is, its manifest and its keys and values.</summary>
    /// <exception cref="InputException">A file is missing, or is not what it should be.</exception>
    public static async Task<(SoftPromptReference Prefix, byte[] Manifest, byte[] KeyValues)> ReadFolderAsync(
        string folder, string name, CancellationToken cancellationToken)
    {
        try
        {
            var manifest = await RegularFile.ReadAllBytesAsync(Path.Combine(folder, SoftPromptFiles.Manifest), cancellationToken);
            var prefix = Parse(manifest, name, $"its {SoftPromptFiles.Manifest}");
            var keyValues = await RegularFile.ReadAllBytesAsync(Path.Combine(folder, SoftPromptFiles.KeyValues), cancellationToken);
            var hash = Convert.ToHexStringLower(SHA256.HashData(keyValues));
            return hash == prefix.Hash
                ? (prefix, manifest, keyValues)
                : throw new InputException(
                    new FaultLocation(),
                    $"prefix {name} is damaged: its {SoftPromptFiles.KeyValues} has the SHA-256 {hash}, but its manifest says "
                        + $"{prefix.Hash}",
                    "Tune it again, or copy the folder again");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"prefix {name} cannot be read: {FaultText.MessageOf(exception)}", exception);
        }
    }

    /// <summary>The folders of all soft prompts in a folder of soft prompts; none where there is no such folder.</summary>
    public static IEnumerable<string> FoldersIn(string? folder) =>
        folder is null || !Directory.Exists(folder)
            ? []
            : Directory.EnumerateDirectories(folder).Where(static path => File.Exists(Path.Combine(path, SoftPromptFiles.Manifest)));

    /// <summary>The folder of a soft prompt in a folder of soft prompts, or <see langword="null"/>.</summary>
    // Compared with the names that are there, so that a name never becomes a path.
    public static string? FolderOf(string? folder, string name) => FoldersIn(folder).FirstOrDefault(path => Path.GetFileName(path) == name);

    private static string KeyValuesOf(string hash) => $"{hash}/{SoftPromptFiles.KeyValues}";

    private static SoftPromptReference Parse(ReadOnlyMemory<byte> manifest, string name, string source)
    {
        try
        {
            return SoftPromptReference.Parse(manifest) with { Name = name };
        }
        catch (FormatException exception)
        {
            throw new InputException($"prefix {name} cannot be used: {source}: {exception.Message}.", exception);
        }
    }

    private string? FolderOf(string name) => FolderOf(_folder, name);
}
