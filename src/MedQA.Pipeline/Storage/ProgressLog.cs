using System.Text.Json;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// A batch's progress blob under a lease: what is answered, and the appending of more. Each append carries the lease and the expected
/// position, so a line is there once or not at all, also where a call was repeated or its answer was lost.
/// </summary>
internal sealed class ProgressLog
{
    /// <summary>The longest line, line feeds included: what every version of the blob service takes in one append.</summary>
    public const int MaxLine = 4 * 1024 * 1024;

    private readonly ProgressBlob _blob;
    private readonly string _lease;
    private readonly SortedDictionary<int, ReadOnlyMemory<byte>> _answers = [];
    private readonly Dictionary<int, int> _starts = [];
    private readonly SortedDictionary<int, double> _timedOut = [];
    private readonly Dictionary<int, (int Tries, TokenUsage Sum)> _spent = [];
    private long _position;
    private bool _torn;

    private ProgressLog(ProgressBlob blob, string lease) => (_blob, _lease) = (blob, lease);

    /// <summary>The line of each answered question, by ordinal: the first valid one.</summary>
    public IReadOnlyDictionary<int, ReadOnlyMemory<byte>> Answers => _answers;

    /// <summary>The questions whose first try ran out of time, by ordinal, with the seconds that it took.</summary>
    public IReadOnlyDictionary<int, double> TimedOut => _timedOut;

    /// <summary>How many attempts at the batch have begun.</summary>
    public int Attempts { get; private set; }

    /// <summary>Reads a blob that this worker has leased.</summary>
    public static async Task<ProgressLog> OpenAsync(ProgressBlob blob, string lease, CancellationToken cancellationToken)
    {
        var log = new ProgressLog(blob, lease);
        await log.ReadAsync(cancellationToken);
        return log;
    }

    /// <summary>How often a question was begun without an answer or being given back: each time its worker has crashed.</summary>
    public int CrashesOf(int ordinal) => _starts.GetValueOrDefault(ordinal);

    /// <summary>
    /// How many tries of a question ended without an answer although a model's service had answered some of its requests, and the sum of
    /// what was counted for all tries that ended without one.
    /// </summary>
    public (int Tries, TokenUsage Sum) SpentOn(int ordinal) => _spent.GetValueOrDefault(ordinal, (0, TokenUsage.None));

    /// <summary>Appends the beginning of an attempt.</summary>
    public Task BeginAttemptAsync(string worker, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var attempt = Attempts + 1;
        return AppendMarkAsync(
            new ProgressMark { Attempt = attempt, Worker = worker, Started = now }, () => Attempts >= attempt, cancellationToken);
    }

    /// <summary>Appends that a question is begun, so that its crash is known to be its own.</summary>
    public Task BeginQuestionAsync(int ordinal, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var starts = CrashesOf(ordinal) + 1;
        return AppendMarkAsync(
            new ProgressMark { Ordinal = ordinal, Attempt = Attempts, Started = now },
            () => CrashesOf(ordinal) >= starts,
            cancellationToken);
    }

    /// <summary>Appends that a begun question is given back unanswered.</summary>
    /// <param name="ordinal">The question.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <param name="usage">What a model's service counted for it meanwhile, if anything.</param>
    public Task DropQuestionAsync(int ordinal, DateTimeOffset now, CancellationToken cancellationToken, TokenUsage? usage = null)
    {
        var starts = CrashesOf(ordinal) - 1;
        return AppendMarkAsync(
            new ProgressMark { Ordinal = ordinal, Attempt = Attempts, Dropped = now, Usage = usage },
            () => CrashesOf(ordinal) <= starts,
            cancellationToken);
    }

