using System.Runtime.CompilerServices;
using System.Text;
using MedQA.Evaluation;

namespace MedQA.Datasets.Sources;

/// <summary>Reads lines without ever holding one that is too long.</summary>
internal static class BoundedLines
{
    /// <summary>Reads every line with its number from 1. Lines end at a line feed; a carriage return before it goes.</summary>
    /// <exception cref="InputException">A line is longer than <see cref="QuestionSetOptions.MaxRecordLength"/>.</exception>
    public static async IAsyncEnumerable<(int Line, string Text)> ReadAsync(
        TextReader text, QuestionSetOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new char[1 << 14];
        var line = new StringBuilder();
        var number = 1;
        int read;
        while ((read = await text.ReadAsync(buffer.AsMemory(), cancellationToken)) > 0)
        {
            for (var start = 0; start < read;)
            {
                var length = buffer.AsSpan(start, read - start).IndexOf('\n');
                var part = length < 0 ? read - start : length;
                if (line.Length + part > options.MaxRecordLength)
                {
                    throw new InputException(
                        options.FileName, $"the line is longer than {options.MaxRecordLength:N0} characters (MaxRecordLength).", number);
                }

                line.Append(buffer, start, part);
                start += part + 1;
                if (length >= 0)
                {
                    yield return (number++, Ended(line));
                    line.Clear();
                }
            }
        }

        if (line.Length > 0)
        {
            yield return (number, Ended(line));
        }
    }

    private static string Ended(StringBuilder line) =>
        line.ToString(0, line.Length > 0 && line[^1] == '\r' ? line.Length - 1 : line.Length);
}
