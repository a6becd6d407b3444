using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MedQA.Datasets.Json;
using MedQA.Datasets.Sources;
using MedQA.Evaluation;
using Parquet;
using Parquet.Serialization;

namespace MedQA.Datasets.Columnar;

/// <summary>Reads Parquet files, a row group at a time. Rows are read as JSON objects are: structures and lists included.</summary>
internal static class ParquetQuestions
{
    /// <summary>The metadata is read for each row group again: the product is bounded, in bytes.</summary>
    private const long MaxMetadataRead = 256L << 20;

    private static readonly ParquetOptions Reading = new() { TreatByteArrayAsString = true };

    /// <summary>Reads every row.</summary>
    /// <exception cref="InputException">The file is damaged, or larger than the limits once it is unpacked.</exception>
    public static async IAsyncEnumerable<SourceRecord> ReadAsync(
        SourceFile file, QuestionSetOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var groups = await GuardedAsync(options, () => CheckedGroupsAsync(file, options, cancellationToken));
        var records = new JsonRecord(options);
        var (line, number) = (0, 0);
        for (var group = 0; group < groups; group++)
        {
            var index = group;
            var rows = await GuardedAsync(options, () => RowsAsync(file, index, options, cancellationToken));
            foreach (var row in rows)
            {
                using var json = JsonDocument.Parse(Json(row));
                line++;
                foreach (var record in records.ReadAll(json.RootElement, key: null, line, number + 1))
                {
                    number++;
                    yield return record;
                }
            }
        }
    }

    /// <summary>Checks the file's metadata before unpacking anything.</summary>
    private static async Task<int> CheckedGroupsAsync(SourceFile file, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        var length = await ParquetCheck.FooterAsync(file, cancellationToken);
        await using var reader =
            await ParquetReader.CreateAsync(Guarded(file, pages: 0), Reading, leaveStreamOpen: true, cancellationToken);
        var groups = reader.Metadata!.RowGroups;
        var rows = groups.Aggregate(0L, static (sum, group) => checked(sum + Math.Max(group.NumRows, 0)));
        if (rows > options.MaxRows)
        {
            throw new InputException(options.FileName, $"the file has {rows:N0} rows; {options.MaxRows:N0} are allowed (MaxRows).");
        }

        if (reader.Schema.DataFields.Length > options.MaxColumns)
        {
            throw new InputException(
                options.FileName,
                $"the file has {reader.Schema.DataFields.Length:N0} columns; {options.MaxColumns:N0} are allowed (MaxColumns).");
        }

        return (long)groups.Count * length <= MaxMetadataRead
            ? groups.Count
            : throw new InputException(
                options.FileName, $"the file has {groups.Count:N0} row groups; write it with fewer and larger ones.");
    }

    private static async Task<IList<Dictionary<string, object>>> RowsAsync(
        SourceFile file, int group, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        await using var reader =
            await ParquetReader.CreateAsync(Guarded(file, pages: 0), Reading, leaveStreamOpen: true, cancellationToken);
        var pages = await ParquetCheck.PagesAsync(file, reader.Metadata!.RowGroups[group], options, cancellationToken);
        var result = await ParquetSerializer.DeserializeUntypedAsync(Guarded(file, pages), Reading, group, cancellationToken);
        return result.Data;
    }

    private static GuardedStream Guarded(SourceFile file, int pages) => new(file.Rewind(), maxSeeks: 1000 + (10L * pages));

    /// <summary>
    /// The library meets damaged bytes with exceptions of many kinds: whatever it throws while it reads this file, the file cannot be read.
    /// </summary>
    private static async Task<T> GuardedAsync<T>(QuestionSetOptions options, Func<Task<T>> reading)
    {
        try
        {
            return await reading();
        }
        catch (Exception exception) when (exception is not (InputException or OperationCanceledException))
        {
            throw new InputException(
                options.FileName,
                "the Parquet file is damaged, or uses something of the format that cannot be read here.",
                inner: exception);
        }
    }

    private static ReadOnlyMemory<byte> Json(Dictionary<string, object> row)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, row);
        }

        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool truth:
                writer.WriteBooleanValue(truth);
                break;
            case IDictionary members:
                writer.WriteStartObject();
                foreach (DictionaryEntry member in members)
                {
                    writer.WritePropertyName(Convert.ToString(member.Key, CultureInfo.InvariantCulture) ?? "");
                    Write(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case byte[] bytes:
                writer.WriteStringValue(bytes);
                break;
            case IEnumerable items:
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case float or double or decimal or byte or sbyte or short or ushort or int or uint or long or ulong:
                writer.WriteRawValue(Number(value), skipInputValidation: false);
                break;
            case DateTime moment:
                var form = moment.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss";
                writer.WriteStringValue(moment.ToString(form, CultureInfo.InvariantCulture));
                break;
            case DateOnly day:
                writer.WriteStringValue(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            default:
                writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    /// <summary>Returns a number as JSON; the numbers that JSON does not have are null.</summary>
    private static string Number(object value) => value switch
    {
        float number when !float.IsFinite(number) => "null",
        double number when !double.IsFinite(number) => "null",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
