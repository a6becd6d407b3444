namespace MedQA.Evaluation.Extraction;

/// <summary>What a text shows struck out: "~~C~~", "&lt;del&gt;C&lt;/del&gt;". It has been taken back, so it is not read.</summary>
internal static class StruckText
{
    private const int MaxLength = 500;

    private static readonly (string Begin, string End)[] Marks =
        [("~~", "~~"), ("<s>", "</s>"), ("<del>", "</del>"), ("<strike>", "</strike>")];

    /// <summary>
    /// Returns the length of the struck part of its line that a text begins with, marks included; 0 if it begins with none.
    /// </summary>
    public static int LengthAt(ReadOnlySpan<char> text)
    {
        foreach (var (begin, end) in Marks)
        {
            if (text.StartsWith(begin, StringComparison.OrdinalIgnoreCase))
            {
                var line = text[begin.Length..Math.Min(text.Length, begin.Length + MaxLength)];
                line = line.IndexOfAny('\n', '\r') is >= 0 and var lineEnd ? line[..lineEnd] : line;
                return line.IndexOf(end, StringComparison.OrdinalIgnoreCase) is > 0 and var length
                    ? begin.Length + length + end.Length : 0;
            }
        }

        return 0;
    }
}
