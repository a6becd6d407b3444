using MedQA.Evaluation.Answering;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Answering;

/// <summary>
/// What a worker has done of a batch, and its reports in the table of batches. The worker and the renewal of its lease report side by side;
/// what is written last is what was said last.
/// </summary>
internal sealed class BatchWork(BatchRow row, BatchRows rows, RunId run, TimeProvider time, TimeSpan shortest) : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1);
    private BatchRow _row = row;
    private long _reported;

    /// <summary>Why the model cannot be asked at present, once a question has shown it.</summary>
    public string? Unavailable { get; set; }

    /// <summary>The batch.</summary>
    public BatchId Batch => _row.Batch;

    /// <summary>Reports that an attempt has begun, with what earlier ones have answered.</summary>
    public async Task BeginAsync(ProgressLog log, CancellationToken cancellationToken)
    {
        var totals = log.Answers.Values
            .Select(static line => BlobReading.ParseLine(line, PipelineJson.Compact.AnsweredQuestion)!)
            .Aggregate(default(RunTotals), static (sum, answered) => sum + RunTotals.Of(answered));
        _row = _row with { State = BatchState.Running, Attempt = log.Attempts, Totals = totals };
        await ReportAsync(cancellationToken);
    }

    /// <summary>Counts an answer, and reports if the last report is old enough.</summary>
    /// <returns>Whether it has reported.</returns>
    public async Task<bool> AddAsync(AnsweredQuestion answered, CancellationToken cancellationToken)
    {
        _row = _row with { Totals = _row.Totals + RunTotals.Of(answered) };
        if (time.GetElapsedTime(_reported) < shortest)
        {
            return false;
        }

        await ReportAsync(cancellationToken);
        return true;
    }

    /// <summary>Reports what is done so far; nothing before the beginning and after the end.</summary>
    public async Task ReportAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            _reported = time.GetTimestamp();
            if (_row.State == BatchState.Running)
            {
                await rows.NoteWorkAsync(run, _row, cancellationToken);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>
    /// Reports how it ended, with <see cref="Unavailable"/> where that was the reason; an error of an earlier attempt is past.
    /// </summary>
    public async Task EndAsync(BatchState state, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            _row = _row with { State = state, Error = state == BatchState.Unavailable ? Unavailable : null };
            await rows.NoteWorkAsync(run, _row, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();
}
