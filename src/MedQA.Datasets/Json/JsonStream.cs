using System.Runtime.CompilerServices;
using System.Text.Json;
using MedQA.Datasets.Sources;

namespace MedQA.Datasets.Json;

/// <summary>Reads records from one large JSON text without holding more than one of them.</summary>
internal sealed class JsonStream(Stream utf8, JsonShape shape, QuestionSetOptions options)
{
    private byte[] _buffer = new byte[1 << 15];
    private int _start;
    private int _end;
    private bool _isFinal;
    private bool _entered;
    private int _line = 1;
    private JsonReaderState _state = new(new JsonReaderOptions { AllowMultipleValues = shape == JsonShape.Values });

    /// <summary>Reads every record of a file.</summary>
    /// <exception cref="QuestionSetException">The text is not valid JSON from some line on, or a record is too long.</exception>
    public static async IAsyncEnumerable<SourceRecord> ReadAsync(SourceFile file, JsonShape shape, QuestionSetOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var records = new JsonRecord(options);
        var number = 0;
        await foreach (var (key, json, line) in ValuesAsync(file, shape, options, cancellationToken))
        {
            using (json)
            {
                yield return records.Read(json.RootElement, key, line, ++number);
            }
        }
    }

    /// <summary>Reads every value of the array, the object or the sequence, with its name in the object and its line. The documents are the caller's to dispose.</summary>
    public static async IAsyncEnumerable<(string? Key, JsonDocument Json, int Line)> ValuesAsync(
        SourceFile file, JsonShape shape, QuestionSetOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var utf8 = await SourceText.OpenUtf8Async(file, cancellationToken);
        var stream = new JsonStream(utf8, shape, options);
        while (true)
        {
            if (stream.TryTake(out var value))
            {
                if (value is not { } found)
                {
                    yield break;
                }

                yield return found;
            }
            else
            {
                await stream.FillAsync(cancellationToken);
            }
        }
    }

    /// <summary>Takes the next value from what is buffered; no value where the text has ended.</summary>
    /// <returns>Whether enough was buffered.</returns>
    private bool TryTake(out (string? Key, JsonDocument Json, int Line)? value)
    {
        value = null;
        try
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(_start.._end), _isFinal, _state);
            if (!_entered && shape != JsonShape.Values)
            {
                if (!reader.Read())
                {
                    return false;
                }

                if (reader.TokenType != (shape == JsonShape.Array ? JsonTokenType.StartArray : JsonTokenType.StartObject))
                {
                    throw new QuestionSetException(options.FileName, $"the JSON text is no {(shape == JsonShape.Array ? "array" : "object")}.", _line);
                }

                _entered = true;
                Consume(ref reader);
                reader = new Utf8JsonReader(_buffer.AsSpan(_start.._end), _isFinal, _state);
            }

            if (!reader.Read())
            {
                return _isFinal;
            }

            if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
            {
                Consume(ref reader);
                return AtEnd();
            }

            string? key = null;
            if (shape is JsonShape.Keyed or JsonShape.Labels)
            {
                key = reader.GetString();
                if (!reader.Read())
                {
                    return false;
                }
            }

            var line = _line + _buffer.AsSpan(_start, (int)reader.TokenStartIndex).Count((byte)'\n');
            if (!JsonDocument.TryParseValue(ref reader, out var json))
            {
                return false;
            }

            Consume(ref reader);
            value = (key, json, line);
            return true;
        }
        catch (JsonException fault)
        {
            throw new QuestionSetException(options.FileName, $"the text is not valid JSON from byte {fault.BytePositionInLine + 1} of this line on.", (int)(fault.LineNumber ?? 0) + 1, fault);
        }
        catch (InvalidOperationException fault)
        {
            throw new QuestionSetException(options.FileName, "the name of a record is not valid text.", _line, fault);
        }
    }

    /// <summary>Behind the last record only blanks may follow.</summary>
    private bool AtEnd()
    {
        var reader = new Utf8JsonReader(_buffer.AsSpan(_start.._end), _isFinal, _state);
        return !reader.Read() && _isFinal;
    }

    /// <summary>The line on which the next record starts.</summary>
    private int NextLine()
    {
        var rest = _buffer.AsSpan(_start.._end);
        var start = rest.IndexOfAnyExcept(" \t\r\n,"u8);
        return _line + rest[..Math.Max(start, 0)].Count((byte)'\n');
    }

    private void Consume(ref Utf8JsonReader reader)
    {
        _line += _buffer.AsSpan(_start, (int)reader.BytesConsumed).Count((byte)'\n');
        _start += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_isFinal)
        {
            throw new QuestionSetException(options.FileName, "the JSON text ends too early.", _line);
        }

        var length = _end - _start;
        if (length > options.MaxRecordLength)
        {
            throw new QuestionSetException(options.FileName, $"the record that starts here is longer than {options.MaxRecordLength:N0} bytes (MaxRecordLength).", NextLine());
        }

        var target = length * 2 > _buffer.Length ? new byte[_buffer.Length * 2] : _buffer;
        _buffer.AsSpan(_start, length).CopyTo(target);
        (_buffer, _start, _end) = (target, 0, length);
        var read = await utf8.ReadAtLeastAsync(_buffer.AsMemory(_end), _buffer.Length - _end, throwOnEndOfStream: false, cancellationToken);
        _isFinal = read < _buffer.Length - _end;
        _end += read;
    }
}
