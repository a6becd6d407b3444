using MedQA.Evaluation.Answering;
using MedQA.Pipeline.Reading;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Answering;

/// <summary>What a worker has done of a batch, and its reports in the table of batches.</summary>
internal sealed class BatchWork(BatchRow row, BatchRows rows, RunId run, TimeProvider time, TimeSpan shortest)
{
    private BatchRow _row = row;
    private long _reported;

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
    public async Task AddAsync(AnsweredQuestion answered, CancellationToken cancellationToken)
    {
        _row = _row with { Totals = _row.Totals + RunTotals.Of(answered) };
        if (time.GetElapsedTime(_reported) >= shortest)
        {
            await ReportAsync(cancellationToken);
        }
    }

    /// <summary>Reports what is done so far.</summary>
    public Task ReportAsync(CancellationToken cancellationToken)
    {
        _reported = time.GetTimestamp();
        return _row.State == BatchState.Running ? rows.NoteWorkAsync(run, _row, cancellationToken) : Task.CompletedTask;
    }

    /// <summary>Reports how it ended.</summary>
    public Task EndAsync(BatchState state, string? error, CancellationToken cancellationToken)
    {
        _row = _row with { State = state, Error = error };
        return rows.NoteWorkAsync(run, _row, cancellationToken);
    }
}
