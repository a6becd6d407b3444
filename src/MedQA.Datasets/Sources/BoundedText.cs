namespace MedQA.Datasets.Sources;

/// <summary>Passes text on, and throws if one record has more of it than allowed.</summary>
internal sealed class BoundedText(TextReader text, int limit) : TextReader
{
    private int _handed;

    /// <summary>Restarts the count: a record has been taken.</summary>
    public void Restart() => _handed = 0;

    /// <inheritdoc/>
    public override async Task<int> ReadAsync(char[] buffer, int index, int count) =>
        await ReadAsync(buffer.AsMemory(index, count), CancellationToken.None);

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default)
    {
        var read = await text.ReadAsync(buffer, cancellationToken);
        _handed += read;
        return _handed <= limit ? read : throw new RecordTooLongException();
    }

    /// <inheritdoc/>
    public override int Read(char[] buffer, int index, int count)
    {
        var read = text.Read(buffer, index, count);
        _handed += read;
        return _handed <= limit ? read : throw new RecordTooLongException();
    }

    /// <summary>The exception for a record with too much text.</summary>
    public sealed class RecordTooLongException : Exception;
}