    /// <summary>
    /// Records that a question's first try exceeded its time limit: the batch's current or later worker tries it once more and not again
    /// after that.
    /// </summary>
    /// <param name="ordinal">The question.</param>
    /// <param name="now">The time.</param>
    /// <param name="seconds">How long the try took.</param>
    /// <param name="usage">What a model's service counted for it, if anything.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task TimeOutQuestionAsync(
        int ordinal, DateTimeOffset now, double seconds, TokenUsage? usage, CancellationToken cancellationToken)
    {
        var mark = new ProgressMark { Ordinal = ordinal, Attempt = Attempts, TimedOut = now, Seconds = seconds, Usage = usage };
        return AppendMarkAsync(mark, () => _timedOut.ContainsKey(ordinal), cancellationToken);
    }

    /// <summary>Appends an answer. Where one is there already, that one stays.</summary>
    /// <param name="ordinal">The question.</param>
    /// <param name="line">Its answer as JSON, without a line feed; shorter than <see cref="MaxLine"/> by two bytes.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task AppendAnswerAsync(int ordinal, byte[] line, CancellationToken cancellationToken) =>
        AppendAsync(line, () => _answers.ContainsKey(ordinal), () => _answers.TryAdd(ordinal, line), cancellationToken);

    private Task AppendMarkAsync(ProgressMark mark, Func<bool> isThere, CancellationToken cancellationToken)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(mark, PipelineJson.Compact.ProgressMark);
        return AppendAsync(line, isThere, () => Take(line), cancellationToken);
    }

    private async Task AppendAsync(byte[] line, Func<bool> isThere, Action note, CancellationToken cancellationToken)
    {
        while (true)
        {
            // A torn last line is closed by a line feed of its own: readers skip what is then a line of nonsense.
            byte[] block = _torn ? [(byte)'\n', .. line, (byte)'\n'] : [.. line, (byte)'\n'];
            if (await _blob.TryAppendAsync(block, _lease, _position, cancellationToken))
            {
                note();
                (_position, _torn) = (_position + block.Length, false);
                return;
            }

            // The call was repeated after its answer was lost, or the end of the blob is not what it was: the blob knows.
            await ReadAsync(cancellationToken);
            if (isThere())
            {
                return;
            }
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        _answers.Clear();
        _starts.Clear();
        _timedOut.Clear();
        _spent.Clear();
        Attempts = 0;
        var (content, length) = await _blob.OpenAsync(cancellationToken);
        await using var opened = content;
        _position = length;
        _torn = false;
        await foreach (var line in JsonLines.ReadAsync(content, cancellationToken))
        {
            _torn = !line.Complete;
            if (line.Complete)
            {
                Take(line.Content);
            }
        }
    }

    /// <summary>Notes what a line says; one that is torn or strange says nothing.</summary>
    private void Take(ReadOnlyMemory<byte> line)
    {
        if (BlobReading.ParseLine(line, PipelineJson.Compact.ProgressMark) is not { } mark)
        {
            return;
        }

        if (mark is { Ordinal: { } asked, Usage: { } usage } && (mark.Dropped ?? mark.TimedOut) is not null)
        {
            var (tries, sum) = SpentOn(asked);
            _spent[asked] = (tries + (usage.Requests > 0 ? 1 : 0), sum + usage);
        }

        if (mark is { Ordinal: null, Started: not null })
        {
            Attempts = Math.Max(Attempts + 1, mark.Attempt);
        }
        else if (mark is { Ordinal: { } begun, Started: not null })
        {
            _starts[begun] = CrashesOf(begun) + 1;
        }
        else if (mark is { Ordinal: { } dropped, Dropped: not null })
        {
            _starts[dropped] = Math.Max(0, CrashesOf(dropped) - 1);
        }
        else if (mark is { Ordinal: { } late, TimedOut: not null })
        {
            // It has ended, if only by its time: that start is no crash.
            _timedOut[late] = mark.Seconds ?? 0;
            _starts[late] = Math.Max(0, CrashesOf(late) - 1);
        }
        else if (BlobReading.ParseLine(line, PipelineJson.Compact.AnsweredQuestion) is { } answered
            && !_answers.ContainsKey(answered.Ordinal))
        {
            _answers.Add(answered.Ordinal, line.ToArray());
        }
    }
}
