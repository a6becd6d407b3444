namespace MedQA.Datasets;

/// <summary>Quotes parts of a file in messages.</summary>
internal static class Excerpt
{
    private const int MaxLength = 60;

    /// <summary>Returns a text without blanks at its ends, on one line, cut to 60 characters.</summary>
    public static string Of(string text)
    {
        var start = text.AsSpan().TrimStart();
        var cut = start.Length <= MaxLength
            ? start.TrimEnd()
            : start[..(char.IsHighSurrogate(start[MaxLength - 2]) ? MaxLength - 2 : MaxLength - 1)];
        return string.Concat(cut.ToString().Select(static c => char.IsControl(c) ? " " : c.ToString()))
            + (cut.Length < start.TrimEnd().Length ? "…" : "");
    }
}
