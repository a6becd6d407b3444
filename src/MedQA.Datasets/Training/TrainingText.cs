using System.IO.Compression;
using MedQA.Files;

namespace MedQA.Datasets.Training;

/// <summary>
/// Reads files of training text, of any length, as the texts that were trained on: without the escapes that JSON and CSV put into them.
/// </summary>
public static class TrainingText
{
    private const int Looked = 4096;

    /// <summary>Returns the files of a path in the order of their names: itself, or all below the folder.</summary>
    public static IReadOnlyList<string> FilesOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Directory.Exists(path)
            ? [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
            : [path];
    }

    /// <summary>Opens a file; one whose name ends with <c>.gz</c> is unpacked.</summary>
    /// <returns><see langword="null"/> if its content is not text.</returns>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="InvalidDataException">It is called <c>.gz</c> but is not in that format.</exception>
    public static TextReader? Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!IsText(path))
        {
            return null;
        }

        var text = new StreamReader(OpenUnpacked(path));
        return Path.GetExtension(path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path).ToLowerInvariant() switch
        {
            ".json" or ".jsonl" or ".ndjson" => new UnescapedText(text, '\\'),
            ".csv" or ".tsv" => new UnescapedText(text, '"'),
            _ => text,
        };
    }

    private static Stream OpenUnpacked(string path)
    {
        var file = RegularFile.Open(path);
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>Text has no zero bytes, but where it begins with the mark of UTF-16.</summary>
    private static bool IsText(string path)
    {
        using var content = OpenUnpacked(path);
        var head = new byte[Looked];
        var read = content.ReadAtLeast(head, Looked, throwOnEndOfStream: false);
        return head is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] || !head.AsSpan(0, read).Contains((byte)0);
    }
}
