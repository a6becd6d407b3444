namespace MedQA.Datasets.Sources;

/// <summary>Hands text on, and fails when more of it is asked for than one record may have.</summary>
internal sealed class BoundedText(TextReader text, int limit) : TextReader
{
    private int _handed;

    /// <summary>Begins to count again: a record has been taken.</summary>
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

    /// <summary>More text than a record may have.</summary>
    public sealed class RecordTooLongException : Exception;
}
