using System.Runtime.CompilerServices;
using MedQA.Datasets.Sources;
using MedQA.Datasets.Tables;

namespace MedQA.Datasets.Lists;

/// <summary>Reads a question from each line of plain text.</summary>
internal static class QuestionList
{
    /// <summary>Returns whether text is a list of questions: nine in ten of its lines end with a question mark.</summary>
    public static bool Matches(string head)
    {
        var lines = head.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.Length > 0 && lines.Count(static line => line[^1] is '?' or '？' or '؟') * 10 >= lines.Length * 9;
    }

    /// <summary>Reads every line that is not blank.</summary>
    public static async IAsyncEnumerable<SourceRecord> ReadAsync(
        SourceFile file, QuestionSetOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var text = await SourceText.OpenAsync(file, cancellationToken);
        var number = 0;
        await foreach (var (line, content) in BoundedLines.ReadAsync(text, options, cancellationToken))
        {
            if (!string.IsNullOrWhiteSpace(content))
            {
                yield return new SourceRecord
                {
                    Line = line,
                    Number = ++number,
                    Text = content.Trim(),
                    MayBeFree = true,
                    Problem = LetteredText.IsWithin(content, []) ? TableRow.OptionsInText : null,
                };
            }
        }
    }
}
