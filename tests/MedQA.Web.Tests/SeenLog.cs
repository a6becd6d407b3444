using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MedQA.Web.Tests;

/// <summary>Keeps what is logged, and says when a certain event was.</summary>
/// <param name="awaited">The event's name.</param>
internal sealed class SeenLog(string awaited) : ILoggerProvider, ILogger
{
    private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Seen => _seen.Task;

    public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Lines.Enqueue((logLevel, $"{formatter(state, exception)} {exception}"));
        if (eventId.Name == awaited)
        {
            _seen.TrySetResult();
        }
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Dispose()
    {
    }
}
