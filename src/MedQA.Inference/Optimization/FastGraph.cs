using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Evaluation;
using MedQA.Files;
using MedQA.Inference.Models;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Optimization;

/// <summary>
/// The widened graph of a model (see <see cref="ModelOptimization"/>), made once and kept in a cache folder, and used where it is faster
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
    private const string LockName = "making.lock";

    // A graph with its weights inside would be read into memory twice, and the new graph of a large model would fill the disk unasked.
    private const long MaxGraphBytes = 64L << 20;
    private const long MaxDataBytes = 1L << 30;

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
        if (new FileInfo(model.GraphPath).Length > MaxGraphBytes
            || model.ExternalDataPaths.Sum(static path => new FileInfo(path).Length) > MaxDataBytes)
        {
            return null;
        }

        var fingerprint = await model.FingerprintAsync(cancellationToken).ConfigureAwait(false);
        var folder = Path.Combine(Path.GetFullPath(cacheFolder), $"{fingerprint[..16]}-{Version.Replace(' ', '-')}");
        try
        {
            var made = await FindAsync(folder, model, fingerprint, cancellationToken).ConfigureAwait(false)
                ?? await MakeAsync(model, fingerprint, folder, report, cancellationToken).ConfigureAwait(false);
            return made is { Graph: not null, Data: not null } ? In(folder, model) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            report($"The faster graph cannot be kept in {cacheFolder} ({exception.Message.TrimEnd('.')}): the model's own graph is used.");
            return null;
        }
    }

    /// <summary>Returns what was made, or <see langword="null"/> if nothing was, or if it is not what was written.</summary>
    private static async Task<MadeGraph?> FindAsync(
        string folder, ModelFolder model, string fingerprint, CancellationToken cancellationToken)
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

        var fast = In(folder, model);
        return made?.Model == fingerprint
            && (made.Unusable is not null
                || (made.Graph == await HashAsync(fast.GraphPath, cancellationToken).ConfigureAwait(false)
                    && made.Data == await HashAsync(fast.ExternalDataPaths[0], cancellationToken).ConfigureAwait(false)))
            ? made
            : null;
    }

    private static async Task<MadeGraph?> MakeAsync(
        ModelFolder model, string fingerprint, string folder, Action<string> report, CancellationToken cancellationToken)
    {
        var parent = Path.GetDirectoryName(folder)!;
        using var alone = await FolderLock.TakeAsync(
            parent,
            LockName,
            process => report($"Waiting for another medqa{FolderLock.Named(process)}, which is making a faster graph…"),
            cancellationToken).ConfigureAwait(false);
        if (await FindAsync(folder, model, fingerprint, cancellationToken).ConfigureAwait(false) is { } finished)
        {
            return finished;
        }

        // Left by a process that was killed: only the holder of the lock writes here.
        foreach (var left in Directory.EnumerateDirectories(parent, $"*{Unfinished}"))
        {
            Directory.Delete(left, recursive: true);
        }

        var unfinished = $"{folder}{Unfinished}";
        try
        {
            PrivateFiles.CreateFolder(unfinished);
            var made = await WriteAsync(model, fingerprint, unfinished, report, cancellationToken).ConfigureAwait(false);
            if (made is not null)
            {
                await OutputFile.WriteAllBytesAsync(
                    Path.Combine(unfinished, RecordName),
                    JsonSerializer.SerializeToUtf8Bytes(made, FastGraphJson.Default.MadeGraph),
                    cancellationToken).ConfigureAwait(false);
                if (Directory.Exists(folder))
                {
                    // Damaged: somebody changed it, or the machine lost power.
                    Directory.Delete(folder, recursive: true);
                }

                Directory.Move(unfinished, folder);
            }

            return made;
        }
        finally
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }
    }

    /// <summary>
    /// Writes the graph; returns <see langword="null"/> if it cannot be had for a reason that may pass, such as too little memory.
    /// </summary>
    private static async Task<MadeGraph?> WriteAsync(
        ModelFolder model, string fingerprint, string folder, Action<string> report, CancellationToken cancellationToken)
    {
        var none = new MadeGraph(fingerprint, null, null, null);
        var fast = In(folder, model);
        var (graph, data) = (fast.GraphPath, fast.ExternalDataPaths[0]);
        try
        {
            var optimized = await ModelOptimization.WidenToAsync(
                model.GraphPath,
                graph,
                ownData: true,
                () => report($"Making a faster 8-bit graph of {model.Name} for this processor, once…"),
                cancellationToken).ConfigureAwait(false);
            if (optimized is null)
            {
                return none with { Unusable = "nothing to widen" };
            }

            if (optimized.Rounding > ModelOptimization.MaxRounding)
            {
                report($"The 8-bit graph of {model.Name} would round its weights too far: the model's own graph is used.");
                File.Delete(graph);
                File.Delete(data);
                return none with { Unusable = "its weights would be rounded too far" };
            }

            DecoderSession.Open(fast, new()).Dispose();
            return none with
            {
                Graph = await HashAsync(graph, cancellationToken).ConfigureAwait(false),
                Data = await HashAsync(data, cancellationToken).ConfigureAwait(false),
            };
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or IOException or UnauthorizedAccessException))
        {
            // Whatever is unusual about the model's own graph is for ONNX Runtime to judge, which loads it next.
            report($"An 8-bit graph of {model.Name} cannot be used ({exception.Message.TrimEnd('.')}): the model's own graph is used. "
                + "Name it with --graph to skip this.");
            return null;
        }
    }

    /// <summary>Returns the model with the graph of a folder.</summary>
    private static ModelFolder In(string folder, ModelFolder model)
    {
        var graph = Path.Combine(folder, GraphName);
        return model with { GraphPath = graph, ExternalDataPaths = [$"{graph}.data"] };
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
