using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using MedQA.Evaluation;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>A message of the queues <c>question-batches</c> and <c>advance</c>: references only.</summary>
public sealed record BatchMessage
{
    /// <summary>The version of this format that is written.</summary>
    public const int Version = 1;

    /// <summary>The version of the message.</summary>
    public int V { get; init; } = Version;

    /// <summary>The run.</summary>
    public required string Run { get; init; }

    /// <summary>The batch; <see langword="null"/> in <c>advance</c>.</summary>
    public string? Batch { get; init; }

    /// <summary>When it was sent, by the sender's clock.</summary>
    public DateTimeOffset Sent { get; init; }

    /// <summary>The W3C traceparent of what sent it, or <see langword="null"/>.</summary>
    public string? Traceparent { get; init; }

    /// <summary>The text that goes into the queue: JSON in base64, as the Functions host reads it by default.</summary>
    public string ToText() => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(this, PipelineJson.Compact.BatchMessage));

    /// <summary>Reads a message in base64 as in the queue, or already decoded by a host.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out BatchMessage? message)
    {
        ArgumentNullException.ThrowIfNull(text);
        message = null;
        try
        {
            message = JsonSerializer.Deserialize(Utf8Of(text), PipelineJson.Compact.BatchMessage);
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            return false;
        }

        // One that says no version has the first.
        message = message is { V: 0 } ? message with { V = 1 } : message;
        return message is { V: Version } && message.TryGetRun(out _);
    }

    /// <summary>Whether a newer version has written a message: nothing of it is understood here.</summary>
    public static bool IsNewer(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            StoredFormat.Check("The message", Utf8Of(text), "v", Version);
            return false;
        }
        catch (FormatException)
        {
            return false;
        }
        catch (UnusableException)
        {
            return true;
        }
    }

    private static byte[] Utf8Of(string text) =>
        text.AsSpan().TrimStart() is ['{', ..] ? Encoding.UTF8.GetBytes(text) : Convert.FromBase64String(text);

    /// <summary>Reads a message as <see cref="TryParse"/> does.</summary>
    /// <exception cref="FormatException">It is no such message.</exception>
    public static BatchMessage Parse(string text) => TryParse(text, out var message)
        ? message
        : throw new FormatException($"Not a message of this service: it must be JSON of version {Version} that names a run.");

    /// <summary>The run, where its name is one.</summary>
    public bool TryGetRun(out RunId run) => RunId.TryParse(Run, out run);

    /// <summary>Run and batch, where both are named.</summary>
    public bool TryGetBatch(out RunId run, out BatchId batch)
    {
        batch = default;
        return RunId.TryParse(Run, out run) && BatchId.TryParse(Batch, out batch);
    }
}
