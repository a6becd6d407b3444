using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Evaluation;
using MedQA.Files;
using MedQA.Inference.Models;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Optimization;

/// <summary>
/// The widened graph of a model (see <see cref="ModelOptimization"/>), made once per machine in a cache folder and used where it is faster
/// than the model's own: on processors with AVX512_VNNI, where that was measured. The choice follows from model and processor alone, never
/// from a measurement at run time, which would make results depend on load.
/// </summary>
internal static class FastGraph
{
    /// <summary>What the engine fingerprint says where such a graph computes; the number goes up when other weights are written.</summary>
    public const string Version = "graph 8bit 1";

    private const string GraphName = "model.onnx";
    private const string RecordName = "graph.json";
    private const string Unfinished = ".unfinished";
    private const long MaxGraphBytes = 1L << 30;
    private const long BytesPerReport = 1L << 30;

    // What is unfinished for longer was left by a process that was killed.
    private static readonly TimeSpan LongestMaking = TimeSpan.FromHours(1);

    /// <summary>
    /// Returns a model with the graph that computes it: the fast one where the options allow it, the processor has it and it can be had,
    /// else <see langword="null"/> for the model's own.
    /// </summary>
    /// <inheritdoc cref="FindOrMakeAsync"/>
    public static async Task<ModelFolder?> ChooseAsync(
        ModelFolder model, ModelOptions options, Action<string> report, CancellationToken cancellationToken) =>
        options is { GraphCache: { } cache, Graph: null, Provider: ExecutionProvider.Cpu } && Processor.HasVnni512
            ? await FindOrMakeAsync(model, cache, report, cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>
    /// Returns a model with its fast graph, made now unless the cache folder has it, or <see langword="null"/> if it has none: its graph
    /// has no products to widen, the widened one would be less faithful or cannot be loaded, or the cache folder cannot be written.
    /// </summary>
    /// <param name="model">The model's folder.</param>
    /// <param name="cacheFolder">Where such graphs are kept; it may be deleted at any time when no process uses it.</param>
    /// <param name="report">Receives what takes long, and why a graph that was expected cannot be used.</param>
    /// <param name="cancellationToken">Cancels the making; nothing unfinished remains.</param>
    /// <exception cref="UnusableException">The model's own graph is damaged.</exception>
    public static async Task<ModelFolder?> FindOrMakeAsync(
        ModelFolder model, string cacheFolder, Action<string> report, CancellationToken cancellationToken)
    {
        var fingerprint = await model.FingerprintAsync(cancellationToken).ConfigureAwait(false);
        var folder = Path.Combine(Path.GetFullPath(cacheFolder), $"{fingerprint[..16]}-{Version.Replace(' ', '-')}");
        try
        {
            var made = await FindAsync(folder, fingerprint, cancellationToken).ConfigureAwait(false)
                ?? await MakeAsync(model, fingerprint, folder, report, cancellationToken).ConfigureAwait(false);
            return made is { Graph: not null, Data: not null }
                ? model with
                {
                    GraphPath = Path.Combine(folder, GraphName),
                    ExternalDataPaths = [Path.Combine(folder, $"{GraphName}.data")],
                }
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            report($"The faster graph cannot be kept in {cacheFolder} ({exception.Message.TrimEnd('.')}): the model's own graph is used.");
            return null;
        }
    }

    /// <summary>Returns what was made, or <see langword="null"/> if nothing was, or if it is not what was written.</summary>
    private static async Task<MadeGraph?> FindAsync(string folder, string fingerprint, CancellationToken cancellationToken)
    {
        var record = Path.Combine(folder, RecordName);
        if (!File.Exists(record))
        {
            return null;
        }

        MadeGraph? made;
        try
        {
            made = JsonSerializer.Deserialize(
                await RegularFile.ReadAllBytesAsync(record, cancellationToken).ConfigureAwait(false), FastGraphJson.Default.MadeGraph);
        }
        catch (JsonException)
        {
            return null;
        }

        return made?.Model == fingerprint
            && (made.Unusable is not null
                || (made.Graph == await HashAsync(Path.Combine(folder, GraphName), cancellationToken).ConfigureAwait(false)
                    && made.Data == await HashAsync(Path.Combine(folder, $"{GraphName}.data"), cancellationToken).ConfigureAwait(false)))
            ? made
            : null;
    }

    private static async Task<MadeGraph?> MakeAsync(
        ModelFolder model, string fingerprint, string folder, Action<string> report, CancellationToken cancellationToken)
    {
        var parent = Path.GetDirectoryName(folder)!;
        // Processes that make the same graph write to different folders; the first to finish names its folder, the others use it.
        var unfinished = $"{folder}.{Guid.NewGuid():n}{Unfinished}";
        var now = Directory.CreateDirectory(unfinished).LastWriteTimeUtc;
        foreach (var left in new DirectoryInfo(parent).EnumerateDirectories($"*{Unfinished}")
            .Where(left => now - left.LastWriteTimeUtc > LongestMaking))
        {
            left.Delete(recursive: true);
        }

        try
        {
            var made = await WriteAsync(model, fingerprint, unfinished, report, cancellationToken).ConfigureAwait(false);
            await OutputFile.WriteAllBytesAsync(
                Path.Combine(unfinished, RecordName),
                JsonSerializer.SerializeToUtf8Bytes(made, FastGraphJson.Default.MadeGraph),
                cancellationToken).ConfigureAwait(false);
            if (Directory.Exists(folder))
            {
                if (await FindAsync(folder, fingerprint, cancellationToken).ConfigureAwait(false) is { } finished)
                {
                    return finished;
                }

                // Damaged: somebody changed it, or the machine lost power.
                Directory.Delete(folder, recursive: true);
            }

            Directory.Move(unfinished, folder);
            return made;
        }
        catch (IOException) when (Directory.Exists(folder) && Directory.Exists(unfinished))
        {
            // Another process named its folder in between.
            if (await FindAsync(folder, fingerprint, cancellationToken).ConfigureAwait(false) is { } finished)
            {
                return finished;
            }

            throw;
        }
        finally
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }
    }

