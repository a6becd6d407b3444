using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Uploading;

/// <summary>
/// The word of another service that a question set was uploaded: an event that Event Grid delivered to the queue <c>uploads</c>, or what a
/// blob trigger leaves in its poison queue.
/// </summary>
/// <param name="BlobName">The blob in the container of question sets.</param>
/// <param name="ETag">The version that it speaks of; <see langword="null"/> where it names none.</param>
public sealed record UploadEvent(string BlobName, StoredVersion? ETag)
{
    private const string Container = "question-sets";
    private const string Created = "Microsoft.Storage.BlobCreated";
    private const string SubjectStart = $"/blobServices/default/containers/{Container}/blobs/";

    /// <summary>
    /// Reads a message: Event Grid's own schema or CloudEvents 1.0 (Event Grid delivers each event as a message of its own), or a blob
    /// trigger's poison message; in base64 as in the queue, or already decoded by a host.
    /// </summary>
    /// <returns>Whether it speaks of a question set that was uploaded.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out UploadEvent? upload)
    {
        ArgumentNullException.ThrowIfNull(text);
        upload = null;
        try
        {
            using var document = JsonDocument.Parse(Decoded(text));
            var root = document.RootElement is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() == 1
                ? list[0]
                : document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
            {
                upload = root.TryGetProperty(nameof(BlobName), out _) ? OfBlobTrigger(root) : OfEventGrid(root);
            }
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            return false;
        }

        return upload is not null;
    }

    /// <summary>Reads a message as <see cref="TryParse"/> does.</summary>
    /// <exception cref="FormatException">It does not speak of a question set that was uploaded.</exception>
    public static UploadEvent Parse(string text) => TryParse(text, out var upload)
        ? upload
        : throw new FormatException(
            $"The message is not the event of a blob created in the container {Container}. The Event Grid subscription must deliver "
                + $"only {Created} of that container.");

    private static UploadEvent? OfEventGrid(JsonElement root) =>
        (Text(root, "eventType") ?? Text(root, "type")) == Created
        && Text(root, "subject") is { } subject && subject.StartsWith(
            SubjectStart, StringComparison.Ordinal) && subject.Length > SubjectStart.Length
            ? new UploadEvent(
                subject[SubjectStart.Length..],
                VersionOf(root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object ? Text(data, "eTag") : null))
            : null;

    private static UploadEvent? OfBlobTrigger(JsonElement root) =>
        Text(root, "ContainerName") == Container && Text(root, nameof(BlobName)) is { Length: > 0 } name
            ? new UploadEvent(name, VersionOf(Text(root, nameof(ETag))))
            : null;

    private static string Decoded(string text) =>
        text.AsSpan().TrimStart() is ['{' or '[', ..] ? text : Encoding.UTF8.GetString(Convert.FromBase64String(text));

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static StoredVersion? VersionOf(string? text) =>
        text?.Trim('"') is { Length: > 0 } version ? new StoredVersion(version) : null;
}
