using System.Text.Json;
using System.Text.Json.Serialization;

namespace MedQA.Azurite;

/// <summary>The description of a running keeper, in its records and its greeting.</summary>
/// <param name="Ready">Whether the three services listen; only in the greeting.</param>
/// <param name="Here">
/// Whether the keeper found the file of the connecting process, and so serves the same folder; only in the greeting.
/// </param>
/// <param name="Pid">The keeper's process.</param>
/// <param name="Control">The loopback port whose connections keep Azurite alive.</param>
/// <param name="Data">The data folder.</param>
/// <param name="BlobPort">The port of the blob service.</param>
/// <param name="QueuePort">The port of the queue service.</param>
/// <param name="TablePort">The port of the table service.</param>
/// <param name="Key">
/// This keeper's own key of the development store; only in the greeting, and only to processes of the same folder.
/// </param>
internal sealed record AzuriteRecord(
    bool Ready, bool Here, int Pid, int Control, string Data, int BlobPort, int QueuePort, int TablePort, string? Key = null)
{
    /// <summary>Returns the path of the record of the keeper that serves a data folder.</summary>
    public static string PathFor(string dataFolder) => Path.Combine(dataFolder, "azurite.json");

    /// <summary>Returns the path of the record of the keeper that serves a port.</summary>
    public static string PathFor(string cacheFolder, int blobPort) => Path.Combine(cacheFolder, $"azurite-at-{blobPort}.json");

    /// <summary>Reads a record; returns <see langword="null"/> if it is missing or invalid.</summary>
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

    /// <summary>Parses a greeting or a record; returns <see langword="null"/> if the text is invalid.</summary>
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