    private static async Task<MadeGraph> WriteAsync(
        ModelFolder model, string fingerprint, string folder, Action<string> report, CancellationToken cancellationToken)
    {
        var none = new MadeGraph(fingerprint, null, null, null);
        if (new FileInfo(model.GraphPath).Length > MaxGraphBytes)
        {
            return none with { Unusable = "the graph is too large to be read into memory" };
        }

        var reported = -1L;
        var target = Path.Combine(folder, GraphName);
        var optimized = await ModelOptimization.WidenToAsync(
            model.GraphPath,
            target,
            ownData: true,
            (done, bytes) =>
            {
                if (bytes / BytesPerReport > reported)
                {
                    reported = bytes / BytesPerReport;
                    report(string.Create(
                        CultureInfo.InvariantCulture,
                        $"Making a faster 8-bit graph of {model.Name} for this processor, once per machine: {done:0 %}…"));
                }
            },
            cancellationToken).ConfigureAwait(false);
        if (optimized is null)
        {
            return none with { Unusable = "nothing to widen" };
        }

        var reason = optimized.Rounding > ModelOptimization.MaxRounding ? "its weights would be rounded too far" : Fault(target);
        if (reason is not null)
        {
            report($"The 8-bit graph of {model.Name} cannot be used ({reason}): the model's own graph is used.");
            File.Delete(target);
            File.Delete($"{target}.data");
            return none with { Unusable = reason };
        }

        return none with
        {
            Graph = await HashAsync(target, cancellationToken).ConfigureAwait(false),
            Data = await HashAsync($"{target}.data", cancellationToken).ConfigureAwait(false),
        };

        string? Fault(string graph)
        {
            try
            {
                DecoderSession.Open(model with { GraphPath = graph, ExternalDataPaths = [$"{graph}.data"] }, new()).Dispose();
                return null;
            }
            catch (UnusableException exception)
            {
                return exception.Message;
            }
        }
    }

    private static async Task<string?> HashAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        await using var stream = RegularFile.Open(path, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
    }
}

/// <summary>What a cache folder says about a graph that was made, or not.</summary>
/// <param name="Model">The fingerprint of the model that it was made from.</param>
/// <param name="Graph">SHA-256 of the graph.</param>
/// <param name="Data">SHA-256 of its data file.</param>
/// <param name="Unusable">Why there is none.</param>
internal sealed record MadeGraph(string Model, string? Graph, string? Data, string? Unusable);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MadeGraph))]
internal sealed partial class FastGraphJson : JsonSerializerContext;
