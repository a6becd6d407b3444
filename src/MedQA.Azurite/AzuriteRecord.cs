using System.Text.Json;
using System.Text.Json.Serialization;

namespace MedQA.Azurite;

/// <summary>What a running keeper says about itself: the content of its records and its greeting.</summary>
/// <param name="Ready">Whether the three services listen; only in the greeting.</param>
/// <param name="Here">Whether the keeper found the file of the process that greets it: whether both mean the same folder; only in the
/// greeting.</param>
/// <param name="Pid">The keeper's process.</param>
/// <param name="Control">The loopback port on which connections keep Azurite alive.</param>
/// <param name="Data">The data folder.</param>
/// <param name="BlobPort">The port of the blob service.</param>
/// <param name="QueuePort">The port of the queue service.</param>
/// <param name="TablePort">The port of the table service.</param>
/// <param name="Key">The key of the development store that only this keeper has; only in the greeting, and to who means the same
/// folder.</param>
internal sealed record AzuriteRecord(
    bool Ready, bool Here, int Pid, int Control, string Data, int BlobPort, int QueuePort, int TablePort, string? Key = null)
{
    /// <summary>The record of the keeper that serves a data folder.</summary>
    public static string PathFor(string dataFolder) => Path.Combine(dataFolder, "azurite.json");

    /// <summary>The record of the keeper that serves a port.</summary>
    public static string PathFor(string cacheFolder, int blobPort) => Path.Combine(cacheFolder, $"azurite-at-{blobPort}.json");

    /// <summary>Reads a record; <see langword="null"/> where there is none, or what is there is no record.</summary>
    public static async Task<AzuriteRecord?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return Parse(await File.ReadAllTextAsync(path, cancellationToken));
        }
        catch (IOException) when (!File.Exists(path))
        {
            return null;
        }
    }

    /// <summary>Reads a greeting or a record; <see langword="null"/> where the text is none.</summary>
    public static AzuriteRecord? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, AzuriteJson.Default.AzuriteRecord) is { Pid: > 0, Data: not null } record
                && new[] { record.Control, record.BlobPort, record.QueuePort, record.TablePort }.All(
                    static port => port is > 0 and <= ushort.MaxValue)
                ? record
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AzuriteRecord))]
internal sealed partial class AzuriteJson : JsonSerializerContext;
