using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// Sends and takes the messages of the queues. None expires: a message that is lost is only time that is lost, but one that expires is lost
/// for sure.
/// </summary>
internal static class StoredQueues
{
    /// <summary>The most messages that the service gives at once.</summary>
    private const int MaxMessages = 32;

    private static readonly TimeSpan Never = TimeSpan.FromSeconds(-1);

    /// <summary>Gives out a batch.</summary>
    public static Task SendBatchAsync(this RunStorage storage, BatchMessage message, CancellationToken cancellationToken) =>
        storage.BatchQueue.SendAsync(message.ToText(), cancellationToken);

    /// <summary>Says that a run may have something to do.</summary>
    public static Task SendWakeUpAsync(
        this RunStorage storage, RunId run, DateTimeOffset now, string? traceparent, CancellationToken cancellationToken) =>
        storage.AdvanceQueue.SendAsync(
            new BatchMessage { Run = run.ToString(), Sent = now, Traceparent = traceparent }.ToText(), cancellationToken);

    /// <summary>Takes the next message of the queue of batches, or <see langword="null"/> where none waits.</summary>
    public static async Task<QueuedBatch?> TakeBatchAsync(
        this RunStorage storage, TimeSpan visibility, CancellationToken cancellationToken) =>
        (await storage.BatchQueue.ReceiveMessageAsync(visibility, cancellationToken)).Value is { } message
            ? new QueuedBatch(storage, message)
            : null;

    /// <summary>Takes every message of the queue of wake-ups, each of which is removed once the next is asked for.</summary>
    public static async IAsyncEnumerable<string> TakeWakeUpsAsync(
        this RunStorage storage, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        QueueMessage[] messages;
        do
        {
            messages = await storage.AdvanceQueue.ReceiveMessagesAsync(MaxMessages, cancellationToken: cancellationToken);
            foreach (var message in messages)
            {
                yield return message.MessageText;
                await storage.AdvanceQueue.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);
            }
        }
        while (messages.Length == MaxMessages);
    }

    /// <summary>How many messages the queue of batches has, about: those that a worker has taken are among them.</summary>
    public static async Task<int> CountBatchesAsync(this RunStorage storage, CancellationToken cancellationToken) =>
        (await storage.BatchQueue.GetPropertiesAsync(cancellationToken)).Value.ApproximateMessagesCount;

    /// <summary>The next message of the queue of batches, which stays, and when it was sent by the storage's clock.</summary>
    public static async Task<(string Text, DateTimeOffset? Sent)?> PeekBatchAsync(
        this RunStorage storage, CancellationToken cancellationToken) =>
        (await storage.BatchQueue.PeekMessageAsync(cancellationToken)).Value is { } next ? (next.MessageText, next.InsertedOn) : null;

    /// <summary>Sends a text that never expires.</summary>
    internal static Task SendAsync(this QueueClient queue, string text, CancellationToken cancellationToken) =>
        queue.SendMessageAsync(text, visibilityTimeout: null, timeToLive: Never, cancellationToken);
}

/// <summary>A received message of the queue of batches, invisible to others for a while.</summary>
internal sealed class QueuedBatch(RunStorage storage, QueueMessage message)
{
    private string _receipt = message.PopReceipt;

    /// <summary>The service's name for it.</summary>
    public string Id => message.MessageId;

    /// <summary>What it says.</summary>
    public string Text => message.MessageText;

    /// <summary>How often it was taken.</summary>
    public long Tries => message.DequeueCount;

    /// <summary>Keeps others from seeing it for a while more.</summary>
    public async Task KeepAsync(TimeSpan visibility) =>
        _receipt = (await storage.BatchQueue.UpdateMessageAsync(Id, _receipt, Text, visibility, CancellationToken.None)).Value.PopReceipt;

    /// <summary>Removes it.</summary>
    public Task CompleteAsync() => storage.BatchQueue.DeleteMessageAsync(Id, _receipt, CancellationToken.None);

    /// <summary>Moves it to where those lie that failed too often.</summary>
    public async Task MoveToPoisonAsync()
    {
        await storage.BatchPoisonQueue.SendAsync(Text, CancellationToken.None);
        await CompleteAsync();
    }

    /// <summary>Whether a fault says that the message has become visible again and may belong to another worker.</summary>
    public static bool IsTakenByOthers(Exception fault) => fault is RequestFailedException { Status: 400 or 404 };
}
