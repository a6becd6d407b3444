using System.Runtime.CompilerServices;
using System.Text.Json;
using MedQA.Datasets.Sources;
using MedQA.Datasets.Tables;
using MedQA.Evaluation;

namespace MedQA.Datasets.Json;

/// <summary>Reads records from one large JSON text without holding more than one of them.</summary>
internal sealed class JsonStream(Stream utf8, JsonShape shape, string? list, QuestionSetOptions options)
{
    private byte[] _buffer = new byte[1 << 15];
    private int _start;
    private int _end;
    private int _filled;
    private NonFinite _nonFinite;
    private bool _isFinal;
    private bool _entered;
    private bool _isBehindList;
    private int _line = 1;
    private JsonReaderState _state =
        new(new JsonReaderOptions { AllowMultipleValues = shape == JsonShape.Values, AllowTrailingCommas = true });

    /// <summary>Reads every record of a file.</summary>
    /// <exception cref="InputException">The text is not valid JSON from some line on, or a record is too long.</exception>
    /// <param name="file">The file.</param>
    /// <param name="shape">How it arranges the records.</param>
    /// <param name="list">The property that lists them, if one does.</param>
    /// <param name="options">The limits.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static async IAsyncEnumerable<SourceRecord> ReadAsync(
        SourceFile file,
        JsonShape shape,
        string? list,
        QuestionSetOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var records = new JsonRecord(options);
        var number = 0;
        await foreach (var (key, json, line) in ValuesAsync(file, shape, list, options, cancellationToken))
        {
            using (json)
            {
                foreach (var record in records.ReadAll(json.RootElement, key, line, number + 1))
                {
                    number++;
                    yield return record;
                }
            }
        }
    }

    /// <summary>
    /// Reads every value of the array, the object or the sequence, with its name in the object and its line. The documents are the caller's
    /// to dispose.
    /// </summary>
    public static async IAsyncEnumerable<(string? Key, JsonDocument Json, int Line)> ValuesAsync(
        SourceFile file,
        JsonShape shape,
        string? list,
        QuestionSetOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var utf8 = await SourceText.OpenUtf8Async(file, cancellationToken);
        var stream = new JsonStream(utf8, shape, list, options);
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
                    throw new InputException(
                        options.FileName, $"the JSON text is not an {(shape == JsonShape.Array ? "array" : "object")}.", _line);
                }

                if (list is not null && !ToList(ref reader))
                {
                    return false;
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
                _isBehindList = list is not null;
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
        catch (JsonException exception) when (_isBehindList)
        {
            throw new InputException(
                options.FileName,
                $"there is more after the object with the list '{Excerpt.Of(list!)}': "
                    + "write each question on its own line, or all of them in one list.",
                (int)(exception.LineNumber ?? 0) + 1,
                exception);
        }
        catch (JsonException exception)
        {
            throw new InputException(
                options.FileName,
                $"the text is not valid JSON from byte {exception.BytePositionInLine + 1} of this line on.",
                (int)(exception.LineNumber ?? 0) + 1,
                exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new InputException(options.FileName, "the name of a record is not valid text.", _line, exception);
        }
    }

    /// <summary>Goes into the list of records in an object.</summary>
    /// <returns>Whether enough was buffered.</returns>
    private bool ToList(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                throw new InputException(options.FileName, $"the JSON object has no list '{Excerpt.Of(list!)}'.", _line);
            }

            var isList = reader.ValueTextEquals(list);
            if (!reader.Read())
            {
                return false;
            }

            if (isList && reader.TokenType == JsonTokenType.StartArray)
            {
                return true;
            }

            if (!reader.TrySkip())
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Behind the last record only blanks may follow, or the rest of the object that lists the records.</summary>
    private bool AtEnd()
    {
        var reader = new Utf8JsonReader(_buffer.AsSpan(_start.._end), _isFinal, _state);
        var name = "";
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                name = reader.GetString()!;
                if (list is not null && reader.CurrentDepth == 1 && HeaderNames.IsOf(HeaderNames.Plain(name), HeaderNames.Context))
                {
                    throw new InputException(
                        options.FileName,
                        $"'{Excerpt.Of(name)}' comes after the list of questions: "
                            + $"write it before '{Excerpt.Of(list)}', or into each question as its context.",
                        _line);
                }
            }
            else if (reader.TokenType == JsonTokenType.StartArray)
            {
                if (!reader.Read())
                {
                    break;
                }

                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    throw new InputException(
                        options.FileName,
                        $"the file has two lists of records, '{Excerpt.Of(list!)}' and '{Excerpt.Of(name)}'; save each as a file of its "
                            + "own.",
                        _line);
                }
            }
        }

        return _isFinal;
    }

    /// <summary>Returns the line on which the next record starts.</summary>
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
            throw new InputException(options.FileName, "the JSON text ends too early.", _line);
        }

        var length = _end - _start;
        if (length > options.MaxRecordLength)
        {
            throw new InputException(
                options.FileName,
                $"the record that starts here is longer than {options.MaxRecordLength:N0} bytes (MaxRecordLength).",
                NextLine());
        }

        var target = (_filled - _start) * 2 > _buffer.Length ? new byte[_buffer.Length * 2] : _buffer;
        _buffer.AsSpan(_start, _filled - _start).CopyTo(target);
        (_buffer, _filled, _start, _end) = (target, _filled - _start, 0, length);
        var read =
            await utf8.ReadAtLeastAsync(_buffer.AsMemory(_filled), _buffer.Length - _filled, throwOnEndOfStream: false, cancellationToken);
        _isFinal = read < _buffer.Length - _filled;
        _filled += read;
        _end += _nonFinite.Mask(_buffer.AsSpan(_end, _filled - _end), _isFinal);
    }
}
