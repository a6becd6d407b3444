using System.Buffers;
using System.Text;
using MedQA.Datasets.Sources;

namespace MedQA.Datasets.Recognition;

/// <summary>Recognizes files uploaded by mistake by their first bytes.</summary>
internal static class ForeignContent
{
    private static readonly SearchValues<byte> Control =
        SearchValues.Create([.. Enumerable.Range(0, 32).Where(static b => b is not (9 or 10 or 12 or 13)).Select(static b => (byte)b)]);

    /// <summary>Returns why a file with these first bytes is not a question set, or <see langword="null"/> if it may be one.</summary>
    public static string? Name(ReadOnlySpan<byte> head)
    {
        var kind = head switch
        {
            [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => "a PDF",
            [0x1F, 0x8B, ..] => "a gzip archive; unpack it first",
            [0xD0, 0xCF, 0x11, 0xE0, ..] => "an Office file of the old binary kind (xls, doc); save it as CSV or xlsx",
            [0x89, (byte)'P', (byte)'N', (byte)'G', ..] or [0xFF, 0xD8, 0xFF, ..] => "an image",
            [0x37, 0x7A, 0xBC, 0xAF, ..] or [(byte)'R', (byte)'a', (byte)'r', (byte)'!', ..] => "an archive; unpack it first",
            [(byte)'{', (byte)'\\', (byte)'r', (byte)'t', (byte)'f', ..] => "a text document (RTF); save its table as CSV or xlsx",
            [(byte)'I', (byte)'D', (byte)';', (byte)'P', ..] => "a SYLK sheet; save it as CSV or xlsx",
            [0x28, 0xB5, 0x2F, 0xFD, ..] => "a Zstandard archive; unpack it first",
            _ => null,
        };
        if (kind is not null)
        {
            var parts = kind.Split("; ", 2);
            return $"the file is {parts[0]}, not a question set{(parts.Length > 1 ? $": {parts[1]}" : "")}.";
        }

        var (_, markLength) = SourceText.EncodingOf(head);
        return markLength is 0 or 3 && IsHtml(head[markLength..])
            ? "the file is a web page (HTML), not a question set: was a login or error page saved in place of the file?"
            : null;
    }

    /// <summary>Returns why a file with these first bytes and no header cannot be read as text; <see langword="null"/> if it can.</summary>
    public static string? Unreadable(ReadOnlySpan<byte> head)
    {
        if (SourceText.EncodingOf(head).MarkLength is 2 or 4)
        {
            return null;
        }

        var control = CountOf(head, Control);
        return control * 50 <= head.Length ? null
            : LooksLikeUtf16(head) ? "the file is UTF-16 without a byte order mark; save it as UTF-8."
            : "the file is binary, not text.";
    }

    private static bool IsHtml(ReadOnlySpan<byte> head)
    {
        var start = Encoding.UTF8.GetString(head[..Math.Min(head.Length, 512)]).TrimStart();
        return start.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
            || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Latin text in UTF-16 has a zero in every second byte.</summary>
    private static bool LooksLikeUtf16(ReadOnlySpan<byte> head)
    {
        int even = 0, odd = 0;
        for (var i = 0; i < head.Length; i++)
        {
            if (head[i] == 0)
            {
                _ = (i & 1) == 0 ? even++ : odd++;
            }
        }

        return Math.Max(even, odd) * 10 > head.Length * 4 && Math.Min(even, odd) * 10 < head.Length;
    }

    private static int CountOf(ReadOnlySpan<byte> bytes, SearchValues<byte> values)
    {
        var count = 0;
        for (var at = bytes.IndexOfAny(values); at >= 0; at = bytes.IndexOfAny(values))
        {
            count++;
            bytes = bytes[(at + 1)..];
        }

        return count;
    }
}
