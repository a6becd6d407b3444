using System.Text;

namespace MedQA.Datasets.Writing;

/// <summary>Writes RFC 4180 records: commas, CRLF, UTF-8 without a byte order mark, quotes only where they are needed.</summary>
internal sealed class DelimitedText(Stream stream) : IAsyncDisposable
{
    private readonly StreamWriter _writer = new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 15, leaveOpen: true);
    private readonly StringBuilder _record = new();

    /// <summary>Writes a record.</summary>
    public async Task WriteAsync(IReadOnlyList<string?> fields, CancellationToken cancellationToken)
    {
        _record.Clear();
        for (var i = 0; i < fields.Count; i++)
        {
            if (i > 0)
            {
                _record.Append(',');
            }

            Append(fields[i] ?? "");
        }

        _record.Append("\r\n");
        await _writer.WriteAsync(_record, cancellationToken);
    }

    /// <summary>Writes what is buffered; the stream stays open.</summary>
    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private void Append(string field)
    {
        if (field.AsSpan().IndexOfAny("\",\r\n") < 0)
        {
            _record.Append(field);
            return;
        }

        _record.Append('"').Append(field.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
    }
}
