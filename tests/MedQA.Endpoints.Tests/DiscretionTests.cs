using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using MedQA.Evaluation.LanguageModels;
using MedQA.Testing.Loopback;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace MedQA.Endpoints.Tests;

/// <summary>No key, no question and no answer gets into a log, whatever happens.</summary>
public sealed class DiscretionTests
{
    private const string Key = "sk-loopback-secret";
    private const string Question = "Does the patient called Methuselah have scurvy?";
    private const string Answer = "Certainly Methuselah lacks oranges.";

    [Fact]
    public async Task Logs_at_their_most_detailed_and_events_of_the_client_name_hosts_and_errors_only()
    {
        using var events = new ClientEvents();
        var logs = new FakeLogCollector();
        using var logging = new LoggerFactory([new FakeLoggerProvider(logs)], new LoggerFilterOptions { MinLevel = LogLevel.Trace });
        foreach (var fault in Enum.GetValues<ChatFault>().Where(static fault => fault != ChatFault.Silence))
        {
            await using var server = LoopbackChatServer.Start(new LoopbackChatScript
            {
                Answer = static (_, _) => Answer,
                Thought = static (_, _) => Answer,
                FaultOf = request => request.Try == 1 ? fault : ChatFault.None,
            });
            using var folder = new ModelFolder(server.EndpointJson("\"authentication\": {\"environmentVariable\": \"KEY\"}"));
            await using var model = EndpointModel.Open(
                folder.Path, new EndpointOptions { Time = new ImpatientTime(), Logging = logging, ReadVariable = static _ => Key });
            await using var read = await model.ReadAsync(ModelFolder.Prompt(Question), TestContext.Current.CancellationToken);
            var failure = await Record.ExceptionAsync(() => read.SampleAsync(ModelFolder.Request(), TestContext.Current.CancellationToken));
            Assert.True(failure is null or AnswerRefusedException or ModelUnavailableException or ContextOverflowException, $"{fault}: {failure}");
        }

        var written = logs.GetSnapshot().Select(static record => $"{record.Message} {record.Exception} {string.Join(' ', record.StructuredState ?? [])}").ToList();
        Assert.True(written.Count > 20);
        Assert.Contains(written, static text => text.Contains("status 529", StringComparison.Ordinal));
        Assert.NotEmpty(events.Written);
        Assert.All(written.Concat(events.Written), static text =>
        {
            Assert.DoesNotContain(Key, text, StringComparison.Ordinal);
            Assert.DoesNotContain("Methuselah", text, StringComparison.Ordinal);
        });
    }

    /// <summary>What the runtime's HTTP client says of its requests.</summary>
    private sealed class ClientEvents : EventListener
    {
        private readonly ConcurrentQueue<string> _written = new();

        public IReadOnlyList<string> Written => [.. _written];

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "System.Net.Http")
            {
                EnableEvents(eventSource, EventLevel.LogAlways);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData) =>
            _written.Enqueue($"{eventData.EventName} {eventData.Message} {string.Join(' ', eventData.Payload ?? (IReadOnlyCollection<object?>)[])}");
    }
}
