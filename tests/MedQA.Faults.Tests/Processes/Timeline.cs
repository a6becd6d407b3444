using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace MedQA.Faults.Tests.Processes;

/// <summary>What was done to a run and what its processes said, in order: the story that a failed seed tells.</summary>
internal sealed class Timeline
{
    private const int Most = 4000;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly ConcurrentQueue<string> _lines = new();

    /// <summary>Writes down what happened.</summary>
    public void Note(string what)
    {
        _lines.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{_clock.Elapsed.TotalSeconds,8:0.000} {what}"));
        if (_lines.Count > Most)
        {
            _lines.TryDequeue(out _);
        }
    }

    /// <inheritdoc />
    public override string ToString() => string.Join('\n', _lines);
}
