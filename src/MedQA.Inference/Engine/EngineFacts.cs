using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Files;
using MedQA.Inference.Optimization;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Engine;

/// <summary>
/// What is known of an engine only once it is loaded. Kept in the cache folder, so that a process can describe a model without loading it;
/// a load that finds otherwise is believed.
/// </summary>
/// <param name="ContextLength">The most tokens of prompt and continuation.</param>
/// <param name="CanPack">Whether samples share a row.</param>
/// <param name="GivesEmbeddings">Whether the graph gives hidden states.</param>
/// <param name="HasFastGraph">Whether the graph that <see cref="FastGraph"/> made computes it.</param>
internal sealed record EngineFacts(int ContextLength, bool CanPack, bool GivesEmbeddings, bool HasFastGraph)
{
    /// <summary>
    /// Returns what an earlier load of the same model with the same options found on such a processor; <see langword="null"/> if that is
    /// not known.
    /// </summary>
    public static async Task<EngineFacts?> FindAsync(string fingerprint, ModelOptions options, CancellationToken cancellationToken)
    {
        if (options.GraphCache is not { } cache || options.Provider != ExecutionProvider.Cpu)
        {
            return null;
        }

        try
        {
            var path = PathIn(cache, fingerprint, options);
            var facts = File.Exists(path)
                ? JsonSerializer.Deserialize(
                    await RegularFile.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), EngineFactsJson.Default.EngineFacts)
                : null;
            return facts is { ContextLength: > 0 } ? facts : null;
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            // Cut off, or another's: the model is loaded, and they are written again.
            return null;
        }
    }

    /// <summary>Keeps them for the next process, where there is a cache folder that can be written.</summary>
    public async Task KeepAsync(string fingerprint, ModelOptions options, CancellationToken cancellationToken)
    {
        if (options.GraphCache is not { } cache || options.Provider != ExecutionProvider.Cpu)
        {
            return;
        }

        try
        {
            PrivateFiles.CreateFolder(cache);
            await OutputFile.WriteAllBytesAsync(
                PathIn(cache, fingerprint, options),
                JsonSerializer.SerializeToUtf8Bytes(this, EngineFactsJson.Default.EngineFacts),
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next process loads the model to know them, as this one did.
        }
    }

    /// <summary>The name has a hash of all that the facts depend on, this version's rules among them.</summary>
    private static string PathIn(string cache, string fingerprint, ModelOptions options)
    {
        var key = string.Create(
            CultureInfo.InvariantCulture,
            $"{fingerprint}\n{EngineVersion.Describe(options, canPack: false, hasFastGraph: Processor.HasVnni512)}\n{options.Graph}\n"
                + $"{options.Threads}\n{Environment.ProcessorCount}\n{typeof(EngineFacts).Module.ModuleVersionId}");
        return Path.Combine(
            Path.GetFullPath(cache),
            $"{fingerprint[..16]}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..16]}.engine.json");
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EngineFacts))]
internal sealed partial class EngineFactsJson : JsonSerializerContext;
