using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using MedQA.Datasets.Sources;

namespace MedQA.Datasets.Json;

/// <summary>Reads a JSON object from each line; an invalid line rejects only itself.</summary>
internal static class JsonLines
{
    /// <summary>Reads every line that is not blank.</summary>
    public static async IAsyncEnumerable<SourceRecord> ReadAsync(
        SourceFile file, QuestionSetOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var text = await SourceText.OpenAsync(file, cancellationToken);
        var records = new JsonRecord(options);
        var number = 0;
        await foreach (var (line, content) in BoundedLines.ReadAsync(text, options, cancellationToken))
        {
            if (string.IsNullOrWhiteSpace(content))
            {
                continue;
            }

            foreach (var record in Read(records, content, line, number + 1))
            {
                number++;
                yield return record;
            }
        }
    }

    private static IReadOnlyList<SourceRecord> Read(JsonRecord records, string content, int line, int number)
    {
        try
        {
            var bytes = Encoding.UTF8.GetBytes(content);
            new NonFinite().Mask(bytes, isFinal: true);
            using var json = JsonDocument.Parse(bytes);
            return records.ReadAll(json.RootElement, key: null, line, number);
        }
        catch (JsonException exception)
        {
            var problem = $"The line is not valid JSON from byte {exception.BytePositionInLine + 1} on.";
            return [new SourceRecord { Line = line, Number = number, Problem = problem }];
        }
    }
}
