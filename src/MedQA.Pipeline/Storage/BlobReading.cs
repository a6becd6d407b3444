using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MedQA.Evaluation;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>Reads what a run's blobs hold.</summary>
internal static class BlobReading
{
    /// <summary>The run's manifest, with the decision to stop early where there is one.</summary>
    /// <exception cref="UnusableException">A newer version has written it, and everything else of the run.</exception>
    /// <exception cref="InvalidDataException">It is not a manifest: another program has written or changed it.</exception>
    /// <returns><see langword="null"/> where there is no such run; a manifest and no tombstone, or no manifest and a tombstone.</returns>
    public static async Task<(RunManifest? Manifest, RunTombstone? Tombstone)?> FindManifestAsync(
        this RunStorage storage, RunId run, CancellationToken cancellationToken)
    {
        if (await storage.Manifest(run).FindContentAsync(cancellationToken) is not { } content)
        {
            return null;
        }

        try
        {
            StoredFormat.Check($"Run {run}", content.ToMemory().Span, "v", RunManifest.VersionOfSets);
            using var document = JsonDocument.Parse(content.ToMemory());
            return document.RootElement.TryGetProperty("deleted", out _)
                ? (null, document.Deserialize(PipelineJson.Compact.RunTombstone))
                : (document.Deserialize(PipelineJson.Compact.RunManifest) is { Until: not null } stopping
                    ? stopping with { Stop = await storage.FindStopAsync(run, cancellationToken) }
                    : document.Deserialize(PipelineJson.Compact.RunManifest), null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException(
                $"The manifest of run {run}, {storage.Manifest(run).Name} in the container {storage.Runs.Name}, is damaged: "
                    + exception.Message,
                exception);
        }
    }

    /// <summary>The decision to stop a run early; <see langword="null"/> where there is none.</summary>
    /// <exception cref="JsonException">It is damaged.</exception>
    private static async Task<RunStop?> FindStopAsync(this RunStorage storage, RunId run, CancellationToken cancellationToken)
    {
        if (await storage.Stop(run).FindContentAsync(cancellationToken) is not { } content)
        {
            return null;
        }

        StoredFormat.Check($"The stop of run {run}", content.ToMemory().Span, "v", RunManifest.Version);
        return JsonSerializer.Deserialize(content.ToMemory().Span, PipelineJson.Compact.RunStop) is { Batches: > 0 } stop
            ? stop
            : throw new JsonException($"{storage.Stop(run).Name} names no batch.");
    }

    /// <summary>The lines of a blob that is in memory, the empty ones left out.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> LinesOf(ReadOnlyMemory<byte> content)
    {
        while (content.Length > 0)
        {
            var end = content.Span.IndexOf((byte)'\n') is >= 0 and var found ? found : content.Length;
            if (end > 0)
            {
                yield return content[..end];
            }

            content = content[Math.Min(end + 1, content.Length)..];
        }
    }

    /// <summary>Reads a line that was written with <see cref="PipelineJson"/>; <see langword="null"/> where it is torn.</summary>
    public static T? ParseLine<T>(ReadOnlyMemory<byte> line, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(line.Span, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
