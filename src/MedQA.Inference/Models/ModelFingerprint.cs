using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MedQA.Files;

namespace MedQA.Inference.Models;

/// <summary>Computes a model's fingerprint once and keeps it.</summary>
internal sealed class ModelFingerprint
{
    private const int BufferSize = 1 << 20;
    private string? _value;

    /// <summary>Callers at once may each read the files: they get the same value.</summary>
    public async Task<string> ComputeAsync(ModelFolder folder, CancellationToken cancellationToken) =>
        _value ??= await HashAsync(folder, cancellationToken);

    private static async Task<string> HashAsync(ModelFolder folder, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await AppendFileAsync(hash, "graph", folder.GraphPath, cancellationToken);
        foreach (var data in folder.ExternalDataPaths)
        {
            await AppendFileAsync(hash, "data", data, cancellationToken);
        }

        await AppendFileAsync(hash, "tokenizer", folder.TokenizerPath, cancellationToken);
        AppendText(hash, "template", folder.ChatTemplateSource ?? "");
        AppendText(hash, "begin", $"{folder.AddsBeginToken} {folder.BeginToken}");
        AppendText(hash, "end", string.Join(' ', folder.EndTokens));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task AppendFileAsync(IncrementalHash hash, string label, string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = RegularFile.Open(path, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
            AppendHeader(hash, label, stream.Length);
            var buffer = new byte[(int)Math.Clamp(stream.Length, 1, BufferSize)];
            for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                hash.AppendData(buffer, 0, read);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw ModelFile.Unreadable(path, exception);
        }
    }

    private static void AppendText(IncrementalHash hash, string label, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        AppendHeader(hash, label, bytes.Length);
        hash.AppendData(bytes);
    }

    /// <summary>Every part is preceded by its name and length, so that bytes cannot move from one part to the next unseen.</summary>
    private static void AppendHeader(IncrementalHash hash, string label, long length)
    {
        Span<byte> size = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(size, length);
        hash.AppendData(Encoding.UTF8.GetBytes(label));
        hash.AppendData([0]);
        hash.AppendData(size);
    }
}
