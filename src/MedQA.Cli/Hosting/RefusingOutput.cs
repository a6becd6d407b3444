using System.Buffers;
using System.IO.Pipelines;

namespace MedQA.Cli.Hosting;

/// <summary>
/// The output of a server connection, which can be replaced by a final answer when the server rejects a request.
/// </summary>
/// <param name="output">The connection.</param>
internal sealed class RefusingOutput(PipeWriter output) : PipeWriter
{
    private ReadOnlyMemory<byte>? _answer;
    private byte[] _dropped = [];
    private bool _refused;

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => output.CanGetUnflushedBytes;

    /// <inheritdoc/>
    public override long UnflushedBytes => output.UnflushedBytes;

    /// <summary>Sends an answer with the next flush, and drops all further output.</summary>
    /// <param name="answer">The complete answer as sent over the wire.</param>
    public void Refuse(ReadOnlyMemory<byte> answer) => (_answer, _refused) = (_refused ? _answer : answer, true);

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (!_refused)
        {
            return output.GetMemory(sizeHint);
        }

        if (_dropped.Length < Math.Max(sizeHint, 1))
        {
            _dropped = new byte[Math.Max(sizeHint, Environment.SystemPageSize)];
        }

        return _dropped;
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => _refused ? GetMemory(sizeHint).Span : output.GetSpan(sizeHint);

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
        if (!_refused)
        {
            output.Advance(bytes);
        }
    }

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        WriteAnswer();
        return output.FlushAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void CancelPendingFlush() => output.CancelPendingFlush();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        WriteAnswer();
        output.Complete(exception);
    }

    /// <inheritdoc/>
    public override ValueTask CompleteAsync(Exception? exception = null)
    {
        WriteAnswer();
        return output.CompleteAsync(exception);
    }

    private void WriteAnswer()
    {
        if (_answer is { } answer)
        {
            output.Write(answer.Span);
            _answer = null;
        }
    }
}
